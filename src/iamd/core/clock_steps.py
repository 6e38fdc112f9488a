"""Steps of the clock back in time, so that credentials and sessions that had ended stay ended.

Validity is a matter of the wall clock, which NTP, an administrator or a restored virtual machine may set
back. What ended before that must not become valid again. Each process remembers the steps that it has seen.
"""

import threading
from typing import NamedTuple

from iamd.core.logs import LOGGER

# Threads that read the clock at nearly the same time may get here in another order: a second back is no step.
_DISORDER_SECONDS = 1
_MAX_STEPS = 8


class _Step(NamedTuple):
    """The latest time before the clock was set back, and a time before all that were seen since (seconds)."""

    latest: int
    resumed_at: int

    @property
    def seconds(self) -> int:
        return self.latest - self.resumed_at

    def covers(self, other: "_Step") -> bool:
        """Return whether everything that had ended before the other step had ended before this one too."""
        return self.latest >= other.latest and self.resumed_at >= other.resumed_at


class ClockSteps:
    """The steps back of this process's wall clock; thread-safe. Times are in seconds since 1970."""

    def __init__(self) -> None:
        self._latest = 0
        self._steps: tuple[_Step, ...] = ()
        self._lock = threading.Lock()

    def observe(self, epoch: int) -> None:
        """Take note of the time of a request. Nearly free: most requests are in the second of another."""
        if epoch != self._latest:
            self._update(epoch)

    def had_ended(self, issued_at: int, ends_at: int) -> bool:
        """Return whether something ended before the clock was set back; it was valid between the two times.

        What was issued after the time to which the clock was set back may be from before or after the step,
        so it counts as valid: whoever signs in must not be refused.
        """
        steps = self._steps
        return bool(steps) and any(issued_at < step.resumed_at and ends_at <= step.latest for step in steps)

    def _update(self, epoch: int) -> None:
        with self._lock:
            if epoch > self._latest:
                self._latest = epoch
                return
            seconds = self._latest - epoch
            if seconds <= _DISORDER_SECONDS:
                return
            self._steps = _add(self._steps, _Step(self._latest, epoch - _DISORDER_SECONDS))
            self._latest = epoch
        LOGGER.warning("the clock was set back by %d seconds; what had ended stays ended", seconds)


def _add(steps: tuple[_Step, ...], new_step: _Step) -> tuple[_Step, ...]:
    """Add a step; of more than `_MAX_STEPS`, the smallest are forgotten.

    Times after the new one happen again, so earlier steps say nothing any more about what is issued then.
    """
    earlier_steps = (step._replace(resumed_at=min(step.resumed_at, new_step.resumed_at)) for step in steps)
    candidates = {new_step, *earlier_steps}
    distinct_steps = [
        step for step in candidates if not any(other.covers(step) for other in candidates if other != step)
    ]
    return tuple(sorted(distinct_steps, key=lambda step: step.seconds, reverse=True)[:_MAX_STEPS])
