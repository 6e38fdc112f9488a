"""Login profiles and ChangePassword through boto3."""

import pytest

from iamd.core import clock
from iamd.store import attempt_counters, audit, login_profiles
from tests import console_users
from tests.api.responses import call, refused, state, together
from tests.console_users import OTHER_PASSWORD, PASSWORD
from tests.servers import Account, allow

THIRD_PASSWORD = "Calm-Orchard-5518"
NO_PROFILE = ("NoSuchEntity", 404, "Login Profile for User Bob cannot be found.")


def create_bob_with_password(account: Account, *actions: str) -> tuple[str, str]:
    """Create the user Bob with a password; return his access key."""
    key = account.key_of("Bob", allow(*actions or ("s3:*",)))
    account.iam.create_login_profile(UserName="Bob", Password=PASSWORD)
    return key


def can_sign_in(account: Account, password: str) -> bool:
    browser = console_users.Browser(account.server)
    browser.sign_in_user(account.account_id, "Bob", password)
    return browser.session is not None


# Login profiles.


def test_login_profile_lifecycle(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    response = iam.create_login_profile(UserName="bob", Password=PASSWORD, PasswordResetRequired=True)
    profile = response["LoginProfile"]
    assert (profile["UserName"], profile["PasswordResetRequired"]) == ("Bob", True)
    assert iam.get_login_profile(UserName="Bob")["LoginProfile"] == profile
    error = refused(iam, "CreateLoginProfile", UserName="Bob", Password=PASSWORD)
    assert error == ("EntityAlreadyExists", 409, "Login Profile for user Bob already exists.")

    iam.update_login_profile(UserName="Bob", Password=OTHER_PASSWORD)
    assert iam.get_login_profile(UserName="Bob")["LoginProfile"]["PasswordResetRequired"] is True
    iam.update_login_profile(UserName="Bob", PasswordResetRequired=False)
    assert iam.get_login_profile(UserName="Bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert can_sign_in(account, OTHER_PASSWORD)

    iam.delete_login_profile(UserName="Bob")
    assert not can_sign_in(account, OTHER_PASSWORD)
    for operation in ("GetLoginProfile", "DeleteLoginProfile", "UpdateLoginProfile"):
        assert refused(iam, operation, UserName="Bob") == NO_PROFILE


def test_login_profile_operations_default_to_the_caller(account: Account) -> None:
    key = create_bob_with_password(
        account, "iam:GetLoginProfile", "iam:DeleteLoginProfile", "iam:CreateLoginProfile"
    )
    bob = account.client("iam", key)
    assert bob.get_login_profile()["LoginProfile"]["UserName"] == "Bob"
    bob.delete_login_profile()
    assert bob.create_login_profile(Password=PASSWORD)["LoginProfile"]["UserName"] == "Bob"


def test_create_login_profile_requires_a_password(account: Account) -> None:
    error = refused(account.iam, "CreateLoginProfile", UserName="admin")
    assert (error.code, error.status) == ("ValidationError", 400)
    assert "Value at 'password' failed to satisfy constraint: Member must not be null" in error.message


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Ab1!x", "Password should have a minimum length of 8"),
        ("password1!", "Password must not be a common or breached password"),
        ("Robert-1234", "must not be based on your account name, email address or user name"),
    ],
)
def test_password_policy_violation_names_the_rule(account: Account, password: str, expected: str) -> None:
    account.iam.create_user(UserName="robert")
    error = refused(account.iam, "CreateLoginProfile", UserName="robert", Password=password)
    assert error[:2] == ("PasswordPolicyViolation", 400)
    assert expected in error.message


def test_common_passwords_are_accepted_when_the_account_allows_them(account: Account) -> None:
    account.iamd.put_security_settings(RefuseCommonPasswords=False)
    account.iam.create_login_profile(UserName="admin", Password="Password1")


