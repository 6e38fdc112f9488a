"""Console sessions as the API shows them, and users whose sign-in is locked."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import people
from tests.api.answers import refused
from tests.authenticator import Authenticator
from tests.people import OTHER_PASSWORD, PASSWORD, Browser
from tests.servers import Account, allow, deny, document


def signed_in(account: Account, name: str) -> Browser:
    browser = Browser(account.server)
    browser.sign_in_user(account.account_id, name, PASSWORD)
    return browser


def ids(account: Account, name: str) -> set[str]:
    return {held["SessionId"] for held in account.iamd.list_sessions(UserName=name)["Sessions"]}


def test_a_session_tells_who_is_signed_in(account: Account) -> None:
    alias = f"alias-{account.account_id}"
    account.iam.create_account_alias(AccountAlias=alias)
    people.person(account, "Alice")
    browser = signed_in(account, "alice")
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


def test_a_session_is_told_of_even_where_all_is_denied_without_mfa(account: Account) -> None:
    people.person(account, "alice")
    no_mfa = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    account.iam.put_user_policy(
        UserName="alice", PolicyName="mfa", PolicyDocument=document(deny("*", Condition=no_mfa))
    )
    assert signed_in(account, "alice").iamd.get_session()["Session"]["UserName"] == "alice"


def test_a_user_shows_when_its_password_was_last_used(account: Account) -> None:
    people.person(account, "alice")
    assert "PasswordLastUsed" not in account.iam.get_user(UserName="alice")["User"]
    signed_in(account, "alice")
    used = account.iam.get_user(UserName="alice")["User"]["PasswordLastUsed"]
    assert datetime.now(UTC) - used < timedelta(minutes=1)
    listed = {user["UserName"]: user for user in account.iam.list_users()["Users"]}
    assert listed["alice"]["PasswordLastUsed"] == used
    root = people.root_of(account)
    assert root.iam.get_user()["User"]["PasswordLastUsed"] >= used


def test_everybody_sees_and_ends_its_own_sessions(account: Account) -> None:
    people.person(account, "alice")
    here, there = signed_in(account, "alice"), signed_in(account, "alice")
    listed = here.iamd.list_sessions()["Sessions"]
    assert [held["Current"] for held in listed].count(True) == 1
    assert len(listed) == 2
    (other,) = [held for held in listed if not held["Current"]]
    assert (other["SourceIp"], other["MFAAuthenticated"]) == ("127.0.0.1", False)
    here.iamd.end_session(SessionId=other["SessionId"])
    assert refused(there.iamd, "GetSession").code == "ExpiredToken"
    assert len(here.iamd.list_sessions()["Sessions"]) == 1
    gone = refused(here.iamd, "EndSession", SessionId=other["SessionId"])
    assert gone[:2] == ("NoSuchEntity", 404)


def test_nobody_elses_sessions_are_seen_or_ended_without_leave(account: Account) -> None:
    people.person(account, "alice")
    people.person(account, "mallory")
    alice, mallory = signed_in(account, "alice"), signed_in(account, "mallory")
    (session_id,) = ids(account, "alice")
    assert refused(mallory.iamd, "ListSessions", UserName="alice").code == "AccessDenied"
    assert refused(mallory.iamd, "EndSession", UserName="alice", SessionId=session_id).code == "AccessDenied"
    assert refused(mallory.iamd, "EndSession", SessionId=session_id).code == "NoSuchEntity"
    alice.iamd.get_session()


def test_an_administrator_signs_a_user_out(account: Account) -> None:
    people.person(account, "alice")
    browser = signed_in(account, "alice")
    (session_id,) = ids(account, "alice")
    account.iamd.end_session(UserName="alice", SessionId=session_id)
    assert refused(browser.iamd, "GetSession").code == "ExpiredToken"
    assert ids(account, "alice") == set()


def test_a_deleted_users_session_ends(account: Account) -> None:
    people.person(account, "alice")
    browser = signed_in(account, "alice")
    account.iam.delete_login_profile(UserName="alice")
    account.iam.delete_user(UserName="alice")
    account.iam.create_user(UserName="alice")
    assert refused(browser.iamd, "GetSession").code == "ExpiredToken"
    assert ids(account, "alice") == set()


# Locked users.


@pytest.fixture
def locked(account: Account) -> Account:
    """Return an account whose user alice is locked after two wrong passwords."""
    people.person(account, "alice")
    account.iamd.put_security_settings(LockoutAttempts=2, LockoutMinutes=30)
    for _ in range(3):
        Browser(account.server).sign_in_user(account.account_id, "alice", OTHER_PASSWORD)
    return account


def test_a_locked_user_is_told_of_and_let_in_again(locked: Account) -> None:
    status = locked.iamd.get_sign_in_status(UserName="ALICE")
    assert (status["Locked"], status["FailedAttempts"]) == (True, 3)
    left = status["LockedUntil"] - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    locked.iamd.unlock_user(UserName="alice")
    status = locked.iamd.get_sign_in_status(UserName="alice")
    assert (status["Locked"], status["FailedAttempts"]) == (False, 0)
    assert "LockedUntil" not in status


def test_the_next_user_of_a_name_begins_unlocked(locked: Account) -> None:
    locked.iam.delete_login_profile(UserName="alice")
    locked.iam.delete_user(UserName="alice")
    locked.iam.create_user(UserName="alice")
    assert locked.iamd.get_sign_in_status(UserName="alice")["Locked"] is False


def test_unlocking_needs_leave(locked: Account) -> None:
    helper = locked.client("iamd", locked.key_of("helper", allow("iam:GetSignInStatus")))
    helper.get_sign_in_status(UserName="alice")
    assert refused(helper, "UnlockUser", UserName="alice").code == "AccessDenied"


# Sessions that may do nothing but set up MFA.


def test_a_session_that_must_set_up_mfa_may_do_nothing_else(account: Account) -> None:
    people.person(account, "alice")
    account.iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    account.iamd.put_security_settings(RequireMFA=True)
    browser = signed_in(account, "alice")
    assert browser.iamd.get_session()["Session"]["MFARequired"] is True
    for operation in ("ListUsers", "GetUser", "ListVirtualMFADevices", "GenerateCredentialReport"):
        said = refused(browser.iam, operation)
        assert said == (
            "AccessDenied",
            403,
            "This account requires MFA. Set up an MFA device, then sign in again.",
        )
    browser.iamd.get_password_rules()
    browser.iam.list_mfa_devices()


def test_a_session_that_must_set_up_mfa_does_so_without_any_policy(account: Account) -> None:
    people.person(account, "alice")
    account.iam.create_user(UserName="bob")
    account.iamd.put_security_settings(RequireMFA=True)
    browser = signed_in(account, "alice")
    browser.confirm()
    iam = browser.iam
    left = Authenticator.make(iam, "left")
    iam.delete_virtual_mfa_device(SerialNumber=left.serial)
    theirs = Authenticator.make(account.iam, "theirs")
    assert refused(iam, "DeleteVirtualMFADevice", SerialNumber=theirs.serial).code == "AccessDenied"
    device = Authenticator.make(iam, "phone")
    asked = {"SerialNumber": device.serial, **device.codes()}
    assert refused(iam, "EnableMFADevice", UserName="bob", **asked).code == "AccessDenied"
    device.enable(iam, "alice")
    assert len(browser.iamd.create_recovery_codes()["RecoveryCodes"]) == 10
    assert refused(iam, "GetUser").code == "AccessDenied"
