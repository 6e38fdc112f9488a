"""The account's password policy."""

from typing import Any

import pytest

from iamd.store import login_profiles
from tests import people
from tests.api.answers import refused
from tests.authenticator import Authenticator
from tests.servers import Account

FLAGS = [
    "RequireSymbols",
    "RequireNumbers",
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "AllowUsersToChangePassword",
]
DEFAULTS = {"MinimumPasswordLength": 6, "ExpirePasswords": False, **dict.fromkeys(FLAGS, False)}


def test_what_is_left_out_gets_its_default(account: Account) -> None:
    account.iam.update_account_password_policy()
    assert account.iam.get_account_password_policy()["PasswordPolicy"] == DEFAULTS


def test_an_update_replaces_the_policy_whole(account: Account) -> None:
    iam = account.iam
    wanted: dict[str, Any] = {
        "MinimumPasswordLength": 14,
        "MaxPasswordAge": 90,
        "PasswordReusePrevention": 5,
        "HardExpiry": False,
        **dict.fromkeys(FLAGS, True),
    }
    iam.update_account_password_policy(**wanted)
    assert iam.get_account_password_policy()["PasswordPolicy"] == wanted | {"ExpirePasswords": True}
    iam.update_account_password_policy(MaxPasswordAge=30)
    shown = iam.get_account_password_policy()["PasswordPolicy"]
    assert shown == DEFAULTS | {"ExpirePasswords": True, "MaxPasswordAge": 30}


def test_a_policy_that_is_deleted_gives_way_to_the_default(account: Account) -> None:
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
def test_numbers_beyond_their_limits_are_refused(account: Account, member: str, value: int) -> None:
    said = refused(account.iam, "UpdateAccountPasswordPolicy", **{member: value})
    assert said[:2] == ("ValidationError", 400)


def test_every_caller_may_learn_the_rules_for_its_next_password(account: Account) -> None:
    account.iamd.put_security_settings(RefuseCommonPasswords=False)
    bob = account.client("iamd", account.key_of("bob"))
    assert bob.get_password_rules()["PasswordRules"]["RefuseCommonPasswords"] is False
    root = people.root_of(account)
    assert root.iamd.get_password_rules()["PasswordRules"]["RefuseCommonPasswords"] is True
    assert refused(bob, "GetSecuritySettings").code == "AccessDenied"


def test_whom_rules_affect_is_told_before_they_are_saved(account: Account) -> None:
    iam = account.iam
    for name in ("old", "new"):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password=people.PASSWORD)
    Authenticator.make(iam, "phone").enable(iam, "new")
    user_id = iam.get_user(UserName="old")["User"]["UserId"]
    with account.server.store.database.write() as tx:
        profile = login_profiles.find(tx, account.account_id, user_id)
        assert profile
        login_profiles.update(tx, account.account_id, profile._replace(change_date="2020-01-01T00:00:00Z"))
    told = account.iamd.get_password_policy_impact(MaxPasswordAge=90)
    assert (told["UsersWithPassword"], told["PasswordsTooOld"], told["WithoutMFA"]) == (2, 1, 1)
    assert (told["UsersWithOldPassword"], told["UsersWithoutMFA"]) == (["old"], ["old"])
    assert (told["RootPasswordTooOld"], told["RootWithoutMFA"]) == (False, True)
    assert account.iamd.get_password_policy_impact()["PasswordsTooOld"] == 0


def test_our_rules_are_kept_apart_from_the_policy(account: Account) -> None:
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
