"""Access keys, by boto3, on both databases. The audit's tests see that no secret is kept open."""

import re
from typing import Any

import pytest

from tests.api.answers import Refused, call, refused
from tests.servers import Account, allow

NO_BOB = Refused("NoSuchEntity", 404, "The user with name Bob cannot be found.")
UNKNOWN = "AKIAAAAAAAAAAAAAAAAA"
NO_KEY = Refused("NoSuchEntity", 404, f"The Access Key with id {UNKNOWN} cannot be found.")


def test_a_key_lives_from_create_to_delete(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    made = iam.create_access_key(UserName="bob")["AccessKey"]
    assert (made["UserName"], made["Status"]) == ("Bob", "Active")
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", made["AccessKeyId"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", made["SecretAccessKey"])
    shown = {name: value for name, value in made.items() if name != "SecretAccessKey"}
    assert iam.list_access_keys(UserName="Bob")["AccessKeyMetadata"] == [shown]

    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="Bob", AccessKeyId=made["AccessKeyId"], Status=status)
        assert iam.list_access_keys(UserName="Bob")["AccessKeyMetadata"] == [shown | {"Status": status}]

    iam.delete_access_key(UserName="Bob", AccessKeyId=made["AccessKeyId"])
    assert iam.list_access_keys(UserName="Bob")["AccessKeyMetadata"] == []


def test_without_a_name_a_user_turns_its_own_keys(account: Account) -> None:
    actions = ("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "ListAccessKeys")
    first, secret = account.key_of("Bob", allow(*(f"iam:{action}" for action in actions)))
    bob = account.client("iam", (first, secret))
    second = bob.create_access_key()["AccessKey"]
    assert second["UserName"] == "Bob"
    assert {key["AccessKeyId"] for key in bob.list_access_keys()["AccessKeyMetadata"]} == {
        first,
        second["AccessKeyId"],
    }
    turned = account.client("iam", (second["AccessKeyId"], second["SecretAccessKey"]))
    turned.update_access_key(AccessKeyId=first, Status="Inactive")
    turned.delete_access_key(AccessKeyId=first)
    assert len(turned.list_access_keys()["AccessKeyMetadata"]) == 1


MISSING_USER: list[tuple[str, dict[str, str]]] = [
    ("CreateAccessKey", {}),
    ("ListAccessKeys", {}),
    ("DeleteAccessKey", {"AccessKeyId": UNKNOWN}),
    ("UpdateAccessKey", {"AccessKeyId": UNKNOWN, "Status": "Active"}),
]


@pytest.mark.parametrize(("operation", "more"), MISSING_USER)
def test_a_missing_user_is_no_such_entity(account: Account, operation: str, more: dict[str, str]) -> None:
    assert refused(account.iam, operation, UserName="Bob", **more) == NO_BOB


MISSING_KEY: list[tuple[str, dict[str, str]]] = [
    ("DeleteAccessKey", {"UserName": "admin"}),
    ("UpdateAccessKey", {"UserName": "admin", "Status": "Active"}),
    ("GetAccessKeyLastUsed", {}),
]


@pytest.mark.parametrize(("operation", "more"), MISSING_KEY)
def test_a_missing_key_is_no_such_entity(account: Account, operation: str, more: dict[str, str]) -> None:
    assert refused(account.iam, operation, AccessKeyId=UNKNOWN, **more) == NO_KEY


@pytest.mark.parametrize(("operation", "more"), MISSING_KEY)
def test_a_key_of_another_account_is_a_missing_key(
    account: Account, other_account: Account, operation: str, more: dict[str, str]
) -> None:
    key = other_account.access_key_id
    missing = Refused("NoSuchEntity", 404, f"The Access Key with id {key} cannot be found.")
    assert refused(account.iam, operation, AccessKeyId=key, **more) == missing
    assert len(other_account.iam.list_access_keys()["AccessKeyMetadata"]) == 1


@pytest.mark.parametrize(("operation", "more"), MISSING_KEY[:2])
def test_a_key_of_another_user_is_a_missing_key(
    account: Account, operation: str, more: dict[str, Any]
) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    named = {"AccessKeyId": account.access_key_id, **more, "UserName": "Bob"}
    assert refused(iam, operation, **named)[:2] == ("NoSuchEntity", 404)
    assert iam.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Active"


def test_a_user_has_two_keys_at_most_inactive_ones_counted(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    first = iam.create_access_key(UserName="Bob")["AccessKey"]["AccessKeyId"]
    iam.create_access_key(UserName="Bob")
    iam.update_access_key(UserName="Bob", AccessKeyId=first, Status="Inactive")
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
    assert refused(iam, "CreateAccessKey", UserName="Bob") == full
    iam.delete_access_key(UserName="Bob", AccessKeyId=first)
    iam.create_access_key(UserName="Bob")


def test_only_time_makes_a_key_expired(account: Account) -> None:
    said = refused(account.iam, "UpdateAccessKey", AccessKeyId=account.access_key_id, Status="Expired")
    assert said[:2] == ("InvalidInput", 400)
    assert account.iam.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Active"


def test_a_key_that_was_never_used(account: Account) -> None:
    iam = account.iam
    key, _ = account.key_of("Bob")
    found = iam.get_access_key_last_used(AccessKeyId=key)
    assert found["UserName"] == "Bob"
    assert found["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}


def test_a_key_goes_with_its_renamed_user(account: Account) -> None:
    iam = account.iam
    key = account.key_of("Bob", allow("iam:GetUser"))
    iam.update_user(UserName="Bob", NewUserName="Rob", NewPath="/team/")
    assert account.client("iam", key).get_user()["User"]["UserName"] == "Rob"
    assert iam.get_access_key_last_used(AccessKeyId=key[0])["UserName"] == "Rob"


def test_keys_of_one_account_are_told_apart_by_no_other(account: Account, other_account: Account) -> None:
    keys = [call(one.iam, "ListAccessKeys")["AccessKeyMetadata"] for one in (account, other_account)]
    assert [[key["AccessKeyId"] for key in held] for held in keys] == [
        [account.access_key_id],
        [other_account.access_key_id],
    ]
