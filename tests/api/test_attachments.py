"""Attached and inline policies and permissions boundaries of users, groups and roles, on both databases."""

import re
from urllib.parse import unquote

import pytest

from tests.api.operation_calls import TRUST
from tests.api.responses import Refused, body, call, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
SERVICE_ROLE = "arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy"
MISSING = "arn:aws:iam::aws:policy/NoSuchPolicyAnywhere"
DOCUMENT = document(allow("s3:GetObject"))
ENTITIES = ["User", "Group", "Role"]


@pytest.fixture(params=ENTITIES)
def entity(request: pytest.FixtureRequest, account: Account) -> tuple[str, dict[str, str]]:
    """Return a kind of entity, and the name parameter of an existing one."""
    return request.param, create_entity(account, request.param, "one")


def create_entity(account: Account, kind: str, name: str, **params: str) -> dict[str, str]:
    """Create an entity; return its name parameter."""
    name_parameter = {f"{kind}Name": name}
    trust = {"AssumeRolePolicyDocument": TRUST} if kind == "Role" else {}
    call(account.iam, f"Create{kind}", **name_parameter, **trust, **params)
    return name_parameter


Entity = tuple[str, dict[str, str]]


def test_attach_is_idempotent_and_detach_removes_the_policy(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    for _ in range(2):
        call(iam, f"Attach{kind}Policy", PolicyArn=READ_ONLY, **name)
    listed = call(iam, f"ListAttached{kind}Policies", **name)
    assert listed["AttachedPolicies"] == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    call(iam, f"Detach{kind}Policy", PolicyArn=READ_ONLY, **name)
    assert call(iam, f"ListAttached{kind}Policies", **name)["AttachedPolicies"] == []
    assert refused(iam, f"Detach{kind}Policy", PolicyArn=READ_ONLY, **name) == Refused(
        "NoSuchEntity", 404, f"Policy {READ_ONLY} was not found."
    )


def test_missing_and_service_role_policies_cannot_be_attached(account: Account, entity: Entity) -> None:
    kind, name = entity
    assert refused(account.iam, f"Attach{kind}Policy", PolicyArn=MISSING, **name) == Refused(
        "NoSuchEntity", 404, f"Policy {MISSING} does not exist or is not attachable."
    )
    error = refused(account.iam, f"Attach{kind}Policy", PolicyArn=SERVICE_ROLE, **name)
    assert error[:2] == ("PolicyNotAttachable", 400)


def test_attached_policies_quota_is_ten(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    for number in range(11):
        arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        if number < 10:
            call(iam, f"Attach{kind}Policy", PolicyArn=arn, **name)
    assert refused(iam, f"Attach{kind}Policy", PolicyArn=arn, **name) == Refused(
        "LimitExceeded", 409, f"Cannot exceed quota for PoliciesPer{kind}: 10"
    )


def test_attached_policies_are_filtered_by_path_prefix(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", Path="/x/", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for policy_arn in (arn, READ_ONLY):
        call(iam, f"Attach{kind}Policy", PolicyArn=policy_arn, **name)
    listed = call(iam, f"ListAttached{kind}Policies", PathPrefix="/x/", **name)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in listed] == [arn]


def test_inline_policy_lifecycle(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    other = document(allow("s3:PutObject"))
    for text in (DOCUMENT, other):
        call(iam, f"Put{kind}Policy", PolicyName="Inline", PolicyDocument=text, **name)
    response = call(iam, f"Get{kind}Policy", PolicyName="inline", **name)
    assert response["PolicyName"] == "Inline"
    assert response["PolicyDocument"]["Statement"][0]["Action"] == ["s3:PutObject"]
    assert call(iam, f"List{kind}Policies", **name)["PolicyNames"] == ["Inline"]
    call(iam, f"Delete{kind}Policy", PolicyName="Inline", **name)
    for operation in (f"Get{kind}Policy", f"Delete{kind}Policy"):
        assert refused(iam, operation, PolicyName="Inline", **name) == Refused(
            "NoSuchEntity", 404, f"The {kind.lower()} policy with name Inline cannot be found."
        )


def test_inline_policy_document_is_returned_unchanged_in_rfc_3986_encoding(
    account: Account, entity: Entity
) -> None:
    kind, name = entity
    text = DOCUMENT.replace(": ", "\t:\r\n  ").replace("*", "arn:aws:s3:::b/\u00fc~+ %2F*&<>'")
    call(account.iam, f"Put{kind}Policy", PolicyName="a", PolicyDocument=text, **name)
    xml = body(account.iam, f"Get{kind}Policy", PolicyName="a", **name)
    encoded = xml.partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert not re.search(r"[^A-Za-z0-9._~%-]", encoded)
    assert unquote(encoded) == text


def test_inline_policies_share_a_size_quota(account: Account, entity: Entity) -> None:
    kind, name = entity
    limit = {"User": 2048, "Group": 5120, "Role": 10240}[kind]

    def document_of_size(size: int) -> str:
        empty = document(allow("s3:", resource="*"))
        return empty.replace("s3:", "s3:" + "a" * (size - len("".join(empty.split()))))

    call(
        account.iam, f"Put{kind}Policy", PolicyName="a", PolicyDocument=document_of_size(limit - 200), **name
    )
    call(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument=document_of_size(200), **name)
    call(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument=document_of_size(199), **name)
    error = refused(
        account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument=document_of_size(201), **name
    )
    assert error == Refused(
        "LimitExceeded", 409, f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} one"
    )


def test_inline_policy_accepts_version_2008_and_rejects_malformed_documents(
    account: Account, entity: Entity
) -> None:
    kind, name = entity
    old_version = DOCUMENT.replace("2012-10-17", "2008-10-17")
    call(account.iam, f"Put{kind}Policy", PolicyName="a", PolicyDocument=old_version, **name)
    error = refused(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument="{}", **name)
    assert error[:2] == ("MalformedPolicyDocument", 400)


KINDS_WITH_BOUNDARY = pytest.mark.parametrize("kind", ["User", "Role"])


@KINDS_WITH_BOUNDARY
def test_permissions_boundary_lifecycle(account: Account, kind: str) -> None:
    iam, name = account.iam, create_entity(account, kind, "bob")
    assert refused(iam, f"Delete{kind}PermissionsBoundary", **name) == Refused(
        "NoSuchEntity", 404, f"The {kind.lower()} with name bob has no permissions boundary."
    )
    for arn in (AUDIT, READ_ONLY):
        call(iam, f"Put{kind}PermissionsBoundary", PermissionsBoundary=arn, **name)
    assert call(iam, f"Get{kind}", **name)[kind]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": READ_ONLY,
    }
    call(iam, f"Delete{kind}PermissionsBoundary", **name)
    assert "PermissionsBoundary" not in call(iam, f"Get{kind}", **name)[kind]


@KINDS_WITH_BOUNDARY
@pytest.mark.parametrize(("arn", "code"), [(MISSING, "NoSuchEntity"), (SERVICE_ROLE, "PolicyNotAttachable")])
def test_missing_and_service_role_policies_cannot_be_boundaries(
    account: Account, kind: str, arn: str, code: str
) -> None:
    iam, name = account.iam, create_entity(account, kind, "one")
    error = refused(iam, f"Put{kind}PermissionsBoundary", PermissionsBoundary=arn, **name)
    assert error.code == code
    params = {f"{kind}Name": "bob", "PermissionsBoundary": arn}
    trust = {"AssumeRolePolicyDocument": TRUST} if kind == "Role" else {}
    assert refused(iam, f"Create{kind}", **params, **trust).code == code
    assert refused(iam, f"Get{kind}", **{f"{kind}Name": "bob"}).code == "NoSuchEntity"