def test_password_policy_violation_lists_all_violated_rules(account: Account) -> None:
    account.iam.update_account_password_policy(MinimumPasswordLength=14, RequireNumbers=True)
    account.iamd.put_security_settings(MinimumUppercase=2)
    error = refused(account.iam, "CreateLoginProfile", UserName="admin", Password="zqxwvkj")
    assert error.message == (
        "Password should have a minimum length of 14, Password should have at least 2 uppercase letters, "
        "Password should have at least one number"
    )


def test_password_reuse_prevention_rejects_the_latest_passwords(account: Account) -> None:
    iam = account.iam
    iam.update_account_password_policy(PasswordReusePrevention=2)
    create_bob_with_password(account)
    iam.update_login_profile(UserName="Bob", Password=OTHER_PASSWORD)
    for password in (PASSWORD, OTHER_PASSWORD):
        error = refused(iam, "UpdateLoginProfile", UserName="Bob", Password=password)
        assert (error.code, "password reuse prevention" in error.message) == ("PasswordPolicyViolation", True)
    iam.update_login_profile(UserName="Bob", Password=THIRD_PASSWORD)
    iam.update_login_profile(UserName="Bob", Password=PASSWORD)


def test_passwords_are_neither_stored_nor_logged_in_plain_text(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account, "iam:ChangePassword"))
    bob.change_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=THIRD_PASSWORD)
    refused(account.iam, "UpdateLoginProfile", UserName="Bob", Password="Canary-1")
    with account.server.store.database.read() as tx:
        events = audit.list_recent(tx, account.account_id, 500)
    stored_text = repr(state(account)) + "".join(event.record for event in events)
    for secret in (PASSWORD, OTHER_PASSWORD, THIRD_PASSWORD, "Canary-1"):
        assert secret not in stored_text
    assert '"newPassword":"HIDDEN_DUE_TO_SECURITY_REASONS"' in stored_text


# ChangePassword.


def test_user_changes_its_own_password(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account, "iam:ChangePassword"))
    account.iam.update_login_profile(UserName="Bob", PasswordResetRequired=True)
    bob.change_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert account.iam.get_login_profile(UserName="Bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert can_sign_in(account, OTHER_PASSWORD)
    assert not can_sign_in(account, PASSWORD)


def test_allow_users_to_change_password_grants_change_password(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account))
    passwords = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(bob, "ChangePassword", **passwords).code == "AccessDenied"
    account.iam.update_account_password_policy(AllowUsersToChangePassword=True)
    assert bob.get_account_password_policy()["PasswordPolicy"]["AllowUsersToChangePassword"] is True
    bob.change_password(**passwords)


def test_explicit_deny_overrides_allow_users_to_change_password(account: Account) -> None:
    account.iam.update_account_password_policy(AllowUsersToChangePassword=True)
    bob = account.client("iam", create_bob_with_password(account))
    policy = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}'
    account.iam.put_user_policy(UserName="Bob", PolicyName="deny", PolicyDocument=policy)
    error = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert error.code == "AccessDenied"
    assert "explicit deny" in error.message


def test_new_password_must_differ_from_the_current_one(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account, "iam:ChangePassword"))
    error = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=PASSWORD)
    assert error.code == "PasswordPolicyViolation"


def test_change_password_without_login_profile_is_no_such_entity(account: Account) -> None:
    bob = account.user("Bob", allow("iam:ChangePassword"))
    error = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert error == NO_PROFILE


def test_change_password_rejects_the_root_user(account: Account) -> None:
    root = console_users.sign_in_root(account)
    error = refused(root.iam, "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert error == ("InvalidUserType", 400, "Only IAM Users can change their own password")


def test_concurrent_wrong_old_passwords_are_rate_limited(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account, "iam:ChangePassword"))
    wrong = {"OldPassword": "not this one", "NewPassword": OTHER_PASSWORD}
    _, errors = together(bob, "ChangePassword", [wrong] * 20)
    assert (
        sorted(error.code for error in errors)
        == ["AccessDenied"] * 10 + ["EntityTemporarilyUnmodifiable"] * 10
    )
    right = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(bob, "ChangePassword", **right)[:2] == ("EntityTemporarilyUnmodifiable", 409)

    user_id = account.iam.get_user(UserName="Bob")["User"]["UserId"]
    subject = attempt_counters.counter_key("password", account.account_id, user_id)
    with account.server.store.database.write() as tx:
        attempt_counters.reset(tx, subject)
        attempt_counters.increment(tx, subject, int(clock.now().timestamp()) - 901, 900, 10)
    call(bob, "ChangePassword", **right)
    with account.server.store.database.read() as tx:
        assert attempt_counters.get(tx, subject, int(clock.now().timestamp()), 900).tries == 0


