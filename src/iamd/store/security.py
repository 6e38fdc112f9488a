"""An account's password policy, as AWS has it, and its sign-in rules beyond that."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import PasswordPolicy, SecuritySettings
from iamd.store.query import Query, Tx, Write, binding
from iamd.store.schema import password_policies, security_settings


def _flags(record: Any) -> dict[str, Any]:
    """Return a record as a row: true and false are numbers there."""
    return {
        name: int(value) if isinstance(value, bool) else value for name, value in record._asdict().items()
    }


def _policy(row: Any) -> PasswordPolicy:
    length, *flags = row[:6]
    age, reuse, hard = row[6:]
    return PasswordPolicy._make((length, *map(bool, flags), age, reuse, None if hard is None else bool(hard)))


def _settings(row: Any) -> SecuritySettings:
    return SecuritySettings._make((*row[:4], bool(row[4]), bool(row[5]), *row[6:]))


_find_policy = Query(
    sa.select(*(password_policies.c[name] for name in PasswordPolicy._fields)).where(
        binding(password_policies, "account_id")
    ),
    _policy,
)
_add_policy = Write(sa.insert(password_policies))
_drop_policy = Write(sa.delete(password_policies).where(binding(password_policies, "account_id")))
_find_settings = Query(
    sa.select(*(security_settings.c[name] for name in SecuritySettings._fields)).where(
        binding(security_settings, "account_id")
    ),
    _settings,
)
_add_settings = Write(sa.insert(security_settings))
_drop_settings = Write(sa.delete(security_settings).where(binding(security_settings, "account_id")))


def password_policy(tx: Tx, account_id: str) -> PasswordPolicy | None:
    """Return the account's own policy; None where AWS's default holds."""
    return _find_policy.one(tx, account_id=account_id)


def set_password_policy(tx: Tx, account_id: str, policy: PasswordPolicy) -> None:
    """Replace the account's policy whole."""
    _drop_policy.run(tx, account_id=account_id)
    _add_policy.run(tx, account_id=account_id, **_flags(policy))


def drop_password_policy(tx: Tx, account_id: str) -> bool:
    """Go back to the default; False when that is in force already."""
    return _drop_policy.run(tx, account_id=account_id) > 0


def settings(tx: Tx, account_id: str) -> SecuritySettings:
    """Return the account's settings, the defaults where it has set none."""
    return _find_settings.one(tx, account_id=account_id) or SecuritySettings()


def set_settings(tx: Tx, account_id: str, wanted: SecuritySettings) -> None:
    """Replace the account's settings whole."""
    _drop_settings.run(tx, account_id=account_id)
    _add_settings.run(tx, account_id=account_id, **_flags(wanted))
