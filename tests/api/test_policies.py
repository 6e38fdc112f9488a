"""Customer managed policies, their versions, and AWS managed policies, through boto3 on both databases."""

import re
from typing import Any

import pytest

from tests.api.responses import Refused, body, call, pages, refused, set_counter
from tests.servers import Account, allow, deny, document

pytestmark = pytest.mark.both_databases


ADMINISTRATOR_ARN = "arn:aws:iam::aws:policy/AdministratorAccess"
DOCUMENT = document(allow("s3:GetObject"))


@pytest.fixture
def policy(account: Account) -> Any:
    """Return a customer managed policy whose document is DOCUMENT."""
    return account.iam.create_policy(PolicyName="P", PolicyDocument=DOCUMENT)["Policy"]


def list_versions(iam: Any, arn: str) -> list[tuple[str, bool]]:
    """Return the ID of each version and whether it is the default version."""
    response = iam.list_policy_versions(PolicyArn=arn)
    return [(version["VersionId"], version["IsDefaultVersion"]) for version in response["Versions"]]


def test_policy_lifecycle(account: Account) -> None:
    iam = account.iam
    policy = iam.create_policy(
        PolicyName="P",
        Path="/team/",
        PolicyDocument=DOCUMENT,
        Description="Reads.",
        Tags=[{"Key": "Dept", "Value": "x"}],
    )["Policy"]
    arn = policy["Arn"]
    assert arn == f"arn:aws:iam::{account.account_id}:policy/team/P"
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", policy["PolicyId"])
    assert policy.pop("Tags") == [{"Key": "Dept", "Value": "x"}]
    assert policy == {
        "PolicyName": "P",
        "PolicyId": policy["PolicyId"],
        "Arn": arn,
        "Path": "/team/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": policy["UpdateDate"],
        "UpdateDate": policy["UpdateDate"],
    }
    response = iam.get_policy(PolicyArn=arn)
    assert response["Policy"] == policy | {"Description": "Reads.", "Tags": [{"Key": "Dept", "Value": "x"}]}
    assert iam.list_policies(Scope="Local")["Policies"] == [policy]

    iam.delete_policy(PolicyArn=arn)
    expected = Refused("NoSuchEntity", 404, f"Policy {arn} was not found.")
    assert refused(iam, "GetPolicy", PolicyArn=arn) == expected


def test_get_policy_returns_attachment_and_boundary_counts(account: Account, policy: Any) -> None:
    iam = account.iam
    for user in ("Ann", "Bob"):
        iam.create_user(UserName=user, PermissionsBoundary=policy["Arn"])
    iam.attach_user_policy(UserName="Ann", PolicyArn=policy["Arn"])
    usage = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]
    assert (usage["AttachmentCount"], usage["PermissionsBoundaryUsageCount"]) == (1, 2)


POLICY_OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("GetPolicy", {}),
    ("DeletePolicy", {}),
    ("CreatePolicyVersion", {"PolicyDocument": DOCUMENT}),
    ("GetPolicyVersion", {"VersionId": "v1"}),
    ("DeletePolicyVersion", {"VersionId": "v1"}),
    ("SetDefaultPolicyVersion", {"VersionId": "v1"}),
    ("ListPolicyVersions", {}),
    ("ListEntitiesForPolicy", {}),
    ("ListPolicyTags", {}),
    ("TagPolicy", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ("UntagPolicy", {"TagKeys": ["a"]}),
]


@pytest.mark.parametrize(("operation", "params"), POLICY_OPERATIONS)
@pytest.mark.parametrize("owner", ["own", "aws", "other"])
def test_missing_policy_is_no_such_entity(
    account: Account, other_account: Account, operation: str, params: dict[str, Any], owner: str
) -> None:
    owners = {"own": account.account_id, "aws": "aws", "other": other_account.account_id}
    arn = f"arn:aws:iam::{owners[owner]}:policy/NoSuch"
    expected = Refused("NoSuchEntity", 404, f"Policy {arn} was not found.")
    assert refused(account.iam, operation, PolicyArn=arn, **params) == expected


@pytest.mark.parametrize("arn", ["this is not an ARN at all", "arn:aws:iam::123456789012:user/Bob"])
def test_invalid_policy_arn_is_rejected(account: Account, arn: str) -> None:
    expected = Refused("ValidationError", 400, f"ARN {arn} is not valid.")
    assert refused(account.iam, "GetPolicy", PolicyArn=arn) == expected


INVALID_CHARACTER = Refused(
    "MalformedQueryString", 404, "The query string contains a character that is not allowed."
)


