"""From a proof to a credential: a key, a session of the console, or temporary credentials."""

import contextlib
from typing import NamedTuple

from iamd.api import sessions as console
from iamd.api.proof import Proof, SessionProof
from iamd.api.vault import Vault
from iamd.core import ids
from iamd.core.errors import ExpiredToken, InvalidClientTokenId, SignatureDoesNotMatch
from iamd.keys import seal
from iamd.store import access_keys, sessions, temporary
from iamd.store.access_keys import Credential
from iamd.store.query import Tx

INVALID = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"
_SKEW_SECONDS = 15 * 60
_ENDED = "The session has ended. Sign in again."
_NOBODYS_SECRET = seal.new_key().hex()[:40]  # an unknown key costs the same work as a known one


class Prover(NamedTuple):
    """Checks proofs. Keys of root users count only where the operator has switched them on."""

    vault: Vault
    limits: console.Limits
    root_keys: bool = False

    def prove(self, tx: Tx, proof: Proof | SessionProof, now: int) -> Credential:
        """Find the key or the session that a proof names, and check the proof with it.

        ExpiredToken when the session is over; InvalidClientTokenId when there is no such active key, when
        a long-term key comes with a session token, or when temporary credentials come without their own;
        and what the proof's own check raises.
        """
        if isinstance(proof, SessionProof):
            return console.prove(tx, self.limits, proof, now)
        if proof.access_key_id.startswith(ids.TEMPORARY_KEY):
            credential = _temporary(tx, self.vault, proof, now)
        else:
            credential = _long_term(tx, self.vault, proof)
        if credential.owner_id == credential.account_id and not self.root_keys:
            raise InvalidClientTokenId(INVALID)
        return credential

    def again(self, tx: Tx, credential: Credential, now: int) -> Credential:
        """Read a credential again, in a transaction whose statements see one state."""
        if credential.session is not None:
            again = sessions.prove(tx, credential.session.token_hash)
            if again is None or not console.usable(again, self.limits, now):
                raise ExpiredToken(_ENDED)
            return again
        if credential.token is not None:
            again = temporary.prove(tx, credential.access_key_id, credential.token)
        else:
            again = access_keys.prove(tx, credential.access_key_id)
        if again is None or again.status != "Active":
            raise InvalidClientTokenId(INVALID)
        return again


def _long_term(tx: Tx, vault: Vault, proof: Proof) -> Credential:
    credential = access_keys.prove(tx, proof.access_key_id)
    if credential is None:
        raise _unknown(proof)
    proof.check(vault.secret(credential))
    if credential.status != "Active" or proof.session_token is not None:
        raise InvalidClientTokenId(INVALID)
    return credential


def _temporary(tx: Tx, vault: Vault, proof: Proof, now: int) -> Credential:
    token = vault.token(proof.access_key_id, proof.session_token or "")
    if token is None:
        raise _unknown(proof)
    proof.check(token.secret)
    if now >= token.expires_at or now < token.issued_at - _SKEW_SECONDS:
        raise ExpiredToken(_EXPIRED)  # a clock that went back revives nothing
    credential = temporary.prove(tx, proof.access_key_id, token)
    if credential is None:
        raise InvalidClientTokenId(INVALID)
    return credential


def _unknown(proof: Proof) -> InvalidClientTokenId:
    """Do the work of a check all the same, and return what is said of what nobody knows."""
    with contextlib.suppress(SignatureDoesNotMatch):
        proof.check(_NOBODYS_SECRET)
    return InvalidClientTokenId(INVALID)
