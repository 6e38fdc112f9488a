"""Attachments, inline policies and permissions boundaries of users and groups, on both databases."""

import re
from typing import Any
from urllib.parse import unquote

import pytest

from tests.api.answers import Refused, body, call, refused
from tests.servers import Account, allow, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
SERVICE_ROLE = "arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy"
MISSING = "arn:aws:iam::aws:policy/NoSuchPolicyAnywhere"
DOCUMENT = document(allow("s3:GetObject"))
ENTITIES = ["User", "Group"]


@pytest.fixture(params=ENTITIES)
def entity(request: pytest.FixtureRequest, account: Account) -> tuple[str, dict[str, str]]:
    """Return a kind of entity, and what names one of that kind."""
    name = {f"{request.param}Name": "one"}
    call(account.iam, f"Create{request.param}", **name)
    return request.param, name


Entity = tuple[str, dict[str, str]]


def test_a_policy_is_attached_once_and_detached(account: Account, entity: Entity) -> None:
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


def test_what_cannot_be_attached(account: Account, entity: Entity) -> None:
    kind, name = entity
    assert refused(account.iam, f"Attach{kind}Policy", PolicyArn=MISSING, **name) == Refused(
        "NoSuchEntity", 404, f"Policy {MISSING} does not exist or is not attachable."
    )
    said = refused(account.iam, f"Attach{kind}Policy", PolicyArn=SERVICE_ROLE, **name)
    assert said[:2] == ("PolicyNotAttachable", 400)


def test_ten_policies_are_attached_at_most(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    for number in range(11):
        arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        if number < 10:
            call(iam, f"Attach{kind}Policy", PolicyArn=arn, **name)
    assert refused(iam, f"Attach{kind}Policy", PolicyArn=arn, **name) == Refused(
        "LimitExceeded", 409, f"Cannot exceed quota for PoliciesPer{kind}: 10"
    )


def test_attached_policies_are_listed_by_path(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", Path="/x/", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for each in (arn, READ_ONLY):
        call(iam, f"Attach{kind}Policy", PolicyArn=each, **name)
    listed = call(iam, f"ListAttached{kind}Policies", PathPrefix="/x/", **name)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in listed] == [arn]


def test_an_inline_policy_is_put_replaced_and_deleted(account: Account, entity: Entity) -> None:
    kind, name = entity
    iam = account.iam
    other = document(allow("s3:PutObject"))
    for text in (DOCUMENT, other):
        call(iam, f"Put{kind}Policy", PolicyName="Inline", PolicyDocument=text, **name)
    found = call(iam, f"Get{kind}Policy", PolicyName="inline", **name)
    assert found["PolicyName"] == "Inline"
    assert found["PolicyDocument"]["Statement"][0]["Action"] == ["s3:PutObject"]
    assert call(iam, f"List{kind}Policies", **name)["PolicyNames"] == ["Inline"]
    call(iam, f"Delete{kind}Policy", PolicyName="Inline", **name)
    for operation in (f"Get{kind}Policy", f"Delete{kind}Policy"):
        assert refused(iam, operation, PolicyName="Inline", **name) == Refused(
            "NoSuchEntity", 404, f"The {kind.lower()} policy with name Inline cannot be found."
        )


def test_an_inline_document_comes_back_as_it_was_sent_in_rfc_3986(account: Account, entity: Entity) -> None:
    kind, name = entity
    text = DOCUMENT.replace(": ", "\t:\r\n  ").replace("*", "arn:aws:s3:::b/\u00fc~+ %2F*&<>'")
    call(account.iam, f"Put{kind}Policy", PolicyName="a", PolicyDocument=text, **name)
    shown = body(account.iam, f"Get{kind}Policy", PolicyName="a", **name)
    encoded = shown.partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert not re.search(r"[^A-Za-z0-9._~%-]", encoded)
    assert unquote(encoded) == text


def test_inline_policies_have_a_size_together(account: Account, entity: Entity) -> None:
    kind, name = entity
    limit = {"User": 2048, "Group": 5120}[kind]

    def of_size(size: int) -> str:
        empty = document(allow("s3:", resource="*"))
        return empty.replace("s3:", "s3:" + "a" * (size - len("".join(empty.split()))))

    call(account.iam, f"Put{kind}Policy", PolicyName="a", PolicyDocument=of_size(limit - 200), **name)
    call(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument=of_size(200), **name)
    call(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument=of_size(199), **name)
    said = refused(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument=of_size(201), **name)
    assert said == Refused(
        "LimitExceeded", 409, f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} one"
    )


def test_an_inline_document_may_be_of_the_old_version_and_not_broken(
    account: Account, entity: Entity
) -> None:
    kind, name = entity
    old = DOCUMENT.replace("2012-10-17", "2008-10-17")
    call(account.iam, f"Put{kind}Policy", PolicyName="a", PolicyDocument=old, **name)
    said = refused(account.iam, f"Put{kind}Policy", PolicyName="b", PolicyDocument="{}", **name)
    assert said[:2] == ("MalformedPolicyDocument", 400)


def test_a_boundary_is_put_shown_and_deleted(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    said = refused(iam, "DeleteUserPermissionsBoundary", UserName="bob")
    assert said[:2] == ("NoSuchEntity", 404)
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=READ_ONLY)
    assert iam.get_user(UserName="bob")["User"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": READ_ONLY,
    }
    iam.delete_user_permissions_boundary(UserName="bob")
    assert "PermissionsBoundary" not in iam.get_user(UserName="bob")["User"]


@pytest.mark.parametrize(("arn", "code"), [(MISSING, "NoSuchEntity"), (SERVICE_ROLE, "PolicyNotAttachable")])
def test_what_cannot_be_a_boundary(account: Account, arn: str, code: str) -> None:
    iam = account.iam
    said = refused(iam, "PutUserPermissionsBoundary", UserName="admin", PermissionsBoundary=arn)
    assert said.code == code
    assert refused(iam, "CreateUser", UserName="bob", PermissionsBoundary=arn).code == code
    assert refused(iam, "GetUser", UserName="bob").code == "NoSuchEntity"


def test_entities_of_a_policy(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam.create_group(GroupName="g", Path="/x/")
    iam.create_user(UserName="u", Path="/x/")
    iam.create_user(UserName="v")
    iam.create_user(UserName="b", PermissionsBoundary=arn)
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    for name in "uv":
        iam.attach_user_policy(UserName=name, PolicyArn=arn)

    def listed(**params: Any) -> tuple[list[str], list[str]]:
        found = iam.list_entities_for_policy(PolicyArn=arn, **params)
        assert found["PolicyRoles"] == []
        groups = [group["GroupName"] for group in found["PolicyGroups"]]
        return groups, [user["UserName"] for user in found["PolicyUsers"]]

    assert listed() == (["g"], ["b", "u", "v"])
    assert listed(EntityFilter="User") == ([], ["b", "u", "v"])
    assert listed(EntityFilter="Group") == (["g"], [])
    assert listed(EntityFilter="Role") == ([], [])
    assert listed(PathPrefix="/x/") == (["g"], ["u"])
    assert listed(PolicyUsageFilter="PermissionsPolicy") == (["g"], ["u", "v"])
    assert listed(PolicyUsageFilter="PermissionsBoundary") == ([], ["b"])
