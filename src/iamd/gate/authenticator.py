"""From a proof to a credential: a key, a session of the console, or temporary credentials."""

import contextlib
from typing import NamedTuple

from iamd.core import ids
from iamd.core.errors import ExpiredToken, InvalidClientTokenId, SignatureDoesNotMatch
from iamd.crypto import seal
from iamd.gate import console_sessions
from iamd.gate.credentials import AccessKeyCredentials, ConsoleCredentials
from iamd.gate.vault import Vault
from iamd.store import access_keys, sessions, temporary_credentials
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Tx

INVALID_TOKEN_MESSAGE = "The security token included in the request is invalid."  # noqa: S105 - a message
_EXPIRED_TOKEN_MESSAGE = "The security token included in the request is expired"  # noqa: S105 - a message
_SKEW_SECONDS = 15 * 60
_SESSION_ENDED_MESSAGE = "The session has ended. Sign in again."
_DUMMY_SECRET = seal.new_key().hex()[:40]  # an unknown key costs the same work as a known one


class Authenticator(NamedTuple):
    """Checks proofs. Keys of root users count only where the operator has switched them on."""

    vault: Vault
    session_limits: console_sessions.SessionLimits
    allow_root_keys: bool = False

    def authenticate(
        self, tx: Tx, credentials: AccessKeyCredentials | ConsoleCredentials, epoch: int
    ) -> CredentialRecord:
        """Find the key or the session that a proof names, and check the proof with it.

        ExpiredToken when the session is over; InvalidClientTokenId when there is no such active key, when
        a long-term key comes with a session token, or when temporary credentials come without their own;
        and what the proof's own check raises.
        """
        if isinstance(credentials, ConsoleCredentials):
            return console_sessions.authenticate(tx, self.session_limits, credentials, epoch)
        if credentials.access_key_id.startswith(ids.TEMPORARY_KEY):
            record = _authenticate_temporary(tx, self.vault, credentials, epoch)
        else:
            record = _authenticate_long_term(tx, self.vault, credentials)
        if record.owner_id == record.account_id and not self.allow_root_keys:
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        return record

    def reload(self, tx: Tx, record: CredentialRecord, epoch: int) -> CredentialRecord:
        """Read a credential again, in a transaction whose statements see one state."""
        if record.session is not None:
            fresh_record = sessions.find_credential(tx, record.session.token_hash)
            if fresh_record is None or not console_sessions.is_usable(
                fresh_record, self.session_limits, epoch
            ):
                raise ExpiredToken(_SESSION_ENDED_MESSAGE)
            return fresh_record
        if record.token is not None:
            fresh_record = temporary_credentials.find_credential(tx, record.access_key_id, record.token)
        else:
            fresh_record = access_keys.find_credential(tx, record.access_key_id)
        if fresh_record is None or fresh_record.status != "Active":
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        return fresh_record


def _authenticate_long_term(tx: Tx, vault: Vault, credentials: AccessKeyCredentials) -> CredentialRecord:
    record = access_keys.find_credential(tx, credentials.access_key_id)
    if record is None:
        raise _reject_unknown_key(credentials)
    credentials.verify_signature(vault.secret_access_key(record))
    if record.status != "Active" or credentials.session_token is not None:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
    return record


def _authenticate_temporary(
    tx: Tx, vault: Vault, credentials: AccessKeyCredentials, epoch: int
) -> CredentialRecord:
    token = vault.open_session_token(credentials.access_key_id, credentials.session_token or "")
    if token is None:
        raise _reject_unknown_key(credentials)
    credentials.verify_signature(token.secret)
    if epoch >= token.expires_at or epoch < token.issued_at - _SKEW_SECONDS:
        raise ExpiredToken(_EXPIRED_TOKEN_MESSAGE)  # a clock that went back revives nothing
    record = temporary_credentials.find_credential(tx, credentials.access_key_id, token)
    if record is None:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
    return record


def _reject_unknown_key(credentials: AccessKeyCredentials) -> InvalidClientTokenId:
    """Do the work of a check all the same, and return what is said of what nobody knows."""
    with contextlib.suppress(SignatureDoesNotMatch):
        credentials.verify_signature(_DUMMY_SECRET)
    return InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
