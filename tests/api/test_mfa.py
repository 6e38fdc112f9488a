"""MFA devices that show codes, by boto3, on both databases."""

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
from tests.api.answers import call, refused, state, together
from tests.authenticator import Authenticator
from tests.servers import Account, Server, allow, client

pytestmark = pytest.mark.both_databases


INVALID = "Authentication code for device is not valid"
TOO_MANY = "Too many incorrect codes for this device. Wait 15 minutes, then try again."


@pytest.fixture
def bob(account: Account) -> Account:
    """Return an account that has the user Bob."""
    account.iam.create_user(UserName="Bob")
    return account


def asked(device: Authenticator, ahead: int = 0) -> dict[str, str]:
    """Return the parameters of EnableMFADevice and ResyncMFADevice for Bob."""
    return {"UserName": "Bob", "SerialNumber": device.serial, **device.codes(ahead)}


def told(account: Account, operation: str, device: Authenticator, first: str, second: str) -> str:
    """Have two codes refused; return why."""
    said = refused(
        account.iam,
        operation,
        UserName="Bob",
        SerialNumber=device.serial,
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )
    assert said[:2] == ("InvalidAuthenticationCode", 403)
    return said.message


# From making a device to its end.


def test_the_seed_is_told_as_text_and_as_a_qr_code(account: Account) -> None:
    made = account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/x/")["VirtualMFADevice"]
    assert made["SerialNumber"] == f"arn:aws:iam::{account.account_id}:mfa/x/phone"
    seed = made["Base32StringSeed"].decode()
    assert re.fullmatch("[A-Z2-7]{32}", seed)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(made["QRCodePNG"])))
    label = f"iamd:phone%40{account.account_id}"
    assert code.text == f"otpauth://totp/{label}?secret={seed}&issuer=iamd"


def test_a_device_lives_from_create_to_delete(bob: Account) -> None:
    iam = bob.iam
    device = Authenticator.make(iam, "phone")
    assert iam.list_mfa_devices(UserName="Bob")["MFADevices"] == []
    iam.enable_mfa_device(**asked(device))
    (shown,) = iam.list_mfa_devices(UserName="bob")["MFADevices"]
    assert (shown["UserName"], shown["SerialNumber"]) == ("Bob", device.serial)
    got = iam.get_mfa_device(UserName="Bob", SerialNumber=device.serial)
    assert {name: got[name] for name in shown} == shown
    assert iam.get_account_summary()["SummaryMap"]["MFADevicesInUse"] == 1

    in_use = ("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first.")
    assert refused(iam, "DeleteVirtualMFADevice", SerialNumber=device.serial) == in_use
    iam.deactivate_mfa_device(UserName="Bob", SerialNumber=device.serial)
    assert iam.list_mfa_devices(UserName="Bob")["MFADevices"] == []
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    gone = f"VirtualMFADevice with serial number {device.serial} does not exist."
    assert refused(iam, "DeleteVirtualMFADevice", SerialNumber=device.serial).message == gone


def test_the_list_says_whose_a_device_is_and_never_its_seed(bob: Account) -> None:
    iam = bob.iam
    Authenticator.make(iam, "a").enable(iam, "Bob")
    Authenticator.make(iam, "b")
    first, second = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert (first["User"]["UserName"], first["User"]["Arn"][-8:]) == ("Bob", "user/Bob")
    assert first.keys() == {"SerialNumber", "User", "EnableDate"}
    assert second.keys() == {"SerialNumber"}
    for status, found in (("Any", [first, second]), ("Assigned", [first]), ("Unassigned", [second])):
        assert iam.list_virtual_mfa_devices(AssignmentStatus=status)["VirtualMFADevices"] == found


