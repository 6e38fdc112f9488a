"""Root user: its password, MFA devices, recovery codes, email address, and access keys where allowed."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from iamd.store import attempt_counters
from iamd.store.query import Write, bind
from iamd.store.schema import attempts
from tests import console_users, servers
from tests.api.responses import refused
from tests.authenticator import Authenticator
from tests.console_users import OTHER_PASSWORD, PASSWORD, Browser, Root
from tests.servers import Account, Server


@pytest.fixture
def root(account: Account) -> Root:
    """Return the root user of a new account, signed in and with a confirmed identity."""
    return console_users.sign_in_root(account)


def sign_in_with_mfa(root: Root) -> tuple[Authenticator, Browser]:
    """Enable an MFA device for the root user and sign it in with MFA; return the device and the browser."""
    device = Authenticator.create(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes(-1))
    browser = Browser(root.account.server)
    page = browser.sign_in_root(root.email, PASSWORD)
    browser.send(page, "/signin/mfa", method="code", device=device.serial, code=device.code())
    return device, browser


# ChangeRootPassword.


def test_change_root_password_ends_all_sessions(root: Root) -> None:
    other_browser = Browser(root.account.server)
    other_browser.sign_in_root(root.email, PASSWORD)
    root.iamd.change_root_password(OldPassword=PASSWORD, NewPassword=OTHER_PASSWORD)
    for browser in (root.browser, other_browser):
        assert refused(browser.iamd, "GetSession").code == "ExpiredToken"
    assert not can_sign_in(root, PASSWORD)
    assert can_sign_in(root, OTHER_PASSWORD)


def can_sign_in(root: Root, password: str) -> bool:
    browser = Browser(root.account.server)
    browser.sign_in_root(root.email, password)
    return browser.session is not None


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Ab1!x", "Password should have a minimum length of 14"),
        ("correcthorsebattery", "Password should have at least 2 numbers"),
        ("password12345678", "common or breached password"),
        (PASSWORD, "must not be the same as the current password"),
    ],
)
def test_password_rules_of_the_account_apply_to_the_root_user(
    root: Root, password: str, expected: str
) -> None:
    root.iam.update_account_password_policy(MinimumPasswordLength=14)
    root.iamd.put_security_settings(MinimumDigits=2, RefuseCommonPasswords=False)
    error = refused(root.iamd, "ChangeRootPassword", OldPassword=PASSWORD, NewPassword=password)
    assert error[:2] == ("PasswordPolicyViolation", 400)
    assert expected in error.message


def test_change_root_password_is_locked_after_ten_wrong_passwords(root: Root) -> None:
    wrong = {"OldPassword": "not this one", "NewPassword": OTHER_PASSWORD}
    for _ in range(10):
        assert refused(root.iamd, "ChangeRootPassword", **wrong).message == "The old password was incorrect."
    right = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    assert refused(root.iamd, "ChangeRootPassword", **right).code == "EntityTemporarilyUnmodifiable"


# MFA devices.


def test_root_user_enables_lists_and_deactivates_an_mfa_device(root: Root) -> None:
    device, browser = sign_in_with_mfa(root)
    (enabled,) = browser.iam.list_mfa_devices()["MFADevices"]
    assert enabled["SerialNumber"] == device.serial
    (listed,) = browser.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert listed["User"]["Arn"] == f"arn:aws:iam::{root.account.account_id}:root"
    assert browser.iamd.get_session()["Session"]["MFAAuthenticated"] is True
    browser.confirm(method="code", device=device.serial, code=device.code(1))
    browser.iamd.deactivate_root_mfa_device(SerialNumber=device.serial)
    assert browser.iam.list_mfa_devices()["MFADevices"] == []


def test_second_root_mfa_device_requires_a_session_with_mfa(root: Root) -> None:
    sign_in_with_mfa(root)
    second = Authenticator.create(root.iam, "second")
    params = {"SerialNumber": second.serial, **second.codes()}
    error = refused(root.iamd, "EnableRootMFADevice", **params)
    assert (error.code, "must sign in with MFA" in error.message) == ("AccessDenied", True)


def test_create_virtual_mfa_device_replaces_an_unassigned_device_of_root(root: Root) -> None:
    first, second = Authenticator.create(root.iam, "phone"), Authenticator.create(root.iam, "phone")
    assert (first.serial, first.seed == second.seed) == (second.serial, False)
    root.iamd.enable_root_mfa_device(SerialNumber=second.serial, **second.codes())
    error = refused(root.iam, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert error.code == "EntityAlreadyExists"


def test_root_does_not_replace_a_virtual_mfa_device_created_by_a_user(root: Root) -> None:
    Authenticator.create(root.account.iam, "phone")
    error = refused(root.iam, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert error.code == "EntityAlreadyExists"


# Recovery codes.


def test_recovery_codes_require_an_mfa_device_and_are_created_once_without_mfa(root: Root) -> None:
    assert refused(root.iamd, "CreateRecoveryCodes")[:2] == ("InvalidInput", 400)
    device = Authenticator.create(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes())
    codes = root.iamd.create_recovery_codes()["RecoveryCodes"]
    assert len(set(codes)) == 10
    assert root.iamd.get_session()["Session"]["RecoveryCodesLeft"] == 10
    assert refused(root.iamd, "CreateRecoveryCodes").code == "AccessDenied"


def test_recovery_codes_are_deleted_with_the_last_mfa_device(root: Root) -> None:
    device, browser = sign_in_with_mfa(root)
    browser.confirm(method="code", device=device.serial, code=device.code(1))
    browser.iamd.create_recovery_codes()
    browser.iamd.deactivate_root_mfa_device(SerialNumber=device.serial)
    assert browser.iamd.get_session()["Session"]["RecoveryCodesLeft"] == 0


# Email address and account name.


def test_update_root_email_changes_the_sign_in_address(root: Root) -> None:
    new_email = f"moved-{root.account.account_id}@example.org"
    root.iamd.update_root_email(RootEmail=new_email)
    assert root.iamd.get_account()["RootEmail"] == new_email
    assert can_sign_in(root._replace(email=new_email.upper()), PASSWORD)
    assert not can_sign_in(root, PASSWORD)


def test_root_email_is_unique_ignoring_case(root: Root, account: Account) -> None:
    other = console_users.set_up(servers.create_account(account.server))
    error = refused(root.iamd, "UpdateRootEmail", RootEmail=other.email.upper())
    assert error[:2] == ("EntityAlreadyExists", 409)
    root.iamd.update_root_email(RootEmail=root.email.upper())


def test_three_email_addresses_in_use_may_be_tried_in_a_day(root: Root, account: Account) -> None:
    """A root user cannot find out which addresses the root users of other accounts have."""
    others = [console_users.set_up(servers.create_account(account.server)) for _ in range(3)]
    for other in others:
        error = refused(root.iamd, "UpdateRootEmail", RootEmail=other.email)
        assert error[:2] == ("EntityAlreadyExists", 409)
    free_email = f"free-{account.account_id}@example.org"
    for email in (others[0].email, free_email, root.email):
        assert refused(root.iamd, "UpdateRootEmail", RootEmail=email)[:2] == ("Throttling", 400)
    assert root.iamd.get_account()["RootEmail"] == root.email

    backdate_refused_emails(account, 23 * 3600)
    assert refused(root.iamd, "UpdateRootEmail", RootEmail=free_email).code == "Throttling"
    backdate_refused_emails(account, 3601)
    root.iamd.update_root_email(RootEmail=free_email)


def backdate_refused_emails(account: Account, seconds: int) -> None:
    """Let time pass for the counter of email addresses that were refused to an account."""
    last_at = Write(
        sa.update(attempts)
        .where(attempts.c.subject == bind("key"))
        .values(last_at=attempts.c.last_at - seconds)
    )
    with account.server.store.database.write() as tx:
        key = attempt_counters.counter_key("root-email", account.account_id)
        assert last_at.execute(tx, key=key) == 1


def test_email_address_that_is_refused_again_counts_once(root: Root, account: Account) -> None:
    other = console_users.set_up(servers.create_account(account.server))
    for email in (other.email, other.email.upper(), other.email, other.email):
        error = refused(root.iamd, "UpdateRootEmail", RootEmail=email)
        assert error[:2] == ("EntityAlreadyExists", 409)
    root.iamd.update_root_email(RootEmail=f"free-{account.account_id}@example.org")


def test_put_account_name_renames_the_account(root: Root) -> None:
    root.iamd.put_account_name(AccountName="Example & Sons (test)")
    assert root.iamd.get_session()["Session"]["AccountName"] == "Example & Sons (test)"


# Access keys.


def test_root_access_keys_are_refused_by_default(root: Root) -> None:
    error = refused(root.iam, "CreateAccessKey")
    assert error[:2] == ("AccessDenied", 403)
    assert error.message.startswith("The root user of this account cannot have access keys")
    assert root.iam.list_access_keys()["AccessKeyMetadata"] == []
    root.iam.create_user(UserName="bob")
    root.iam.create_access_key(UserName="bob")


@pytest.fixture(scope="module")
def root_keys_server(server: Server) -> Iterator[Server]:
    """Return a server on the same store with IAMD_ROOT_ACCESS_KEYS enabled."""
    with servers.serving(server.store, *server.arguments, IAMD_ROOT_ACCESS_KEYS="true") as running:
        yield running


def test_root_access_keys_work_where_the_operator_allows_them(
    account: Account, root_keys_server: Server
) -> None:
    root = console_users.sign_in_root(account._replace(server=root_keys_server))
    keys = [root.iam.create_access_key()["AccessKey"] for _ in range(2)]
    assert refused(root.iam, "CreateAccessKey").code == "LimitExceeded"
    listed_ids = {key["AccessKeyId"] for key in root.iam.list_access_keys()["AccessKeyMetadata"]}
    assert listed_ids == {key["AccessKeyId"] for key in keys}
    assert root.iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1
    recommendations = {item["Id"] for item in root.iamd.get_security_recommendations()["Recommendations"]}
    assert "root-access-keys" in recommendations

    first, second = keys
    credentials = first["AccessKeyId"], first["SecretAccessKey"]
    root_iam = servers.client(root_keys_server.url, "iam", credentials)
    assert root_iam.get_user()["User"]["Arn"].endswith(":root")
    default_iam = servers.client(account.server.url, "iam", credentials)
    assert refused(default_iam, "GetUser").code == "InvalidClientTokenId"
    root_iam.update_access_key(AccessKeyId=second["AccessKeyId"], Status="Inactive")
    for key in keys:
        root.iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    assert root.iam.list_access_keys()["AccessKeyMetadata"] == []


# Confirmation of identity.


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
def test_sensitive_operations_require_confirmation_of_identity(
    account: Account, service: str, operation: str, params: dict[str, str]
) -> None:
    console_users.set_up(account)
    browser = Browser(account.server)
    browser.sign_in_root(f"root-{account.account_id}@{console_users.DOMAIN}", PASSWORD)
    browser.forget_confirmation()
    error = refused(browser.client(service), operation, **params)
    assert error == ("ConfirmationRequired", 403, "Confirm your identity and try again.")
