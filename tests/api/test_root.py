"""What the root user does for itself: password, MFA, email address, and access keys where allowed."""

from collections.abc import Iterator

import pytest

from tests import people, servers
from tests.api.answers import refused
from tests.authenticator import Authenticator
from tests.people import OTHER_PASSWORD, PASSWORD, Browser, Root
from tests.servers import Account, Server


@pytest.fixture
def root(account: Account) -> Root:
    """Return the root user of an account of this test's own, signed in and confirmed."""
    return people.root_of(account)


def with_mfa(root: Root) -> tuple[Authenticator, Browser]:
    """Give the root user a device, and sign it in with a code of that, confirmed."""
    device = Authenticator.make(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes(-1))
    browser = Browser(root.account.server)
    page = browser.sign_in_root(root.email, PASSWORD)
    browser.send(page, "/signin/mfa", method="code", device=device.serial, code=device.code())
    return device, browser


# The password.


def test_the_root_user_changes_its_password_and_signs_in_again(root: Root) -> None:
    elsewhere = Browser(root.account.server)
    elsewhere.sign_in_root(root.email, PASSWORD)
    root.iamd.change_root_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    for browser in (root.browser, elsewhere):
        assert refused(browser.iamd, "GetSession").code == "ExpiredToken"
    assert not signs_in(root, PASSWORD)
    assert signs_in(root, OTHER_PASSWORD)


def signs_in(root: Root, password: str) -> bool:
    browser = Browser(root.account.server)
    browser.sign_in_root(root.email, password)
    return browser.session is not None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Ab1!x", "Password should have a minimum length of 14"),
        ("correcthorsebattery", "Password should have at least 2 numbers"),
        ("password12345678", "common or breached password"),
        (PASSWORD, "must not be the same as the current password"),
    ],
)
def test_the_accounts_rules_bind_the_root_user(root: Root, password: str, words: str) -> None:
    root.iam.update_account_password_policy(MinimumPasswordLength=14)
    root.iamd.put_security_settings(MinimumDigits=2, RefuseCommonPasswords=False)
    said = refused(root.iamd, "ChangeRootPassword", OldPassword=PASSWORD, NewPassword=password)
    assert said[:2] == ("PasswordPolicyViolation", 400)
    assert words in said.message


def test_ten_wrong_root_passwords_and_no_more(root: Root) -> None:
    wrong = {"OldPassword": "not this one", "NewPassword": OTHER_PASSWORD}
    for _ in range(10):
        assert refused(root.iamd, "ChangeRootPassword", **wrong).message == "The old password was incorrect."
    right = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(root.iamd, "ChangeRootPassword", **right).code == "EntityTemporarilyUnmodifiable"


# MFA.


def test_the_root_user_has_devices_like_any_user(root: Root) -> None:
    device, browser = with_mfa(root)
    (shown,) = browser.iam.list_mfa_devices()["MFADevices"]
    assert shown["SerialNumber"] == device.serial
    (listed,) = browser.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert listed["User"]["Arn"] == f"arn:aws:iam::{root.account.account_id}:root"
    assert browser.iamd.get_session()["Session"]["MFAAuthenticated"] is True
    browser.confirm(method="code", device=device.serial, code=device.code(1))
    browser.iamd.deactivate_root_mfa_device(SerialNumber=device.serial)
    assert browser.iam.list_mfa_devices()["MFADevices"] == []


def test_a_session_without_mfa_adds_no_second_device_to_root(root: Root) -> None:
    with_mfa(root)
    second = Authenticator.make(root.iam, "second")
    asked = {"SerialNumber": second.serial, **second.codes()}
    said = refused(root.iamd, "EnableRootMFADevice", **asked)
    assert (said.code, "must sign in with MFA" in said.message) == ("AccessDenied", True)


