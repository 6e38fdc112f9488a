"""Closures that are made once for each shape."""

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, cast

from iamd.core.models.shapes import Shape

F = TypeVar("F", bound=Callable[..., Any])


class ShapeCompiler(dict[Shape, F], Generic[F]):
    """Makes a closure of a shape when it is first asked for, and keeps it.

    A shape may contain itself: while its closure is being made, the inner one is a stand-in that looks it up
    when it runs. Only the thread that makes the closure ever sees it.
    """

    def __init__(self, make: Callable[[Shape], F]) -> None:
        super().__init__()
        self._make = make
        self._lock = RLock()
        self._in_progress: set[Shape] = set()

    def __missing__(self, shape: Shape) -> F:
        with self._lock:
            if shape in self._in_progress:
                return self._stand_in(shape)
            if shape not in self:
                self._in_progress.add(shape)
                try:
                    self[shape] = self._make(shape)
                finally:
                    self._in_progress.discard(shape)
            return self[shape]

    def _stand_in(self, shape: Shape) -> F:
        def deferred_call(*args: Any) -> Any:
            return self[shape](*args)

        return cast("F", deferred_call)
