"""Signing keys of web identity tokens: which one signs, which are published, and when a new one is due.

Verifiers cache the published keys. So a new key is published for a day before it signs, and an old one stays
published until the last token that it signed has expired. All of that follows from the keys and the time, so
every node of a server comes to the same result.
"""

from collections.abc import Iterable, Sequence

import orjson

from iamd.core import ids
from iamd.core.records import SigningKey
from iamd.crypto import seal
from iamd.crypto import signing_keys as cipher
from iamd.framework.call import Call, Dependencies
from iamd.store import accounts, signing_keys

ALGORITHMS = ("RS256", "ES384")
MAX_TOKEN_SECONDS = 3600
# Tokens may be accepted after their end, and nodes may begin with a new key at different times.
RETENTION_SECONDS = MAX_TOKEN_SECONDS + 3600
_DAY_SECONDS = 24 * 3600
_LEAD_SECONDS = _DAY_SECONDS
_LIFETIME_SECONDS = 90 * _DAY_SECONDS


def select_signer(keys: Sequence[SigningKey], algorithm: str, epoch: int) -> SigningKey:
    """Return the key that signs with an algorithm: the latest active one, or the first of all.

    `keys` are in the order in which they become active. None is active if the clock was set back.
    """
    candidates = [key for key in keys if key.algorithm == algorithm]
    active = [key for key in candidates if key.active_at <= epoch]
    return active[-1] if active else candidates[0]


def select_published(keys: Sequence[SigningKey], epoch: int) -> list[SigningKey]:
    """Return the keys that verifiers need: all but those whose successor began to sign long enough ago."""
    return [key for key in keys if not _is_retired(key, keys, epoch)]


def _is_retired(key: SigningKey, keys: Iterable[SigningKey], epoch: int) -> bool:
    return any(
        key.active_at < successor.active_at <= epoch - RETENTION_SECONDS
        for successor in keys
        if successor.algorithm == key.algorithm
    )


def due_algorithms(keys: Iterable[SigningKey], epoch: int) -> list[str]:
    """Return the algorithms that need a new key: the latest is about to be 90 days old, or there is none."""
    fresh = {key.algorithm for key in keys if key.active_at > epoch + _LEAD_SECONDS - _LIFETIME_SECONDS}
    return [algorithm for algorithm in ALGORITHMS if algorithm not in fresh]


def add_due_keys(dependencies: Dependencies, call: Call) -> None:
    """Create the keys of the caller's account that are due, and delete those that nobody needs any more.

    The keys are generated outside of the transaction that stores them, since an RSA key takes long.
    """
    keys = signing_keys.list_all(call.tx, call.account_id)
    due = due_algorithms(keys, call.epoch)
    if not due:
        return
    new_keys = [
        create_key(call.data_key, algorithm, _active_at(keys, algorithm, call.epoch)) for algorithm in due
    ]
    with dependencies.database.write() as tx:
        accounts.lock(tx, call.account_id)
        keys = signing_keys.list_all(tx, call.account_id)
        due = due_algorithms(keys, call.epoch)  # another request may have created one meanwhile
        for key in new_keys:
            if key.algorithm in due:
                signing_keys.add(tx, call.account_id, key)
        for key in keys:
            if _is_retired(key, keys, call.epoch):
                signing_keys.delete(tx, call.account_id, key.key_id)


def _active_at(keys: Iterable[SigningKey], algorithm: str, epoch: int) -> int:
    """Return when a new key signs: after a day, or at once if it is the first, since none is cached yet."""
    is_first = all(key.algorithm != algorithm for key in keys)
    return epoch if is_first else epoch + _LEAD_SECONDS


def create_key(data_key: bytes, algorithm: str, active_at: int) -> SigningKey:
    """Return a new key whose private part is sealed with an account's data key."""
    key_id, private_key = ids.signing_key(), cipher.generate(algorithm)
    return SigningKey(
        key_id,
        algorithm,
        orjson.dumps(cipher.public_jwk(private_key, algorithm, key_id)).decode(),
        seal.seal(data_key, private_key, signing_keys.associated_data(key_id)),
        active_at,
    )


def sign(call: Call, algorithm: str, payload: bytes) -> str:
    """Return a JWT with these claims (JSON), signed with the account's key; UnsealError if it was altered."""
    key = select_signer(signing_keys.list_all(call.tx, call.account_id), algorithm, call.epoch)
    private_key = seal.unseal(call.data_key, key.private_key, signing_keys.associated_data(key.key_id))
    return cipher.sign(private_key, algorithm, key.key_id, payload)