def test_a_wizard_that_was_left_begins_anew(root: Root) -> None:
    first, second = Authenticator.make(root.iam, "phone"), Authenticator.make(root.iam, "phone")
    assert (first.serial, first.seed == second.seed) == (second.serial, False)
    root.iamd.enable_root_mfa_device(SerialNumber=second.serial, **second.codes())
    taken = refused(root.iam, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert taken.code == "EntityAlreadyExists"


def test_nobody_elses_device_is_replaced(root: Root) -> None:
    Authenticator.make(root.account.iam, "phone")
    taken = refused(root.iam, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert taken.code == "EntityAlreadyExists"


# Recovery codes.


def test_recovery_codes_come_after_the_first_device_and_once_without_mfa(root: Root) -> None:
    assert refused(root.iamd, "CreateRecoveryCodes")[:2] == ("InvalidInput", 400)
    device = Authenticator.make(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes())
    codes = root.iamd.create_recovery_codes()["RecoveryCodes"]
    assert len(set(codes)) == 10
    assert root.iamd.get_session()["Session"]["RecoveryCodesLeft"] == 10
    assert refused(root.iamd, "CreateRecoveryCodes").code == "AccessDenied"


def test_recovery_codes_go_with_the_last_device(root: Root) -> None:
    device, browser = with_mfa(root)
    browser.confirm(method="code", device=device.serial, code=device.code(1))
    browser.iamd.create_recovery_codes()
    browser.iamd.deactivate_root_mfa_device(SerialNumber=device.serial)
    assert browser.iamd.get_session()["Session"]["RecoveryCodesLeft"] == 0


# Name and email address.


def test_the_root_user_moves_to_another_email_address(root: Root) -> None:
    moved = f"moved-{root.account.account_id}@example.org"
    root.iamd.update_root_email(RootEmail=moved)
    assert root.iamd.get_account()["RootEmail"] == moved
    assert signs_in(root._replace(email=moved.upper()), PASSWORD)
    assert not signs_in(root, PASSWORD)


def test_an_email_address_is_one_root_users(root: Root, account: Account) -> None:
    other = people.set_up(servers.found(account.server))
    said = refused(root.iamd, "UpdateRootEmail", RootEmail=other.email.upper())
    assert said[:2] == ("EntityAlreadyExists", 409)
    root.iamd.update_root_email(RootEmail=root.email.upper())


def test_an_account_is_renamed(root: Root) -> None:
    root.iamd.put_account_name(AccountName="Example & Sons (test)")
    assert root.iamd.get_session()["Session"]["AccountName"] == "Example & Sons (test)"


# Access keys.


def test_a_root_access_key_is_refused(root: Root) -> None:
    said = refused(root.iam, "CreateAccessKey")
    assert said[:2] == ("AccessDenied", 403)
    assert said.message.startswith("The root user of this account cannot have access keys")
    assert root.iam.list_access_keys()["AccessKeyMetadata"] == []
    root.iam.create_user(UserName="bob")
    root.iam.create_access_key(UserName="bob")


@pytest.fixture(scope="module")
def lenient(server: Server) -> Iterator[Server]:
    """Return a server on the same store whose operator lets root users have access keys."""
    with servers.serving(server.store, *server.arguments, IAMD_ROOT_ACCESS_KEYS="true") as running:
        yield running


def test_a_root_access_key_where_the_operator_allows_it(account: Account, lenient: Server) -> None:
    root = people.root_of(account._replace(server=lenient))
    made = [root.iam.create_access_key()["AccessKey"] for _ in range(2)]
    assert refused(root.iam, "CreateAccessKey").code == "LimitExceeded"
    keys = {key["AccessKeyId"] for key in root.iam.list_access_keys()["AccessKeyMetadata"]}
    assert keys == {key["AccessKeyId"] for key in made}
    assert root.iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1
    told = {one["Id"] for one in root.iamd.get_security_recommendations()["Recommendations"]}
    assert "root-access-keys" in told

    first, second = made
    secret = first["AccessKeyId"], first["SecretAccessKey"]
    signed = servers.client(lenient.url, "iam", secret)
    assert signed.get_user()["User"]["Arn"].endswith(":root")
    strict = servers.client(account.server.url, "iam", secret)
    assert refused(strict, "GetUser").code == "InvalidClientTokenId"
    signed.update_access_key(AccessKeyId=second["AccessKeyId"], Status="Inactive")
    for key in made:
        root.iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    assert root.iam.list_access_keys()["AccessKeyMetadata"] == []


# Confirming that it is still you.


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("iamd", "ChangeRootPassword", {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}),
        ("iamd", "UpdateRootEmail", {"RootEmail": "root@example.org"}),
        ("iamd", "CreateRecoveryCodes", {}),
        ("iamd", "StartPasskeyRegistration", {}),
        ("iam", "CreateAccessKey", {"UserName": "admin"}),
    ],
)
def test_what_matters_most_is_confirmed_first(
    account: Account, service: str, operation: str, params: dict[str, str]
) -> None:
    people.set_up(account)
    browser = Browser(account.server)
    browser.sign_in_root(f"root-{account.account_id}@{people.DOMAIN}", PASSWORD)
    said = refused(browser.client(service), operation, **params)
    assert said == ("ConfirmationRequired", 403, "Confirm your identity and try again.")
