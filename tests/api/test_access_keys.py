"""Access keys through boto3. That the audit log contains no secret is tested in test_audit.py."""

import re
from typing import Any

import pytest

from tests.api.responses import Refused, call, refused
from tests.servers import Account, allow

NO_BOB = Refused("NoSuchEntity", 404, "The user with name Bob cannot be found.")
UNKNOWN = "AKIAAAAAAAAAAAAAAAAA"
NO_KEY = Refused("NoSuchEntity", 404, f"The Access Key with id {UNKNOWN} cannot be found.")


def test_access_key_lifecycle(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    created = iam.create_access_key(UserName="bob")["AccessKey"]
    assert (created["UserName"], created["Status"]) == ("Bob", "Active")
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", created["AccessKeyId"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", created["SecretAccessKey"])
    metadata = {name: value for name, value in created.items() if name != "SecretAccessKey"}
    assert iam.list_access_keys(UserName="Bob")["AccessKeyMetadata"] == [metadata]

    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="Bob", AccessKeyId=created["AccessKeyId"], Status=status)
        assert iam.list_access_keys(UserName="Bob")["AccessKeyMetadata"] == [metadata | {"Status": status}]

    iam.delete_access_key(UserName="Bob", AccessKeyId=created["AccessKeyId"])
    assert iam.list_access_keys(UserName="Bob")["AccessKeyMetadata"] == []


def test_user_rotates_its_own_access_keys_without_user_name(account: Account) -> None:
    actions = ("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "ListAccessKeys")
    first, secret = account.key_of("Bob", allow(*(f"iam:{action}" for action in actions)))
    bob = account.client("iam", (first, secret))
    second = bob.create_access_key()["AccessKey"]
    assert second["UserName"] == "Bob"
    assert {key["AccessKeyId"] for key in bob.list_access_keys()["AccessKeyMetadata"]} == {
        first,
        second["AccessKeyId"],
    }
    second_client = account.client("iam", (second["AccessKeyId"], second["SecretAccessKey"]))
    second_client.update_access_key(AccessKeyId=first, Status="Inactive")
    second_client.delete_access_key(AccessKeyId=first)
    assert len(second_client.list_access_keys()["AccessKeyMetadata"]) == 1


MISSING_USER: list[tuple[str, dict[str, str]]] = [
    ("CreateAccessKey", {}),
    ("ListAccessKeys", {}),
    ("DeleteAccessKey", {"AccessKeyId": UNKNOWN}),
    ("UpdateAccessKey", {"AccessKeyId": UNKNOWN, "Status": "Active"}),
]


@pytest.mark.parametrize(("operation", "params"), MISSING_USER)
def test_a_missing_user_is_no_such_entity(account: Account, operation: str, params: dict[str, str]) -> None:
    assert refused(account.iam, operation, UserName="Bob", **params) == NO_BOB


MISSING_KEY: list[tuple[str, dict[str, str]]] = [
    ("DeleteAccessKey", {"UserName": "admin"}),
    ("UpdateAccessKey", {"UserName": "admin", "Status": "Active"}),
    ("GetAccessKeyLastUsed", {}),
]


@pytest.mark.parametrize(("operation", "params"), MISSING_KEY)
def test_a_missing_access_key_is_no_such_entity(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    assert refused(account.iam, operation, AccessKeyId=UNKNOWN, **params) == NO_KEY


@pytest.mark.parametrize(("operation", "params"), MISSING_KEY)
def test_access_key_of_another_account_is_no_such_entity(
    account: Account, other_account: Account, operation: str, params: dict[str, str]
) -> None:
    key = other_account.access_key_id
    expected = Refused("NoSuchEntity", 404, f"The Access Key with id {key} cannot be found.")
    assert refused(account.iam, operation, AccessKeyId=key, **params) == expected
    assert len(other_account.iam.list_access_keys()["AccessKeyMetadata"]) == 1


@pytest.mark.parametrize(("operation", "params"), MISSING_KEY[:2])
def test_access_key_of_another_user_is_no_such_entity(
    account: Account, operation: str, params: dict[str, Any]
) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    request = {"AccessKeyId": account.access_key_id, **params, "UserName": "Bob"}
    assert refused(iam, operation, **request)[:2] == ("NoSuchEntity", 404)
    assert iam.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Active"


def test_access_keys_per_user_quota_counts_inactive_keys(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    first = iam.create_access_key(UserName="Bob")["AccessKey"]["AccessKeyId"]
    iam.create_access_key(UserName="Bob")
    iam.update_access_key(UserName="Bob", AccessKeyId=first, Status="Inactive")
    quota_error = Refused("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
    assert refused(iam, "CreateAccessKey", UserName="Bob") == quota_error
    iam.delete_access_key(UserName="Bob", AccessKeyId=first)
    iam.create_access_key(UserName="Bob")


def test_update_access_key_rejects_status_expired(account: Account) -> None:
    error = refused(account.iam, "UpdateAccessKey", AccessKeyId=account.access_key_id, Status="Expired")
    assert error[:2] == ("InvalidInput", 400)
    assert account.iam.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Active"


def test_last_used_of_a_never_used_access_key(account: Account) -> None:
    iam = account.iam
    key, _ = account.key_of("Bob")
    response = iam.get_access_key_last_used(AccessKeyId=key)
    assert response["UserName"] == "Bob"
    assert response["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}


def test_access_key_works_after_its_user_is_renamed(account: Account) -> None:
    iam = account.iam
    key = account.key_of("Bob", allow("iam:GetUser"))
    iam.update_user(UserName="Bob", NewUserName="Rob", NewPath="/team/")
    assert account.client("iam", key).get_user()["User"]["UserName"] == "Rob"
    assert iam.get_access_key_last_used(AccessKeyId=key[0])["UserName"] == "Rob"


def test_list_access_keys_excludes_keys_of_other_accounts(account: Account, other_account: Account) -> None:
    lists = [call(owner.iam, "ListAccessKeys")["AccessKeyMetadata"] for owner in (account, other_account)]
    assert [[key["AccessKeyId"] for key in metadata] for metadata in lists] == [
        [account.access_key_id],
        [other_account.access_key_id],
    ]
