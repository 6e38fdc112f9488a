"""Files that describe services of one's own, in YAML."""

import json
from collections.abc import Iterable
from pathlib import Path

from iamd.operations.service_reference import ServiceReference
from iamd.policy.document import read_json
from iamd.services.definitions import InvalidDefinition, Problem, ServiceDefinition, read_definition
from iamd.yaml_to_json import Location, to_json

_MAX_NODES = 50_000
_MAX_BYTES = 1_000_000


class ServiceFileError(Exception):
    """A file is not valid; `lines` say what is wrong, each with its place in the file."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(lines[0])
        self.lines = lines


def read_service_file(file: Path) -> ServiceDefinition:
    """Read the definition of a service; ServiceFileError if the file cannot be read or is not valid."""
    text, locations = _read(file)
    try:
        return read_definition(read_json(text), ServiceReference().services().__contains__)
    except InvalidDefinition as error:
        lines = [_line(file, problem, locations) for problem in error.problems]
        raise ServiceFileError(lines) from error
    except ValueError as error:  # a key that is there twice
        raise ServiceFileError([f"{file}: {error}"]) from error


def read_service_files(files: Iterable[Path]) -> tuple[ServiceDefinition, ...]:
    """Read the definitions of several services; ServiceFileError also if two have the same name."""
    definitions: dict[str, ServiceDefinition] = {}
    for file in files:
        definition = read_service_file(file)
        if definition.name in definitions:
            raise ServiceFileError([f"{file}: the service {definition.name} is defined twice"])
        definitions[definition.name] = definition
    return tuple(definitions.values())


def _read(file: Path) -> tuple[str, dict[str, Location]]:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise ServiceFileError([f"{file} is too large"])
        return to_json(content.decode("utf-8-sig"), _MAX_NODES) or (json.dumps(None), {})
    except OSError as error:
        raise ServiceFileError([f"{file} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ServiceFileError([f"{file} is not UTF-8"]) from error
    except ValueError as error:
        raise ServiceFileError([f"{file}: invalid YAML: {error}"]) from error


def _line(file: Path, problem: Problem, locations: dict[str, Location]) -> str:
    """Return a problem with its line, or that of what contains it if it is missing."""
    path = problem.path
    while path and path not in locations:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    line = locations[path].line if path in locations else 1
    name = f"{problem.path}: " if problem.path else ""
    return f"{file}:{line}: {name}{problem.message}"
