"""MFA devices of users and root users, and those that are nobody's yet."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.core.records import MfaDevice
from iamd.store import paging
from iamd.store.paging import Cut, Page
from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import mfa_devices


class Counts(NamedTuple):
    """How many devices an account has, and how many of them are somebody's."""

    all: int = 0
    assigned: int = 0


_columns = [mfa_devices.c[name] for name in MfaDevice._fields]
_this = binding(mfa_devices, "account_id", "serial_number")
_find = Query(sa.select(*_columns).where(_this), MfaDevice._make)
_of = Query(
    sa.select(*_columns)
    .where(binding(mfa_devices, "account_id", "user_id"))
    .order_by(mfa_devices.c.serial_number),
    MfaDevice._make,
)
_by_credential = Query(
    sa.select(mfa_devices.c.account_id, *_columns).where(binding(mfa_devices, "credential_id")),
    lambda row: (str(row[0]), MfaDevice._make(row[1:])),
)
_assigned = Query(
    sa.select(*_columns).where(binding(mfa_devices, "account_id"), mfa_devices.c.user_id.is_not(None)),
    MfaDevice._make,
)
_virtual = Query(
    sa.select(*_columns)
    .where(
        binding(mfa_devices, "account_id"),
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
_counts = Query(
    sa.select(sa.func.count(), sa.func.count(mfa_devices.c.user_id)).where(
        binding(mfa_devices, "account_id")
    ),
    Counts._make,
)
_add = Write(sa.insert(mfa_devices))
_assign = Write(
    sa.update(mfa_devices)
    .where(mfa_devices.c.account_id == bind("account"), mfa_devices.c.serial_number == bind("serial"))
    .values({name: bind(name) for name in ("user_id", "counter", "drift", "enable_date", "wizard")})
)
_accept = Write(
    sa.update(mfa_devices)
    .where(
        mfa_devices.c.account_id == bind("account"),
        mfa_devices.c.serial_number == bind("serial"),
        mfa_devices.c.counter < bind("step"),
    )
    .values(counter=bind("step"))
)
_remove = Write(sa.delete(mfa_devices).where(_this))
_abandon = Write(
    sa.delete(mfa_devices).where(
        binding(mfa_devices, "account_id", "wizard"), mfa_devices.c.user_id.is_(None)
    )
)
_reap = Write(
    sa.delete(mfa_devices).where(
        binding(mfa_devices, "account_id"),
        mfa_devices.c.user_id.is_(None),
        mfa_devices.c.wizard.is_not(None),
        mfa_devices.c.create_date < bind("before"),
    )
)


def seal_place(account_id: str, serial_number: str) -> str:
    """Name the row that a device's secret is sealed for."""
    return f"mfa_devices/{account_id}/{serial_number}"


def find(tx: Tx, account_id: str, serial_number: str) -> MfaDevice | None:
    return _find.one(tx, account_id=account_id, serial_number=serial_number)


def of(tx: Tx, account_id: str, user_id: str) -> list[MfaDevice]:
    """Return somebody's devices by serial number; a quota bounds them."""
    return _of.all(tx, account_id=account_id, user_id=user_id)


def by_credential(tx: Tx, credential_id: str) -> tuple[str, MfaDevice] | None:
    """Find a passkey by the ID that its authenticator gave it, with its account."""
    return _by_credential.one(tx, credential_id=credential_id)


def assigned(tx: Tx, account_id: str) -> list[MfaDevice]:
    """Return all devices of an account that are somebody's."""
    return _assigned.all(tx, account_id=account_id)


def virtual(tx: Tx, account_id: str, status: str, asked: Cut) -> Page[MfaDevice]:
    """List virtual devices by serial number; `status` is `Any`, `Assigned` or `Unassigned`."""
    return paging.fetch(
        _virtual, tx, asked, lambda device: device.serial_number, account_id=account_id, status=status
    )


def counts(tx: Tx, account_id: str) -> Counts:
    """Count the devices of an account."""
    return _counts.one(tx, account_id=account_id) or Counts()


def add(tx: Tx, account_id: str, device: MfaDevice) -> None:
    """Add a device whose serial number is new."""
    _add.run(tx, account_id=account_id, **device._asdict())


def update(tx: Tx, account_id: str, device: MfaDevice) -> None:
    """Change whose a device is, its counter, drift and dates."""
    _assign.run(
        tx,
        account=account_id,
        serial=device.serial_number,
        user_id=device.user_id,
        counter=device.counter,
        drift=device.drift,
        enable_date=device.enable_date,
        wizard=device.wizard,
    )


def accept(tx: Tx, account_id: str, serial_number: str, step: int) -> bool:
    """Move a device on to a later step; False when it, or a later one, was accepted already."""
    return _accept.run(tx, account=account_id, serial=serial_number, step=step) > 0


def remove(tx: Tx, account_id: str, serial_number: str) -> None:
    _remove.run(tx, account_id=account_id, serial_number=serial_number)


def abandon(tx: Tx, account_id: str, wizard: str) -> None:
    """Remove what one wizard began and did not finish."""
    _abandon.run(tx, account_id=account_id, wizard=wizard)


def reap(tx: Tx, account_id: str, before: str) -> None:
    """Remove what abandoned wizards left behind before a moment in the wire's form."""
    _reap.run(tx, account_id=account_id, before=before)
