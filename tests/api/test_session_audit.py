"""Audit events and stored rows of sessions: the acting identity is recorded, secrets and tokens are not."""

import json
import time
from typing import Any

import pytest

from iamd.store import audit
from tests.api import sts_sessions
from tests.api.responses import call, refused, state
from tests.api.sts_sessions import (
    Session,
    assume_role,
    create_role,
    create_role_session,
    put_role_policy,
    seal_session,
    trust_statement,
)
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

_TIMEOUT = 10.0  # seconds


# Secrets and tokens.


def issue_credentials(account: Account) -> dict[str, Session]:
    """Call each operation that issues temporary credentials; return them by operation."""
    arn = create_role(account, "job", Path="/x/")
    return {
        "AssumeRole": assume_role(account.sts, arn),
        "GetSessionToken": sts_sessions.credentials_of(account.sts.get_session_token()),
        "GetFederationToken": sts_sessions.credentials_of(account.sts.get_federation_token(Name="fay")),
    }


def record_text(account: Account, name: str) -> str:
    """Return the latest audit record of an operation as JSON; wait until the batched writer writes it."""
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        with account.server.store.database.read() as tx:
            for event in audit.list_recent(tx, account.account_id, 500):
                if event.event_name == name:
                    return str(event.record)
    raise AssertionError(f"no record of {name}")


def test_audit_events_contain_no_secret_key_and_no_session_token(account: Account) -> None:
    issued = issue_credentials(account)
    for name, session in issued.items():
        credentials = json.loads(record_text(account, name))["responseElements"]["credentials"]
        assert credentials["accessKeyId"] == session.access_key_id
        redacted = {key for key, value in credentials.items() if "HIDDEN" in str(value)}
        assert redacted == {"secretAccessKey", "sessionToken"}
    refused(issued["GetFederationToken"].client(account.server, "iam"), "ListUsers")
    record_text(account, "ListUsers")
    with account.server.store.database.read() as tx:
        records = "".join(str(event.record) for event in audit.list_recent(tx, account.account_id, 500))
    for session in issued.values():
        assert session.secret_access_key not in records
        assert str(session.token) not in records


def test_audit_events_contain_no_mfa_code(account: Account) -> None:
    key = account.key_of("bob")
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    account.client("sts", key).get_session_token(SerialNumber=device.serial, TokenCode=device.code())
    params = record(account, "GetSessionToken")["requestParameters"]
    assert params == {"serialNumber": device.serial, "tokenCode": "HIDDEN_DUE_TO_SECURITY_REASONS"}


def test_later_responses_contain_no_secret_key_and_no_session_token(account: Account) -> None:
    session = create_role_session(account, "job", allow("iam:*", "sts:*"))
    bodies: list[str] = []
    for service in ("iam", "sts", "iamd"):
        client = session.client(account.server, service)
        client.meta.events.register(
            "before-parse", lambda response_dict, **_: bodies.append(response_dict["body"].decode())
        )
        for operation in _READS[service]:
            call(client, operation)
        if service == "iam":
            refused(client, "GetUser", UserName="nobody")
    assert len(bodies) == sum(map(len, _READS.values())) + 1
    for body in bodies:
        assert session.secret_access_key not in body
        assert str(session.token) not in body


_READS = {
    "iam": ("ListUsers", "ListRoles", "GetAccountSummary", "ListPolicies"),
    "sts": ("GetCallerIdentity",),
    "iamd": ("GetSecuritySettings", "GetPasswordRules"),
}


def test_temporary_credentials_are_not_stored(account: Account) -> None:
    arn = create_role(account, "job")
    before = state(account)
    assume_role(account.sts, arn)
    account.sts.get_session_token()
    account.sts.get_federation_token(Name="fay", Policy=document(allow("s3:*")))
    assert state(account) == before


# The userIdentity element.


def record(account: Account, name: str) -> dict[str, Any]:
    """Return the latest audit record of an operation."""
    event: dict[str, Any] = json.loads(record_text(account, name))
    return event


def test_assume_role_event_has_the_elements_of_cloudtrail(account: Account) -> None:
    trust_everybody = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    arn = create_role(account, "job", trust_everybody)
    params = {
        "ExternalId": "Example/987",
        "SourceIdentity": "alice",
        "Tags": [{"Key": "team", "Value": "a"}],
        "TransitiveTagKeys": ["team"],
    }
    response = account.sts.assume_role(RoleArn=arn, RoleSessionName="work", DurationSeconds=900, **params)
    event = record(account, "AssumeRole")
    assert (event["eventSource"], event["eventName"]) == ("sts.amazonaws.com", "AssumeRole")
    assert event["requestParameters"] == {
        "roleArn": arn,
        "roleSessionName": "work",
        "durationSeconds": 900,
        "externalId": "Example/987",
        "sourceIdentity": "alice",
        "tags": [{"key": "team", "value": "a"}],
        "transitiveTagKeys": ["team"],
    }
    elements = event["responseElements"]
    user = response["AssumedRoleUser"]
    assert elements["assumedRoleUser"] == {"assumedRoleId": user["AssumedRoleId"], "arn": user["Arn"]}
    assert elements["sourceIdentity"] == "alice"
    assert event["userIdentity"]["userName"] == "admin"


