"""What identity providers publish: discovery and keys (OpenID Connect Discovery 1.0), kept for a while.

Keys are fetched when a token first asks for them, once for all who wait. A key that is not known makes them
be fetched anew, though not more often than every half minute, whatever tokens are sent; a provider that
cannot be asked is left alone as long. Keys that are older than they should be are used on while nothing
better is to be had, for an hour at most.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from iamd.core.lru import LruCache
from iamd.crypto.passwords import ReleaseSlot
from iamd.federation.errors import ProviderUnreachable
from iamd.federation.https_client import HttpsClient
from iamd.federation.jwks import VerificationKey, VerificationKeys, parse_keys, select_key

_TTL_SECONDS = 600
_MIN_REFRESH_SECONDS = 30
_MAX_STALE_SECONDS = 3600
_LOCK_TIMEOUT_SECONDS = 20
_MAX_WAITING = 64  # requests at a time, of which anybody can send some

CacheKey = tuple[str, tuple[str, ...]]  # a provider's URL without its scheme, and its thumbprints


class _CacheEntry(NamedTuple):
    """A provider's keys, or why there are none; times of a clock that only goes on."""

    keys: VerificationKeys
    fetched_at: float
    tried_at: float
    error: ProviderUnreachable | None


_EMPTY_ENTRY = _CacheEntry((), float("-inf"), float("-inf"), None)


class JwksCache:
    """Knows the keys of identity providers; `aside` gives the turn away while it asks for them."""

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
        """Return a key of the provider at `https://url` that verifies signatures of an algorithm.

        None when it has no such key; Unreachable when it cannot be asked.
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
        """Return the thumbprint of the top certificate that the server at `https://url` presents."""
        with self._fetch_slot(url):
            return self._https_client.fetch_top_thumbprint(f"https://{url}")

    @contextlib.contextmanager
    def _fetch_slot(self, url: str) -> Iterator[None]:
        """Give the turn away while a provider is asked; Unreachable where too many wait already."""
        if not self._fetch_slots.acquire(blocking=False):
            raise ProviderUnreachable(f"too many requests wait for {url} and others")
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
        """Fetch a provider's keys; whoever waited for somebody who did takes what came of it."""
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
    """Fetch a provider's discovery document and the keys that it names; Unreachable when either is bad."""
    issuer = f"https://{url}"
    configuration = _parse_json_object(
        https_client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", thumbprints)
    )
    if configuration.get("issuer") != issuer:
        raise ProviderUnreachable(f"{url} publishes the configuration of another issuer")
    jwks_uri = configuration.get("jwks_uri")
    if not isinstance(jwks_uri, str):
        raise ProviderUnreachable(f"{url} does not say where its keys are")
    jwks = _parse_json_object(https_client.get(jwks_uri, thumbprints)).get("keys")
    if not isinstance(jwks, list):
        raise ProviderUnreachable(f"{url} publishes no keys")
    return parse_keys(jwks)


def _parse_json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise ProviderUnreachable("the provider's answer is not JSON") from error
    if not isinstance(document, dict):
        raise ProviderUnreachable("the provider's answer is not a JSON object")
    return document
