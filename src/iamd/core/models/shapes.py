"""What a service model is made of, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A type on the wire with its constraints.

    A shape equals itself only, so that closures can be kept per shape; the shapes that it refers to may lead
    back to it. `error` and `status` are those of an exception.
    """

    name: str
    type: str
    members: tuple["Member", ...] = field(default=(), repr=False)
    element: "Shape | None" = field(default=None, repr=False)
    key: "Shape | None" = field(default=None, repr=False)
    value: "Shape | None" = field(default=None, repr=False)
    required: tuple[str, ...] = ()
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    sensitive: bool = False
    union: bool = False
    error: str | None = None
    status: int | None = None


def require_shape(shape: Shape | None) -> Shape:
    """Return the element of a list, or the key or value of a map, which its type says is there."""
    if shape is None:
        raise ValueError("this type of shape has no such part")
    return shape


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A member of a structure; `attr` is its name in Python."""

    name: str
    attr: str
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class Paging:
    """The members by which an operation gives its results in pages, by their wire names."""

    input_token: str
    output_token: str
    limit_key: str
    more_results: str
    result_key: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OperationModel:
    """One operation; `function` is its name in Python and `errors` are codes.

    An operation without input has an empty structure for one; an operation without output has None, because
    its reply has no result element.
    """

    name: str
    function: str
    service: str
    version: str
    namespace: str
    input: Shape
    output: Shape | None
    errors: tuple[str, ...]
    signed: bool
    paging: Paging | None


@dataclass(frozen=True, slots=True, eq=False)
class ServiceModel:
    """A service: its operations by their wire names, all its shapes, and the status of each error code."""

    name: str
    version: str
    namespace: str
    source: str
    operations: Mapping[str, OperationModel]
    shapes: Mapping[str, Shape]
    errors: Mapping[str, int]
