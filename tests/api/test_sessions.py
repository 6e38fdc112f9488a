"""Console sessions: get, list and end them; locked users; sessions that must set up MFA."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import console_users
from tests.api.responses import refused
from tests.authenticator import Authenticator
from tests.console_users import OTHER_PASSWORD, PASSWORD, Browser
from tests.servers import Account, allow, deny, document


def sign_in(account: Account, name: str) -> Browser:
    """Sign a user in to the console; return the browser."""
    browser = Browser(account.server)
    browser.sign_in_user(account.account_id, name, PASSWORD)
    return browser


def session_ids(account: Account, name: str) -> set[str]:
    """Return the IDs of a user's console sessions."""
    return {session["SessionId"] for session in account.iamd.list_sessions(UserName=name)["Sessions"]}


def test_get_session_returns_user_account_and_sign_in_date(account: Account) -> None:
    alias = f"alias-{account.account_id}"
    account.iam.create_account_alias(AccountAlias=alias)
    console_users.create_user(account, "Alice")
    browser = sign_in(account, "alice")
    session = browser.iamd.get_session()["Session"]
    assert session["AccountId"] == account.account_id
    assert session["AccountAlias"] == alias
    assert session["Arn"] == f"arn:aws:iam::{account.account_id}:user/Alice"
    assert session["UserName"] == "Alice"
    assert (session["MFAAuthenticated"], session["MFARequired"]) == (False, False)
    assert session["RecoveryCodesLeft"] == 0
    assert session["SignInUrl"] == f"{browser.base}/signin/{alias}"
    assert datetime.now(UTC) - session["SignInDate"] < timedelta(minutes=1)
    assert "RootEmail" not in session


def test_get_session_is_allowed_even_if_policies_deny_all_actions_without_mfa(account: Account) -> None:
    console_users.create_user(account, "alice")
    no_mfa = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    account.iam.put_user_policy(
        UserName="alice", PolicyName="mfa", PolicyDocument=document(deny("*", Condition=no_mfa))
    )
    assert sign_in(account, "alice").iamd.get_session()["Session"]["UserName"] == "alice"


def test_password_last_used_is_the_last_sign_in(account: Account) -> None:
    console_users.create_user(account, "alice")
    assert "PasswordLastUsed" not in account.iam.get_user(UserName="alice")["User"]
    sign_in(account, "alice")
    last_used = account.iam.get_user(UserName="alice")["User"]["PasswordLastUsed"]
    assert datetime.now(UTC) - last_used < timedelta(minutes=1)
    users = {user["UserName"]: user for user in account.iam.list_users()["Users"]}
    assert users["alice"]["PasswordLastUsed"] == last_used
    root = console_users.sign_in_root(account)
    assert root.iam.get_user()["User"]["PasswordLastUsed"] >= last_used


def test_user_lists_and_ends_its_own_sessions(account: Account) -> None:
    console_users.create_user(account, "alice")
    first, second = sign_in(account, "alice"), sign_in(account, "alice")
    sessions = first.iamd.list_sessions()["Sessions"]
    assert [session["Current"] for session in sessions].count(True) == 1
    assert len(sessions) == 2
    (other,) = [session for session in sessions if not session["Current"]]
    assert (other["SourceIp"], other["MFAAuthenticated"]) == ("127.0.0.1", False)
    first.iamd.end_session(SessionId=other["SessionId"])
    assert refused(second.iamd, "GetSession").code == "ExpiredToken"
    assert len(first.iamd.list_sessions()["Sessions"]) == 1
    error = refused(first.iamd, "EndSession", SessionId=other["SessionId"])
    assert error[:2] == ("NoSuchEntity", 404)


def test_sessions_of_another_user_cannot_be_listed_or_ended_without_permission(account: Account) -> None:
    console_users.create_user(account, "alice")
    console_users.create_user(account, "mallory")
    alice, mallory = sign_in(account, "alice"), sign_in(account, "mallory")
    (session_id,) = session_ids(account, "alice")
    assert refused(mallory.iamd, "ListSessions", UserName="alice").code == "AccessDenied"
    assert refused(mallory.iamd, "EndSession", UserName="alice", SessionId=session_id).code == "AccessDenied"
    assert refused(mallory.iamd, "EndSession", SessionId=session_id).code == "NoSuchEntity"
    alice.iamd.get_session()