def test_user_identity_of_a_role_session(account: Account) -> None:
    arn = create_role(
        account, "job", trust_statement("*", "sts:AssumeRole", "sts:SetSourceIdentity"), Path="/x/"
    )
    put_role_policy(account, "job", allow("iam:UpdateAccountPasswordPolicy"))
    session = assume_role(account.sts, arn, SourceIdentity="alice")
    session.client(account.server, "iam").update_account_password_policy()
    role_id = sts_sessions.role_of(account, "job").role_id
    identity = record(account, "UpdateAccountPasswordPolicy")["userIdentity"]
    context = identity.pop("sessionContext")
    assert identity == {
        "type": "AssumedRole",
        "principalId": f"{role_id}:work",
        "arn": f"arn:aws:sts::{account.account_id}:assumed-role/job/work",
        "accountId": account.account_id,
        "accessKeyId": session.access_key_id,
    }
    assert context["sessionIssuer"] == {
        "type": "Role",
        "principalId": role_id,
        "arn": arn,
        "accountId": account.account_id,
        "userName": "job",
    }
    assert context["attributes"]["mfaAuthenticated"] == "false"
    assert context["sourceIdentity"] == "alice"


def test_user_identity_of_a_get_session_token_session(account: Account) -> None:
    token = sts_sessions.unseal_token(account, sts_sessions.credentials_of(account.sts.get_session_token()))
    session = seal_session(account, token._replace(mfa_at=token.issued_at))
    session.client(account.server, "iam").update_account_password_policy()
    identity = record(account, "UpdateAccountPasswordPolicy")["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("IAMUser", "admin")
    assert identity["accessKeyId"] == session.access_key_id
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"


def test_user_identity_of_a_federated_user(account: Account) -> None:
    session = sts_sessions.credentials_of(account.sts.get_federation_token(Name="fay"))
    session.client(account.server, "sts").get_caller_identity()
    identity = record(account, "GetCallerIdentity")["userIdentity"]
    assert (identity["type"], identity["principalId"]) == ("FederatedUser", f"{account.account_id}:fay")
    assert identity["arn"] == f"arn:aws:sts::{account.account_id}:federated-user/fay"


def test_get_session_token_with_an_mfa_code_is_recorded_synchronously(account: Account) -> None:
    key = account.key_of("bob")
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    account.client("sts", key).get_session_token(SerialNumber=device.serial, TokenCode=device.code())
    assert "GetSessionToken" in event_names(account)


def test_wrong_mfa_code_is_recorded(account: Account) -> None:
    key = account.key_of("bob")
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    refused(account.client("sts", key), "GetSessionToken", SerialNumber=device.serial, TokenCode="000000")
    event = record(account, "GetSessionToken")
    assert event["errorCode"] == "AccessDenied"
    assert event["userIdentity"]["userName"] == "bob"


@pytest.mark.parametrize("with_code", [False, True])
def test_cross_account_assume_role_is_recorded_in_both_accounts(
    account: Account, other_account: Account, with_code: bool
) -> None:
    arn = create_role(other_account, "job", trust_statement({"AWS": account.account_id}))
    key = account.key_of("bob", allow("sts:AssumeRole"))
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    code = device.code()
    params = {"SerialNumber": device.serial, "TokenCode": code} if with_code else {}
    session = assume_role(account.client("sts", key), arn, **params)
    caller_event, role_event = (record(owner, "AssumeRole") for owner in (account, other_account))
    assert role_event["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": sts_sessions.user_of(account, "bob").user_id,
        "accountId": account.account_id,
    }
    assert role_event["sharedEventID"] == caller_event["eventID"] != role_event["eventID"]
    assert role_event["recipientAccountId"] == other_account.account_id
    assert role_event["responseElements"] == caller_event["responseElements"]
    text = json.dumps(role_event)
    assert session.secret_access_key not in text
    assert str(session.token) not in text
    assert f'"{code}"' not in text


def test_denied_cross_account_assume_role_is_not_recorded_in_the_account_of_the_role(
    account: Account, other_account: Account
) -> None:
    arn = create_role(other_account, "job")
    refused(account.sts, "AssumeRole", RoleArn=arn, RoleSessionName="work")
    assert record(account, "AssumeRole")["errorCode"] == "AccessDenied"
    assert "AssumeRole" not in event_names(other_account)


def event_names(account: Account) -> list[str]:
    """Return the event names of an account's audit records."""
    with account.server.store.database.read() as tx:
        return [event.event_name for event in audit.list_recent(tx, account.account_id, 500)]
