"""Reader of service models: package data (JSON) to ServiceModel objects."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from iamd.core.models.limits import LIMITS
from iamd.core.models.names import snake_case
from iamd.core.models.shapes import Member, OperationModel, Paging, ServiceModel, Shape

Json = dict[str, Any]

SERVICES = ("iam", "sts", "iamd")


def _build_shape(name: str, data: Json) -> Shape:
    """Return a shape without its references to other shapes."""
    error = data.get("error", {})
    return Shape(
        name=name,
        type=data["type"],
        required=tuple(data.get("required", ())),
        min=data.get("min"),
        max=data.get("max", LIMITS.get(name)),
        pattern=data.get("pattern"),
        enum=tuple(data.get("enum", ())),
        sensitive=data.get("sensitive", False),
        union=data.get("union", False),
        error=error.get("code"),
        status=error.get("status"),
    )


def _member(name: str, shape: Shape, data: Json) -> Member:
    return Member(name, snake_case(name), shape, name in data.get("required", ()))


def _link_shape(shape: Shape, data: Json, shapes: Mapping[str, Shape]) -> None:
    """Set a shape's references to other shapes.

    References may be circular, so all shapes are created first and linked here. This bypasses `frozen`, but
    only before the shapes are used elsewhere.
    """
    members = tuple(
        _member(name, shapes[shape_name], data) for name, shape_name in data.get("members", {}).items()
    )
    object.__setattr__(shape, "members", members)
    for key, attr in (("member", "element"), ("key", "key"), ("value", "value")):
        if key in data:
            object.__setattr__(shape, attr, shapes[data[key]])


def _read_shapes(definitions: dict[str, Json]) -> dict[str, Shape]:
    shapes = {name: _build_shape(name, data) for name, data in definitions.items()}
    for name, shape in shapes.items():
        _link_shape(shape, definitions[name], shapes)
    return shapes


def _paging(data: Json | None) -> Paging | None:
    return Paging(**data | {"result_key": tuple(data["result_key"])}) if data else None


def _read_operation(name: str, data: Json, model: Json, shapes: Mapping[str, Shape]) -> OperationModel:
    return OperationModel(
        name=name,
        function=snake_case(name),
        service=model["service"],
        version=model["version"],
        namespace=model["namespace"],
        input=shapes[data["input"]] if "input" in data else Shape(f"{name}Request", "structure"),
        output=shapes[data["output"]] if "output" in data else None,
        errors=tuple(shapes[error].error or error for error in data["errors"]),
        signed=data.get("auth") != "none",
        paging=_paging(data.get("paging")),
    )


def read(model: Json) -> ServiceModel:
    """Build a service model from the JSON of a package data file."""
    shapes = _read_shapes(model["shapes"])
    operations = {n: _read_operation(n, data, model, shapes) for n, data in model["operations"].items()}
    errors = {s.error: s.status for s in shapes.values() if s.error and s.status}
    return ServiceModel(
        name=model["service"],
        version=model["version"],
        namespace=model["namespace"],
        source=model["source"],
        operations=MappingProxyType(operations),
        shapes=MappingProxyType(shapes),
        errors=MappingProxyType(errors),
    )


def load_json(name: str) -> Json:
    """Return the JSON of a service's model; `name` is one of `SERVICES`."""
    model: Json = json.loads((resources.files(__package__) / f"{name}.json").read_bytes())
    return model


@cache
def load(name: str) -> ServiceModel:
    """Return a service's model; `name` is one of `SERVICES`.

    `iamd` is this project's own service, for features that AWS offers only in its console.
    """
    return read(load_json(name))


@cache
def by_version() -> Mapping[str, ServiceModel]:
    """Return the service models keyed by API version, the request parameter `Version`."""
    return MappingProxyType({load(name).version: load(name) for name in SERVICES})