def test_administrator_ends_the_session_of_a_user(account: Account) -> None:
    console_users.create_user(account, "alice")
    browser = sign_in(account, "alice")
    (session_id,) = session_ids(account, "alice")
    account.iamd.end_session(UserName="alice", SessionId=session_id)
    assert refused(browser.iamd, "GetSession").code == "ExpiredToken"
    assert session_ids(account, "alice") == set()


def test_session_of_a_deleted_user_ends_even_if_the_user_is_recreated(account: Account) -> None:
    console_users.create_user(account, "alice")
    browser = sign_in(account, "alice")
    account.iam.delete_login_profile(UserName="alice")
    account.iam.delete_user(UserName="alice")
    account.iam.create_user(UserName="alice")
    assert refused(browser.iamd, "GetSession").code == "ExpiredToken"
    assert session_ids(account, "alice") == set()


# Locked users.


@pytest.fixture
def locked(account: Account) -> Account:
    """Return an account whose user alice is locked after two wrong passwords."""
    console_users.create_user(account, "alice")
    account.iamd.put_security_settings(LockoutAttempts=2, LockoutMinutes=30)
    for _ in range(3):
        Browser(account.server).sign_in_user(account.account_id, "alice", OTHER_PASSWORD)
    return account


def test_get_sign_in_status_and_unlock_user_of_a_locked_user(locked: Account) -> None:
    status = locked.iamd.get_sign_in_status(UserName="ALICE")
    assert (status["Locked"], status["FailedAttempts"]) == (True, 3)
    remaining = status["LockedUntil"] - datetime.now(UTC)
    assert timedelta(minutes=29) < remaining <= timedelta(minutes=30)
    locked.iamd.unlock_user(UserName="alice")
    status = locked.iamd.get_sign_in_status(UserName="alice")
    assert (status["Locked"], status["FailedAttempts"]) == (False, 0)
    assert "LockedUntil" not in status


def test_recreated_user_is_not_locked(locked: Account) -> None:
    locked.iam.delete_login_profile(UserName="alice")
    locked.iam.delete_user(UserName="alice")
    locked.iam.create_user(UserName="alice")
    assert locked.iamd.get_sign_in_status(UserName="alice")["Locked"] is False


def test_unlock_user_requires_permission(locked: Account) -> None:
    helper = locked.client("iamd", locked.key_of("helper", allow("iam:GetSignInStatus")))
    helper.get_sign_in_status(UserName="alice")
    assert refused(helper, "UnlockUser", UserName="alice").code == "AccessDenied"


# Sessions that must set up MFA.


def test_session_that_must_set_up_mfa_is_denied_other_operations(account: Account) -> None:
    console_users.create_user(account, "alice")
    account.iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    account.iamd.put_security_settings(RequireMFA=True)
    browser = sign_in(account, "alice")
    assert browser.iamd.get_session()["Session"]["MFARequired"] is True
    for operation in ("ListUsers", "GetUser", "ListVirtualMFADevices", "GenerateCredentialReport"):
        error = refused(browser.iam, operation)
        assert error == (
            "AccessDenied",
            403,
            "This account requires MFA. Set up an MFA device, then sign in again.",
        )
    browser.iamd.get_password_rules()
    browser.iam.list_mfa_devices()


def test_session_that_must_set_up_mfa_needs_no_policy_for_it(account: Account) -> None:
    console_users.create_user(account, "alice")
    account.iam.create_user(UserName="bob")
    account.iamd.put_security_settings(RequireMFA=True)
    browser = sign_in(account, "alice")
    browser.confirm()
    iam = browser.iam
    unused = Authenticator.create(iam, "left")
    iam.delete_virtual_mfa_device(SerialNumber=unused.serial)
    other_device = Authenticator.create(account.iam, "theirs")
    assert refused(iam, "DeleteVirtualMFADevice", SerialNumber=other_device.serial).code == "AccessDenied"
    device = Authenticator.create(iam, "phone")
    params = {"SerialNumber": device.serial, **device.codes()}
    assert refused(iam, "EnableMFADevice", UserName="bob", **params).code == "AccessDenied"
    device.enable(iam, "alice")
    assert len(browser.iamd.create_recovery_codes()["RecoveryCodes"]) == 10
    assert refused(iam, "GetUser").code == "AccessDenied"
