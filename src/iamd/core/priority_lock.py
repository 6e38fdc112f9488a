"""Priority lock: one thread at a time, known clients before strangers.

A stranger is a client that is neither signed in nor on a device that signed in before. There may be any
number of them; a known client waits for one at most. Within each group, whoever comes first is served first.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from iamd.core.errors import Throttling


class Place:
    """A thread's place in the queue; `served` is set once the thread has the lock."""

    def __init__(self, *, is_stranger: bool) -> None:
        self.is_stranger = is_stranger
        self.served = threading.Event()

    def wait(self, max_seconds: float | None = None) -> None:
        """Wait for the lock; Throttling after `max_seconds`. The place must be left even then."""
        if not self.served.wait(max_seconds):
            raise Throttling("The server is busy. Try again in a moment.")


class PriorityLock:
    """A lock with a queue of known clients and one of strangers, which may be limited.

    It is handed over directly: no other thread can take it in between, and only one thread wakes up.
    """

    def __init__(self, max_waiting_strangers: int | None = None) -> None:
        self._max_waiting_strangers = max_waiting_strangers
        self._mutex = threading.Lock()
        self._current: Place | None = None
        self._known: deque[Place] = deque()
        self._strangers: deque[Place] = deque()

    @contextlib.contextmanager
    def exclusive(self, *, is_stranger: bool, max_wait_seconds: float) -> Iterator[None]:
        """Hold the lock in the block; Throttling after `max_wait_seconds`, or as `enter` raises it."""
        place = self.enter(is_stranger=is_stranger)
        try:
            place.wait(max_wait_seconds)
            yield
        finally:
            self.leave(place)

    def enter(self, *, is_stranger: bool) -> Place:
        """Return a new place, which must be left again; Throttling if too many strangers wait already."""
        place = Place(is_stranger=is_stranger)
        with self._mutex:
            if self._current is None:
                self._serve(place)
            elif not is_stranger:
                self._known.append(place)
            else:
                self._require_room()
                self._strangers.append(place)
        return place

    def leave(self, place: Place) -> None:
        """Leave a place, whether it has the lock or not: a thread may get it just as it stops waiting."""
        with self._mutex:
            if place is not self._current:
                (self._strangers if place.is_stranger else self._known).remove(place)
                return
            self._current = None
            waiting = self._known or self._strangers
            if waiting:
                self._serve(waiting.popleft())

    def require_room_for_stranger(self) -> None:
        """Raise Throttling if `enter` would refuse a stranger."""
        with self._mutex:
            self._require_room()

    def _require_room(self) -> None:
        if self._max_waiting_strangers is not None and len(self._strangers) >= self._max_waiting_strangers:
            raise Throttling("Too many requests are waiting. Try again in a moment.")

    def _serve(self, place: Place) -> None:
        self._current = place
        place.served.set()
