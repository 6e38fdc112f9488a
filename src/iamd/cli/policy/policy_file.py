"""Policy files: the policy as JSON text, and the line and column of each element in the file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from iamd.cli.errors import CommandError
from iamd.cli.policy.input_files import read_text
from iamd.policy.document import MAX_CHARACTERS, MAX_DEPTH
from iamd.yaml_to_json import Location, to_json

YAML_SUFFIXES = frozenset({".yaml", ".yml"})
_MAX_NODES = 200_000
_WHITESPACE = " \t\n\r"


@dataclass(frozen=True)
class PolicyFile:
    """A policy as JSON text, and the locations of its elements by path, such as `Statement[0].Action`."""

    file: Path
    text: str
    locations: Mapping[str, Location]

    def location(self, path: str) -> Location:
        """Return the location of a path, or of its nearest ancestor that has one."""
        while path and path not in self.locations:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.locations.get(path, Location(1, 1))


def read_policy_file(file: Path) -> PolicyFile:
    """Read a policy file: YAML by its suffix, otherwise JSON, which may be invalid.

    Raises CommandError if the file cannot be read or is not a YAML document.
    """
    text = read_text(file)
    if file.suffix.lower() in YAML_SUFFIXES:
        return _from_yaml(file, text)
    return PolicyFile(file, text, _json_locations(text) if len(text) <= MAX_CHARACTERS else {})


# JSON.


def _json_locations(text: str) -> Mapping[str, Location]:
    """Return the location of every path; for invalid JSON, that of the syntax error."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return {"": Location(error.lineno, error.colno)}
    except (ValueError, RecursionError):
        return {}
    scanner = _JsonScanner(text)
    scanner.scan()
    return _offsets_to_locations(text, scanner.offsets)


def _offsets_to_locations(text: str, offsets: Mapping[str, int]) -> Mapping[str, Location]:
    """Convert offsets in characters to lines and columns."""
    locations: dict[str, Location] = {}
    line, start = 1, 0
    for path, offset in sorted(offsets.items(), key=lambda item: item[1]):
        line += text.count("\n", start, offset)
        start = offset
        locations[path] = Location(line, offset - text.rfind("\n", 0, offset))
    return locations


class _JsonScanner:
    """Finds the offset of every path in valid JSON. A duplicate key has the offset of its last occurrence."""

    def __init__(self, text: str) -> None:
        self.offsets: dict[str, int] = {}
        self._text = text
        self._decode = json.JSONDecoder().raw_decode

    def scan(self) -> None:
        self._value(self._skip(0), "", MAX_DEPTH)

    def _skip(self, offset: int) -> int:
        while self._text[offset] in _WHITESPACE:
            offset += 1
        return offset

    def _value(self, offset: int, path: str, depth: int) -> int:
        """Scan a value, and return the offset of its end; values nested too deeply are skipped."""
        self.offsets.setdefault(path, offset)
        if depth and self._text[offset] == "{":
            return self._members(offset, path, depth - 1)
        if depth and self._text[offset] == "[":
            return self._items(offset, path, depth - 1)
        return self._decode(self._text, offset)[1]

    def _members(self, offset: int, path: str, depth: int) -> int:
        offset = self._skip(offset + 1)
        while self._text[offset] != "}":
            key, end = self._decode(self._text, offset)
            member_path = f"{path}.{key}" if path else str(key)
            self.offsets[member_path] = offset
            offset = self._skip(self._skip(end) + 1)
            if member_path == "Statement" and self._text[offset] != "[":
                member_path = "Statement[0]"
            offset = self._skip(self._value(offset, member_path, depth))
            offset = self._skip(offset + 1) if self._text[offset] == "," else offset
        return offset + 1

    def _items(self, offset: int, path: str, depth: int) -> int:
        offset, index = self._skip(offset + 1), 0
        while self._text[offset] != "]":
            offset = self._skip(self._value(offset, f"{path}[{index}]", depth))
            offset, index = self._skip(offset + 1) if self._text[offset] == "," else offset, index + 1
        return offset + 1


# YAML.


def _from_yaml(file: Path, text: str) -> PolicyFile:
    if len(text) > MAX_CHARACTERS:
        raise CommandError(f"{file} is longer than {MAX_CHARACTERS:,} characters", status=2)
    try:
        converted = to_json(text, _MAX_NODES)
    except ValueError as error:
        raise CommandError(f"{file}: invalid YAML: {error}", status=2) from error
    if converted is None:
        raise CommandError(f"{file} is empty", status=2)
    return PolicyFile(file, *converted)
