"""What must not lead out of a cap (a session policy, a boundary, trust, a tag), each with what does work."""

import json
from typing import Any

import pytest

from tests.api.answers import allowed, call, refused, state
from tests.api.escalation_paths import when
from tests.api.escalations import with_token
from tests.api.served import filled
from tests.authenticator import Authenticator
from tests.servers import Account, allow, deny, document

EVERYTHING = document(allow("*"))
KEY_OF_BOB = {"UserName": "bob"}
ASSUMES = {"RoleSessionName": "hers"}


def trust(account: Account, who: str) -> str:
    """Return a trust policy for a principal of the account, such as `user/mallory`."""
    trusted = {"AWS": f"arn:aws:iam::{account.account_id}:{who}"}
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Principal": trusted, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(account: Account, name: str, who: str, *statements: dict[str, Any]) -> str:
    """Make a role that trusts a principal of the account; return its ARN."""
    made = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(account, who))
    if statements:
        account.iam.put_role_policy(RoleName=name, PolicyName="test", PolicyDocument=document(*statements))
    return str(made["Role"]["Arn"])


def session(account: Account, sts: Any, arn: str, service: str = "iam", **more: Any) -> Any:
    """Assume a role; return a client of the session."""
    return with_token(
        account, service, call(sts, "AssumeRole", RoleArn=arn, **ASSUMES, **more)["Credentials"]
    )


@pytest.mark.parametrize("role_lets", [True, False])
@pytest.mark.parametrize("session_lets", [True, False])
def test_a_session_makes_keys_only_where_role_and_session_policy_both_let_it(
    account: Account, role_lets: bool, session_lets: bool
) -> None:
    account.iam.create_user(UserName="bob")
    least, most = allow("iam:ListUsers"), allow("iam:ListUsers", "iam:CreateAccessKey")
    arn = role(account, "worker", "user/admin", most if role_lets else least)
    capped = session(account, account.sts, arn, Policy=document(most if session_lets else least))
    call(capped, "ListUsers")
    assert allowed(capped, "CreateAccessKey", **KEY_OF_BOB) == (role_lets and session_lets)


def test_a_session_is_not_rid_of_its_session_policy_by_a_policy_that_it_gives_its_role(
    account: Account,
) -> None:
    arn = role(account, "worker", "user/admin", allow("iam:PutRolePolicy"))
    capped = session(account, account.sts, arn, Policy=document(allow("iam:PutRolePolicy")))
    call(capped, "PutRolePolicy", RoleName="worker", PolicyName="all", PolicyDocument=EVERYTHING)
    assert not allowed(capped, "ListUsers")
    assert allowed(session(account, account.sts, arn), "ListUsers")


@pytest.mark.parametrize("who", ["root", "role/first"])
def test_a_session_is_not_rid_of_its_session_policy_by_the_next_role(account: Account, who: str) -> None:
    first = role(account, "first", "user/admin", allow("sts:AssumeRole"))
    second = role(account, "second", who, allow("iam:ListUsers"))
    capped = session(account, account.sts, first, "sts", Policy=document(allow("sts:GetCallerIdentity")))
    said = refused(capped, "AssumeRole", RoleArn=second, **ASSUMES)
    assert said[:2] == ("AccessDenied", 403)
    assert "because no session policy allows the sts:AssumeRole action" in said.message
    assert allowed(session(account, session(account, account.sts, first, "sts"), second), "ListUsers")


