"""TOTP MFA devices (virtual and hardware), through boto3 on both databases."""

import base64
import io
import re
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from iamd.core.records import MfaDevice
from iamd.crypto import totp
from iamd.domain import mfa_codes
from iamd.store import accounts, attempt_counters, mfa_devices
from iamd.store.query import Write, columns_equal
from iamd.store.schema import attempts as attempts_table
from tests.api.responses import call, refused, state, together
from tests.api.sts_sessions import (
    Session,
    assume_role,
    create_role,
    create_role_session,
    put_role_policy,
    trust_statement,
)
from tests.authenticator import Authenticator
from tests.servers import Account, Server, allow, client

pytestmark = pytest.mark.both_databases


INVALID_CODE = "Authentication code for device is not valid"
TOO_MANY_ATTEMPTS = "Too many incorrect codes for this device. Wait 15 minutes, then try again."


@pytest.fixture
def bob(account: Account) -> None:
    """Create the user Bob."""
    account.iam.create_user(UserName="Bob")


def device_params(device: Authenticator, ahead: int = 0) -> dict[str, str]:
    """Return the parameters of EnableMFADevice or ResyncMFADevice for Bob, with two codes."""
    return {"UserName": "Bob", "SerialNumber": device.serial, **device.codes(ahead)}


def code_error(account: Account, operation: str, device: Authenticator, first: str, second: str) -> str:
    """Make a call whose two codes must be rejected; return the error message."""
    error = refused(
        account.iam,
        operation,
        UserName="Bob",
        SerialNumber=device.serial,
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )
    assert error[:2] == ("InvalidAuthenticationCode", 403)
    return error.message


# Device lifecycle.


def test_create_virtual_mfa_device_returns_seed_and_qr_code(account: Account) -> None:
    response = account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/x/")
    device = response["VirtualMFADevice"]
    assert device["SerialNumber"] == f"arn:aws:iam::{account.account_id}:mfa/x/phone"
    seed = device["Base32StringSeed"].decode()
    assert re.fullmatch("[A-Z2-7]{32}", seed)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(device["QRCodePNG"])))
    label = f"iamd:phone%40{account.account_id}"
    assert code.text == f"otpauth://totp/{label}?secret={seed}&issuer=iamd"


