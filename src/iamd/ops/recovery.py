"""Recovery codes used: each once, and wrong ones counted like those of a device."""

from iamd.keys import recovery
from iamd.ops.mfa import MAX_WRONG_CODES, WINDOW_SECONDS
from iamd.store import attempts
from iamd.store import recovery_codes as recovery_code_store
from iamd.store.query import Tx


def use(tx: Tx, account_id: str, data_key: bytes, user_id: str, code: str, epoch: int) -> bool | None:
    """Use a recovery code up; False when it is wrong or used, None when too many were wrong lately.

    What was counted must be committed either way. `at` is in seconds since 1970.
    """
    counter_key = attempts.counter_key("recovery", account_id, user_id)
    if attempts.increment(tx, counter_key, epoch, WINDOW_SECONDS, MAX_WRONG_CODES).tries > MAX_WRONG_CODES:
        return None
    if not recovery_code_store.consume(tx, account_id, user_id, recovery.hash_code(data_key, code)):
        return False
    attempts.reset(tx, counter_key)
    return True
