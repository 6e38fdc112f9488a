"""Two-generation cache: a bounded, lock-free approximation of an LRU cache.

Two dictionaries, young and old. A hit in the old one moves the entry to the young one; once the young one is
full it becomes the old one, and entries that were not used meanwhile are dropped. Every step is a single
dictionary operation, which is atomic between threads; at worst a value is computed twice.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TwoGenerationCache(Generic[Key, Value]):
    """Keeps at least the `size` most recently used values, and at most twice as many."""

    __slots__ = ("_size", "old", "young")

    def __init__(self, size: int) -> None:
        self._size = size
        self.young: dict[Key, Value] = {}  # also read directly on hot paths
        self.old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        value = self.young.get(key)
        if value is None:
            value = self.old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Key, value: Value) -> None:
        young = self.young
        if len(young) >= self._size:
            self.old, self.young = young, {}
            young = self.young
        young[key] = value

    def __len__(self) -> int:
        return len(self.young) + len(self.old)