@pytest.mark.usefixtures("bob")
def test_virtual_mfa_device_lifecycle(account: Account) -> None:
    iam = account.iam
    device = Authenticator.create(iam, "phone")
    assert iam.list_mfa_devices(UserName="Bob")["MFADevices"] == []
    iam.enable_mfa_device(**device_params(device))
    (listed,) = iam.list_mfa_devices(UserName="bob")["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("Bob", device.serial)
    response = iam.get_mfa_device(UserName="Bob", SerialNumber=device.serial)
    assert {name: response[name] for name in listed} == listed
    assert iam.get_account_summary()["SummaryMap"]["MFADevicesInUse"] == 1

    in_use = ("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first.")
    assert refused(iam, "DeleteVirtualMFADevice", SerialNumber=device.serial) == in_use
    iam.deactivate_mfa_device(UserName="Bob", SerialNumber=device.serial)
    assert iam.list_mfa_devices(UserName="Bob")["MFADevices"] == []
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    not_found = f"VirtualMFADevice with serial number {device.serial} does not exist."
    assert refused(iam, "DeleteVirtualMFADevice", SerialNumber=device.serial).message == not_found


@pytest.mark.usefixtures("bob")
def test_list_virtual_mfa_devices_shows_the_user_and_no_seed(account: Account) -> None:
    iam = account.iam
    Authenticator.create(iam, "a").enable(iam, "Bob")
    Authenticator.create(iam, "b")
    first, second = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert (first["User"]["UserName"], first["User"]["Arn"][-8:]) == ("Bob", "user/Bob")
    assert first.keys() == {"SerialNumber", "User", "EnableDate"}
    assert second.keys() == {"SerialNumber"}
    for status, expected in (("Any", [first, second]), ("Assigned", [first]), ("Unassigned", [second])):
        assert iam.list_virtual_mfa_devices(AssignmentStatus=status)["VirtualMFADevices"] == expected


def test_device_name_is_unique_per_path(account: Account) -> None:
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    message = "MFADevice entity at the same path and name already exists."
    error = refused(account.iam, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert error == ("EntityAlreadyExists", 409, message)
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/other/")


@pytest.mark.parametrize(("path", "name"), [("/", "x" * 250), ("/!/", "phone")])
def test_create_rejects_invalid_serial_numbers(account: Account, path: str, name: str) -> None:
    error = refused(account.iam, "CreateVirtualMFADevice", VirtualMFADeviceName=name, Path=path)
    assert error[:2] == ("InvalidInput", 400)


def test_device_tags_are_deleted_with_the_device(account: Account) -> None:
    iam = account.iam
    device = Authenticator.create(iam, "phone", Tags=[{"Key": "a", "Value": "1"}])
    iam.tag_mfa_device(SerialNumber=device.serial, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_mfa_device(SerialNumber=device.serial, TagKeys=["a"])
    assert iam.list_mfa_device_tags(SerialNumber=device.serial)["Tags"] == [{"Key": "b", "Value": "2"}]
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    Authenticator.create(iam, "phone")
    assert iam.list_mfa_device_tags(SerialNumber=device.serial)["Tags"] == []


def test_resource_tag_conditions_apply_to_devices(account: Account) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    caller = account.user("caller", allow("iam:DeleteVirtualMFADevice", Condition=condition))
    denied_device = Authenticator.create(account.iam, "denied", Tags=[{"Key": "team", "Value": "b"}])
    allowed_device = Authenticator.create(account.iam, "allowed", Tags=[{"Key": "team", "Value": "a"}])
    assert refused(caller, "DeleteVirtualMFADevice", SerialNumber=denied_device.serial).code == "AccessDenied"
    caller.delete_virtual_mfa_device(SerialNumber=allowed_device.serial)


@pytest.mark.usefixtures("bob")
def test_mfa_devices_per_user_quota(account: Account) -> None:
    for number in range(8):
        Authenticator.create(account.iam, f"d{number}").enable(account.iam, "Bob")
    ninth = Authenticator.create(account.iam, "d8")
    error = refused(account.iam, "EnableMFADevice", **device_params(ninth))
    assert error == ("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: 8")


@pytest.mark.usefixtures("bob")
def test_device_of_one_user_cannot_be_used_for_another(account: Account) -> None:
    account.iam.create_user(UserName="carol")
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "carol")
    error = refused(account.iam, "EnableMFADevice", **device_params(device, 1))
    assert error == ("EntityAlreadyExists", 409, "MFA Device is already in use.")
    expected = ("NoSuchEntity", 404, "MFA Device invalid for user.")
    params = {"UserName": "Bob", "SerialNumber": device.serial}
    assert refused(account.iam, "DeactivateMFADevice", **params) == expected
    assert refused(account.iam, "GetMFADevice", **params) == expected
    assert refused(account.iam, "ResyncMFADevice", **device_params(device, 1)) == expected


@pytest.mark.usefixtures("bob")
def test_hardware_token_is_identified_by_its_serial_number(account: Account) -> None:
    seed, serial = bytes(range(20)), "GAHT12345678"
    vault = account.server.store.vault
    with account.server.store.database.write() as tx:
        record = accounts.find(tx, account.account_id)
        assert record
        key = vault.data_key(account.account_id, record.data_key)
        sealed = mfa_codes.seal_seed(key, account.account_id, serial, seed)
        device = MfaDevice(serial, "hardware", None, sealed, 0, 0, None, record.create_date, None, None)
        mfa_devices.add(tx, account.account_id, device)
    token = Authenticator(serial, totp.encode_base32(seed))
    token.enable(account.iam, "Bob")
    (listed,) = account.iam.list_mfa_devices(UserName="Bob")["MFADevices"]
    assert listed["SerialNumber"] == serial
    account.iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "a", "Value": "1"}])
    assert account.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    account.iam.deactivate_mfa_device(UserName="Bob", SerialNumber=serial)
    assert refused(account.iam, "DeleteVirtualMFADevice", SerialNumber=serial).code == "NoSuchEntity"
    token.enable(account.iam, "Bob", ahead=2)


