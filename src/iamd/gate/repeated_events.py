"""Repeated events: at most one audit event a minute for each kind.

Anyone can cause refusals of clients that are not authenticated, as often as they like, and a busy store asks
thousands of times a second. The first event of a kind is recorded at once; the following ones are counted,
and one event with their number is recorded when the minute is over. Kinds are bounded too: beyond
`MAX_KINDS`, different events are counted together.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Event = TypeVar("Event")

WINDOW_SECONDS = 60.0
MAX_KINDS = 1_000
_OTHER_KINDS = ("other",)

Kind = tuple[str, ...]


@dataclass
class _Window(Generic[Event]):
    ends_at: float
    last_event: Event | None = None
    count: int = 0


class RepeatedEvents(Generic[Event]):
    """Counts events by kind; its methods may be called by any thread."""

    def __init__(self, time: Callable[[], float] = time.monotonic) -> None:
        self._time = time
        self._windows: dict[Kind, _Window[Event]] = {}
        self._lock = threading.Lock()

    def is_first(self, kind: Kind, event: Event, times: int = 1) -> bool:
        """Return whether to record an event at once; otherwise it is counted, `times` times."""
        with self._lock:
            if kind not in self._windows and len(self._windows) >= MAX_KINDS:
                kind = _OTHER_KINDS
            window = self._windows.get(kind)
            if window is None:
                self._windows[kind] = _Window(self._time() + WINDOW_SECONDS)
                return True
            window.last_event, window.count = event, window.count + times
            return False

    def take(self, *, unfinished: bool = False) -> list[tuple[Event, int]]:
        """Return the last event and the count of each kind whose minute is over, or of all kinds.

        A kind that was repeated starts another minute, so that a flood causes one event a minute.
        """
        now, taken = self._time(), []
        with self._lock:
            for kind, window in list(self._windows.items()):
                if window.ends_at > now and not unfinished:
                    continue
                if window.last_event is None:
                    del self._windows[kind]
                else:
                    taken.append((window.last_event, window.count))
                    self._windows[kind] = _Window(now + WINDOW_SECONDS)
        return taken
