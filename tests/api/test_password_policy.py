"""Account password policy, security settings, and the password rules that follow from them."""

from typing import Any

import pytest

from iamd.store import login_profiles
from tests import console_users
from tests.api.responses import refused
from tests.authenticator import Authenticator
from tests.servers import Account

BOOLEAN_MEMBERS = [
    "RequireSymbols",
    "RequireNumbers",
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "AllowUsersToChangePassword",
]
DEFAULTS = {"MinimumPasswordLength": 6, "ExpirePasswords": False, **dict.fromkeys(BOOLEAN_MEMBERS, False)}


def test_omitted_members_get_their_defaults(account: Account) -> None:
    account.iam.update_account_password_policy()
    assert account.iam.get_account_password_policy()["PasswordPolicy"] == DEFAULTS


def test_update_replaces_the_whole_password_policy(account: Account) -> None:
    iam = account.iam
    policy: dict[str, Any] = {
        "MinimumPasswordLength": 14,
        "MaxPasswordAge": 90,
        "PasswordReusePrevention": 5,
        "HardExpiry": False,
        **dict.fromkeys(BOOLEAN_MEMBERS, True),
    }
    iam.update_account_password_policy(**policy)
    assert iam.get_account_password_policy()["PasswordPolicy"] == policy | {"ExpirePasswords": True}
    iam.update_account_password_policy(MaxPasswordAge=30)
    updated = iam.get_account_password_policy()["PasswordPolicy"]
    assert updated == DEFAULTS | {"ExpirePasswords": True, "MaxPasswordAge": 30}


def test_default_password_rules_apply_after_the_policy_is_deleted(account: Account) -> None:
    iam = account.iam
    iam.update_account_password_policy(MinimumPasswordLength=20)
    iam.delete_account_password_policy()
    message = f"The Password Policy with domain name {account.account_id} cannot be found."
    assert refused(iam, "GetAccountPasswordPolicy") == ("NoSuchEntity", 404, message)
    assert account.iamd.get_password_rules()["PasswordRules"]["MinimumLength"] == 8


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("MinimumPasswordLength", 129),
        ("MaxPasswordAge", 1096),
        ("PasswordReusePrevention", 25),
    ],
)
def test_values_above_the_maximum_are_rejected(account: Account, member: str, value: int) -> None:
    error = refused(account.iam, "UpdateAccountPasswordPolicy", **{member: value})
    assert error[:2] == ("ValidationError", 400)


def test_get_password_rules_needs_no_permission(account: Account) -> None:
    account.iamd.put_security_settings(RefuseCommonPasswords=False)
    bob = account.client("iamd", account.key_of("bob"))
    assert bob.get_password_rules()["PasswordRules"]["RefuseCommonPasswords"] is False
    root = console_users.sign_in_root(account)
    assert root.iamd.get_password_rules()["PasswordRules"]["RefuseCommonPasswords"] is True
    assert refused(bob, "GetSecuritySettings").code == "AccessDenied"


def test_get_password_policy_impact_counts_affected_users(account: Account) -> None:
    iam = account.iam
    for name in ("old", "new"):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password=console_users.PASSWORD)
    Authenticator.create(iam, "phone").enable(iam, "new")
    user_id = iam.get_user(UserName="old")["User"]["UserId"]
    with account.server.store.database.write() as tx:
        profile = login_profiles.find(tx, account.account_id, user_id)
        assert profile
        login_profiles.update(tx, account.account_id, profile._replace(change_date="2020-01-01T00:00:00Z"))
    impact = account.iamd.get_password_policy_impact(MaxPasswordAge=90)
    assert (impact["UsersWithPassword"], impact["PasswordsTooOld"], impact["WithoutMFA"]) == (2, 1, 1)
    assert (impact["UsersWithOldPassword"], impact["UsersWithoutMFA"]) == (["old"], ["old"])
    assert (impact["RootPasswordTooOld"], impact["RootWithoutMFA"]) == (False, True)
    assert account.iamd.get_password_policy_impact()["PasswordsTooOld"] == 0


def test_security_settings_are_separate_from_the_password_policy(account: Account) -> None:
    account.iamd.put_security_settings(MinimumDigits=2, RequireMFA=True, LockoutAttempts=5, LockoutMinutes=30)
    assert refused(account.iam, "GetAccountPasswordPolicy").code == "NoSuchEntity"
    account.iam.update_account_password_policy(RequireNumbers=True)
    assert account.iamd.get_security_settings()["SecuritySettings"] == {
        "MinimumUppercase": 0,
        "MinimumLowercase": 0,
        "MinimumDigits": 2,
        "MinimumSymbols": 0,
        "RefuseCommonPasswords": True,
        "RequireMFA": True,
        "LockoutAttempts": 5,
        "LockoutMinutes": 30,
    }
    rules = account.iamd.get_password_rules()["PasswordRules"]
    assert (rules["MinimumDigits"], rules["MinimumLength"], rules["MinimumClasses"]) == (2, 6, 0)
