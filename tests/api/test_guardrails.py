"""Limits that cannot be escaped: session policies, permissions boundaries, trust policies and session tags.

Most tests also make a call that the limit allows.
"""

import json
from typing import Any

import pytest

from tests.api.escalation_paths import condition
from tests.api.escalations import client_with_token
from tests.api.operation_calls import fill_placeholders
from tests.api.responses import allowed, call, refused, state
from tests.authenticator import Authenticator
from tests.servers import Account, allow, deny, document

ALLOW_ALL = document(allow("*"))
BOB = {"UserName": "bob"}
SESSION_NAME = {"RoleSessionName": "work"}


def trust_policy(account: Account, principal: str) -> str:
    """Return a trust policy for a principal of the account, such as `user/mallory`."""
    aws_principal = {"AWS": f"arn:aws:iam::{account.account_id}:{principal}"}
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Principal": aws_principal, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def create_role(account: Account, name: str, principal: str, *statements: dict[str, Any]) -> str:
    """Create a role that trusts a principal of the account; return its ARN."""
    response = account.iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=trust_policy(account, principal)
    )
    if statements:
        account.iam.put_role_policy(RoleName=name, PolicyName="test", PolicyDocument=document(*statements))
    return str(response["Role"]["Arn"])


def session_client(account: Account, sts: Any, arn: str, service: str = "iam", **params: Any) -> Any:
    """Assume a role; return a client with the credentials of the session."""
    return client_with_token(
        account, service, call(sts, "AssumeRole", RoleArn=arn, **SESSION_NAME, **params)["Credentials"]
    )


@pytest.mark.parametrize("role_allows", [True, False])
@pytest.mark.parametrize("session_policy_allows", [True, False])
def test_session_needs_permission_from_both_role_and_session_policy(
    account: Account, role_allows: bool, session_policy_allows: bool
) -> None:
    account.iam.create_user(UserName="bob")
    without, with_create = allow("iam:ListUsers"), allow("iam:ListUsers", "iam:CreateAccessKey")
    arn = create_role(account, "worker", "user/admin", with_create if role_allows else without)
    limited_session = session_client(
        account, account.sts, arn, Policy=document(with_create if session_policy_allows else without)
    )
    call(limited_session, "ListUsers")
    assert allowed(limited_session, "CreateAccessKey", **BOB) == (role_allows and session_policy_allows)


def test_session_policy_still_limits_a_session_that_changes_its_role_policy(account: Account) -> None:
    arn = create_role(account, "worker", "user/admin", allow("iam:PutRolePolicy"))
    limited_session = session_client(account, account.sts, arn, Policy=document(allow("iam:PutRolePolicy")))
    call(limited_session, "PutRolePolicy", RoleName="worker", PolicyName="all", PolicyDocument=ALLOW_ALL)
    assert not allowed(limited_session, "ListUsers")
    assert allowed(session_client(account, account.sts, arn), "ListUsers")


@pytest.mark.parametrize("principal", ["root", "role/first"])
def test_session_policy_limits_role_chaining(account: Account, principal: str) -> None:
    first = create_role(account, "first", "user/admin", allow("sts:AssumeRole"))
    second = create_role(account, "second", principal, allow("iam:ListUsers"))
    limited_session = session_client(
        account, account.sts, first, "sts", Policy=document(allow("sts:GetCallerIdentity"))
    )
    error = refused(limited_session, "AssumeRole", RoleArn=second, **SESSION_NAME)
    assert error[:2] == ("AccessDenied", 403)
    assert "because no session policy allows the sts:AssumeRole action" in error.message
    assert allowed(
        session_client(account, session_client(account, account.sts, first, "sts"), second), "ListUsers"
    )