def test_nul_characters_are_rejected(account: Account) -> None:
    arn = f"arn:aws:iam::{account.account_id}:policy/a\0b"
    requests: list[tuple[str, dict[str, str]]] = [
        ("GetPolicy", {"PolicyArn": arn}),
        ("CreatePolicy", {"PolicyName": "P", "PolicyDocument": DOCUMENT, "Description": "a\0b"}),
        ("PutUserPermissionsBoundary", {"UserName": "admin", "PermissionsBoundary": arn}),
    ]
    for operation, params in requests:
        assert refused(account.iam, operation, **params) == INVALID_CHARACTER


SPECIAL_CHARACTERS = {  # text to its form in the XML response; U+FFFD replaces what XML cannot represent
    "\x01": "\ufffd",
    "\ufffe": "\ufffd",
    "\ud7ff\ue000\U0001f600": "\ud7ff\ue000\U0001f600",
    "<&>\"']]>": "<&>\"']]>",
    "line\r\nline\ttab": "line\r\nline\ttab",
}


@pytest.mark.parametrize("text", SPECIAL_CHARACTERS)
def test_special_characters_are_escaped_or_replaced_in_xml(account: Account, text: str) -> None:
    iam = account.iam
    missing_arn = f"arn:aws:iam::{account.account_id}:policy/{text}"
    error = refused(iam, "GetPolicy", PolicyArn=missing_arn)
    xml_arn = f"arn:aws:iam::{account.account_id}:policy/{SPECIAL_CHARACTERS[text]}"
    assert error.message == f"Policy {xml_arn} was not found."
    arn = iam.create_policy(PolicyName="P", PolicyDocument=DOCUMENT, Description=text)["Policy"]["Arn"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Description"] == SPECIAL_CHARACTERS[text]


def test_policy_name_is_unique_ignoring_case_and_path(account: Account, policy: Any) -> None:
    expected = Refused(
        "EntityAlreadyExists", 409, "A policy called p already exists. Duplicate names are not allowed."
    )
    params = {"PolicyName": "p", "Path": "/else/", "PolicyDocument": DOCUMENT}
    assert refused(account.iam, "CreatePolicy", **params) == expected


def test_customer_managed_policy_may_have_the_name_of_an_aws_managed_policy(account: Account) -> None:
    iam = account.iam
    policy = iam.create_policy(PolicyName="AdministratorAccess", PolicyDocument=DOCUMENT)["Policy"]
    assert policy["Arn"] == f"arn:aws:iam::{account.account_id}:policy/AdministratorAccess"
    assert iam.get_policy(PolicyArn=ADMINISTRATOR_ARN)["Policy"]["PolicyId"] != policy["PolicyId"]


# Policy documents.

DOCUMENTS = {
    "plain": DOCUMENT,
    "white space": DOCUMENT.replace(": ", "\t:\r\n  "),
    "special characters": document(allow("s3:GetObject", resource="arn:aws:s3:::b/~+ %2F*&<>'")).replace(
        "b/", "ü\xa0ÿ/"
    ),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_policy_document_is_returned_unchanged_and_percent_encoded(account: Account, text: str) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="P", PolicyDocument=text)["Policy"]["Arn"]
    response = body(iam, "GetPolicyVersion", PolicyArn=arn, VersionId="v1")
    encoded = response.partition("<Document>")[2].partition("</Document>")[0]
    assert encoded == "".join(
        chr(byte) if chr(byte) in UNRESERVED else f"%{byte:02X}" for byte in text.encode()
    )


UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

MALFORMED_DOCUMENTS = [
    ("{", "Syntax errors in policy."),
    ('{"Version": "2012-10-17", "Statement": []}', "Syntax errors in policy."),
    (
        DOCUMENT.replace("2012-10-17", "2008-10-17"),
        "Policy document must be version 2012-10-17 or greater.",
    ),
    (document(allow("s3:GetObject", resource="bucket")), 'Resource bucket must be in ARN format or "*".'),
    (
        document(allow("s3:GetObject", Principal="*")),
        "Policy document should not specify a principal.",
    ),
]


@pytest.mark.parametrize(("text", "message"), MALFORMED_DOCUMENTS)
def test_malformed_document_creates_neither_policy_nor_version(
    account: Account, policy: Any, text: str, message: str
) -> None:
    iam = account.iam
    expected = Refused("MalformedPolicyDocument", 400, message)
    assert refused(iam, "CreatePolicy", PolicyName="Q", PolicyDocument=text) == expected
    assert refused(iam, "CreatePolicyVersion", PolicyArn=policy["Arn"], PolicyDocument=text) == expected
    assert len(iam.list_policies(Scope="Local")["Policies"]) == 1
    assert list_versions(iam, policy["Arn"]) == [("v1", True)]


def document_of_size(characters: int) -> str:
    """Return a document of this many characters besides white space."""
    without_sid = document(allow("s3:GetObject", Sid="")).replace(" ", "")
    return without_sid.replace('"Sid":""', f'"Sid":"{"x" * (characters - len(without_sid))}"   ')


def test_policy_size_quota_ignores_white_space(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="P", PolicyDocument=document_of_size(6144))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document_of_size(6144))
    expected = Refused("LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144")
    assert refused(iam, "CreatePolicy", PolicyName="Q", PolicyDocument=document_of_size(6145)) == expected
    params = {"PolicyArn": arn, "PolicyDocument": document_of_size(6145)}
    assert refused(iam, "CreatePolicyVersion", **params) == expected


