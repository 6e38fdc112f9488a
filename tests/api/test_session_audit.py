"""What is kept and told of sessions: who acted, in the audit, and never a secret."""

import json
import time
from typing import Any

import pytest

from iamd.store import audit
from tests.api import temporary
from tests.api.answers import call, refused, state
from tests.api.temporary import (
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

_PATIENCE = 10.0  # seconds


# What is kept, and what is told.


def issue(account: Account) -> dict[str, Session]:
    """Call each operation that gives out temporary credentials."""
    arn = create_role(account, "job", Path="/x/")
    return {
        "AssumeRole": assume_role(account.sts, arn),
        "GetSessionToken": temporary.credentials_of(account.sts.get_session_token()),
        "GetFederationToken": temporary.credentials_of(account.sts.get_federation_token(Name="fay")),
    }


def recorded(account: Account, name: str) -> str:
    """Return an operation's record, which the batched writer leaves soon."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with account.server.store.database.read() as tx:
            for event in audit.list_recent(tx, account.account_id, 500):
                if event.event_name == name:
                    return str(event.record)
    raise AssertionError(f"no record of {name}")


def test_no_secret_and_no_token_is_in_any_event(account: Account) -> None:
    issued = issue(account)
    for name, session in issued.items():
        shown = json.loads(recorded(account, name))["responseElements"]["credentials"]
        assert shown["accessKeyId"] == session.access_key_id
        hidden = {"secretAccessKey", "sessionToken"}
        assert {key for key, value in shown.items() if "HIDDEN" in str(value)} == hidden
    refused(issued["GetFederationToken"].client(account.server, "iam"), "ListUsers")
    recorded(account, "ListUsers")
    with account.server.store.database.read() as tx:
        written = "".join(str(event.record) for event in audit.list_recent(tx, account.account_id, 500))
    for session in issued.values():
        assert session.secret_access_key not in written
        assert str(session.token) not in written


def test_no_mfa_code_is_in_any_event(account: Account) -> None:
    key = account.key_of("bob")
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    asked = {"SerialNumber": device.serial, "TokenCode": device.code()}
    account.client("sts", key).get_session_token(**asked)
    shown = record(account, "GetSessionToken")["requestParameters"]
    assert shown == {"serialNumber": device.serial, "tokenCode": "HIDDEN_DUE_TO_SECURITY_REASONS"}


def test_no_reply_but_one_tells_a_secret_or_a_token(account: Account) -> None:
    session = create_role_session(account, "job", allow("iam:*", "sts:*"))
    seen: list[str] = []
    for service in ("iam", "sts", "iamd"):
        client = session.client(account.server, service)
        client.meta.events.register(
            "before-parse", lambda response_dict, **_: seen.append(response_dict["body"].decode())
        )
        for operation in _READS[service]:
            call(client, operation)
    asked = {"UserName": "nobody"}
    refused(session.client(account.server, "iam"), "GetUser", **asked)
    assert len(seen) == sum(map(len, _READS.values()))
    for body in seen:
        assert session.secret_access_key not in body
        assert str(session.token) not in body


_READS = {
    "iam": ("ListUsers", "ListRoles", "GetAccountSummary", "ListPolicies"),
    "sts": ("GetCallerIdentity",),
    "iamd": ("GetSecuritySettings", "GetPasswordRules"),
}


def test_temporary_credentials_leave_nothing_in_the_store(account: Account) -> None:
    arn = create_role(account, "job")
    before = state(account)
    assume_role(account.sts, arn)
    account.sts.get_session_token()
    account.sts.get_federation_token(Name="fay", Policy=document(allow("s3:*")))
    assert state(account) == before


# Who acted.


def record(account: Account, name: str) -> dict[str, Any]:
    """Return an operation's latest record."""
    found: dict[str, Any] = json.loads(recorded(account, name))
    return found


def test_assuming_a_role_is_recorded_as_aws_records_it(account: Account) -> None:
    everybody = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    arn = create_role(account, "job", everybody)
    asked = {
        "ExternalId": "Example/987",
        "SourceIdentity": "alice",
        "Tags": [{"Key": "team", "Value": "a"}],
        "TransitiveTagKeys": ["team"],
    }
    reply = account.sts.assume_role(RoleArn=arn, RoleSessionName="work", DurationSeconds=900, **asked)
    told = record(account, "AssumeRole")
    assert (told["eventSource"], told["eventName"]) == ("sts.amazonaws.com", "AssumeRole")
    assert told["requestParameters"] == {
        "roleArn": arn,
        "roleSessionName": "work",
        "durationSeconds": 900,
        "externalId": "Example/987",
        "sourceIdentity": "alice",
        "tags": [{"key": "team", "value": "a"}],
        "transitiveTagKeys": ["team"],
    }
    shown = told["responseElements"]
    user = reply["AssumedRoleUser"]
    assert shown["assumedRoleUser"] == {"assumedRoleId": user["AssumedRoleId"], "arn": user["Arn"]}
    assert shown["sourceIdentity"] == "alice"
    assert told["userIdentity"]["userName"] == "admin"


def test_a_role_session_is_known_by_its_role(account: Account) -> None:
    arn = create_role(
        account, "job", trust_statement("*", "sts:AssumeRole", "sts:SetSourceIdentity"), Path="/x/"
    )
    put_role_policy(account, "job", allow("iam:UpdateAccountPasswordPolicy"))
    session = assume_role(account.sts, arn, SourceIdentity="alice")
    session.client(account.server, "iam").update_account_password_policy()
    role_id = temporary.role_of(account, "job").role_id
    who = record(account, "UpdateAccountPasswordPolicy")["userIdentity"]
    context = who.pop("sessionContext")
    assert who == {
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


def test_a_users_session_is_known_by_the_user(account: Account) -> None:
    token = temporary.unseal_token(account, temporary.credentials_of(account.sts.get_session_token()))
    session = seal_session(account, token._replace(mfa_at=token.issued_at))
    session.client(account.server, "iam").update_account_password_policy()
    who = record(account, "UpdateAccountPasswordPolicy")["userIdentity"]
    assert (who["type"], who["userName"]) == ("IAMUser", "admin")
    assert who["accessKeyId"] == session.access_key_id
    assert who["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"


def test_a_federated_user_is_known_by_its_name(account: Account) -> None:
    session = temporary.credentials_of(account.sts.get_federation_token(Name="fay"))
    session.client(account.server, "sts").get_caller_identity()
    who = record(account, "GetCallerIdentity")["userIdentity"]
    assert (who["type"], who["principalId"]) == ("FederatedUser", f"{account.account_id}:fay")
    assert who["arn"] == f"arn:aws:sts::{account.account_id}:federated-user/fay"


def test_a_code_and_what_came_of_it_are_recorded_at_once(account: Account) -> None:
    key = account.key_of("bob")
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    sts, asked = account.client("sts", key), {"SerialNumber": device.serial}
    sts.get_session_token(**asked, TokenCode=device.code())
    assert "GetSessionToken" in written(account)


def test_a_wrong_code_is_recorded(account: Account) -> None:
    key = account.key_of("bob")
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    refused(account.client("sts", key), "GetSessionToken", SerialNumber=device.serial, TokenCode="000000")
    told = record(account, "GetSessionToken")
    assert told["errorCode"] == "AccessDenied"
    assert told["userIdentity"]["userName"] == "bob"


@pytest.mark.parametrize("with_code", [False, True])
def test_an_account_learns_who_assumed_its_roles(
    account: Account, other_account: Account, with_code: bool
) -> None:
    arn = create_role(other_account, "job", trust_statement({"AWS": account.account_id}))
    key = account.key_of("bob", allow("sts:AssumeRole"))
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    code = device.code()
    asked = {"SerialNumber": device.serial, "TokenCode": code} if with_code else {}
    session = assume_role(account.client("sts", key), arn, **asked)
    own, theirs = (record(one, "AssumeRole") for one in (account, other_account))
    assert theirs["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": temporary.user_of(account, "bob").user_id,
        "accountId": account.account_id,
    }
    assert theirs["sharedEventID"] == own["eventID"] != theirs["eventID"]
    assert theirs["recipientAccountId"] == other_account.account_id
    assert theirs["responseElements"] == own["responseElements"]
    text = json.dumps(theirs)
    assert session.secret_access_key not in text
    assert str(session.token) not in text
    assert f'"{code}"' not in text


def test_an_account_learns_nothing_of_who_was_refused(account: Account, other_account: Account) -> None:
    arn = create_role(other_account, "job")
    refused(account.sts, "AssumeRole", RoleArn=arn, RoleSessionName="work")
    assert record(account, "AssumeRole")["errorCode"] == "AccessDenied"
    assert "AssumeRole" not in written(other_account)


def written(account: Account) -> list[str]:
    """Return the names of all operations of an account's records."""
    with account.server.store.database.read() as tx:
        return [event.event_name for event in audit.list_recent(tx, account.account_id, 500)]
