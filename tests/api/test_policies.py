"""Managed policies and their versions, by boto3, on both databases; and those of AWS."""

import re
from typing import Any

import pytest

from tests.api.answers import Refused, body, call, pages, refused, set_counter
from tests.servers import Account, allow, deny, document

pytestmark = pytest.mark.both_databases


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DOCUMENT = document(allow("s3:GetObject"))


@pytest.fixture
def made(account: Account) -> Any:
    """Return a policy that was made with DOCUMENT."""
    return account.iam.create_policy(PolicyName="P", PolicyDocument=DOCUMENT)["Policy"]


def versions(iam: Any, arn: str) -> list[tuple[str, bool]]:
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    return [(version["VersionId"], version["IsDefaultVersion"]) for version in listed]


def test_a_policy_lives_from_create_to_delete(account: Account) -> None:
    iam = account.iam
    made = iam.create_policy(
        PolicyName="P",
        Path="/team/",
        PolicyDocument=DOCUMENT,
        Description="Reads.",
        Tags=[{"Key": "Dept", "Value": "x"}],
    )["Policy"]
    arn = made["Arn"]
    assert arn == f"arn:aws:iam::{account.account_id}:policy/team/P"
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", made["PolicyId"])
    assert made.pop("Tags") == [{"Key": "Dept", "Value": "x"}]
    assert made == {
        "PolicyName": "P",
        "PolicyId": made["PolicyId"],
        "Arn": arn,
        "Path": "/team/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": made["UpdateDate"],
        "UpdateDate": made["UpdateDate"],
    }
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    assert found == made | {"Description": "Reads.", "Tags": [{"Key": "Dept", "Value": "x"}]}
    assert iam.list_policies(Scope="Local")["Policies"] == [made]

    iam.delete_policy(PolicyArn=arn)
    missing = Refused("NoSuchEntity", 404, f"Policy {arn} was not found.")
    assert refused(iam, "GetPolicy", PolicyArn=arn) == missing


def test_usage_is_counted(account: Account, made: Any) -> None:
    iam = account.iam
    for user in ("Ann", "Bob"):
        iam.create_user(UserName=user, PermissionsBoundary=made["Arn"])
    iam.attach_user_policy(UserName="Ann", PolicyArn=made["Arn"])
    found = iam.get_policy(PolicyArn=made["Arn"])["Policy"]
    assert (found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]) == (1, 2)


