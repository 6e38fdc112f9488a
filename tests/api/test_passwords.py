"""Login profiles and a user's own change of password, by boto3, on both databases."""

import pytest

from iamd.core import clock
from iamd.store import attempt_counters, audit, login_profiles
from tests import people
from tests.api.answers import call, refused, state, together
from tests.people import OTHER_PASSWORD, PASSWORD
from tests.servers import Account, allow

THIRD_PASSWORD = "Calm-Orchard-5518"
NO_PROFILE = ("NoSuchEntity", 404, "Login Profile for User Bob cannot be found.")


def bob_with_password(account: Account, *actions: str) -> tuple[str, str]:
    """Make the user Bob with a password; return his access key."""
    key = account.key_of("Bob", allow(*actions or ("s3:*",)))
    account.iam.create_login_profile(UserName="Bob", Password=PASSWORD)
    return key


def can_sign_in(account: Account, password: str) -> bool:
    browser = people.Browser(account.server)
    browser.sign_in_user(account.account_id, "Bob", password)
    return browser.session is not None


# Login profiles.


def test_a_login_profile_lives_from_create_to_delete(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    made = iam.create_login_profile(UserName="bob", Password=PASSWORD, PasswordResetRequired=True)
    shown = made["LoginProfile"]
    assert (shown["UserName"], shown["PasswordResetRequired"]) == ("Bob", True)
    assert iam.get_login_profile(UserName="Bob")["LoginProfile"] == shown
    again = refused(iam, "CreateLoginProfile", UserName="Bob", Password=PASSWORD)
    assert again == ("EntityAlreadyExists", 409, "Login Profile for user Bob already exists.")

    iam.update_login_profile(UserName="Bob", Password=OTHER_PASSWORD)
    assert iam.get_login_profile(UserName="Bob")["LoginProfile"]["PasswordResetRequired"] is True
    iam.update_login_profile(UserName="Bob", PasswordResetRequired=False)
    assert iam.get_login_profile(UserName="Bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert can_sign_in(account, OTHER_PASSWORD)

    iam.delete_login_profile(UserName="Bob")
    assert not can_sign_in(account, OTHER_PASSWORD)
    for operation in ("GetLoginProfile", "DeleteLoginProfile", "UpdateLoginProfile"):
        assert refused(iam, operation, UserName="Bob") == NO_PROFILE


def test_without_a_name_a_user_looks_at_its_own(account: Account) -> None:
    key = bob_with_password(
        account, "iam:GetLoginProfile", "iam:DeleteLoginProfile", "iam:CreateLoginProfile"
    )
    bob = account.client("iam", key)
    assert bob.get_login_profile()["LoginProfile"]["UserName"] == "Bob"
    bob.delete_login_profile()
    assert bob.create_login_profile(Password=PASSWORD)["LoginProfile"]["UserName"] == "Bob"


def test_a_login_profile_needs_a_password(account: Account) -> None:
    said = refused(account.iam, "CreateLoginProfile", UserName="admin")
    assert (said.code, said.status) == ("ValidationError", 400)
    assert "Value at 'password' failed to satisfy constraint: Member must not be null" in said.message


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Ab1!x", "Password should have a minimum length of 8"),
        ("password1!", "Password must not be a common or breached password"),
        ("Robert-1234", "must not be based on your account name, email address or user name"),
    ],
)
def test_a_password_that_breaks_a_rule_is_told_why(account: Account, password: str, words: str) -> None:
    account.iam.create_user(UserName="robert")
    said = refused(account.iam, "CreateLoginProfile", UserName="robert", Password=password)
    assert said[:2] == ("PasswordPolicyViolation", 400)
    assert words in said.message


def test_common_passwords_pass_where_the_account_says_so(account: Account) -> None:
    account.iamd.put_security_settings(RefuseCommonPasswords=False)
    account.iam.create_login_profile(UserName="admin", Password="Password1")


def test_every_broken_rule_is_told_at_once(account: Account) -> None:
    account.iam.update_account_password_policy(MinimumPasswordLength=14, RequireNumbers=True)
    account.iamd.put_security_settings(MinimumUppercase=2)
    said = refused(account.iam, "CreateLoginProfile", UserName="admin", Password="zqxwvkj")
    assert said.message == (
        "Password should have a minimum length of 14, Password should have at least 2 uppercase letters, "
        "Password should have at least one number"
    )


def test_earlier_passwords_are_refused_as_far_back_as_the_policy_says(account: Account) -> None:
    iam = account.iam
    iam.update_account_password_policy(PasswordReusePrevention=2)
    bob_with_password(account)
    iam.update_login_profile(UserName="Bob", Password=OTHER_PASSWORD)
    for used in (PASSWORD, OTHER_PASSWORD):
        said = refused(iam, "UpdateLoginProfile", UserName="Bob", Password=used)
        assert (said.code, "password reuse prevention" in said.message) == ("PasswordPolicyViolation", True)
    iam.update_login_profile(UserName="Bob", Password=THIRD_PASSWORD)
    iam.update_login_profile(UserName="Bob", Password=PASSWORD)


def test_no_password_is_in_the_store_or_the_audit_log(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account, "iam:ChangePassword"))
    bob.change_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=THIRD_PASSWORD)
    refused(account.iam, "UpdateLoginProfile", UserName="Bob", Password="Canary-1")
    with account.server.store.database.read() as tx:
        found = audit.list_recent(tx, account.account_id, 500)
    held = repr(state(account)) + "".join(event.record for event in found)
    for secret in (PASSWORD, OTHER_PASSWORD, THIRD_PASSWORD, "Canary-1"):
        assert secret not in held
    assert '"newPassword": "HIDDEN_DUE_TO_SECURITY_REASONS"' in held


