"""MFA devices of users and root users, and devices that are not assigned yet."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.core.records import MfaDevice
from iamd.store import paging
from iamd.store.paging import Page, PageLimits
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import mfa_devices


class MfaDeviceCounts(NamedTuple):
    """The number of an account's MFA devices, and how many of them are assigned to a user."""

    total: int = 0
    assigned: int = 0


_columns = [mfa_devices.c[name] for name in MfaDevice._fields]
_device_condition = columns_equal(mfa_devices, "account_id", "serial_number")
_find = Query(sa.select(*_columns).where(_device_condition), MfaDevice._make)
_list_for_user = Query(
    sa.select(*_columns)
    .where(columns_equal(mfa_devices, "account_id", "user_id"))
    .order_by(mfa_devices.c.serial_number),
    MfaDevice._make,
)
_find_by_credential_id = Query(
    sa.select(mfa_devices.c.account_id, *_columns).where(columns_equal(mfa_devices, "credential_id")),
    lambda row: (str(row[0]), MfaDevice._make(row[1:])),
)
_list_assigned = Query(
    sa.select(*_columns).where(columns_equal(mfa_devices, "account_id"), mfa_devices.c.user_id.is_not(None)),
    MfaDevice._make,
)
_list_virtual = Query(
    sa.select(*_columns)
    .where(
        columns_equal(mfa_devices, "account_id"),
        mfa_devices.c.kind == sa.literal_column("'virtual'"),
        mfa_devices.c.serial_number > bind("after"),
        sa.or_(
            sa.bindparam("status", type_=sa.Text) == "Any",
            (sa.bindparam("status", type_=sa.Text) == "Assigned") == mfa_devices.c.user_id.is_not(None),
        ),
    )
    .order_by(mfa_devices.c.serial_number)
    .limit(bind("limit")),
    MfaDevice._make,
)
_count = Query(
    sa.select(sa.func.count(), sa.func.count(mfa_devices.c.user_id)).where(
        columns_equal(mfa_devices, "account_id")
    ),
    MfaDeviceCounts._make,
)
_add = Write(sa.insert(mfa_devices))
_update = Write(
    sa.update(mfa_devices)
    .where(mfa_devices.c.account_id == bind("account"), mfa_devices.c.serial_number == bind("serial"))
    .values({name: bind(name) for name in ("user_id", "counter", "drift", "enable_date", "wizard")})
)
_advance_counter = Write(
    sa.update(mfa_devices)
    .where(
        mfa_devices.c.account_id == bind("account"),
        mfa_devices.c.serial_number == bind("serial"),
        mfa_devices.c.counter < bind("step"),
    )
    .values(counter=bind("step"))
)
_delete = Write(sa.delete(mfa_devices).where(_device_condition))
_delete_unfinished = Write(
    sa.delete(mfa_devices).where(
        columns_equal(mfa_devices, "account_id", "wizard"), mfa_devices.c.user_id.is_(None)
    )
)
_delete_abandoned = Write(
    sa.delete(mfa_devices).where(
        columns_equal(mfa_devices, "account_id"),
        mfa_devices.c.user_id.is_(None),
        mfa_devices.c.wizard.is_not(None),
        mfa_devices.c.create_date < bind("before"),
    )
)


def associated_data(account_id: str, serial_number: str) -> str:
    """Return the associated data of a device's sealed secret, which binds the secret to its row."""
    return f"mfa_devices/{account_id}/{serial_number}"


def find(tx: Tx, account_id: str, serial_number: str) -> MfaDevice | None:
    return _find.first(tx, account_id=account_id, serial_number=serial_number)


def list_for_user(tx: Tx, account_id: str, user_id: str) -> list[MfaDevice]:
    """Return a user's devices, sorted by serial number; a quota limits their number."""
    return _list_for_user.all(tx, account_id=account_id, user_id=user_id)


def find_by_credential_id(tx: Tx, credential_id: str) -> tuple[str, MfaDevice] | None:
    """Find a passkey by its WebAuthn credential ID; return its account ID and the device."""
    return _find_by_credential_id.first(tx, credential_id=credential_id)


def list_assigned(tx: Tx, account_id: str) -> list[MfaDevice]:
    """Return all devices of an account that are assigned to a user."""
    return _list_assigned.all(tx, account_id=account_id)


def list_virtual(tx: Tx, account_id: str, status: str, limits: PageLimits) -> Page[MfaDevice]:
    """Return one page of virtual devices, sorted by serial number.

    `status` is `Any`, `Assigned` or `Unassigned`.
    """
    return paging.fetch_page(
        _list_virtual, tx, limits, lambda device: device.serial_number, account_id=account_id, status=status
    )


def count(tx: Tx, account_id: str) -> MfaDeviceCounts:
    """Count the devices of an account."""
    return _count.first(tx, account_id=account_id) or MfaDeviceCounts()


def add(tx: Tx, account_id: str, device: MfaDevice) -> None:
    """Insert a device; the caller has checked that its serial number is unused."""
    _add.execute(tx, account_id=account_id, **device._asdict())


def update(tx: Tx, account_id: str, device: MfaDevice) -> None:
    """Update a device's owner, counter, drift, enable date and setup wizard."""
    _update.execute(
        tx,
        account=account_id,
        serial=device.serial_number,
        user_id=device.user_id,
        counter=device.counter,
        drift=device.drift,
        enable_date=device.enable_date,
        wizard=device.wizard,
    )


def advance_counter(tx: Tx, account_id: str, serial_number: str, counter: int) -> bool:
    """Record the last accepted TOTP step or passkey signature counter (replay protection).

    Return False if this value or a later one has already been accepted.
    """
    return _advance_counter.execute(tx, account=account_id, serial=serial_number, step=counter) > 0


def delete(tx: Tx, account_id: str, serial_number: str) -> None:
    _delete.execute(tx, account_id=account_id, serial_number=serial_number)


def delete_unfinished(tx: Tx, account_id: str, wizard: str) -> None:
    """Delete the devices that the console's setup wizard created for a user and never assigned."""
    _delete_unfinished.execute(tx, account_id=account_id, wizard=wizard)


def delete_abandoned(tx: Tx, account_id: str, before: str) -> None:
    """Delete the unassigned devices of abandoned setup wizards created before a time (ISO 8601 text)."""
    _delete_abandoned.execute(tx, account_id=account_id, before=before)
