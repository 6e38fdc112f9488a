"""Service-specific credentials through boto3: the API keys of services that ask for decisions.

What they are good for is tested in tests/authzen and tests/forward_auth, paging in test_paging.py.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamd.core.errors import ValidationError
from iamd.store import audit, service_credentials
from tests.api.responses import Refused, allowed, call, pages, refused
from tests.in_process import root_client
from tests.servers import Account, allow

UNKNOWN = "ACCAAAAAAAAAAAAAAAAAA"
METADATA = {
    "UserName",
    "ServiceName",
    "ServiceCredentialAlias",
    "ServiceSpecificCredentialId",
    "CreateDate",
    "Status",
}
SECRET_PATTERN = r"iamd_[A-Za-z0-9_-]{43}"
BY_ID: list[tuple[str, dict[str, str]]] = [
    ("DeleteServiceSpecificCredential", {}),
    ("ResetServiceSpecificCredential", {}),
    ("UpdateServiceSpecificCredential", {"Status": "Inactive"}),
]


def create(iam: Any, user_name: str = "bob", **params: Any) -> dict[str, Any]:
    """Create a credential; return it with its secret."""
    response = iam.create_service_specific_credential(UserName=user_name, ServiceName="iamd", **params)
    credential: dict[str, Any] = response["ServiceSpecificCredential"]
    return credential


def listed(iam: Any, **params: Any) -> list[dict[str, Any]]:
    """Return the credentials of a user, bob by default."""
    params = params or {"UserName": "bob"}
    items: list[dict[str, Any]] = iam.list_service_specific_credentials(**params)[
        "ServiceSpecificCredentials"
    ]
    return items


def without_secret(credential: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in credential.items() if name != "ServiceCredentialSecret"}


def test_lifecycle(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    created = create(iam)
    assert created.keys() == {*METADATA, "ServiceCredentialSecret"}
    assert (created["UserName"], created["ServiceName"], created["Status"]) == ("Bob", "iamd", "Active")
    assert re.fullmatch(r"ACCA[A-Z2-7]{16,17}", created["ServiceSpecificCredentialId"])
    assert re.fullmatch(SECRET_PATTERN, created["ServiceCredentialSecret"])
    assert abs(created["CreateDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert listed(iam) == [without_secret(created)]

    selected = {"UserName": "Bob", "ServiceSpecificCredentialId": created["ServiceSpecificCredentialId"]}
    for status in ("Inactive", "Active"):
        iam.update_service_specific_credential(**selected, Status=status)
        assert listed(iam) == [without_secret(created) | {"Status": status}]

    iam.delete_service_specific_credential(**selected)
    assert listed(iam) == []


def test_reset_replaces_the_secret_and_its_alias(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    created = create(iam, CredentialAgeDays=7)
    credential_id = created["ServiceSpecificCredentialId"]
    selected = {"UserName": "bob", "ServiceSpecificCredentialId": credential_id}
    iam.update_service_specific_credential(**selected, Status="Inactive")
    reset = iam.reset_service_specific_credential(**selected)["ServiceSpecificCredential"]
    assert re.fullmatch(SECRET_PATTERN, reset["ServiceCredentialSecret"])
    assert reset["ServiceCredentialSecret"] != created["ServiceCredentialSecret"]
    changed = {"ServiceCredentialSecret", "ServiceCredentialAlias", "Status"}
    assert {name: value for name, value in reset.items() if name not in changed} == {
        name: value for name, value in created.items() if name not in changed
    }
    assert reset["Status"] == "Inactive"
    assert listed(iam) == [without_secret(reset)]


def test_alias_says_who_has_the_secret_and_since_when(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    created = create(account.iam)
    name, _, epoch = created["ServiceCredentialAlias"].rpartition("-")
    assert name == f"bob-at-{account.account_id}"
    assert int(epoch) == int(created["CreateDate"].timestamp())


def test_age_in_days_gives_the_expiration_date(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    created = create(account.iam, CredentialAgeDays=36)
    assert created.keys() == {*METADATA, "ServiceCredentialSecret", "ExpirationDate"}
    assert created["ExpirationDate"] - created["CreateDate"] == timedelta(days=36)
    assert listed(account.iam) == [without_secret(created)]


def test_status_of_an_expired_credential(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    created = create(account.iam, CredentialAgeDays=1)
    with account.server.store.database.write() as tx:
        record = service_credentials.find(tx, account.account_id, created["ServiceSpecificCredentialId"])
        assert record is not None
        service_credentials.delete(tx, account.account_id, record.credential_id)
        ended = record._replace(expires_at=record.created_at)
        service_credentials.add(tx, account.account_id, ended, "iamd_ended")
    assert [item["Status"] for item in listed(account.iam)] == ["Expired"]
    names = {"UserName": "bob", "ServiceSpecificCredentialId": record.credential_id}
    for operation, params in (
        ("ResetServiceSpecificCredential", names),
        ("UpdateServiceSpecificCredential", {**names, "Status": "Active"}),
    ):
        assert refused(account.iam, operation, **params)[:2] == ("InvalidInput", 400)
    account.iam.delete_service_specific_credential(**names)
    assert listed(account.iam) == []


def test_age_of_more_than_a_century(account: Account) -> None:
    params = {"UserName": "admin", "ServiceName": "iamd", "CredentialAgeDays": 36_601}
    assert refused(account.iam, "CreateServiceSpecificCredential", **params)[:2] == ("ValidationError", 400)


@pytest.mark.parametrize(("operation", "params"), BY_ID)
def test_user_manages_its_own_credentials_without_user_name(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    bob = account.user("bob", allow(f"iam:{operation}", "iam:ListServiceSpecificCredentials"))
    created = create(account.iam)
    call(bob, operation, ServiceSpecificCredentialId=created["ServiceSpecificCredentialId"], **params)
    assert bob.list_service_specific_credentials()["ServiceSpecificCredentials"] == listed(account.iam)
    assert listed(account.iam) != [without_secret(created)] or operation.startswith("Reset")


@pytest.mark.parametrize(("operation", "params"), BY_ID)
def test_missing_credential_is_no_such_entity(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    error = refused(account.iam, operation, UserName="admin", ServiceSpecificCredentialId=UNKNOWN, **params)
    message = f"The Service Specific Credential {UNKNOWN} cannot be found."
    assert error == Refused("NoSuchEntity", 404, message)


@pytest.mark.parametrize(("operation", "params"), BY_ID)
@pytest.mark.parametrize("owner", ["another user", "another account"])
def test_credential_of_another_is_no_such_entity(
    account: Account, other_account: Account, operation: str, params: dict[str, str], owner: str
) -> None:
    iam = other_account.iam if owner == "another account" else account.iam
    iam.create_user(UserName="bob")
    created = create(iam)
    credential_id = created["ServiceSpecificCredentialId"]
    error = refused(
        account.iam, operation, UserName="admin", ServiceSpecificCredentialId=credential_id, **params
    )
    assert error[:2] == ("NoSuchEntity", 404)
    assert listed(iam) == [without_secret(created)]


def test_quota_counts_inactive_credentials(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    first = {"UserName": "bob", "ServiceSpecificCredentialId": create(iam)["ServiceSpecificCredentialId"]}
    create(iam)
    iam.update_service_specific_credential(**first, Status="Inactive")
    quota_error = Refused(
        "LimitExceeded", 409, "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"
    )
    params = {"UserName": "bob", "ServiceName": "iamd"}
    assert refused(iam, "CreateServiceSpecificCredential", **params) == quota_error
    create(iam, "admin")
    iam.delete_service_specific_credential(**first)
    create(iam)


@pytest.mark.parametrize("operation", ["CreateServiceSpecificCredential", "ListServiceSpecificCredentials"])
@pytest.mark.parametrize("service_name", ["codecommit.amazonaws.com", "IAMD", "s3"])
def test_other_services_are_not_supported(account: Account, operation: str, service_name: str) -> None:
    error = refused(account.iam, operation, UserName="admin", ServiceName=service_name)
    message = f"No such service {service_name} is supported for Service Specific Credentials"
    assert error == Refused("NoSuchEntity", 404, message)


@pytest.mark.parametrize("status", ["Expired", "expired", "Deleted"])
def test_status_that_cannot_be_set(account: Account, status: str) -> None:
    account.iam.create_user(UserName="bob")
    created = create(account.iam)
    selected = {
        "UserName": "bob",
        "ServiceSpecificCredentialId": created["ServiceSpecificCredentialId"],
    }
    error = refused(account.iam, "UpdateServiceSpecificCredential", **selected, Status=status)
    assert error[:2] == ("InvalidInput" if status == "Expired" else "ValidationError", 400)
    assert listed(account.iam) == [without_secret(created)]


def test_credentials_of_all_users_in_pages(account: Account) -> None:
    iam = account.iam
    with root_client(account.server.store, account.account_id) as root:
        for name in ("ann", "bob", "eve"):
            root.create_user(UserName=name)
        secrets = [create(root, name)["ServiceCredentialSecret"] for name in ("ann", "bob", "bob", "eve")]
    everyone = listed(iam, AllUsers=True)
    assert sorted(item["UserName"] for item in everyone) == ["ann", "bob", "bob", "eve"]
    assert not any(secret in str(everyone) for secret in secrets)
    assert listed(iam, AllUsers=True, ServiceName="iamd") == everyone
    for size in (1, 3):
        split = pages(iam, "ListServiceSpecificCredentials", AllUsers=True, MaxItems=size)
        assert [item for page in split for item in page["ServiceSpecificCredentials"]] == everyone
    assert [item["UserName"] for item in listed(iam, UserName="bob", ServiceName="iamd")] == ["bob", "bob"]
    assert listed(iam, UserName="admin", ServiceName="iamd") == []


def test_listing_all_users_needs_the_permission_on_all_users(account: Account) -> None:
    action = "iam:ListServiceSpecificCredentials"
    own = account.user("bob", allow(action, resource="arn:aws:iam::*:user/bob"))
    assert refused(own, "ListServiceSpecificCredentials", AllUsers=True).code == "AccessDenied"
    assert own.list_service_specific_credentials(AllUsers=False)["ServiceSpecificCredentials"] == []
    every = account.user("eve", allow(action, resource="arn:aws:iam::*:user/*"))
    assert every.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"] == []


@pytest.mark.parametrize(("operation", "params"), [*BY_ID, ("ListServiceSpecificCredentials", {})])
def test_root_user_must_name_a_user(account: Account, operation: str, params: dict[str, str]) -> None:
    selected = {} if operation.startswith("List") else {"ServiceSpecificCredentialId": UNKNOWN}
    with root_client(account.server.store, account.account_id) as root:
        with pytest.raises(ValidationError, match="Must specify userName when calling with non-User"):
            call(root, operation, **selected, **params)
        assert listed(root, AllUsers=True) == []


def test_user_with_a_credential_cannot_be_deleted(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    created = create(iam)
    error = refused(iam, "DeleteUser", UserName="bob")
    assert error[:2] == ("DeleteConflict", 409)
    iam.delete_service_specific_credential(
        UserName="bob", ServiceSpecificCredentialId=created["ServiceSpecificCredentialId"]
    )
    iam.delete_user(UserName="bob")


def test_renamed_user_keeps_its_credentials(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    created = create(account.iam)
    account.iam.update_user(UserName="bob", NewUserName="rob")
    assert listed(account.iam, UserName="rob") == [without_secret(created) | {"UserName": "rob"}]


def test_audit_events_contain_neither_secrets_nor_hashes(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    created = create(account.iam)
    selected = {"UserName": "bob", "ServiceSpecificCredentialId": created["ServiceSpecificCredentialId"]}
    reset = account.iam.reset_service_specific_credential(**selected)["ServiceSpecificCredential"]
    with account.server.store.database.read() as tx:
        log = "".join(event.record for event in audit.list_recent(tx, account.account_id, 500))
    assert '"eventName":"ResetServiceSpecificCredential"' in log
    assert created["ServiceSpecificCredentialId"] in log
    assert reset["ServiceCredentialAlias"] in log
    for secret in (created["ServiceCredentialSecret"], reset["ServiceCredentialSecret"]):
        assert secret not in log
        assert service_credentials.hash_secret(secret) not in log


SERVICE_KEY, AGE_KEY = "iam:ServiceSpecificCredentialServiceName", "iam:ServiceSpecificCredentialAgeDays"
CREATE = "CreateServiceSpecificCredential"
CONDITIONS: list[tuple[dict[str, Any], str, dict[str, Any], bool]] = [
    ({"StringEquals": {SERVICE_KEY: "iamd"}}, CREATE, {}, True),
    ({"StringEquals": {SERVICE_KEY: "bedrock.amazonaws.com"}}, CREATE, {}, False),
    *(({"StringEquals": {SERVICE_KEY: "iamd"}}, operation, params, True) for operation, params in BY_ID),
    *(({"StringNotEquals": {SERVICE_KEY: "iamd"}}, operation, params, False) for operation, params in BY_ID),
    ({"NumericLessThanEquals": {AGE_KEY: "90"}}, CREATE, {"CredentialAgeDays": 90}, True),
    ({"NumericLessThanEquals": {AGE_KEY: "90"}}, CREATE, {"CredentialAgeDays": 91}, False),
    ({"NumericLessThanEquals": {AGE_KEY: "90"}}, CREATE, {}, False),
    ({"Null": {AGE_KEY: "true"}}, CREATE, {}, True),
]


@pytest.mark.parametrize(("condition", "operation", "params", "is_allowed"), CONDITIONS)
def test_condition_decides(
    account: Account, condition: dict[str, Any], operation: str, params: dict[str, Any], is_allowed: bool
) -> None:
    caller = account.user("bob", allow(f"iam:{operation}", Condition=condition))
    selected = {"ServiceName": "iamd"}
    if operation != CREATE:
        selected = {"ServiceSpecificCredentialId": create(account.iam)["ServiceSpecificCredentialId"]}
    assert allowed(caller, operation, UserName="bob", **selected, **params) == is_allowed