def test_a_federated_user_calls_no_iam_and_asks_only_who_it_is(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    arn = role(account, "worker", "root", allow("*"))
    made = account.sts.get_federation_token(Name="guest", Policy=EVERYTHING)["Credentials"]
    iam, sts = (with_token(account, service, made) for service in ("iam", "sts"))
    before = state(account)
    assert refused(iam, "ListUsers").code == "InvalidClientTokenId"
    assert refused(iam, "CreateAccessKey", **KEY_OF_BOB).code == "InvalidClientTokenId"
    assert not allowed(sts, "AssumeRole", RoleArn=arn, **ASSUMES)
    assert not allowed(sts, "GetSessionToken")
    assert not allowed(sts, "GetFederationToken", Name="other", Policy=EVERYTHING)
    assert state(account) == before
    assert call(sts, "GetCallerIdentity")["Arn"].endswith(":federated-user/guest")


def test_a_session_token_without_mfa_calls_no_iam_and_makes_no_other(account: Account) -> None:
    made = account.sts.get_session_token()["Credentials"]
    iam, sts = (with_token(account, service, made) for service in ("iam", "sts"))
    assert refused(iam, "ListUsers").code == "InvalidClientTokenId"
    assert refused(iam, "CreateAccessKey").code == "InvalidClientTokenId"
    assert not allowed(sts, "GetSessionToken")
    assert not allowed(sts, "GetFederationToken", Name="other", Policy=EVERYTHING)


def test_a_session_token_with_mfa_is_the_user(account: Account) -> None:
    device = Authenticator.make(account.iam, "app").enable(account.iam, "admin")
    shown = {"SerialNumber": device.serial, "TokenCode": device.code(1)}
    made = account.sts.get_session_token(**shown)["Credentials"]
    iam = with_token(account, "iam", made)
    assert call(iam, "CreateAccessKey")["AccessKey"]["UserName"] == "admin"


@pytest.fixture
def fence(account: Account) -> str:
    """Return a boundary that lets users be listed, and nothing else."""
    made = account.iam.create_policy(PolicyName="fence", PolicyDocument=document(allow("iam:ListUsers")))
    return str(made["Policy"]["Arn"])


@pytest.fixture
def delegate(account: Account, fence: str) -> Any:
    """Return mallory, who may make users and roles and give them policies, but only behind the boundary."""
    fenced = when("StringEquals", "iam:PermissionsBoundary", fence)
    made = ("Create{}", "Put{}Policy", "Attach{}Policy", "Put{}PermissionsBoundary")
    behind = [f"iam:{action.format(kind)}" for action in made for kind in ("User", "Role")]
    no_way_out = deny("iam:Delete*PermissionsBoundary", "iam:*PolicyVersion")
    return account.user("mallory", allow(*behind, **fenced), allow("iam:CreateAccessKey"), no_way_out)


GIVES_ALL = {"PolicyName": "all", "PolicyDocument": EVERYTHING}


def test_a_user_stays_behind_the_boundary_that_its_maker_must_give_it(
    account: Account, fence: str, delegate: Any
) -> None:
    call(delegate, "CreateUser", UserName="puppet", PermissionsBoundary=fence)
    call(delegate, "PutUserPolicy", UserName="puppet", **GIVES_ALL)
    key = call(delegate, "CreateAccessKey", UserName="puppet")["AccessKey"]
    puppet = account.client("iam", (key["AccessKeyId"], key["SecretAccessKey"]))
    assert allowed(puppet, "ListUsers")
    said = refused(puppet, "CreateUser", UserName="free")
    assert "because no permissions boundary allows the iam:CreateUser action" in said.message
    assert not allowed(puppet, "DeleteUserPermissionsBoundary", UserName="puppet")


def test_a_role_stays_behind_the_boundary_that_its_maker_must_give_it(
    account: Account, fence: str, delegate: Any
) -> None:
    policy = trust(account, "user/mallory")
    made = call(
        delegate, "CreateRole", RoleName="puppet", AssumeRolePolicyDocument=policy, PermissionsBoundary=fence
    )
    call(delegate, "PutRolePolicy", RoleName="puppet", **GIVES_ALL)
    sts = account.client("sts", account.key_of("other", allow("sts:*")))
    account.iam.update_assume_role_policy(RoleName="puppet", PolicyDocument=trust(account, "user/other"))
    puppet = session(account, sts, made["Role"]["Arn"])
    assert allowed(puppet, "ListUsers")
    said = refused(puppet, "CreateUser", UserName="free")
    assert "because no permissions boundary allows the iam:CreateUser action" in said.message


ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateUser", {"UserName": "free"}),
        ("CreateUser", {"UserName": "free", "PermissionsBoundary": ADMIN}),
        ("CreateRole", {"RoleName": "free", "AssumeRolePolicyDocument": EVERYTHING}),
        ("PutUserPolicy", {"UserName": "mallory", **GIVES_ALL}),
        ("PutUserPolicy", {"UserName": "bob", **GIVES_ALL}),
        ("AttachUserPolicy", {"UserName": "bob", "PolicyArn": ADMIN}),
        ("PutUserPermissionsBoundary", {"UserName": "fenced", "PermissionsBoundary": ADMIN}),
        ("DeleteUserPermissionsBoundary", {"UserName": "fenced"}),
        ("CreatePolicyVersion", {"PolicyArn": "{FENCE}", "PolicyDocument": EVERYTHING, "SetAsDefault": True}),
    ],
)
def test_who_makes_others_behind_a_boundary_makes_none_without(
    account: Account, fence: str, delegate: Any, operation: str, params: dict[str, Any]
) -> None:
    account.iam.create_user(UserName="bob")
    account.iam.create_user(UserName="fenced", PermissionsBoundary=fence)
    before = state(account)
    assert not allowed(delegate, operation, **filled(params, {"{FENCE}": fence}))
    assert state(account) == before


