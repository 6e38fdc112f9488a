"""Elements of a service model: services, operations, shapes, members, pagination."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A data type with its constraints; `error` and `status` are an exception's error code and HTTP status.

    Shapes are compared by identity, so that they can be keys of a cache. References between shapes may be
    circular.
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
    """Narrow the type of a list's `element`, or a map's `key` or `value`; raise ValueError if it is None."""
    if shape is None:
        raise ValueError("a shape of this type has no such reference")
    return shape


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A member of a structure; `name` is its wire name, `attr` its Python name."""

    name: str
    attr: str
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class Paging:
    """The wire names of an operation's pagination members, with the keys of botocore's paginators."""

    input_token: str
    output_token: str
    limit_key: str
    more_results: str
    result_key: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OperationModel:
    """An operation; `function` is its Python name, `errors` are error codes.

    The input of an operation without parameters is an empty structure. The output of an operation without a
    result element is None.
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
    """A service: operations by wire name, all shapes by name, and the HTTP status of each error code."""

    name: str
    version: str
    namespace: str
    source: str
    operations: Mapping[str, OperationModel]
    shapes: Mapping[str, Shape]
    errors: Mapping[str, int]
