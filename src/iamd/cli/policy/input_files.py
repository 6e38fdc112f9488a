"""Input files of `iamd policy`: JSON, JSON Lines and YAML."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from iamd.cli.errors import CommandError
from iamd.policy.document import MAX_DEPTH, read_json
from iamd.yaml_to_json import to_json

_SUFFIXES = frozenset({".json", ".jsonl", ".yaml", ".yml"})
_MAX_NODES = 2_000_000
_MAX_FILE_DEPTH = MAX_DEPTH + 8  # a policy is nested this much deeper in a list of test cases


def read_text(file: Path) -> str:
    """Return a file's text, or standard input for `-`; CommandError, with status 2, if it cannot be read."""
    try:
        return Path("/dev/stdin").read_text("utf-8-sig") if str(file) == "-" else file.read_text("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}", status=2) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not UTF-8", status=2) from error


def expand_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Return the files, and for a directory the JSON and YAML files in it, recursively and sorted."""
    for path in paths:
        if path.is_dir():
            files = (file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES)
            yield from sorted(file for file in files if file.is_file())
        else:
            yield path


def read_entries(file: Path) -> Iterator[Any]:
    """Return the cases of a file: a list, an object with a list `cases`, one case, or one case per line."""
    text = read_text(file)
    if file.suffix.lower() == ".jsonl":
        yield from _parse_json_lines(file, text)
        return
    content = _parse_yaml(file, text) if file.suffix.lower() in (".yaml", ".yml") else _parse_json(file, text)
    if isinstance(content, dict) and "action" not in content and isinstance(content.get("cases"), list):
        content = content["cases"]
    yield from content if isinstance(content, list) else [content]


def _parse_json_lines(file: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(
        text.split("\n"), 1
    ):  # not splitlines(): JSON strings may contain other line breaks
        if line.strip():
            try:
                yield read_json(line)
            except ValueError as error:
                raise CommandError(f"{file}:{number}: invalid JSON: {error}", status=2) from error


def _parse_json(file: Path, text: str) -> Any:
    """Parse a JSON document, or else JSON Lines."""
    try:
        return read_json(text)
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return list(_parse_json_lines(file, text))
        raise CommandError(f"{file}: invalid JSON: {error}", status=2) from error


def _parse_yaml(file: Path, text: str) -> Any:
    try:
        parsed_yaml = to_json(text, _MAX_NODES, _MAX_FILE_DEPTH)
        return read_json(parsed_yaml[0]) if parsed_yaml is not None else None
    except ValueError as error:
        raise CommandError(f"{file}: invalid YAML: {error}", status=2) from error


def printable(line: str) -> str:
    """Replace unprintable characters, so that input cannot send terminal escape sequences."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
