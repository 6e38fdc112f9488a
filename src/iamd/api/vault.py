"""The vault: opens what is sealed under the master key, and keeps what it opened by its sealed form."""

from iamd.core.lru import Lru
from iamd.core.records import Token
from iamd.keys import seal, session_tokens
from iamd.keys.seal import BrokenSealError
from iamd.store import access_keys
from iamd.store.access_keys import Credential


def _data_key_place(account_id: str) -> str:
    return f"accounts/{account_id}"


class Vault:
    """Opens what is sealed under the master key."""

    def __init__(self, master_key: bytes) -> None:
        self._master_key = master_key
        self.token_key = seal.derived(master_key, "session tokens")
        self._opened: Lru[bytes] = Lru(8192)
        self._tokens: Lru[Token] = Lru(8192)

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

    def token(self, access_key_id: str, text: str) -> Token | None:
        """Open a session token; None when it was not issued here with this access key ID."""
        token = self._tokens.get((access_key_id, text))
        if token is None:
            try:
                token = session_tokens.open_token(self.token_key, access_key_id, text)
            except BrokenSealError:
                return None
            self._tokens.put((access_key_id, text), token)
        return token