@pytest.mark.parametrize("who", ["user/other", "role/other"])
def test_no_permission_of_ones_own_opens_a_role_that_trusts_others(account: Account, who: str) -> None:
    account.iam.create_user(UserName="other")
    role(account, "other", "root")
    arn = role(account, "ruler", who, allow("*"))
    asking = account.client("sts", account.key_of("mallory", allow("sts:*")))
    for sts in (asking, account.sts):  # the administrator may do everything, and is not trusted either
        said = refused(sts, "AssumeRole", RoleArn=arn, **ASSUMES)
        assert said[:2] == ("AccessDenied", 403)
        assert f"is not authorized to perform: sts:AssumeRole on resource: {arn} because " in said.message


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
def test_a_role_that_may_do_everything_does_nothing_to_root_by_leaving_the_name_out(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    ruler = session(account, account.sts, role(account, "ruler", "user/admin", allow("*")))
    before = state(account)
    said = refused(ruler, operation, **params)
    assert said == ("ValidationError", 400, "Must specify userName when calling with non-User credentials")
    assert state(account) == before


def test_a_role_that_may_do_everything_does_not_what_is_roots(account: Account) -> None:
    arn = role(account, "ruler", "user/admin", allow("*"))
    ruler = session(account, account.sts, arn, "iamd")
    said = refused(ruler, "UpdateRootEmail", RootEmail="mallory@example.org")
    assert said.code == "AccessDenied"
    assert "because only the root user can perform it" in said.message


@pytest.mark.parametrize("kind", ["user", "role"])
def test_a_namesake_is_not_trusted(account: Account, kind: str) -> None:
    ours, theirs = f"{kind}/bob", allow("sts:AssumeRole")
    key = account.key_of("bob", theirs)
    role(account, "bob", "user/bob", theirs)
    ruler = role(account, "ruler", ours, allow("iam:ListUsers"))
    assert allowed(calling(account, kind, key), "AssumeRole", RoleArn=ruler, **ASSUMES)

    if kind == "user":
        account.iam.delete_access_key(UserName="bob", AccessKeyId=key[0])
        account.iam.delete_user_policy(UserName="bob", PolicyName="test")
        account.iam.delete_user(UserName="bob")
        key = account.key_of("bob", theirs)
    else:
        account.iam.delete_role_policy(RoleName="bob", PolicyName="test")
        account.iam.delete_role(RoleName="bob")
        role(account, "bob", "user/bob", theirs)
    assert not allowed(calling(account, kind, key), "AssumeRole", RoleArn=ruler, **ASSUMES)


def calling(account: Account, kind: str, key: tuple[str, str]) -> Any:
    """Return bob's STS client, or that of the role bob, which trusts the user."""
    sts = account.client("sts", key)
    if kind == "user":
        return sts
    return session(account, sts, f"arn:aws:iam::{account.account_id}:role/bob", "sts")


def test_a_transitive_tag_stays_what_it_is_along_a_chain(account: Account) -> None:
    first = role(account, "first", "user/admin", allow("sts:*"))
    of_chiefs = when("StringEquals", "aws:PrincipalTag/team", "chiefs")
    second = role(account, "second", "role/first", allow("iam:ListUsers", **of_chiefs))
    passed_on = {"Tags": [{"Key": "team", "Value": "dev"}], "TransitiveTagKeys": ["team"]}
    capped = session(account, account.sts, first, "sts", **passed_on)
    for key in ("team", "TEAM"):
        said = refused(
            capped, "AssumeRole", RoleArn=second, **ASSUMES, Tags=[{"Key": key, "Value": "chiefs"}]
        )
        assert said.code == "ValidationError"
    assert not allowed(session(account, capped, second), "ListUsers")
    freely = session(account, account.sts, first, "sts")
    chief = session(account, freely, second, Tags=[{"Key": "team", "Value": "chiefs"}])
    assert allowed(chief, "ListUsers")


def test_a_source_identity_stays_what_it_is_along_a_chain(account: Account) -> None:
    first = role(account, "first", "user/admin", allow("sts:*"))
    of_boss = when("StringEquals", "aws:SourceIdentity", "boss")
    second = role(account, "second", "role/first", allow("iam:ListUsers", **of_boss))
    mallory = session(account, account.sts, first, "sts", SourceIdentity="mallory")
    assert not allowed(mallory, "AssumeRole", RoleArn=second, **ASSUMES, SourceIdentity="boss")
    assert not allowed(session(account, mallory, second), "ListUsers")
    boss = session(account, account.sts, first, "sts", SourceIdentity="boss")
    assert allowed(session(account, boss, second), "ListUsers")
