"""The vault: decrypts data keys, secret access keys and session tokens, with a cache of plaintexts."""

from iamd.core.lru import LruCache
from iamd.core.records import SessionToken
from iamd.crypto import seal, session_tokens
from iamd.crypto.seal import UnsealError
from iamd.store import access_keys
from iamd.store.access_keys import CredentialRecord


def _data_key_context(account_id: str) -> str:
    return f"accounts/{account_id}"


class Vault:
    """Decrypts with the master key, and with keys that are derived from it or encrypted with it."""

    def __init__(self, master_key: bytes) -> None:
        self._master_key = master_key
        self.token_key = seal.derive_key(master_key, "session tokens")
        self.auth_token_key = seal.derive_key(master_key, "auth tokens")
        self._plaintexts: LruCache[bytes] = LruCache(8192)
        self._tokens: LruCache[SessionToken] = LruCache(8192)

    def seal_data_key(self, account_id: str, data_key: bytes) -> bytes:
        """Encrypt the data key of a new account with the master key."""
        return seal.seal(self._master_key, data_key, _data_key_context(account_id))

    def data_key(self, account_id: str, sealed: bytes) -> bytes:
        """Decrypt the data key of an account; UnsealError if it was not sealed for this account."""
        return self._unseal(self._master_key, sealed, _data_key_context(account_id))

    def secret_access_key(self, record: CredentialRecord) -> str:
        """Decrypt the secret access key of a credential record."""
        data_key = self.data_key(record.account_id, record.data_key)
        associated_data = access_keys.associated_data(record.access_key_id)
        return self._unseal(data_key, record.secret, associated_data).decode()

    def _unseal(self, key: bytes, sealed: bytes, associated_data: str) -> bytes:
        plaintext = self._plaintexts.get((associated_data, sealed))
        if plaintext is None:
            plaintext = seal.unseal(key, sealed, associated_data)
            self._plaintexts.put((associated_data, sealed), plaintext)
        return plaintext

    def open_session_token(self, access_key_id: str, session_token: str) -> SessionToken | None:
        """Decrypt a session token; None if it was not issued by this server for this access key ID."""
        token = self._tokens.get((access_key_id, session_token))
        if token is None:
            try:
                token = session_tokens.unseal_token(self.token_key, access_key_id, session_token)
            except UnsealError:
                return None
            self._tokens.put((access_key_id, session_token), token)
        return token
