"""Root user MFA reset by the server's operator, for a root user who has lost every MFA device."""

from iamd.admin import operator_events
from iamd.core import ids
from iamd.core.records import Account
from iamd.store import accounts, mfa_devices, recovery_codes, sessions
from iamd.store.query import Tx


def reset_mfa(tx: Tx, account: Account, timestamp: str) -> int:
    """Delete the root user's MFA devices and recovery codes, and end its sessions.

    Returns the number of deleted devices. `timestamp` is ISO 8601 text.
    """
    account_id = account.account_id
    devices = mfa_devices.list_for_user(tx, account_id, account_id)
    for device in devices:
        mfa_devices.delete(tx, account_id, device.serial_number)
    recovery_codes.delete_all(tx, account_id, account_id)
    sessions.delete_for_user(tx, account_id, account_id)
    operator_events.record(tx, account, "ResetRootMFA", timestamp, source="signin.amazonaws.com")
    accounts.set_revision(tx, account_id, ids.revision())
    return len(devices)