def test_policies_per_account_quota(account: Account) -> None:
    iam = account.iam
    set_counter(account, "policies", 1499)
    arn = iam.create_policy(PolicyName="P", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    expected = Refused("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerAccount: 1500")
    assert refused(iam, "CreatePolicy", PolicyName="Q", PolicyDocument=DOCUMENT) == expected
    iam.delete_policy(PolicyArn=arn)
    iam.create_policy(PolicyName="Q", PolicyDocument=DOCUMENT)


# DeletePolicy.

ATTACHMENTS: list[tuple[str, dict[str, str]]] = [
    ("AttachUserPolicy", {"UserName": "admin"}),
    ("AttachGroupPolicy", {"GroupName": "Administrators"}),
]


@pytest.mark.parametrize(("operation", "params"), ATTACHMENTS)
def test_attached_policy_cannot_be_deleted(
    account: Account, policy: Any, operation: str, params: dict[str, str]
) -> None:
    call(account.iam, operation, PolicyArn=policy["Arn"], **params)
    expected = Refused("DeleteConflict", 409, "Cannot delete a policy attached to entities.")
    assert refused(account.iam, "DeletePolicy", PolicyArn=policy["Arn"]) == expected


def test_policy_used_as_permissions_boundary_cannot_be_deleted(account: Account, policy: Any) -> None:
    account.iam.create_user(UserName="Bob", PermissionsBoundary=policy["Arn"])
    assert refused(account.iam, "DeletePolicy", PolicyArn=policy["Arn"])[:2] == ("DeleteConflict", 409)


def test_policy_with_several_versions_cannot_be_deleted(account: Account, policy: Any) -> None:
    iam = account.iam
    iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=DOCUMENT)
    expected = Refused(
        "DeleteConflict",
        409,
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy.",
    )
    assert refused(iam, "DeletePolicy", PolicyArn=policy["Arn"]) == expected
    iam.delete_policy_version(PolicyArn=policy["Arn"], VersionId="v2")
    iam.delete_policy(PolicyArn=policy["Arn"])


# Versions.


def test_policy_has_at_most_five_versions_and_version_ids_are_not_reused(
    account: Account, policy: Any
) -> None:
    iam, arn = account.iam, policy["Arn"]
    for number in range(2, 6):
        version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)["PolicyVersion"]
        assert (version["VersionId"], version["IsDefaultVersion"]) == (f"v{number}", False)
        assert "Document" not in version
    expected = Refused(
        "LimitExceeded",
        409,
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
        "an existing version.",
    )
    assert refused(iam, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DOCUMENT) == expected
    iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
    sixth = iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)["PolicyVersion"]
    assert sixth["VersionId"] == "v6"
    assert list_versions(iam, arn) == [
        ("v6", False),
        ("v4", False),
        ("v3", False),
        ("v2", False),
        ("v1", True),
    ]


