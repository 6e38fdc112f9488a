"""Use of MFA recovery codes: each works once, and wrong ones are limited like wrong MFA codes."""

from iamd.crypto import recovery_codes
from iamd.domain.mfa_codes import MAX_WRONG_CODES, WINDOW_SECONDS
from iamd.store import attempt_counters
from iamd.store import recovery_codes as recovery_code_store
from iamd.store.query import Tx


def consume(tx: Tx, account_id: str, data_key: bytes, user_id: str, code: str, epoch: int) -> bool | None:
    """Verify a recovery code and mark it as used.

    Returns False if it is wrong or already used, None if too many were wrong recently. The caller must commit
    the transaction either way, so that the attempt counts. `epoch` is in seconds since 1970.
    """
    counter_key = attempt_counters.counter_key("recovery", account_id, user_id)
    if (
        attempt_counters.increment(tx, counter_key, epoch, WINDOW_SECONDS, MAX_WRONG_CODES).tries
        > MAX_WRONG_CODES
    ):
        return None
    if not recovery_code_store.consume(tx, account_id, user_id, recovery_codes.hash_code(data_key, code)):
        return False
    attempt_counters.reset(tx, counter_key)
    return True
