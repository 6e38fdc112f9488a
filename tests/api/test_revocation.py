"""What is taken away is gone at the next request, also at a second process on the same store."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.answers import allowed, refused
from tests.servers import Account, Server, allow, client, deny, document

pytestmark = pytest.mark.both_databases


GROUPED = "arn:aws:iam::{A}:policy/grouped"
Change = Callable[[Any, Account, str], object]


def _new_default_version(iam: Any, account: Account, _: str) -> None:
    iam.create_policy_version(
        PolicyArn=GROUPED.replace("{A}", account.account_id),
        PolicyDocument=document(deny("iam:ListUsers")),
        SetAsDefault=True,
    )


def _deny_by_group(iam: Any, *_: object) -> None:
    iam.put_group_policy(GroupName="g", PolicyName="no", PolicyDocument=document(deny("iam:*")))


def _deny_managed(iam: Any, *_: object) -> None:
    arn = iam.create_policy(PolicyName="no", PolicyDocument=document(deny("iam:*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)


# Each takes the right to list users from bob, who has it by his group's managed policy.
REMOVALS: dict[str, Change] = {
    "inline deny": lambda iam, *_: iam.put_user_policy(
        UserName="bob", PolicyName="no", PolicyDocument=document(deny("iam:*"))
    ),
    "managed deny": _deny_managed,
    "deny on the group": _deny_by_group,
    "new default version": _new_default_version,
    "boundary": lambda iam, *_: iam.put_user_permissions_boundary(
        UserName="bob", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    ),
    "detached": lambda iam, account, _: iam.detach_group_policy(
        GroupName="g", PolicyArn=GROUPED.replace("{A}", account.account_id)
    ),
    "out of the group": lambda iam, *_: iam.remove_user_from_group(GroupName="g", UserName="bob"),
}
KEY_REMOVALS: dict[str, Change] = {
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
    """Return the key of a user who may list users, by his group's managed policy."""
    iam = account.iam
    iam.create_group(GroupName="g")
    arn = iam.create_policy(PolicyName="grouped", PolicyDocument=document(allow("iam:ListUsers")))["Policy"][
        "Arn"
    ]
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    key = account.key_of("bob")
    iam.add_user_to_group(GroupName="g", UserName="bob")
    return key


@pytest.mark.parametrize("change", REMOVALS.values(), ids=REMOVALS)
def test_a_right_that_is_taken_is_gone_everywhere(
    account: Account, second_server: Server, bob: tuple[str, str], change: Change
) -> None:
    here, there = (client(url, "iam", bob) for url in (account.server.url, second_server.url))
    assert allowed(here, "ListUsers")
    assert allowed(there, "ListUsers")
    change(account.iam, account, bob[0])
    assert not allowed(here, "ListUsers")
    assert not allowed(there, "ListUsers")


@pytest.mark.parametrize("change", KEY_REMOVALS.values(), ids=KEY_REMOVALS)
def test_a_key_that_is_taken_is_dead_everywhere(
    account: Account, second_server: Server, bob: tuple[str, str], change: Change
) -> None:
    clients = [client(url, "sts", bob) for url in (account.server.url, second_server.url)]
    for each in clients:
        each.get_caller_identity()
    change(account.iam, account, bob[0])
    for each in clients:
        said = refused(each, "GetCallerIdentity")
        assert said == ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")


@pytest.mark.parametrize("removal", ["inactive", "deleted"])
def test_removed_key_cannot_write(account: Account, removal: str) -> None:
    key = account.key_of("bob", allow("iam:*"))
    bob = account.client("iam", key)
    bob.create_group(GroupName="before")
    KEY_REMOVALS[removal](account.iam, account, key[0])
    assert refused(bob, "CreateGroup", GroupName="after")[:2] == ("InvalidClientTokenId", 403)
    assert [group["GroupName"] for group in account.iam.list_groups()["Groups"]] == [
        "Administrators",
        "before",
    ]


def test_a_right_that_is_given_is_there_everywhere(account: Account, second_server: Server) -> None:
    key = account.key_of("bob")
    there = client(second_server.url, "iam", key)
    assert not allowed(there, "ListUsers")
    account.iam.put_user_policy(
        UserName="bob", PolicyName="yes", PolicyDocument=document(allow("iam:ListUsers"))
    )
    assert allowed(there, "ListUsers")


def test_a_key_that_is_active_again_lives(account: Account, bob: tuple[str, str]) -> None:
    iam = account.iam
    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="bob", AccessKeyId=bob[0], Status=status)
    assert account.client("sts", bob).get_caller_identity()["Arn"].endswith(":user/bob")


def test_a_user_of_the_same_name_inherits_nothing(account: Account, bob: tuple[str, str]) -> None:
    iam = account.iam
    iam.tag_user(UserName="bob", Tags=[{"Key": "a", "Value": "b"}])
    _delete_bob(iam, bob[0])
    key = account.key_of("bob")
    assert iam.list_groups_for_user(UserName="bob")["Groups"] == []
    assert iam.list_user_tags(UserName="bob")["Tags"] == []
    assert not allowed(account.client("iam", key), "ListUsers")
