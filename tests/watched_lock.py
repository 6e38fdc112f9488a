"""A priority lock that tells a test who entered it."""

import queue

from iamd.core.priority_lock import Place, PriorityLock


class WatchedLock(PriorityLock):
    """Lists the places that were entered; `entered.get()` waits for the next one."""

    def __init__(self, max_waiting_strangers: int | None = None) -> None:
        super().__init__(max_waiting_strangers)
        self.entered: queue.SimpleQueue[Place] = queue.SimpleQueue()

    def enter(self, *, is_stranger: bool) -> Place:
        place = super().enter(is_stranger=is_stranger)
        self.entered.put(place)
        return place
