"""Replacing the keys that sign an account's web identity tokens, after one may have become known."""

from datetime import datetime

from iamd.admin import operator_events
from iamd.core import clock
from iamd.core.records import Account
from iamd.domain.signing_keys import ALGORITHMS, create_key
from iamd.gate.vault import Vault
from iamd.store import signing_keys
from iamd.store.query import Tx


def replace(tx: Tx, vault: Vault, account: Account, now: datetime) -> bool:
    """Replace all keys by new ones that sign at once, and write an audit event; False if there are none.

    Verifiers refuse earlier tokens as soon as they fetch the keys again.
    """
    old_keys = signing_keys.list_all(tx, account.account_id)
    if not old_keys:
        return False
    data_key = vault.data_key(account.account_id, account.data_key)
    new_keys = [create_key(data_key, algorithm, int(now.timestamp())) for algorithm in ALGORITHMS]
    for key in old_keys:
        signing_keys.delete(tx, account.account_id, key.key_id)
    for key in new_keys:
        signing_keys.add(tx, account.account_id, key)
    operator_events.record(
        tx,
        account,
        "ReplaceSigningKeys",
        clock.iso(now),
        DeletedKeyIds=[key.key_id for key in old_keys],
        KeyIds=[key.key_id for key in new_keys],
    )
    return True