# Changing one's own.


def test_a_user_changes_its_own_password(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account, "iam:ChangePassword"))
    account.iam.update_login_profile(UserName="Bob", PasswordResetRequired=True)
    bob.change_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert account.iam.get_login_profile(UserName="Bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert can_sign_in(account, OTHER_PASSWORD)
    assert not can_sign_in(account, PASSWORD)


def test_the_accounts_policy_is_leave_enough(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account))
    passwords = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(bob, "ChangePassword", **passwords).code == "AccessDenied"
    account.iam.update_account_password_policy(AllowUsersToChangePassword=True)
    assert bob.get_account_password_policy()["PasswordPolicy"]["AllowUsersToChangePassword"] is True
    bob.change_password(**passwords)


def test_a_deny_holds_against_the_accounts_policy(account: Account) -> None:
    account.iam.update_account_password_policy(AllowUsersToChangePassword=True)
    bob = account.client("iam", bob_with_password(account))
    denied = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}'
    account.iam.put_user_policy(UserName="Bob", PolicyName="deny", PolicyDocument=denied)
    said = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert said.code == "AccessDenied"
    assert "explicit deny" in said.message


def test_the_current_password_is_no_new_one(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account, "iam:ChangePassword"))
    said = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=PASSWORD)
    assert said.code == "PasswordPolicyViolation"


def test_who_has_no_password_has_none_to_change(account: Account) -> None:
    bob = account.user("Bob", allow("iam:ChangePassword"))
    said = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert said == NO_PROFILE


def test_the_root_user_is_of_another_type(account: Account) -> None:
    root = people.root_of(account)
    said = refused(root.iam, "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    assert said == ("InvalidUserType", 400, "Only IAM Users can change their own password")


def test_wrong_old_passwords_are_counted_even_when_they_come_at_once(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account, "iam:ChangePassword"))
    wrong = {"OldPassword": "not this one", "NewPassword": OTHER_PASSWORD}
    _, told = together(bob, "ChangePassword", [wrong] * 20)
    assert (
        sorted(said.code for said in told) == ["AccessDenied"] * 10 + ["EntityTemporarilyUnmodifiable"] * 10
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


def test_of_two_changes_at_once_one_wins(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account, "iam:ChangePassword"))
    wanted = [
        {"OldPassword": PASSWORD, "NewPassword": f"Bright-Meadow-{number}"} for number in range(4850, 4854)
    ]
    made, told = together(bob, "ChangePassword", wanted)
    assert len(made) == 1
    assert {said.code for said in told} <= {"ConcurrentModification", "AccessDenied"}


def test_an_expired_password_may_be_changed_by_a_key_and_not_in_a_session(account: Account) -> None:
    key = bob_with_password(account, "iam:ChangePassword")
    browser = people.Browser(account.server)
    browser.sign_in_user(account.account_id, "Bob", PASSWORD)
    account.iam.update_account_password_policy(MaxPasswordAge=30, HardExpiry=True)
    age(account, "Bob")
    wanted = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(browser.iam, "ChangePassword", **wanted).code == "AccessDenied"
    account.client("iam", key).change_password(**wanted)


def age(account: Account, name: str) -> None:
    """Make a password old."""
    user_id = account.iam.get_user(UserName=name)["User"]["UserId"]
    with account.server.store.database.write() as tx:
        profile = login_profiles.find(tx, account.account_id, user_id)
        assert profile
        login_profiles.update(tx, account.account_id, profile._replace(change_date="2020-01-01T00:00:00Z"))


# What ends with a password.


@pytest.mark.parametrize("how", ["change", "update", "reset", "delete"])
def test_sessions_end_with_the_password_that_they_began_with(account: Account, how: str) -> None:
    key = bob_with_password(account, "iam:ChangePassword")
    browser = people.Browser(account.server)
    browser.sign_in_user(account.account_id, "Bob", PASSWORD)
    assert browser.iamd.get_session()["Session"]["UserName"] == "Bob"
    ends = {
        "change": lambda: account.client("iam", key).change_password(
            OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD
        ),
        "update": lambda: account.iam.update_login_profile(UserName="Bob", Password=OTHER_PASSWORD),
        "reset": lambda: account.iam.update_login_profile(UserName="Bob", PasswordResetRequired=True),
        "delete": lambda: account.iam.delete_login_profile(UserName="Bob"),
    }
    ends[how]()
    assert refused(browser.iamd, "GetSession").code == "ExpiredToken"


def test_a_user_with_a_password_or_a_device_is_not_deleted(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    iam.create_login_profile(UserName="Bob", Password=PASSWORD)
    _, serial = people.enrol(account, "Bob")
    profile_first = ("DeleteConflict", 409, "Cannot delete entity, must delete login profile first.")
    assert refused(iam, "DeleteUser", UserName="Bob") == profile_first
    iam.delete_login_profile(UserName="Bob")
    device_first = ("DeleteConflict", 409, "Cannot delete entity, must delete MFA device first.")
    assert refused(iam, "DeleteUser", UserName="Bob") == device_first
    iam.deactivate_mfa_device(UserName="Bob", SerialNumber=serial)
    iam.delete_user(UserName="Bob")


def test_the_old_password_is_wrong_at_once(account: Account) -> None:
    bob = account.client("iam", bob_with_password(account, "iam:ChangePassword"))
    bob.change_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    said = refused(bob, "ChangePassword", OldPassword=PASSWORD, NewPassword=THIRD_PASSWORD)
    assert said == ("AccessDenied", 403, "The old password was incorrect.")