def test_a_name_is_taken_once_on_each_path(account: Account) -> None:
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    taken = "MFADevice entity at the same path and name already exists."
    said = refused(account.iam, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert said == ("EntityAlreadyExists", 409, taken)
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/other/")


@pytest.mark.parametrize(("path", "name"), [("/", "x" * 250), ("/!/", "phone")])
def test_a_serial_number_that_nothing_else_takes_is_not_made(account: Account, path: str, name: str) -> None:
    said = refused(account.iam, "CreateVirtualMFADevice", VirtualMFADeviceName=name, Path=path)
    assert said[:2] == ("InvalidInput", 400)


def test_tags_come_and_go_and_end_with_the_device(account: Account) -> None:
    iam = account.iam
    device = Authenticator.make(iam, "phone", Tags=[{"Key": "a", "Value": "1"}])
    iam.tag_mfa_device(SerialNumber=device.serial, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_mfa_device(SerialNumber=device.serial, TagKeys=["a"])
    assert iam.list_mfa_device_tags(SerialNumber=device.serial)["Tags"] == [{"Key": "b", "Value": "2"}]
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    Authenticator.make(iam, "phone")
    assert iam.list_mfa_device_tags(SerialNumber=device.serial)["Tags"] == []


def test_a_devices_tags_decide(account: Account) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    caller = account.user("caller", allow("iam:DeleteVirtualMFADevice", Condition=condition))
    theirs = Authenticator.make(account.iam, "theirs", Tags=[{"Key": "team", "Value": "b"}])
    ours = Authenticator.make(account.iam, "ours", Tags=[{"Key": "team", "Value": "a"}])
    assert refused(caller, "DeleteVirtualMFADevice", SerialNumber=theirs.serial).code == "AccessDenied"
    caller.delete_virtual_mfa_device(SerialNumber=ours.serial)


def test_eight_devices_and_no_ninth(bob: Account) -> None:
    for number in range(8):
        Authenticator.make(bob.iam, f"d{number}").enable(bob.iam, "Bob")
    ninth = Authenticator.make(bob.iam, "d8")
    said = refused(bob.iam, "EnableMFADevice", **asked(ninth))
    assert said == ("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: 8")


def test_a_device_is_one_persons(bob: Account) -> None:
    bob.iam.create_user(UserName="carol")
    device = Authenticator.make(bob.iam, "phone").enable(bob.iam, "carol")
    said = refused(bob.iam, "EnableMFADevice", **asked(device, 1))
    assert said == ("EntityAlreadyExists", 409, "MFA Device is already in use.")
    not_bobs = ("NoSuchEntity", 404, "MFA Device invalid for user.")
    whose = {"UserName": "Bob", "SerialNumber": device.serial}
    assert refused(bob.iam, "DeactivateMFADevice", **whose) == not_bobs
    assert refused(bob.iam, "GetMFADevice", **whose) == not_bobs
    assert refused(bob.iam, "ResyncMFADevice", **asked(device, 1)) == not_bobs


def test_a_hardware_token_goes_by_its_serial_number(bob: Account) -> None:
    seed, serial = bytes(range(20)), "GAHT12345678"
    vault = bob.server.store.vault
    with bob.server.store.database.write() as tx:
        account = accounts.find(tx, bob.account_id)
        assert account
        key = vault.data_key(bob.account_id, account.data_key)
        sealed = mfa_codes.seal_seed(key, bob.account_id, serial, seed)
        device = MfaDevice(serial, "hardware", None, sealed, 0, 0, None, account.create_date, None, None)
        mfa_devices.add(tx, bob.account_id, device)
    token = Authenticator(serial, totp.encode_base32(seed))
    token.enable(bob.iam, "Bob")
    (shown,) = bob.iam.list_mfa_devices(UserName="Bob")["MFADevices"]
    assert shown["SerialNumber"] == serial
    bob.iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "a", "Value": "1"}])
    assert bob.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    bob.iam.deactivate_mfa_device(UserName="Bob", SerialNumber=serial)
    assert refused(bob.iam, "DeleteVirtualMFADevice", SerialNumber=serial).code == "NoSuchEntity"
    token.enable(bob.iam, "Bob", ahead=2)


# Two codes in a row.


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (0, 0, "the two codes are the same"),
        (1, 0, "the two codes are not consecutive"),
        (-2, 0, "the two codes are not consecutive"),
    ],
)
@pytest.mark.parametrize("operation", ["EnableMFADevice", "ResyncMFADevice"])
def test_codes_that_are_not_in_a_row_say_so(
    bob: Account, operation: str, first: int, second: int, why: str
) -> None:
    device = Authenticator.make(bob.iam, "phone")
    if operation == "ResyncMFADevice":
        device.enable(bob.iam, "Bob", ahead=-15)
    said = told(bob, operation, device, device.code(first), device.code(second))
    assert said.startswith(f"{INVALID}: {why}")


def test_codes_of_another_device_are_wrong(bob: Account) -> None:
    device, other = Authenticator.make(bob.iam, "phone"), Authenticator.make(bob.iam, "other")
    assert told(bob, "EnableMFADevice", device, other.code(-1), other.code(0)) == f"{INVALID}."


def test_codes_that_were_used_do_not_work_again(bob: Account) -> None:
    device = Authenticator.make(bob.iam, "phone").enable(bob.iam, "Bob")
    used = told(bob, "ResyncMFADevice", device, device.code(-1), device.code(0))
    assert used.startswith(f"{INVALID}: it has already been used")
    bob.iam.deactivate_mfa_device(UserName="Bob", SerialNumber=device.serial)
    assert told(bob, "EnableMFADevice", device, device.code(-1), device.code(0)) == used


