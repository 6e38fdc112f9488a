"""Shape compiler: one closure (decoder, validator, renderer) per shape, compiled on first use and cached."""

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, cast

from iamd.core.models.shapes import Shape

F = TypeVar("F", bound=Callable[..., Any])


class ShapeCompiler(dict[Shape, F], Generic[F]):
    """Maps each shape to its closure, created by `make` on first access.

    Shapes may be recursive: a reference to a shape whose closure is in progress becomes a stand-in that looks
    the closure up when it is called. The lock ensures that other threads never get a stand-in.
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