def test_only_one_of_several_concurrent_password_changes_succeeds(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account, "iam:ChangePassword"))
    changes = [
        {"OldPassword": PASSWORD, "NewPassword": f"Bright-Meadow-{number}"} for number in range(4850, 4854)
    ]
    responses, errors = together(bob, "ChangePassword", changes)
    assert len(responses) == 1
    assert {error.code for error in errors} <= {"ConcurrentModification", "AccessDenied"}


def test_hard_expired_password_can_be_changed_with_an_access_key_but_not_in_a_session(
    account: Account,
) -> None:
    key = create_bob_with_password(account, "iam:ChangePassword")
    browser = console_users.Browser(account.server)
    browser.sign_in_user(account.account_id, "Bob", PASSWORD)
    account.iam.update_account_password_policy(MaxPasswordAge=30, HardExpiry=True)
    backdate_password(account, "Bob")
    passwords = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(browser.iam, "ChangePassword", **passwords).code == "AccessDenied"
    account.client("iam", key).change_password(**passwords)


def backdate_password(account: Account, name: str) -> None:
    """Set the date of a user's last password change to 2020."""
    user_id = account.iam.get_user(UserName=name)["User"]["UserId"]
    with account.server.store.database.write() as tx:
        profile = login_profiles.find(tx, account.account_id, user_id)
        assert profile
        login_profiles.update(tx, account.account_id, profile._replace(change_date="2020-01-01T00:00:00Z"))


# Effects of a password change.


@pytest.mark.parametrize("method", ["change", "update", "reset", "delete"])
def test_changing_or_deleting_the_password_ends_console_sessions(account: Account, method: str) -> None:
    key = create_bob_with_password(account, "iam:ChangePassword")
    browser = console_users.Browser(account.server)
    browser.sign_in_user(account.account_id, "Bob", PASSWORD)
    assert browser.iamd.get_session()["Session"]["UserName"] == "Bob"
    methods = {
        "change": lambda: account.client("iam", key).change_password(
            OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD
        ),
        "update": lambda: account.iam.update_login_profile(UserName="Bob", Password=OTHER_PASSWORD),
        "reset": lambda: account.iam.update_login_profile(UserName="Bob", PasswordResetRequired=True),
        "delete": lambda: account.iam.delete_login_profile(UserName="Bob"),
    }
    methods[method]()
    assert refused(browser.iamd, "GetSession").code == "ExpiredToken"


def test_user_with_login_profile_or_mfa_device_cannot_be_deleted(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    iam.create_login_profile(UserName="Bob", Password=PASSWORD)
    _, serial = console_users.assign_authenticator(account, "Bob")
    profile_conflict = ("DeleteConflict", 409, "Cannot delete entity, must delete login profile first.")
    assert refused(iam, "DeleteUser", UserName="Bob") == profile_conflict
    iam.delete_login_profile(UserName="Bob")
    device_conflict = ("DeleteConflict", 409, "Cannot delete entity, must delete MFA device first.")
    assert refused(iam, "DeleteUser", UserName="Bob") == device_conflict
    iam.deactivate_mfa_device(UserName="Bob", SerialNumber=serial)
    iam.delete_user(UserName="Bob")


def test_old_password_is_invalid_immediately_after_a_change(account: Account) -> None:
    bob = account.client("iam", create_bob_with_password(account, "iam:ChangePassword"))
    bob.change_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    error = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=THIRD_PASSWORD)
    assert error == ("AccessDenied", 403, "The old password was incorrect.")
