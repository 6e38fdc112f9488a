"""Recovery codes used: each once, and wrong ones counted like those of a device."""

from iamd.keys import recovery
from iamd.ops.mfa import MOST_WRONG, WINDOW
from iamd.store import attempts, recovery_codes
from iamd.store.query import Tx


def use(tx: Tx, account_id: str, data_key: bytes, user_id: str, typed: str, at: int) -> bool | None:
    """Use a recovery code up; False when it is wrong or used, None when too many were wrong lately.

    What was counted must be committed either way. `at` is in seconds since 1970.
    """
    subject = attempts.counter_key("recovery", account_id, user_id)
    if attempts.increment(tx, subject, at, WINDOW, MOST_WRONG).tries > MOST_WRONG:
        return None
    if not recovery_codes.consume(tx, account_id, user_id, recovery.hash_code(data_key, typed)):
        return False
    attempts.reset(tx, subject)
    return True
