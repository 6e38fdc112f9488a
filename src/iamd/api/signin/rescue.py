"""What the host's operator does for a root user who lost every device."""

from iamd.api.proof import Circumstances
from iamd.api.signin import record, who
from iamd.core import ids
from iamd.core.records import Account
from iamd.store import accounts, audit, mfa_devices, recovery_codes, sessions
from iamd.store.query import Tx

_HOST = Circumstances("", "", "iamd on the host", "", True, "us-east-1")


def reset_mfa(tx: Tx, account: Account, now: str) -> int:
    """Take a root user's MFA devices and recovery codes, end its sessions; return how many it had."""
    account_id = account.account_id
    held = mfa_devices.of(tx, account_id, account_id)
    for device in held:
        mfa_devices.remove(tx, account_id, device.serial_number)
    recovery_codes.clear(tx, account_id, account_id)
    sessions.remove_all(tx, account_id, account_id)
    audit.add(tx, [record.event(who.of_root(tx, account), "ResetRootMFA", _HOST, now)])
    accounts.touch(tx, account_id, ids.revision())
    return len(held)
