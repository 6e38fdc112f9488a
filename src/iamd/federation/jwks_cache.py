"""JWKS cache: discovery and verification keys of identity providers (OpenID Connect Discovery 1.0).

Keys are fetched when a token first needs them, once for all concurrent requests, and refreshed after ten
minutes. An unknown key ID also triggers a refresh. A provider is contacted at most every 30 seconds, even
after an error, no matter which tokens arrive. If a refresh fails, keys are used up to one hour after their
fetch.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from iamd.core.execution_slots import ReleaseSlot
from iamd.core.lru import LruCache
from iamd.federation.errors import ProviderUnreachable
from iamd.federation.https_client import HttpsClient
from iamd.federation.jwks import VerificationKey, VerificationKeys, parse_keys, select_key

_TTL_SECONDS = 600
_MIN_REFRESH_SECONDS = 30
_MAX_STALE_SECONDS = 3600
_LOCK_TIMEOUT_SECONDS = 20
_MAX_WAITING = 64  # requests that may wait for providers at once: the operation is unauthenticated

CacheKey = tuple[str, tuple[str, ...]]  # a provider's URL without the scheme, and its thumbprints


class _CacheEntry(NamedTuple):
    """A provider's keys, and the error of the last fetch if it failed; times are monotonic seconds."""

    keys: VerificationKeys
    fetched_at: float
    tried_at: float
    error: ProviderUnreachable | None


_EMPTY_ENTRY = _CacheEntry((), float("-inf"), float("-inf"), None)


class JwksCache:
    """Caches keys of identity providers; `release_slot` releases the execution slot during a fetch.

    `clock` returns monotonic seconds.
    """

    def __init__(
        self,
        https_client: HttpsClient | None = None,
        release_slot: ReleaseSlot = contextlib.nullcontext,
        clock: Callable[[], float] = time.monotonic,
        max_waiting: int = _MAX_WAITING,
    ) -> None:
        self._https_client = https_client or HttpsClient()
        self._release_slot = release_slot
        self._clock = clock
        self._entries: LruCache[_CacheEntry] = LruCache(1024)
        self._locks: LruCache[threading.Lock] = LruCache(1024)
        self._locks_guard = threading.Lock()
        self._fetch_slots = threading.BoundedSemaphore(max_waiting)

    def find_key(
        self, url: str, thumbprints: tuple[str, ...], key_id: str | None, algorithm: str
    ) -> VerificationKey | None:
        """Return the key of the provider at `https://url` with this ID and algorithm; None if there is none.

        Raises ProviderUnreachable if the keys cannot be fetched and no keys of the last hour are cached.
        """
        cache_key = (url, thumbprints)
        entry = self._entries.get(cache_key) or _EMPTY_ENTRY
        if self._needs_refresh(entry, key_id, algorithm):
            with self._fetch_slot(url):
                entry = self._refresh(cache_key, key_id, algorithm)
        if entry.error is not None and self._clock() - entry.fetched_at > _MAX_STALE_SECONDS:
            raise type(entry.error)(str(entry.error))
        return select_key(entry.keys, key_id, algorithm)

    def fetch_thumbprint(self, url: str) -> str:
        """Return the thumbprint of the last certificate in the chain of the server at `https://url`.

        Raises ProviderUnreachable if that fails.
        """
        with self._fetch_slot(url):
            return self._https_client.fetch_top_thumbprint(f"https://{url}")

    @contextlib.contextmanager
    def _fetch_slot(self, url: str) -> Iterator[None]:
        """Release the execution slot during a fetch; raise ProviderUnreachable if too many requests wait."""
        if not self._fetch_slots.acquire(blocking=False):
            raise ProviderUnreachable(f"too many requests are waiting for {url} and other providers")
        try:
            with self._release_slot():
                yield
        finally:
            self._fetch_slots.release()

    def _needs_refresh(self, entry: _CacheEntry, key_id: str | None, algorithm: str) -> bool:
        monotonic_now = self._clock()
        if monotonic_now - entry.tried_at < _MIN_REFRESH_SECONDS:
            return False
        return (
            monotonic_now - entry.fetched_at > _TTL_SECONDS
            or select_key(entry.keys, key_id, algorithm) is None
        )

    def _refresh(self, cache_key: CacheKey, key_id: str | None, algorithm: str) -> _CacheEntry:
        """Fetch a provider's keys, unless another thread did so while this one waited for the lock."""
        lock = self._get_lock(cache_key)
        if not lock.acquire(timeout=_LOCK_TIMEOUT_SECONDS):
            raise ProviderUnreachable(f"{cache_key[0]} does not answer")
        try:
            entry = self._entries.get(cache_key) or _EMPTY_ENTRY
            if self._needs_refresh(entry, key_id, algorithm):
                entry = self._fetch_entry(cache_key, entry)
                self._entries.put(cache_key, entry)
            return entry
        finally:
            lock.release()

    def _get_lock(self, cache_key: CacheKey) -> threading.Lock:
        with self._locks_guard:
            lock = self._locks.get(cache_key)
            if lock is None:
                lock = threading.Lock()
                self._locks.put(cache_key, lock)
            return lock

    def _fetch_entry(self, cache_key: CacheKey, old_entry: _CacheEntry) -> _CacheEntry:
        try:
            keys = _fetch_keys(self._https_client, *cache_key)
        except ProviderUnreachable as error:
            return old_entry._replace(tried_at=self._clock(), error=type(error)(str(error)))
        monotonic_now = self._clock()
        return _CacheEntry(keys, monotonic_now, monotonic_now, None)


def _fetch_keys(https_client: HttpsClient, url: str, thumbprints: tuple[str, ...]) -> VerificationKeys:
    """Fetch a provider's discovery document and its JWKS; raise ProviderUnreachable if either is unusable."""
    issuer = f"https://{url}"
    configuration = _parse_json_object(
        https_client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", thumbprints)
    )
    if configuration.get("issuer") != issuer:
        raise ProviderUnreachable(f"{url} publishes the configuration of another issuer")
    jwks_uri = configuration.get("jwks_uri")
    if not isinstance(jwks_uri, str):
        raise ProviderUnreachable(f"{url} publishes no jwks_uri")
    jwks = _parse_json_object(https_client.get(jwks_uri, thumbprints)).get("keys")
    if not isinstance(jwks, list):
        raise ProviderUnreachable(f"{url} publishes no keys")
    return parse_keys(jwks)


def _parse_json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise ProviderUnreachable("the provider's response is not JSON") from error
    if not isinstance(document, dict):
        raise ProviderUnreachable("the provider's response is not a JSON object")
    return document