# Two consecutive codes.


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (0, 0, "the two codes are the same"),
        (1, 0, "the two codes are not consecutive"),
        (-2, 0, "the two codes are not consecutive"),
    ],
)
@pytest.mark.parametrize("operation", ["EnableMFADevice", "ResyncMFADevice"])
def test_codes_that_are_not_consecutive_are_rejected(
    account: Account, operation: str, first: int, second: int, reason: str
) -> None:
    device = Authenticator.create(account.iam, "phone")
    if operation == "ResyncMFADevice":
        device.enable(account.iam, "Bob", ahead=-15)
    message = code_error(account, operation, device, device.code(first), device.code(second))
    assert message.startswith(f"{INVALID_CODE}: {reason}")


@pytest.mark.usefixtures("bob")
def test_codes_of_another_device_are_rejected(account: Account) -> None:
    device, other = Authenticator.create(account.iam, "phone"), Authenticator.create(account.iam, "other")
    message = code_error(account, "EnableMFADevice", device, other.code(-1), other.code(0))
    assert message == f"{INVALID_CODE}."


@pytest.mark.usefixtures("bob")
def test_used_codes_are_rejected(account: Account) -> None:
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "Bob")
    message = code_error(account, "ResyncMFADevice", device, device.code(-1), device.code(0))
    assert message.startswith(f"{INVALID_CODE}: it has already been used")
    account.iam.deactivate_mfa_device(UserName="Bob", SerialNumber=device.serial)
    assert code_error(account, "EnableMFADevice", device, device.code(-1), device.code(0)) == message


@pytest.mark.usefixtures("bob")
def test_resync_stores_the_clock_drift(account: Account) -> None:
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "Bob", ahead=-15)
    account.iam.resync_mfa_device(**device_params(device, 10))
    with account.server.store.database.read() as tx:
        stored = mfa_devices.find(tx, account.account_id, device.serial)
    assert stored
    assert stored.drift in (9, 10)  # the next time step may have begun meanwhile


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("operation", ["EnableMFADevice", "ResyncMFADevice"])
def test_device_is_locked_for_fifteen_minutes_after_ten_wrong_codes(account: Account, operation: str) -> None:
    device = Authenticator.create(account.iam, "phone")
    if operation == "ResyncMFADevice":
        device.enable(account.iam, "Bob", ahead=-15)
    wrong_codes = {**device_params(device), "AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    _, errors = together(account.iam, operation, [wrong_codes] * 20)
    assert sorted(error.message for error in errors) == [f"{INVALID_CODE}."] * 10 + [TOO_MANY_ATTEMPTS] * 10
    assert refused(account.iam, operation, **device_params(device)).message == TOO_MANY_ATTEMPTS

    age_attempts(account, device)
    call(account.iam, operation, **device_params(device))


def age_attempts(account: Account, device: Authenticator) -> None:
    """Move the failed attempts of a device 15 minutes and a second into the past."""
    name = attempt_counters.counter_key("otp", account.account_id, device.serial)
    values = {attempts_table.c.last_at: attempts_table.c.last_at - 901}
    update_last_at = Write(
        attempts_table.update().where(columns_equal(attempts_table, "subject")).values(values)
    )
    with account.server.store.database.write() as tx:
        assert update_last_at.execute(tx, subject=name) == 1


@pytest.mark.usefixtures("bob")
def test_valid_codes_reset_the_attempt_counter(account: Account) -> None:
    device = Authenticator.create(account.iam, "phone")
    for _ in range(9):
        code_error(account, "EnableMFADevice", device, "000000", "000001")
    account.iam.enable_mfa_device(**device_params(device, -10))
    for _ in range(9):
        code_error(account, "ResyncMFADevice", device, "000000", "000001")
    account.iam.resync_mfa_device(**device_params(device))


@pytest.mark.usefixtures("bob")
def test_rejected_codes_do_not_change_the_account(account: Account) -> None:
    device = Authenticator.create(account.iam, "phone")
    before = state(account)
    code_error(account, "EnableMFADevice", device, "000000", "000001")
    assert state(account) == before


@pytest.mark.usefixtures("bob")
def test_codes_used_concurrently_on_two_servers_succeed_once(account: Account, second_server: Server) -> None:
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "Bob", ahead=-15)
    second_client = client(second_server.url, "iam", (account.access_key_id, account.secret_access_key))
    responses, errors = together(account.iam, "ResyncMFADevice", [device_params(device)] * 8, second_client)
    assert len(responses) == 1
    assert {error.code for error in errors} == {"InvalidAuthenticationCode"}


