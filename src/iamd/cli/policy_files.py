"""Files of policies and of test cases: JSON, JSON lines and YAML."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from iamd.cli.errors import CommandError
from iamd.cli.policy_yaml import to_json
from iamd.policy.document import MAX_DEPTH, read_json

_SUFFIXES = frozenset({".json", ".jsonl", ".yaml", ".yml"})
_MOST_NODES = 2_000_000
_DEPTH = MAX_DEPTH + 8  # a policy in a list of policies of a level of a case of a list


def read_text(file: Path) -> str:
    """Return a file's text, or what comes in for `-`; CommandError when it cannot be read."""
    try:
        return Path("/dev/stdin").read_text("utf-8") if str(file) == "-" else file.read_text("utf-8")
    except OSError as failed:
        raise CommandError(f"{file} cannot be read: {failed.strerror}", status=2) from failed
    except UnicodeDecodeError as failed:
        raise CommandError(f"{file} is not UTF-8", status=2) from failed


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Return the files that are named, and those of folders that are, at any depth and in their order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file())
        else:
            yield path


def entries(file: Path) -> Iterator[Any]:
    """Return the cases of a file: a list, an object with a list `cases`, one case, or one case a line."""
    text = read_text(file)
    if file.suffix == ".jsonl":
        yield from _lines(file, text)
        return
    found = _yaml(file, text) if file.suffix in (".yaml", ".yml") else _json(file, text)
    if isinstance(found, dict) and "action" not in found and isinstance(found.get("cases"), list):
        found = found["cases"]
    yield from found if isinstance(found, list) else [found]


def _lines(file: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):  # other line breaks may stand in JSON's texts
        if line.strip():
            try:
                yield read_json(line)
            except ValueError as broken:
                raise CommandError(f"{file}:{number}: not JSON: {broken}", status=2) from broken


def _json(file: Path, text: str) -> Any:
    """Read JSON; what is not one document may be one document a line."""
    try:
        return read_json(text)
    except ValueError as broken:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return list(_lines(file, text))
        raise CommandError(f"{file}: not JSON: {broken}", status=2) from broken


def _yaml(file: Path, text: str) -> Any:
    try:
        found = to_json(text, _MOST_NODES, _DEPTH)
        return read_json(found[0]) if found is not None else None
    except ValueError as broken:
        raise CommandError(f"{file}: not YAML: {broken}", status=2) from broken


def printable(line: str) -> str:
    """Return a line without what a terminal would act on, or could not show."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
