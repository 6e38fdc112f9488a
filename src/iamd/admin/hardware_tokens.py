"""Import of hardware TOTP tokens into an account by the server's operator; assigned to users later."""

from collections.abc import Iterable

from iamd.core.records import Account, MfaDevice
from iamd.crypto.token_seed_file import HardwareToken
from iamd.domain import mfa_codes
from iamd.gate.vault import Vault
from iamd.store import mfa_devices
from iamd.store.query import Tx


def import_tokens(
    tx: Tx, vault: Vault, account: Account, tokens: Iterable[HardwareToken], timestamp: str
) -> int:
    """Add the tokens whose serial numbers the account does not have yet; return the number added.

    Seeds are encrypted with the account's data key. `timestamp` is ISO 8601 text.
    """
    account_id = account.account_id
    data_key = vault.data_key(account_id, account.data_key)
    added = 0
    for token in tokens:
        serial = token.serial_number
        if mfa_devices.find(tx, account_id, serial) is None:
            sealed_seed = mfa_codes.seal_seed(data_key, account_id, serial, token.seed)
            device = MfaDevice(serial, "hardware", None, sealed_seed, 0, 0, None, timestamp, None, None)
            mfa_devices.add(tx, account_id, device)
            added += 1
    return added