MISSING: list[tuple[str, dict[str, Any]]] = [
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


@pytest.mark.parametrize(("operation", "more"), MISSING)
@pytest.mark.parametrize("owner", ["own", "aws", "other"])
def test_a_missing_policy_is_no_such_entity(
    account: Account, other_account: Account, operation: str, more: dict[str, Any], owner: str
) -> None:
    owners = {"own": account.account_id, "aws": "aws", "other": other_account.account_id}
    arn = f"arn:aws:iam::{owners[owner]}:policy/NoSuch"
    missing = Refused("NoSuchEntity", 404, f"Policy {arn} was not found.")
    assert refused(account.iam, operation, PolicyArn=arn, **more) == missing


@pytest.mark.parametrize("arn", ["this is not an ARN at all", "arn:aws:iam::123456789012:user/Bob"])
def test_what_is_no_arn_of_a_policy_is_not_valid(account: Account, arn: str) -> None:
    wrong = Refused("ValidationError", 400, f"ARN {arn} is not valid.")
    assert refused(account.iam, "GetPolicy", PolicyArn=arn) == wrong


NOT_ALLOWED = Refused(
    "MalformedQueryString", 404, "The query string contains a character that is not allowed."
)


def test_no_text_holds_a_nul(account: Account) -> None:
    arn = f"arn:aws:iam::{account.account_id}:policy/a\0b"
    odd: list[tuple[str, dict[str, str]]] = [
        ("GetPolicy", {"PolicyArn": arn}),
        ("CreatePolicy", {"PolicyName": "P", "PolicyDocument": DOCUMENT, "Description": "a\0b"}),
        ("PutUserPermissionsBoundary", {"UserName": "admin", "PermissionsBoundary": arn}),
    ]
    for operation, params in odd:
        assert refused(account.iam, operation, **params) == NOT_ALLOWED


ODD_TEXTS = {  # and how XML can show them
    "\x01": "\ufffd",
    "\ufffe": "\ufffd",
    "\ud7ff\ue000\U0001f600": "\ud7ff\ue000\U0001f600",
    "<&>\"']]>": "<&>\"']]>",
    "line\r\nline\ttab": "line\r\nline\ttab",
}


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_characters_break_nothing(account: Account, text: str) -> None:
    iam = account.iam
    missing = f"arn:aws:iam::{account.account_id}:policy/{text}"
    said = refused(iam, "GetPolicy", PolicyArn=missing)
    assert said.message == f"Policy arn:aws:iam::{account.account_id}:policy/{ODD_TEXTS[text]} was not found."
    arn = iam.create_policy(PolicyName="P", PolicyDocument=DOCUMENT, Description=text)["Policy"]["Arn"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Description"] == ODD_TEXTS[text]


def test_a_name_is_taken_in_any_case_and_on_any_path(account: Account, made: Any) -> None:
    taken = Refused(
        "EntityAlreadyExists", 409, "A policy called p already exists. Duplicate names are not allowed."
    )
    create = {"PolicyName": "p", "Path": "/else/", "PolicyDocument": DOCUMENT}
    assert refused(account.iam, "CreatePolicy", **create) == taken


def test_an_own_policy_may_have_the_name_of_one_of_aws(account: Account) -> None:
    iam = account.iam
    own = iam.create_policy(PolicyName="AdministratorAccess", PolicyDocument=DOCUMENT)["Policy"]
    assert own["Arn"] == f"arn:aws:iam::{account.account_id}:policy/AdministratorAccess"
    assert iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]["PolicyId"] != own["PolicyId"]


# Documents, as sent and as shown.

DOCUMENTS = {
    "plain": DOCUMENT,
    "spaces and lines": DOCUMENT.replace(": ", "\t:\r\n  "),
    "letters": document(allow("s3:GetObject", resource="arn:aws:s3:::b/~+ %2F*&<>'")).replace(
        "b/", "ü\xa0ÿ/"
    ),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_document_comes_back_as_it_was_sent_in_rfc_3986(account: Account, text: str) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="P", PolicyDocument=text)["Policy"]["Arn"]
    shown = body(iam, "GetPolicyVersion", PolicyArn=arn, VersionId="v1")
    encoded = shown.partition("<Document>")[2].partition("</Document>")[0]
    assert encoded == "".join(
        chr(byte) if chr(byte) in UNRESERVED else f"%{byte:02X}" for byte in text.encode()
    )


UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

MALFORMED = [
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


@pytest.mark.parametrize(("text", "sentence"), MALFORMED)
def test_a_malformed_document_makes_no_policy_and_no_version(
    account: Account, made: Any, text: str, sentence: str
) -> None:
    iam = account.iam
    malformed = Refused("MalformedPolicyDocument", 400, sentence)
    assert refused(iam, "CreatePolicy", PolicyName="Q", PolicyDocument=text) == malformed
    assert refused(iam, "CreatePolicyVersion", PolicyArn=made["Arn"], PolicyDocument=text) == malformed
    assert len(iam.list_policies(Scope="Local")["Policies"]) == 1
    assert versions(iam, made["Arn"]) == [("v1", True)]


def sized(characters: int) -> str:
    """Return a document of so many characters, white space not counted."""
    bare = document(allow("s3:GetObject", Sid="")).replace(" ", "")
    return bare.replace('"Sid":""', f'"Sid":"{"x" * (characters - len(bare))}"   ')


def test_the_size_of_a_document_without_its_white_space(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="P", PolicyDocument=sized(6144))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=sized(6144))
    large = Refused("LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144")
    assert refused(iam, "CreatePolicy", PolicyName="Q", PolicyDocument=sized(6145)) == large
    assert refused(iam, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=sized(6145)) == large


def test_the_quota_of_policies(account: Account) -> None:
    iam = account.iam
    set_counter(account, "policies", 1499)
    arn = iam.create_policy(PolicyName="P", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerAccount: 1500")
    assert refused(iam, "CreatePolicy", PolicyName="Q", PolicyDocument=DOCUMENT) == full
    iam.delete_policy(PolicyArn=arn)
    iam.create_policy(PolicyName="Q", PolicyDocument=DOCUMENT)


# Deleting.

USES: list[tuple[str, dict[str, str]]] = [
    ("AttachUserPolicy", {"UserName": "admin"}),
    ("AttachGroupPolicy", {"GroupName": "Administrators"}),
]


@pytest.mark.parametrize(("operation", "params"), USES)
def test_an_attached_policy_is_not_deleted(
    account: Account, made: Any, operation: str, params: dict[str, str]
) -> None:
    call(account.iam, operation, PolicyArn=made["Arn"], **params)
    conflict = Refused("DeleteConflict", 409, "Cannot delete a policy attached to entities.")
    assert refused(account.iam, "DeletePolicy", PolicyArn=made["Arn"]) == conflict


def test_a_policy_that_bounds_somebody_is_not_deleted(account: Account, made: Any) -> None:
    account.iam.create_user(UserName="Bob", PermissionsBoundary=made["Arn"])
    assert refused(account.iam, "DeletePolicy", PolicyArn=made["Arn"])[:2] == ("DeleteConflict", 409)


def test_a_policy_with_more_versions_is_not_deleted(account: Account, made: Any) -> None:
    iam = account.iam
    iam.create_policy_version(PolicyArn=made["Arn"], PolicyDocument=DOCUMENT)
    conflict = Refused(
        "DeleteConflict",
        409,
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy.",
    )
    assert refused(iam, "DeletePolicy", PolicyArn=made["Arn"]) == conflict
    iam.delete_policy_version(PolicyArn=made["Arn"], VersionId="v2")
    iam.delete_policy(PolicyArn=made["Arn"])


# Versions.


def test_versions_are_five_and_their_numbers_are_never_used_again(account: Account, made: Any) -> None:
    iam, arn = account.iam, made["Arn"]
    for number in range(2, 6):
        answer = iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)["PolicyVersion"]
        assert (answer["VersionId"], answer["IsDefaultVersion"]) == (f"v{number}", False)
        assert "Document" not in answer
    full = Refused(
        "LimitExceeded",
        409,
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
        "an existing version.",
    )
    assert refused(iam, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DOCUMENT) == full
    iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
    sixth = iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)["PolicyVersion"]
    assert sixth["VersionId"] == "v6"
    assert versions(iam, arn) == [("v6", False), ("v4", False), ("v3", False), ("v2", False), ("v1", True)]


