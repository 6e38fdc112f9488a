"""Revoked permissions and access keys stop working at the next request, on every server of the store."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.responses import allowed, refused
from tests.servers import Account, Server, allow, client, deny, document

pytestmark = pytest.mark.both_databases


GROUP_POLICY_ARN = "arn:aws:iam::{A}:policy/grouped"
Revocation = Callable[[Any, Account, str], object]


def _set_denying_default_version(iam: Any, account: Account, _: str) -> None:
    iam.create_policy_version(
        PolicyArn=GROUP_POLICY_ARN.replace("{A}", account.account_id),
        PolicyDocument=document(deny("iam:ListUsers")),
        SetAsDefault=True,
    )


def _put_denying_group_policy(iam: Any, *_: object) -> None:
    iam.put_group_policy(GroupName="g", PolicyName="no", PolicyDocument=document(deny("iam:*")))


def _attach_denying_policy(iam: Any, *_: object) -> None:
    arn = iam.create_policy(PolicyName="no", PolicyDocument=document(deny("iam:*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)


# Each revokes iam:ListUsers from bob, who has it through a managed policy of his group.
PERMISSION_REVOCATIONS: dict[str, Revocation] = {
    "inline deny": lambda iam, *_: iam.put_user_policy(
        UserName="bob", PolicyName="no", PolicyDocument=document(deny("iam:*"))
    ),
    "managed deny": _attach_denying_policy,
    "deny on the group": _put_denying_group_policy,
    "new default version": _set_denying_default_version,
    "boundary": lambda iam, *_: iam.put_user_permissions_boundary(
        UserName="bob", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    ),
    "detached": lambda iam, account, _: iam.detach_group_policy(
        GroupName="g", PolicyArn=GROUP_POLICY_ARN.replace("{A}", account.account_id)
    ),
    "removed from the group": lambda iam, *_: iam.remove_user_from_group(GroupName="g", UserName="bob"),
}
KEY_REVOCATIONS: dict[str, Revocation] = {
    "inactive": lambda iam, _, key: iam.update_access_key(UserName="bob", AccessKeyId=key, Status="Inactive"),
    "deleted": lambda iam, _, key: iam.delete_access_key(UserName="bob", AccessKeyId=key),
    "user deleted": lambda iam, _, key: _delete_bob(iam, key),
}


def _delete_bob(iam: Any, key: str) -> None:
    iam.delete_access_key(UserName="bob", AccessKeyId=key)
    iam.remove_user_from_group(GroupName="g", UserName="bob")
    iam.delete_user(UserName="bob")


@pytest.fixture
def bob(account: Account) -> tuple[str, str]:
    """Return the access key of a user who has iam:ListUsers through a managed policy of his group."""
    iam = account.iam
    iam.create_group(GroupName="g")
    arn = iam.create_policy(PolicyName="grouped", PolicyDocument=document(allow("iam:ListUsers")))["Policy"][
        "Arn"
    ]
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    key = account.key_of("bob")
    iam.add_user_to_group(GroupName="g", UserName="bob")
    return key


@pytest.mark.parametrize("revoke", PERMISSION_REVOCATIONS.values(), ids=PERMISSION_REVOCATIONS)
def test_revoked_permission_is_denied_on_every_server(
    account: Account, second_server: Server, bob: tuple[str, str], revoke: Revocation
) -> None:
    first, second = (client(url, "iam", bob) for url in (account.server.url, second_server.url))
    assert allowed(first, "ListUsers")
    assert allowed(second, "ListUsers")
    revoke(account.iam, account, bob[0])
    assert not allowed(first, "ListUsers")
    assert not allowed(second, "ListUsers")


@pytest.mark.parametrize("revoke", KEY_REVOCATIONS.values(), ids=KEY_REVOCATIONS)
def test_revoked_access_key_is_invalid_on_every_server(
    account: Account, second_server: Server, bob: tuple[str, str], revoke: Revocation
) -> None:
    clients = [client(url, "sts", bob) for url in (account.server.url, second_server.url)]
    for sts in clients:
        sts.get_caller_identity()
    revoke(account.iam, account, bob[0])
    for sts in clients:
        error = refused(sts, "GetCallerIdentity")
        assert error == (
            "InvalidClientTokenId",
            403,
            "The security token included in the request is invalid.",
        )


@pytest.mark.parametrize("revocation", ["inactive", "deleted"])
def test_revoked_access_key_cannot_write(account: Account, revocation: str) -> None:
    key = account.key_of("bob", allow("iam:*"))
    bob = account.client("iam", key)
    bob.create_group(GroupName="before")
    KEY_REVOCATIONS[revocation](account.iam, account, key[0])
    assert refused(bob, "CreateGroup", GroupName="after")[:2] == ("InvalidClientTokenId", 403)
    assert [group["GroupName"] for group in account.iam.list_groups()["Groups"]] == [
        "Administrators",
        "before",
    ]


def test_granted_permission_is_effective_on_every_server(account: Account, second_server: Server) -> None:
    key = account.key_of("bob")
    second = client(second_server.url, "iam", key)
    assert not allowed(second, "ListUsers")
    account.iam.put_user_policy(
        UserName="bob", PolicyName="yes", PolicyDocument=document(allow("iam:ListUsers"))
    )
    assert allowed(second, "ListUsers")


def test_reactivated_access_key_works(account: Account, bob: tuple[str, str]) -> None:
    iam = account.iam
    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="bob", AccessKeyId=bob[0], Status=status)
    assert account.client("sts", bob).get_caller_identity()["Arn"].endswith(":user/bob")


def test_recreated_user_inherits_nothing(account: Account, bob: tuple[str, str]) -> None:
    iam = account.iam
    iam.tag_user(UserName="bob", Tags=[{"Key": "a", "Value": "b"}])
    _delete_bob(iam, bob[0])
    key = account.key_of("bob")
    assert iam.list_groups_for_user(UserName="bob")["Groups"] == []
    assert iam.list_user_tags(UserName="bob")["Tags"] == []
    assert not allowed(account.client("iam", key), "ListUsers")
