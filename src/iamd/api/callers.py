"""From a proof to a caller, and to the policies that bear on it.

What is kept between requests cannot change: opened secrets by their sealed content, callers by their
account's revision, which every write to the account renews. So nothing is ever invalidated, and nothing
is ever stale.
"""

import contextlib
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from iamd.api import sessions as console
from iamd.api.proof import Proof, SessionProof
from iamd.core import arns
from iamd.core.errors import ExpiredToken, InvalidClientTokenId, SignatureDoesNotMatch
from iamd.core.lru import Lru
from iamd.keys import seal
from iamd.ops.call import Caller
from iamd.policy import Layers, Policy, Principal, PrincipalKind, parse
from iamd.store import access_keys, permissions, sessions
from iamd.store.access_keys import Credential
from iamd.store.database import Database
from iamd.store.query import Tx

_INVALID = "The security token included in the request is invalid."
_NOBODYS_SECRET = seal.new_key().hex()[:40]  # an unknown key costs the same work as a known one


Again = Callable[[Tx, Credential], Credential]


class Known(NamedTuple):
    """A caller and what its policies say."""

    caller: Caller
    layers: Layers


@lru_cache(maxsize=4096)
def _parsed(document: str) -> Policy:
    return parse(document)


def _data_key_place(account_id: str) -> str:
    return f"accounts/{account_id}"


class Vault:
    """Opens what is sealed under the master key."""

    def __init__(self, master_key: bytes) -> None:
        self._master_key = master_key
        self._opened: Lru[bytes] = Lru(8192)

    def seal_data_key(self, account_id: str, data_key: bytes) -> bytes:
        """Seal a new account's data key."""
        return seal.seal(self._master_key, data_key, _data_key_place(account_id))

    def data_key(self, account_id: str, sealed: bytes) -> bytes:
        """Return an account's data key."""
        return self._open(self._master_key, sealed, _data_key_place(account_id))

    def secret(self, credential: Credential) -> str:
        """Return an access key's secret."""
        data_key = self.data_key(credential.account_id, credential.data_key)
        place = access_keys.seal_place(credential.access_key_id)
        return self._open(data_key, credential.secret, place).decode()

    def _open(self, key: bytes, sealed: bytes, place: str) -> bytes:
        opened = self._opened.get((place, sealed))
        if opened is None:
            opened = seal.unseal(key, sealed, place)
            self._opened.put((place, sealed), opened)
        return opened


class Prover(NamedTuple):
    """Checks proofs. Keys of root users count only where the operator has switched them on."""

    vault: Vault
    limits: console.Limits
    root_keys: bool = False

    def prove(self, tx: Tx, proof: Proof | SessionProof, now: int) -> Credential:
        """Find the key or the session that a proof names, and check the proof with it.

        ExpiredToken when there is no such session; InvalidClientTokenId when there is no such active key, or
        when it comes with a session token, which long-term keys have none of; and what the proof's own check
        raises.
        """
        if isinstance(proof, SessionProof):
            return console.prove(tx, self.limits, proof, now)
        credential = _signed(tx, self.vault, proof)
        if credential.owner_id == credential.account_id and not self.root_keys:
            raise InvalidClientTokenId(_INVALID)
        return credential

    def again(self, tx: Tx, credential: Credential, now: int) -> Credential:
        """Read a credential again, in a transaction whose statements see one state."""
        held = credential.session
        if held is not None:
            again = sessions.prove(tx, held.token_hash)
            if again is None or not console.usable(again, self.limits, now):
                raise ExpiredToken("The session has ended. Sign in again.")
            return again
        again = access_keys.prove(tx, credential.access_key_id)
        if again is None or again.status != "Active":
            raise InvalidClientTokenId(_INVALID)
        return again


def _signed(tx: Tx, vault: Vault, proof: Proof) -> Credential:
    credential = access_keys.prove(tx, proof.access_key_id)
    if credential is None:
        with contextlib.suppress(SignatureDoesNotMatch):
            proof.check(_NOBODYS_SECRET)
        raise InvalidClientTokenId(_INVALID)
    proof.check(vault.secret(credential))
    if credential.status != "Active" or proof.session_token is not None:
        raise InvalidClientTokenId(_INVALID)
    return credential


class Callers:
    """Knows callers by their revision."""

    def __init__(self, size: int = 4096) -> None:
        self._known: Lru[Known] = Lru(size)

    def know(self, tx: Tx, credential: Credential) -> Known:
        """Return the caller of a credential with its policies; all statements of `tx` must see one state."""
        return self._remembered(credential) or self._learn(tx, credential)

    def know_by(self, database: Database, tx: Tx, credential: Credential, again: Again) -> Known:
        """Return the caller with its policies, where each statement of `tx` may see another state.

        `again` reads the credential once more where they must be looked up.
        """
        known = self._remembered(credential)
        if known is not None:
            return known
        with database.steady(tx) as still:
            return self._learn(still, again(still, credential))

    def _remembered(self, credential: Credential) -> Known | None:
        known = self._known.get(_revision(credential))
        return None if known is None else _by(known, credential)

    def _learn(self, tx: Tx, credential: Credential) -> Known:
        is_root = credential.owner_id == credential.account_id
        known = _root(credential) if is_root else _user(tx, credential)
        self._known.put(_revision(credential), known)
        return _by(known, credential)


def _revision(credential: Credential) -> tuple[str, str]:
    return credential.owner_id, credential.revision


def _by(known: Known, credential: Credential) -> Known:
    """Return what is known of somebody, calling with this credential."""
    caller = known.caller
    if caller.access_key_id == credential.access_key_id and caller.session == credential.session:
        return known
    means = caller._replace(access_key_id=credential.access_key_id, session=credential.session)
    return known._replace(caller=means)


def _root(credential: Credential) -> Known:
    account_id = credential.account_id
    principal = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    return Known(Caller(principal, account_id, account_id, credential.access_key_id, None, ()), Layers())


def _user(tx: Tx, credential: Credential) -> Known:
    user = credential.user
    if user is None or user.user_id != credential.owner_id:
        raise InvalidClientTokenId(_INVALID)
    account_id = credential.account_id
    principal = Principal(PrincipalKind.USER, user.arn, account_id, user.user_id)
    held = permissions.of_user(tx, account_id, user)
    layers = Layers(
        identity=tuple(_parsed(document) for document in held.identity),
        boundary=_parsed(held.boundary) if held.boundary is not None else None,
    )
    caller = Caller(principal, account_id, user.user_id, credential.access_key_id, user, held.tags)
    return Known(caller, layers)