def test_federated_user_may_only_call_get_caller_identity(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    arn = create_role(account, "worker", "root", allow("*"))
    credentials = account.sts.get_federation_token(Name="guest", Policy=ALLOW_ALL)["Credentials"]
    iam, sts = (client_with_token(account, service, credentials) for service in ("iam", "sts"))
    before = state(account)
    assert refused(iam, "ListUsers").code == "InvalidClientTokenId"
    assert refused(iam, "CreateAccessKey", **BOB).code == "InvalidClientTokenId"
    assert not allowed(sts, "AssumeRole", RoleArn=arn, **SESSION_NAME)
    assert not allowed(sts, "GetSessionToken")
    assert not allowed(sts, "GetFederationToken", Name="other", Policy=ALLOW_ALL)
    assert state(account) == before
    assert call(sts, "GetCallerIdentity")["Arn"].endswith(":federated-user/guest")


def test_session_token_without_mfa_cannot_call_iam_or_get_other_tokens(account: Account) -> None:
    credentials = account.sts.get_session_token()["Credentials"]
    iam, sts = (client_with_token(account, service, credentials) for service in ("iam", "sts"))
    assert refused(iam, "ListUsers").code == "InvalidClientTokenId"
    assert refused(iam, "CreateAccessKey").code == "InvalidClientTokenId"
    assert not allowed(sts, "GetSessionToken")
    assert not allowed(sts, "GetFederationToken", Name="other", Policy=ALLOW_ALL)


def test_session_token_with_mfa_has_the_permissions_of_its_user(account: Account) -> None:
    device = Authenticator.create(account.iam, "app").enable(account.iam, "admin")
    code = {"SerialNumber": device.serial, "TokenCode": device.code(1)}
    credentials = account.sts.get_session_token(**code)["Credentials"]
    iam = client_with_token(account, "iam", credentials)
    assert call(iam, "CreateAccessKey")["AccessKey"]["UserName"] == "admin"


@pytest.fixture
def boundary(account: Account) -> str:
    """Return the ARN of a permissions boundary that allows only iam:ListUsers."""
    response = account.iam.create_policy(PolicyName="fence", PolicyDocument=document(allow("iam:ListUsers")))
    return str(response["Policy"]["Arn"])


@pytest.fixture
def delegate(account: Account, boundary: str) -> Any:
    """Return the client of mallory, who may manage users and roles only if they have the boundary."""
    has_boundary = condition("StringEquals", "iam:PermissionsBoundary", boundary)
    actions = ("Create{}", "Put{}Policy", "Attach{}Policy", "Put{}PermissionsBoundary")
    delegated = [f"iam:{action.format(kind)}" for action in actions for kind in ("User", "Role")]
    protect_boundary = deny("iam:Delete*PermissionsBoundary", "iam:*PolicyVersion")
    return account.user(
        "mallory", allow(*delegated, **has_boundary), allow("iam:CreateAccessKey"), protect_boundary
    )


ALLOW_ALL_INLINE = {"PolicyName": "all", "PolicyDocument": ALLOW_ALL}


def test_user_of_a_delegate_is_limited_by_the_required_boundary(
    account: Account, boundary: str, delegate: Any
) -> None:
    call(delegate, "CreateUser", UserName="puppet", PermissionsBoundary=boundary)
    call(delegate, "PutUserPolicy", UserName="puppet", **ALLOW_ALL_INLINE)
    key = call(delegate, "CreateAccessKey", UserName="puppet")["AccessKey"]
    puppet = account.client("iam", (key["AccessKeyId"], key["SecretAccessKey"]))
    assert allowed(puppet, "ListUsers")
    error = refused(puppet, "CreateUser", UserName="free")
    assert "because no permissions boundary allows the iam:CreateUser action" in error.message
    assert not allowed(puppet, "DeleteUserPermissionsBoundary", UserName="puppet")


def test_role_of_a_delegate_is_limited_by_the_required_boundary(
    account: Account, boundary: str, delegate: Any
) -> None:
    policy = trust_policy(account, "user/mallory")
    response = call(
        delegate,
        "CreateRole",
        RoleName="puppet",
        AssumeRolePolicyDocument=policy,
        PermissionsBoundary=boundary,
    )
    call(delegate, "PutRolePolicy", RoleName="puppet", **ALLOW_ALL_INLINE)
    sts = account.client("sts", account.key_of("other", allow("sts:*")))
    account.iam.update_assume_role_policy(
        RoleName="puppet", PolicyDocument=trust_policy(account, "user/other")
    )
    puppet = session_client(account, sts, response["Role"]["Arn"])
    assert allowed(puppet, "ListUsers")
    error = refused(puppet, "CreateUser", UserName="free")
    assert "because no permissions boundary allows the iam:CreateUser action" in error.message


ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateUser", {"UserName": "free"}),
        ("CreateUser", {"UserName": "free", "PermissionsBoundary": ADMIN}),
        ("CreateRole", {"RoleName": "free", "AssumeRolePolicyDocument": ALLOW_ALL}),
        ("PutUserPolicy", {"UserName": "mallory", **ALLOW_ALL_INLINE}),
        ("PutUserPolicy", {"UserName": "bob", **ALLOW_ALL_INLINE}),
        ("AttachUserPolicy", {"UserName": "bob", "PolicyArn": ADMIN}),
        ("PutUserPermissionsBoundary", {"UserName": "fenced", "PermissionsBoundary": ADMIN}),
        ("DeleteUserPermissionsBoundary", {"UserName": "fenced"}),
        ("CreatePolicyVersion", {"PolicyArn": "{FENCE}", "PolicyDocument": ALLOW_ALL, "SetAsDefault": True}),
    ],
)
def test_delegate_cannot_grant_permissions_without_the_required_boundary(
    account: Account, boundary: str, delegate: Any, operation: str, params: dict[str, Any]
) -> None:
    account.iam.create_user(UserName="bob")
    account.iam.create_user(UserName="fenced", PermissionsBoundary=boundary)
    before = state(account)
    assert not allowed(delegate, operation, **fill_placeholders(params, {"{FENCE}": boundary}))
    assert state(account) == before


