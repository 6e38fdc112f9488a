"""A bounded cache without a lock: what was used lately stays, and nobody waits for anybody.

Two dictionaries, young and old. What is found in the old one moves to the young one; once that is full it
becomes the old one, and what nobody asked for meanwhile goes. Every step is one operation of a dictionary,
which threads may do at the same time; at worst something is made twice.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TwoGenerationCache(Generic[Key, Value]):
    """Keeps at least the `size` values that were used last, and at most twice as many."""

    __slots__ = ("_size", "old", "young")

    def __init__(self, size: int) -> None:
        self._size = size
        self.young: dict[Key, Value] = {}  # read by those in a hurry
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
