"""Outages of the store in the log: why transactions fail, once a minute, and when they succeed again."""

import threading
import time
from collections.abc import Callable

from iamd.core.logs import LOGGER

_REPEAT_SECONDS = 60.0


class Outage:
    """The time in which transactions of one kind fail, such as writes while the disk is full.

    Every request fails meanwhile: without a limit, the log would fill the disk that is full already.
    """

    def __init__(self, kind: str, time: Callable[[], float] = time.monotonic) -> None:
        self._kind = kind
        self._time = time
        self._lock = threading.Lock()
        self._logged_at: float | None = None

    def report(self, error: Exception, *, exc_info: bool = False) -> None:
        """Log an error, unless one was logged in the last minute of this outage."""
        now = self._time()
        with self._lock:
            is_repeated = self._logged_at is not None and now - self._logged_at < _REPEAT_SECONDS
            if is_repeated:
                return
            self._logged_at = now
        reason = str(error).strip().partition("\n")[0]
        LOGGER.error("the store cannot be %s: %s", self._kind, reason, exc_info=exc_info)

    def end(self) -> None:
        """Log that transactions succeed again, if they failed before."""
        if self._logged_at is None:
            return
        with self._lock:
            has_ended, self._logged_at = self._logged_at is not None, None
        if has_ended:
            LOGGER.info("the store can be %s again", self._kind)
