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

from iamd.core.lru import Lru
from iamd.federation.errors import Unreachable
from iamd.federation.fetch import Fetcher
from iamd.federation.jwks import Key, Keys, chosen, read
from iamd.keys.passwords import Aside

_FRESH_SECONDS = 600
_AGAIN_SECONDS = 30
_LONGEST_SECONDS = 3600
_WAIT_SECONDS = 20
_MOST_WAITING = 64  # requests at a time, of which anybody can send some

Place = tuple[str, tuple[str, ...]]  # a provider's URL without its scheme, and its thumbprints


class _Held(NamedTuple):
    """A provider's keys, or why there are none; times of a clock that only goes on."""

    keys: Keys
    fetched: float
    tried: float
    failed: Unreachable | None


_NOTHING = _Held((), float("-inf"), float("-inf"), None)


class Issuers:
    """Knows the keys of identity providers; `aside` gives the turn away while it asks for them."""

    def __init__(
        self,
        fetcher: Fetcher | None = None,
        aside: Aside = contextlib.nullcontext,
        clock: Callable[[], float] = time.monotonic,
        most_waiting: int = _MOST_WAITING,
    ) -> None:
        self._fetcher = fetcher or Fetcher()
        self._aside = aside
        self._clock = clock
        self._held: Lru[_Held] = Lru(1024)
        self._locks: Lru[threading.Lock] = Lru(1024)
        self._guard = threading.Lock()
        self._room = threading.BoundedSemaphore(most_waiting)

    def key(self, url: str, thumbprints: tuple[str, ...], key_id: str | None, algorithm: str) -> Key | None:
        """Return a key of the provider at `https://url` that verifies signatures of an algorithm.

        None when it has no such key; Unreachable when it cannot be asked.
        """
        place = (url, thumbprints)
        held = self._held.get(place) or _NOTHING
        if self._is_due(held, key_id, algorithm):
            with self._waiting(url):
                held = self._renewed(place, key_id, algorithm)
        if held.failed is not None and self._clock() - held.fetched > _LONGEST_SECONDS:
            raise type(held.failed)(str(held.failed))
        return chosen(held.keys, key_id, algorithm)

    def thumbprint(self, url: str) -> str:
        """Return the thumbprint of the top certificate that the server at `https://url` presents."""
        with self._waiting(url):
            return self._fetcher.top_thumbprint(f"https://{url}")

    @contextlib.contextmanager
    def _waiting(self, url: str) -> Iterator[None]:
        """Give the turn away while a provider is asked; Unreachable where too many wait already."""
        if not self._room.acquire(blocking=False):
            raise Unreachable(f"too many requests wait for {url} and others")
        try:
            with self._aside():
                yield
        finally:
            self._room.release()

    def _is_due(self, held: _Held, key_id: str | None, algorithm: str) -> bool:
        now = self._clock()
        if now - held.tried < _AGAIN_SECONDS:
            return False
        return now - held.fetched > _FRESH_SECONDS or chosen(held.keys, key_id, algorithm) is None

    def _renewed(self, place: Place, key_id: str | None, algorithm: str) -> _Held:
        """Fetch a provider's keys; whoever waited for somebody who did takes what came of it."""
        lock = self._lock(place)
        if not lock.acquire(timeout=_WAIT_SECONDS):
            raise Unreachable(f"{place[0]} does not answer")
        try:
            held = self._held.get(place) or _NOTHING
            if self._is_due(held, key_id, algorithm):
                held = self._fetched(place, held)
                self._held.put(place, held)
            return held
        finally:
            lock.release()

    def _lock(self, place: Place) -> threading.Lock:
        with self._guard:
            lock = self._locks.get(place)
            if lock is None:
                lock = threading.Lock()
                self._locks.put(place, lock)
            return lock

    def _fetched(self, place: Place, before: _Held) -> _Held:
        try:
            keys = _published(self._fetcher, *place)
        except Unreachable as failed:
            return before._replace(tried=self._clock(), failed=type(failed)(str(failed)))
        now = self._clock()
        return _Held(keys, now, now, None)


def _published(fetcher: Fetcher, url: str, thumbprints: tuple[str, ...]) -> Keys:
    """Fetch a provider's discovery document and the keys that it names; Unreachable when either is bad."""
    issuer = f"https://{url}"
    found = _json(fetcher.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", thumbprints))
    if found.get("issuer") != issuer:
        raise Unreachable(f"{url} publishes the configuration of another issuer")
    named = found.get("jwks_uri")
    if not isinstance(named, str):
        raise Unreachable(f"{url} does not say where its keys are")
    listed = _json(fetcher.get(named, thumbprints)).get("keys")
    if not isinstance(listed, list):
        raise Unreachable(f"{url} publishes no keys")
    return read(listed)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError) as broken:
        raise Unreachable("the provider's answer is not JSON") from broken
    if not isinstance(found, dict):
        raise Unreachable("the provider's answer is not a JSON object")
    return found