def test_a_clock_that_is_off_is_found(bob: Account) -> None:
    device = Authenticator.make(bob.iam, "phone").enable(bob.iam, "Bob", ahead=-15)
    bob.iam.resync_mfa_device(**asked(device, 10))
    with bob.server.store.database.read() as tx:
        held = mfa_devices.find(tx, bob.account_id, device.serial)
    assert held
    assert held.drift in (9, 10)  # a step may have passed meanwhile


@pytest.mark.parametrize("operation", ["EnableMFADevice", "ResyncMFADevice"])
def test_ten_wrong_codes_and_no_more_is_looked_at(bob: Account, operation: str) -> None:
    device = Authenticator.make(bob.iam, "phone")
    if operation == "ResyncMFADevice":
        device.enable(bob.iam, "Bob", ahead=-15)
    wrong = {**asked(device), "AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    _, said = together(bob.iam, operation, [wrong] * 20)
    assert sorted(one.message for one in said) == [f"{INVALID}."] * 10 + [TOO_MANY] * 10
    assert refused(bob.iam, operation, **asked(device)).message == TOO_MANY

    pass_time(bob, device)
    call(bob.iam, operation, **asked(device))


def pass_time(account: Account, device: Authenticator) -> None:
    """Let a quarter of an hour pass for what is counted of a device."""
    name = attempt_counters.counter_key("otp", account.account_id, device.serial)
    values = {attempts_table.c.last_at: attempts_table.c.last_at - 901}
    earlier = Write(attempts_table.update().where(columns_equal(attempts_table, "subject")).values(values))
    with account.server.store.database.write() as tx:
        assert earlier.execute(tx, subject=name) == 1


def test_a_right_code_forgets_the_wrong_ones(bob: Account) -> None:
    device = Authenticator.make(bob.iam, "phone")
    for _ in range(9):
        told(bob, "EnableMFADevice", device, "000000", "000001")
    bob.iam.enable_mfa_device(**asked(device, -10))
    for _ in range(9):
        told(bob, "ResyncMFADevice", device, "000000", "000001")
    bob.iam.resync_mfa_device(**asked(device))


def test_a_refusal_counts_and_changes_nothing_else(bob: Account) -> None:
    device = Authenticator.make(bob.iam, "phone")
    before = state(bob)
    told(bob, "EnableMFADevice", device, "000000", "000001")
    assert state(bob) == before


def test_the_same_codes_on_two_servers_at_once_work_once(bob: Account, second_server: Server) -> None:
    device = Authenticator.make(bob.iam, "phone").enable(bob.iam, "Bob", ahead=-15)
    there = client(second_server.url, "iam", (bob.access_key_id, bob.secret_access_key))
    made, said = together(bob.iam, "ResyncMFADevice", [asked(device)] * 8, there)
    assert len(made) == 1
    assert {one.code for one in said} == {"InvalidAuthenticationCode"}


# Who has MFA needs it to change it.


def test_a_key_alone_adds_the_first_device_and_no_second(account: Account) -> None:
    bob = account.user("Bob", allow("iam:*MFADevice*"))
    first, second = Authenticator.make(bob, "first"), Authenticator.make(bob, "second")
    first.enable(bob, "Bob")
    said = refused(bob, "EnableMFADevice", **asked(second))
    assert said[:2] == ("AccessDenied", 403)
    assert said.message.endswith("has MFA and must sign in with MFA to change MFA devices")
    for whose in ({"UserName": "Bob"}, {}):
        said = refused(bob, "DeactivateMFADevice", SerialNumber=first.serial, **whose)
        assert said[:2] == ("AccessDenied", 403)


def test_an_administrator_takes_a_lost_device_away(account: Account) -> None:
    bob = account.user("Bob", allow("iam:*MFADevice*"))
    lost = Authenticator.make(bob, "lost").enable(bob, "Bob")
    account.iam.deactivate_mfa_device(UserName="Bob", SerialNumber=lost.serial)
    Authenticator.make(bob, "new").enable(bob, "Bob")


@pytest.mark.parametrize("canary", ["Base32StringSeed", "QRCodePNG"])
def test_no_seed_is_in_the_store_or_the_audit_log(account: Account, canary: str) -> None:
    made: Any = account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    with account.server.store.database.read() as tx:
        events = tx.cursor.execute("SELECT record FROM audit_events").fetchall()
    held = repr(state(account)) + "".join(record for (record,) in events)
    assert made["Base32StringSeed"].decode() not in held
    assert "HIDDEN_DUE_TO_SECURITY_REASONS" in held
    assert canary[:1].lower() + canary[1:] in held
