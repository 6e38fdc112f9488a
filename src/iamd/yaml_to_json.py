"""Conversion of YAML to JSON text with locations: policies in both formats share one strict JSON parser."""

import json
import re
from typing import Any, NamedTuple

from iamd.policy.document import MAX_DEPTH

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_TIMESTAMP_TAG = "tag:yaml.org,2002:timestamp"
_BOOLEAN_TAG = "tag:yaml.org,2002:bool"
_BOOLEAN = re.compile(r"(true|True|TRUE|false|False|FALSE)\Z")  # as in YAML 1.2


class Location(NamedTuple):
    """A line and a column, both from 1; the column is in characters."""

    line: int
    column: int


def to_json(text: str, max_nodes: int, depth: int = MAX_DEPTH) -> tuple[str, dict[str, Location]] | None:
    """Return a YAML document as JSON text, and the location of each path; None if the text has no document.

    Raises ValueError if the text is not valid YAML, is nested deeper than about `depth`, or expands to more
    than `max_nodes` nodes: aliases can make a small text huge.
    """
    import yaml

    try:
        loader = _loader_class()(text)
        node = loader.get_single_node()
        if node is None:
            return None
        writer = _JsonWriter(loader, max_nodes)
        return writer.write(node, depth=depth + 2), writer.locations
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error


def _loader_class() -> Any:
    """Return a YAML loader that reads dates and the words of YAML 1.1's booleans as strings.

    A policy's Version is a string, and so are `no`, `on` and `yes`, as in YAML 1.2: they may be tags.
    """
    import yaml

    class PolicyLoader(yaml.SafeLoader):
        """Loads dates, `yes`, `no`, `on` and `off` as strings."""

    PolicyLoader.yaml_implicit_resolvers = {
        first: [
            (tag, _BOOLEAN if tag == _BOOLEAN_TAG else pattern)
            for tag, pattern in resolvers
            if tag != _TIMESTAMP_TAG
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return PolicyLoader


class _JsonWriter:
    """Writes YAML nodes as JSON, with duplicate keys preserved, and collects the location of each path."""

    def __init__(self, loader: Any, max_nodes: int) -> None:
        self.locations: dict[str, Location] = {}
        self._loader = loader
        self._nodes_left = max_nodes

    def write(self, node: Any, path: str = "", *, depth: int) -> str:
        """Return a node as JSON; ValueError if it is nested too deeply or has too many nodes."""
        self._nodes_left -= 1
        if not depth or not self._nodes_left:
            raise ValueError("it is nested too deeply, or its aliases expand to too many nodes")
        self.locations.setdefault(path, _location(node))
        if node.id == "mapping":
            members = (self._member(key, value, path, depth - 1) for key, value in node.value)
            return "{" + ",".join(members) + "}"
        if node.id == "sequence":
            items = (
                self.write(item, f"{path}[{index}]", depth=depth - 1) for index, item in enumerate(node.value)
            )
            return "[" + ",".join(items) + "]"
        return self._scalar(node)

    def _scalar(self, node: Any) -> str:
        """Write a scalar: JSON numbers as spelled, YAML-only numbers (`010`, `10:30`, `1_0`) as strings."""
        if node.tag in _NUMBER_TAGS and not node.style:
            text: str = node.value
            return text if _JSON_NUMBER.fullmatch(text) else json.dumps(text)
        try:
            value = self._loader.construct_object(node)
        except (AttributeError, LookupError) as error:  # the value does not match its tag
            raise ValueError(f"{node.value[:128]!r} is not a valid {node.tag.rpartition(':')[2]}") from error
        return json.dumps(value, ensure_ascii=False, default=str)

    def _member(self, key: Any, value: Any, path: str, depth: int) -> str:
        if key.id != "scalar":
            raise ValueError("a key must be a string")
        name = str(key.value)
        member_path = f"{path}.{name}" if path else name
        self.locations[member_path] = _location(key)
        if member_path == "Statement" and value.id != "sequence":
            member_path = "Statement[0]"
        return f"{json.dumps(name, ensure_ascii=False)}:{self.write(value, member_path, depth=depth)}"


def _location(node: Any) -> Location:
    return Location(node.start_mark.line + 1, node.start_mark.column + 1)
