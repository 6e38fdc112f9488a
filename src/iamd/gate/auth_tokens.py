"""Auth tokens: short-lived proofs that somebody has shown a credential, for protocols that need them.

A token is sealed and names the credential, so that nothing is stored. It is bound to the credential's stored
secret: once that is deleted, deactivated or reset, the token is dead at the next request.
"""

import base64
import hashlib
import json
from typing import NamedTuple

from iamd.core import ids
from iamd.core.clock_steps import ClockSteps
from iamd.crypto import seal
from iamd.crypto.seal import UnsealError
from iamd.store import access_keys, service_credentials
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Tx

LIFETIME_SECONDS = 15 * 60
MAX_TOKEN_LENGTH = 1_024
_ASSOCIATED_DATA = "auth tokens"


class AuthToken(NamedTuple):
    """What a token says; times are in seconds since 1970. `scope` is for whoever issued it."""

    account_id: str
    credential_id: str
    secret_digest: str
    scope: str
    issued_at: int
    expires_at: int

    @property
    def is_of_api_key(self) -> bool:
        """Whether the credential is an API key, not an access key."""
        return self.credential_id.startswith(ids.SERVICE_CREDENTIAL)


class IssuedToken(NamedTuple):
    text: str
    content: AuthToken


class AuthTokens(NamedTuple):
    """Issues and finds tokens; `key` seals them."""

    key: bytes
    clock_steps: ClockSteps

    def issue(
        self, tx: Tx, account_id: str, credential_id: str, scope: str, epoch: int
    ) -> IssuedToken | None:
        """Issue a token for an API key or an access key; None if it is gone."""
        record = _find_record(tx, account_id, credential_id)
        if record is None:
            return None
        api_key = service_credentials.find(tx, account_id, credential_id)
        expires_at = epoch + LIFETIME_SECONDS
        if api_key is not None and api_key.expires_at is not None:
            expires_at = min(expires_at, api_key.expires_at)
        token = AuthToken(account_id, credential_id, _digest(record), scope, epoch, expires_at)
        sealed = seal.seal(self.key, json.dumps(token).encode(), _ASSOCIATED_DATA)
        return IssuedToken(base64.urlsafe_b64encode(sealed).decode().rstrip("="), token)

    def find(self, tx: Tx, text: str, epoch: int) -> tuple[AuthToken, CredentialRecord] | None:
        """Return what a token says, with its credential as it is now; None if it is not valid."""
        token = self._open(text)
        if token is None or epoch >= token.expires_at:
            return None
        if self.clock_steps.had_ended(token.issued_at, token.expires_at):
            return None
        record = _find_record(tx, token.account_id, token.credential_id)
        return None if record is None or _digest(record) != token.secret_digest else (token, record)

    def _open(self, text: str) -> AuthToken | None:
        if not text.isascii() or len(text) > MAX_TOKEN_LENGTH:
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return AuthToken(*json.loads(seal.unseal(self.key, sealed, _ASSOCIATED_DATA)))
        except (ValueError, UnsealError):
            return None


def _find_record(tx: Tx, account_id: str, credential_id: str) -> CredentialRecord | None:
    """Find an active credential of an account."""
    if credential_id.startswith(ids.SERVICE_CREDENTIAL):
        record = service_credentials.find_record(tx, account_id, credential_id)
    else:
        record = access_keys.find_credential(tx, credential_id)
    is_active = record is not None and record.status == "Active" and record.account_id == account_id
    return record if is_active else None


def _digest(record: CredentialRecord) -> str:
    return hashlib.sha256(record.secret).hexdigest()
