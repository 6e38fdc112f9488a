"""Authentication: long-term access keys, temporary credentials and console sessions."""

import contextlib
from typing import NamedTuple

from iamd.core import ids
from iamd.core.errors import ExpiredToken, InvalidClientTokenId, SignatureDoesNotMatch
from iamd.core.records import SessionToken
from iamd.crypto import seal
from iamd.gate import console_sessions
from iamd.gate.auth_tokens import AuthTokens
from iamd.gate.credentials import (
    AccessKeyCredentials,
    AuthTokenCredentials,
    BearerCredentials,
    ConsoleCredentials,
    Credentials,
)
from iamd.gate.vault import Vault
from iamd.store import access_keys, service_credentials, sessions, temporary_credentials
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Tx

INVALID_TOKEN_MESSAGE = "The security token included in the request is invalid."  # noqa: S105 - a message
_EXPIRED_TOKEN_MESSAGE = "The security token included in the request is expired"  # noqa: S105 - a message
API_KEY_SERVICE = "iamd"  # the service of those service-specific credentials that are API keys here
_SKEW_SECONDS = 15 * 60
_SESSION_ENDED_MESSAGE = "The session has ended. Sign in again."
_DUMMY_SECRET = seal.new_key().hex()[:40]  # makes verification take as long for unknown keys


class Authenticator(NamedTuple):
    """Authenticates credentials. Root user access keys are rejected unless `allow_root_keys` is set."""

    vault: Vault
    session_limits: console_sessions.SessionLimits
    allow_root_keys: bool = False

    def authenticate(self, tx: Tx, credentials: Credentials, epoch: int) -> CredentialRecord:
        """Find and verify an access key, console session, API key or auth token, and return the record.

        Raises ExpiredToken if the console session, temporary credentials or API key have expired;
        InvalidClientTokenId if there is no such active key, if a long-term key is used with a session token,
        or if temporary credentials are used without their own session token; and whatever
        `credentials.verify_signature` raises. `epoch` is in seconds since 1970.
        """
        self.session_limits.clock_steps.observe(epoch)
        if isinstance(credentials, ConsoleCredentials):
            return console_sessions.authenticate(tx, self.session_limits, credentials, epoch)
        if isinstance(credentials, BearerCredentials):
            return self._authenticate_api_key(tx, credentials, epoch)
        if isinstance(credentials, AuthTokenCredentials):
            return self._authenticate_auth_token(tx, credentials, epoch)
        if credentials.access_key_id.startswith(ids.TEMPORARY_KEY):
            record = self._authenticate_temporary(tx, credentials, epoch)
        else:
            record = _authenticate_long_term(tx, self.vault, credentials)
        if record.owner_id == record.account_id and not self.allow_root_keys:
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        return record

    def _authenticate_api_key(self, tx: Tx, credentials: BearerCredentials, epoch: int) -> CredentialRecord:
        found = service_credentials.find_credential(tx, credentials.secret, API_KEY_SERVICE)
        if found is None:
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        created_at, expires_at, record = found
        if record.status != "Active":
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        had_ended = self.session_limits.clock_steps.had_ended
        if expires_at is not None and (epoch >= expires_at or had_ended(created_at, expires_at)):
            raise ExpiredToken(_EXPIRED_TOKEN_MESSAGE)
        return record

    @property
    def auth_tokens(self) -> AuthTokens:
        """The auth tokens of this server."""
        return AuthTokens(self.vault.auth_token_key, self.session_limits.clock_steps)

    def _authenticate_auth_token(
        self, tx: Tx, credentials: AuthTokenCredentials, epoch: int
    ) -> CredentialRecord:
        found = self.auth_tokens.find(tx, credentials.token, epoch)
        if found is None or not found[0].is_of_api_key:
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        return found[1]

    def _authenticate_temporary(
        self, tx: Tx, credentials: AccessKeyCredentials, epoch: int
    ) -> CredentialRecord:
        token = self.vault.open_session_token(credentials.access_key_id, credentials.session_token or "")
        if token is None:
            raise _reject_unknown_key(credentials)
        credentials.verify_signature(token.secret)
        if not self._is_valid(token, epoch):
            raise ExpiredToken(_EXPIRED_TOKEN_MESSAGE)
        record = temporary_credentials.find_credential(tx, credentials.access_key_id, token)
        if record is None:
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        return record

    def find_session(
        self, tx: Tx, access_key_id: str, session_token: str, epoch: int
    ) -> CredentialRecord | None:
        """Find the owner of temporary credentials by their session token; None if they are not valid."""
        token = self.vault.open_session_token(access_key_id, session_token)
        self.session_limits.clock_steps.observe(epoch)
        if token is None or not self._is_valid(token, epoch):
            return None
        return temporary_credentials.find_credential(tx, access_key_id, token)

    def _is_valid(self, token: SessionToken, epoch: int) -> bool:
        """Return whether a token is within its validity, which a clock that is set back must not renew."""
        is_current = token.issued_at - _SKEW_SECONDS <= epoch < token.expires_at
        clock_steps = self.session_limits.clock_steps
        return is_current and not clock_steps.had_ended(token.issued_at, token.expires_at)

    def reload(self, tx: Tx, record: CredentialRecord, epoch: int) -> CredentialRecord:
        """Read a credential record again, in a transaction whose statements see the same snapshot.

        Raises ExpiredToken or InvalidClientTokenId if it is no longer usable.
        """
        if record.session is not None:
            fresh_record = sessions.find_credential(tx, record.session.token_hash)
            if fresh_record is None or not console_sessions.is_usable(
                fresh_record, self.session_limits, epoch
            ):
                raise ExpiredToken(_SESSION_ENDED_MESSAGE)
            return fresh_record
        if record.token is not None:
            fresh_record = temporary_credentials.find_credential(tx, record.access_key_id, record.token)
        elif record.access_key_id.startswith(ids.SERVICE_CREDENTIAL):
            fresh_record = service_credentials.find_record(tx, record.account_id, record.access_key_id)
            if fresh_record is not None and fresh_record.secret != record.secret:
                raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)  # it was reset
        else:
            fresh_record = access_keys.find_credential(tx, record.access_key_id)
        if fresh_record is None or fresh_record.status != "Active":
            raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
        return fresh_record


def _authenticate_long_term(tx: Tx, vault: Vault, credentials: AccessKeyCredentials) -> CredentialRecord:
    key_id = credentials.access_key_id  # no key has a null character, which PostgreSQL refuses to look up
    record = None if "\0" in key_id else access_keys.find_credential(tx, key_id)
    if record is None:
        raise _reject_unknown_key(credentials)
    credentials.verify_signature(vault.secret_access_key(record))
    if record.status != "Active" or credentials.session_token is not None:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
    return record


def _reject_unknown_key(credentials: AccessKeyCredentials) -> InvalidClientTokenId:
    """Return the fault for an unknown key, after a dummy verification against timing attacks."""
    with contextlib.suppress(SignatureDoesNotMatch):
        credentials.verify_signature(_DUMMY_SECRET)
    return InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
