"""An account's password policy (as in AWS) and security settings: sign-in rules that AWS does not have."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import PasswordPolicy, SecuritySettings
from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import password_policies, security_settings


def _to_row(record: Any) -> dict[str, Any]:
    """Convert a record to a row: booleans are stored as 0 and 1."""
    return {
        name: int(value) if isinstance(value, bool) else value for name, value in record._asdict().items()
    }


def _policy_from_row(row: Any) -> PasswordPolicy:
    minimum_length, *flags = row[:6]
    max_age, reuse_prevention, hard_expiry = row[6:]
    return PasswordPolicy._make(
        (
            minimum_length,
            *map(bool, flags),
            max_age,
            reuse_prevention,
            None if hard_expiry is None else bool(hard_expiry),
        )
    )


def _settings_from_row(row: Any) -> SecuritySettings:
    return SecuritySettings._make((*row[:4], bool(row[4]), bool(row[5]), *row[6:]))


_find_policy = Query(
    sa.select(*(password_policies.c[name] for name in PasswordPolicy._fields)).where(
        columns_equal(password_policies, "account_id")
    ),
    _policy_from_row,
)
_add_policy = Write(sa.insert(password_policies))
_delete_policy = Write(sa.delete(password_policies).where(columns_equal(password_policies, "account_id")))
_find_settings = Query(
    sa.select(*(security_settings.c[name] for name in SecuritySettings._fields)).where(
        columns_equal(security_settings, "account_id")
    ),
    _settings_from_row,
)
_add_settings = Write(sa.insert(security_settings))
_delete_settings = Write(sa.delete(security_settings).where(columns_equal(security_settings, "account_id")))


def find_password_policy(tx: Tx, account_id: str) -> PasswordPolicy | None:
    """Return the account's password policy; None if it uses AWS's default."""
    return _find_policy.first(tx, account_id=account_id)


def set_password_policy(tx: Tx, account_id: str, policy: PasswordPolicy) -> None:
    """Replace the account's entire password policy."""
    _delete_policy.execute(tx, account_id=account_id)
    _add_policy.execute(tx, account_id=account_id, **_to_row(policy))


def delete_password_policy(tx: Tx, account_id: str) -> bool:
    """Delete the account's password policy, which restores the default; return False if there is none."""
    return _delete_policy.execute(tx, account_id=account_id) > 0


def get_settings(tx: Tx, account_id: str) -> SecuritySettings:
    """Return the account's security settings; the defaults if it has set none."""
    return _find_settings.first(tx, account_id=account_id) or SecuritySettings()


def set_settings(tx: Tx, account_id: str, new_settings: SecuritySettings) -> None:
    """Replace all of the account's security settings."""
    _delete_settings.execute(tx, account_id=account_id)
    _add_settings.execute(tx, account_id=account_id, **_to_row(new_settings))