def test_the_default_version_is_chosen_when_made_or_later(account: Account, made: Any) -> None:
    iam, arn = account.iam, made["Arn"]
    second = document(deny("s3:GetObject"))
    answer = iam.create_policy_version(PolicyArn=arn, PolicyDocument=second, SetAsDefault=True)
    assert answer["PolicyVersion"]["IsDefaultVersion"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert versions(iam, arn) == [("v2", True), ("v1", False)]
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert versions(iam, arn) == [("v2", False), ("v1", True)]
    found = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert found["Document"]["Statement"][0]["Effect"] == "Deny"
    assert not found["IsDefaultVersion"]


def test_the_default_version_is_not_deleted(account: Account, made: Any) -> None:
    conflict = Refused("DeleteConflict", 409, "Cannot delete the default version of a policy.")
    assert refused(account.iam, "DeletePolicyVersion", PolicyArn=made["Arn"], VersionId="v1") == conflict


@pytest.mark.parametrize("operation", ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"])
@pytest.mark.parametrize("version", ["v9", "v1.x", "v99999999999999999999"])
def test_a_missing_version(account: Account, made: Any, operation: str, version: str) -> None:
    missing = Refused(
        "NoSuchEntity",
        404,
        f"Policy {made['Arn']} version {version} does not exist or is not attachable.",
    )
    assert refused(account.iam, operation, PolicyArn=made["Arn"], VersionId=version) == missing


# AWS's own.


def test_all_of_aws_managed_policies_are_there(account: Account) -> None:
    listed = [
        policy
        for page in pages(account.iam, "ListPolicies", Scope="AWS", MaxItems=1000)
        for policy in page["Policies"]
    ]
    assert len(listed) >= 1400
    assert len({policy["Arn"] for policy in listed}) == len(listed)
    assert all(policy["Arn"].startswith("arn:aws:iam::aws:policy/") for policy in listed)
    assert all(re.fullmatch(r"ANPA[A-Z2-7]{17}", policy["PolicyId"]) for policy in listed)
    administrator = next(policy for policy in listed if policy["Arn"] == ADMINISTRATOR)
    assert administrator["AttachmentCount"] == 1


def test_a_policy_of_aws_can_be_read(account: Account) -> None:
    iam = account.iam
    policy = iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
    version = policy["DefaultVersionId"]
    assert versions(iam, ADMINISTRATOR) == [(version, True)]
    found = iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId=version)["PolicyVersion"]
    assert found["Document"]["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert iam.list_policy_tags(PolicyArn=ADMINISTRATOR)["Tags"] == []


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("DeletePolicy", {}),
    ("CreatePolicyVersion", {"PolicyDocument": DOCUMENT}),
    ("DeletePolicyVersion", {"VersionId": "v1"}),
    ("SetDefaultPolicyVersion", {"VersionId": "v1"}),
    ("TagPolicy", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ("UntagPolicy", {"TagKeys": ["a"]}),
]


@pytest.mark.parametrize(("operation", "more"), CHANGES)
def test_a_policy_of_aws_cannot_be_changed(account: Account, operation: str, more: dict[str, Any]) -> None:
    outside = Refused("AccessDenied", 403, f"Policy {ADMINISTRATOR} is outside your own account.")
    assert refused(account.iam, operation, PolicyArn=ADMINISTRATOR, **more) == outside


@pytest.mark.parametrize(
    ("params", "names"),
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
def test_lists_filter_by_path_and_use(account: Account, params: dict[str, Any], names: list[str]) -> None:
    iam = account.iam
    arns = {
        name: iam.create_policy(PolicyName=name, Path=path, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        for name, path in (("cat", "/team/red/"), ("apple", "/"), ("Bee", "/team/"))
    }
    iam.create_user(UserName="Bob", PermissionsBoundary=arns["apple"])
    iam.attach_user_policy(UserName="Bob", PolicyArn=arns["Bee"])
    listed = iam.list_policies(Scope="Local", **params)["Policies"]
    assert [policy["PolicyName"] for policy in listed] == names


def test_the_policies_of_aws_that_an_account_uses(account: Account) -> None:
    iam = account.iam
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_user(UserName="Bob", PermissionsBoundary=boundary)
    for more, arns in (
        ({}, [ADMINISTRATOR, boundary]),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, [ADMINISTRATOR]),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, [boundary]),
    ):
        listed = iam.list_policies(Scope="AWS", OnlyAttached=True, **more)["Policies"]
        assert [policy["Arn"] for policy in listed] == arns