def test_default_version_is_set_at_creation_or_later(account: Account, policy: Any) -> None:
    iam, arn = account.iam, policy["Arn"]
    second = document(deny("s3:GetObject"))
    response = iam.create_policy_version(PolicyArn=arn, PolicyDocument=second, SetAsDefault=True)
    assert response["PolicyVersion"]["IsDefaultVersion"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert list_versions(iam, arn) == [("v2", True), ("v1", False)]
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert list_versions(iam, arn) == [("v2", False), ("v1", True)]
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert version["Document"]["Statement"][0]["Effect"] == "Deny"
    assert not version["IsDefaultVersion"]


def test_default_version_cannot_be_deleted(account: Account, policy: Any) -> None:
    expected = Refused("DeleteConflict", 409, "Cannot delete the default version of a policy.")
    assert refused(account.iam, "DeletePolicyVersion", PolicyArn=policy["Arn"], VersionId="v1") == expected


@pytest.mark.parametrize("operation", ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"])
@pytest.mark.parametrize("version", ["v9", "v1.x", "v99999999999999999999"])
def test_missing_policy_version_is_no_such_entity(
    account: Account, policy: Any, operation: str, version: str
) -> None:
    expected = Refused(
        "NoSuchEntity",
        404,
        f"Policy {policy['Arn']} version {version} does not exist or is not attachable.",
    )
    assert refused(account.iam, operation, PolicyArn=policy["Arn"], VersionId=version) == expected


# AWS managed policies.


def test_list_policies_returns_all_aws_managed_policies(account: Account) -> None:
    listed = [
        policy
        for page in pages(account.iam, "ListPolicies", Scope="AWS", MaxItems=1000)
        for policy in page["Policies"]
    ]
    assert len(listed) >= 1400
    assert len({policy["Arn"] for policy in listed}) == len(listed)
    assert all(policy["Arn"].startswith("arn:aws:iam::aws:policy/") for policy in listed)
    assert all(re.fullmatch(r"ANPA[A-Z2-7]{17}", policy["PolicyId"]) for policy in listed)
    administrator = next(policy for policy in listed if policy["Arn"] == ADMINISTRATOR_ARN)
    assert administrator["AttachmentCount"] == 1


def test_aws_managed_policy_can_be_read(account: Account) -> None:
    iam = account.iam
    policy = iam.get_policy(PolicyArn=ADMINISTRATOR_ARN)["Policy"]
    version_id = policy["DefaultVersionId"]
    assert list_versions(iam, ADMINISTRATOR_ARN) == [(version_id, True)]
    version = iam.get_policy_version(PolicyArn=ADMINISTRATOR_ARN, VersionId=version_id)["PolicyVersion"]
    assert version["Document"]["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert iam.list_policy_tags(PolicyArn=ADMINISTRATOR_ARN)["Tags"] == []


CHANGE_OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("DeletePolicy", {}),
    ("CreatePolicyVersion", {"PolicyDocument": DOCUMENT}),
    ("DeletePolicyVersion", {"VersionId": "v1"}),
    ("SetDefaultPolicyVersion", {"VersionId": "v1"}),
    ("TagPolicy", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ("UntagPolicy", {"TagKeys": ["a"]}),
]


@pytest.mark.parametrize(("operation", "params"), CHANGE_OPERATIONS)
def test_aws_managed_policy_cannot_be_changed(
    account: Account, operation: str, params: dict[str, Any]
) -> None:
    expected = Refused("AccessDenied", 403, f"Policy {ADMINISTRATOR_ARN} is outside your own account.")
    assert refused(account.iam, operation, PolicyArn=ADMINISTRATOR_ARN, **params) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["apple", "Bee", "cat"]),
        ({"PathPrefix": "/team/"}, ["Bee", "cat"]),
        ({"PathPrefix": "/team/red/"}, ["cat"]),
        ({"OnlyAttached": True}, ["apple", "Bee"]),
        ({"OnlyAttached": True, "PolicyUsageFilter": "PermissionsPolicy"}, ["Bee"]),
        ({"OnlyAttached": True, "PolicyUsageFilter": "PermissionsBoundary"}, ["apple"]),
        ({"OnlyAttached": True, "PathPrefix": "/team/"}, ["Bee"]),
    ],
)
def test_list_policies_filters_by_path_and_usage(
    account: Account, params: dict[str, Any], expected: list[str]
) -> None:
    iam = account.iam
    arns = {
        name: iam.create_policy(PolicyName=name, Path=path, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        for name, path in (("cat", "/team/red/"), ("apple", "/"), ("Bee", "/team/"))
    }
    iam.create_user(UserName="Bob", PermissionsBoundary=arns["apple"])
    iam.attach_user_policy(UserName="Bob", PolicyArn=arns["Bee"])
    listed = iam.list_policies(Scope="Local", **params)["Policies"]
    assert [policy["PolicyName"] for policy in listed] == expected


def test_list_policies_only_attached_returns_aws_managed_policies_in_use(account: Account) -> None:
    iam = account.iam
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_user(UserName="Bob", PermissionsBoundary=boundary)
    for params, arns in (
        ({}, [ADMINISTRATOR_ARN, boundary]),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, [ADMINISTRATOR_ARN]),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, [boundary]),
    ):
        listed = iam.list_policies(Scope="AWS", OnlyAttached=True, **params)["Policies"]
        assert [policy["Arn"] for policy in listed] == arns