@pytest.mark.parametrize("principal", ["user/other", "role/other"])
def test_caller_cannot_assume_a_role_that_does_not_trust_it(account: Account, principal: str) -> None:
    account.iam.create_user(UserName="other")
    create_role(account, "other", "root")
    arn = create_role(account, "ruler", principal, allow("*"))
    caller = account.client("sts", account.key_of("mallory", allow("sts:*")))
    for sts in (caller, account.sts):  # even an administrator needs to be trusted
        error = refused(sts, "AssumeRole", RoleArn=arn, **SESSION_NAME)
        assert error[:2] == ("AccessDenied", 403)
        assert f"is not authorized to perform: sts:AssumeRole on resource: {arn} because " in error.message


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateAccessKey", {}),
        ("ListAccessKeys", {}),
        ("UpdateAccessKey", {"AccessKeyId": "AKIAQQQQQQQQQQQQQQQQ", "Status": "Active"}),
        ("DeleteAccessKey", {"AccessKeyId": "AKIAQQQQQQQQQQQQQQQQ"}),
        ("CreateLoginProfile", {"Password": "Quiet-Harbor-7291"}),
        ("GetUser", {}),
    ],
)
def test_role_session_without_user_name_parameter_does_not_act_on_root(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    admin_session = session_client(
        account, account.sts, create_role(account, "ruler", "user/admin", allow("*"))
    )
    before = state(account)
    error = refused(admin_session, operation, **params)
    assert error == ("ValidationError", 400, "Must specify userName when calling with non-User credentials")
    assert state(account) == before


def test_admin_role_cannot_call_root_only_operations(account: Account) -> None:
    arn = create_role(account, "ruler", "user/admin", allow("*"))
    admin_session = session_client(account, account.sts, arn, "iamd")
    error = refused(admin_session, "UpdateRootEmail", RootEmail="mallory@example.org")
    assert error.code == "AccessDenied"
    assert "because only the root user can perform it" in error.message


@pytest.mark.parametrize("kind", ["user", "role"])
def test_recreated_principal_with_the_same_name_is_not_trusted(account: Account, kind: str) -> None:
    assume_role = allow("sts:AssumeRole")
    key = account.key_of("bob", assume_role)
    create_role(account, "bob", "user/bob", assume_role)
    role_arn = create_role(account, "ruler", f"{kind}/bob", allow("iam:ListUsers"))
    assert allowed(sts_client_of_bob(account, kind, key), "AssumeRole", RoleArn=role_arn, **SESSION_NAME)

    if kind == "user":
        account.iam.delete_access_key(UserName="bob", AccessKeyId=key[0])
        account.iam.delete_user_policy(UserName="bob", PolicyName="test")
        account.iam.delete_user(UserName="bob")
        key = account.key_of("bob", assume_role)
    else:
        account.iam.delete_role_policy(RoleName="bob", PolicyName="test")
        account.iam.delete_role(RoleName="bob")
        create_role(account, "bob", "user/bob", assume_role)
    assert not allowed(sts_client_of_bob(account, kind, key), "AssumeRole", RoleArn=role_arn, **SESSION_NAME)


def sts_client_of_bob(account: Account, kind: str, key: tuple[str, str]) -> Any:
    """Return an STS client of the user bob, or of the role bob, which trusts the user."""
    sts = account.client("sts", key)
    if kind == "user":
        return sts
    return session_client(account, sts, f"arn:aws:iam::{account.account_id}:role/bob", "sts")


def test_transitive_tag_cannot_be_changed_by_role_chaining(account: Account) -> None:
    first = create_role(account, "first", "user/admin", allow("sts:*"))
    is_chief = condition("StringEquals", "aws:PrincipalTag/team", "chiefs")
    second = create_role(account, "second", "role/first", allow("iam:ListUsers", **is_chief))
    transitive_tag = {"Tags": [{"Key": "team", "Value": "dev"}], "TransitiveTagKeys": ["team"]}
    tagged_session = session_client(account, account.sts, first, "sts", **transitive_tag)
    for key in ("team", "TEAM"):
        error = refused(
            tagged_session,
            "AssumeRole",
            RoleArn=second,
            **SESSION_NAME,
            Tags=[{"Key": key, "Value": "chiefs"}],
        )
        assert error.code == "ValidationError"
    assert not allowed(session_client(account, tagged_session, second), "ListUsers")
    untagged_session = session_client(account, account.sts, first, "sts")
    chief = session_client(account, untagged_session, second, Tags=[{"Key": "team", "Value": "chiefs"}])
    assert allowed(chief, "ListUsers")


def test_source_identity_cannot_be_changed_by_role_chaining(account: Account) -> None:
    first = create_role(account, "first", "user/admin", allow("sts:*"))
    is_boss = condition("StringEquals", "aws:SourceIdentity", "boss")
    second = create_role(account, "second", "role/first", allow("iam:ListUsers", **is_boss))
    mallory = session_client(account, account.sts, first, "sts", SourceIdentity="mallory")
    assert not allowed(mallory, "AssumeRole", RoleArn=second, **SESSION_NAME, SourceIdentity="boss")
    assert not allowed(session_client(account, mallory, second), "ListUsers")
    boss = session_client(account, account.sts, first, "sts", SourceIdentity="boss")
    assert allowed(session_client(account, boss, second), "ListUsers")
