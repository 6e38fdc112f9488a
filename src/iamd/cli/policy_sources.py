"""Files with one policy each: the text that is checked, and where each place of it stands in the file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from iamd.cli.errors import CommandError
from iamd.cli.policy_files import read_text
from iamd.cli.policy_yaml import Place, to_json
from iamd.policy.document import MAX_CHARACTERS, MAX_DEPTH

YAML_SUFFIXES = frozenset({".yaml", ".yml"})
_MOST_NODES = 200_000
_WHITE = " \t\n\r"


@dataclass(frozen=True)
class Source:
    """A policy as JSON, and the places of what is in it."""

    file: Path
    text: str
    places: Mapping[str, Place]

    def place(self, path: str) -> Place:
        """Return the place of a path, or of the nearest thing around it that is there."""
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places.get(path, Place(1, 1))


def read_source(file: Path) -> Source:
    """Read a file, YAML by its suffix; CommandError when that cannot be done. What is not JSON is kept."""
    text = read_text(file)
    if file.suffix in YAML_SUFFIXES:
        return _from_yaml(file, text)
    return Source(file, text, _json_places(text) if len(text) <= MAX_CHARACTERS else {})


# JSON.


def _json_places(text: str) -> Mapping[str, Place]:
    """Find the place of every path; for what is not JSON, that of the mistake."""
    try:
        json.loads(text)
    except json.JSONDecodeError as wrong:
        return {"": Place(wrong.lineno, wrong.colno)}
    except (ValueError, RecursionError):
        return {}
    scanner = _Scanner(text)
    scanner.scan()
    return _counted(text, scanner.offsets)


def _counted(text: str, offsets: Mapping[str, int]) -> Mapping[str, Place]:
    """Turn offsets into lines and columns."""
    places: dict[str, Place] = {}
    line, start = 1, 0
    for path, offset in sorted(offsets.items(), key=lambda item: item[1]):
        line += text.count("\n", start, offset)
        start = offset
        places[path] = Place(line, offset - text.rfind("\n", 0, offset))
    return places


class _Scanner:
    """Goes through JSON that is known to be JSON. A key that is there twice has the place of the last."""

    def __init__(self, text: str) -> None:
        self.offsets: dict[str, int] = {}
        self._text = text
        self._decode = json.JSONDecoder().raw_decode

    def scan(self) -> None:
        self._value(self._skip(0), "", MAX_DEPTH)

    def _skip(self, at: int) -> int:
        while self._text[at] in _WHITE:
            at += 1
        return at

    def _value(self, at: int, path: str, depth: int) -> int:
        """Go through a value, and return where it ends; what is nested too deep is not looked into."""
        self.offsets.setdefault(path, at)
        if depth and self._text[at] == "{":
            return self._members(at, path, depth - 1)
        if depth and self._text[at] == "[":
            return self._items(at, path, depth - 1)
        return self._decode(self._text, at)[1]

    def _members(self, at: int, path: str, depth: int) -> int:
        at = self._skip(at + 1)
        while self._text[at] != "}":
            key, end = self._decode(self._text, at)
            inside = f"{path}.{key}" if path else str(key)
            self.offsets[inside] = at
            at = self._skip(self._skip(end) + 1)
            if inside == "Statement" and self._text[at] != "[":
                inside = "Statement[0]"
            at = self._skip(self._value(at, inside, depth))
            at = self._skip(at + 1) if self._text[at] == "," else at
        return at + 1

    def _items(self, at: int, path: str, depth: int) -> int:
        at, index = self._skip(at + 1), 0
        while self._text[at] != "]":
            at = self._skip(self._value(at, f"{path}[{index}]", depth))
            at, index = self._skip(at + 1) if self._text[at] == "," else at, index + 1
        return at + 1


# YAML.


def _from_yaml(file: Path, text: str) -> Source:
    if len(text) > MAX_CHARACTERS:
        raise CommandError(f"{file} is longer than {MAX_CHARACTERS:,} characters", status=2)
    try:
        found = to_json(text, _MOST_NODES)
    except ValueError as broken:
        raise CommandError(f"{file}: not YAML: {broken}", status=2) from broken
    if found is None:
        raise CommandError(f"{file} is empty", status=2)
    return Source(file, *found)