# A user with MFA must sign in with MFA to change its MFA devices.


def test_access_key_of_a_user_with_mfa_cannot_change_its_devices(account: Account) -> None:
    bob = account.user("Bob", allow("iam:*MFADevice*"))
    first, second = Authenticator.create(bob, "first"), Authenticator.create(bob, "second")
    first.enable(bob, "Bob")
    error = refused(bob, "EnableMFADevice", **device_params(second))
    assert error[:2] == ("AccessDenied", 403)
    assert error.message.endswith("has MFA and must sign in with MFA to change MFA devices")
    for params in ({"UserName": "Bob"}, {}):
        error = refused(bob, "DeactivateMFADevice", SerialNumber=first.serial, **params)
        assert error[:2] == ("AccessDenied", 403)


def test_role_session_of_a_user_with_mfa_cannot_change_its_devices(account: Account) -> None:
    key = account.key_of("Bob", allow("sts:AssumeRole"), allow("iam:*MFADevice*"))
    bob = account.client("iam", key)
    user_arn = account.iam.get_user(UserName="Bob")["User"]["Arn"]
    role = create_role(account, "admin", trust_statement({"AWS": user_arn}))
    put_role_policy(account, "admin", allow("iam:*MFADevice*"))
    device = Authenticator.create(bob, "phone").enable(bob, "Bob")
    params = {"UserName": "Bob", "SerialNumber": device.serial}
    sts = Session(*key, None).client(account.server, "sts")
    session = assume_role(sts, role).client(account.server, "iam")
    assert refused(session, "DeactivateMFADevice", **params)[:2] == ("AccessDenied", 403)
    with_code = assume_role(sts, role, SerialNumber=device.serial, TokenCode=device.code(1))
    with_code.client(account.server, "iam").deactivate_mfa_device(**params)


def test_role_session_of_another_user_can_deactivate_a_lost_device(account: Account) -> None:
    bob = account.user("Bob", allow("iam:*MFADevice*"))
    lost = Authenticator.create(bob, "lost").enable(bob, "Bob")
    session = create_role_session(account, "help-desk", allow("iam:*MFADevice*"))
    session.client(account.server, "iam").deactivate_mfa_device(UserName="Bob", SerialNumber=lost.serial)


def test_administrator_can_deactivate_a_lost_device(account: Account) -> None:
    bob = account.user("Bob", allow("iam:*MFADevice*"))
    lost = Authenticator.create(bob, "lost").enable(bob, "Bob")
    account.iam.deactivate_mfa_device(UserName="Bob", SerialNumber=lost.serial)
    Authenticator.create(bob, "new").enable(bob, "Bob")


@pytest.mark.parametrize("member", ["Base32StringSeed", "QRCodePNG"])
def test_seed_is_not_stored_or_logged_in_plain_text(account: Account, member: str) -> None:
    device: Any = account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    with account.server.store.database.read() as tx:
        events = tx.cursor.execute("SELECT record FROM audit_events").fetchall()
    stored = repr(state(account)) + "".join(record for (record,) in events)
    seed = device["Base32StringSeed"].decode()
    assert seed not in stored
    assert repr(base64.b32decode(seed))[2:-1] not in stored
    assert repr(device["QRCodePNG"])[2:-1] not in stored
    assert "HIDDEN_DUE_TO_SECURITY_REASONS" in stored
    assert member[:1].lower() + member[1:] in stored
