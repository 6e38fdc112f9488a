"""Linter findings in the Static Analysis Results Interchange Format (SARIF) 2.1.0."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from iamd import __version__
from iamd.policy.lint import RULES, Finding, Level
from iamd.yaml_to_json import Location

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Level.ERROR: "error",
    Level.SECURITY_WARNING: "warning",
    Level.WARNING: "warning",
    Level.SUGGESTION: "note",
}

LocatedFinding = tuple[Path, Location, Finding]


def to_sarif(findings: Sequence[LocatedFinding]) -> dict[str, Any]:
    """Return a SARIF log with one run: the violated rules, and each finding with its location."""
    codes = sorted({finding.code for _, _, finding in findings})
    driver = {"name": "iamd", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(located_finding, codes.index(located_finding[2].code)) for located_finding in findings
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    level, title = RULES[code]
    security = {"tags": ["security"]} if level is Level.SECURITY_WARNING else {}
    return {
        "id": code,
        "shortDescription": {"text": title},
        "defaultConfiguration": {"level": _LEVELS[level]},
        "properties": {"findingType": level.value, **security},
    }


def _result(located_finding: LocatedFinding, index: int) -> dict[str, Any]:
    file, location, finding = located_finding
    physical = {
        "artifactLocation": {"uri": _uri(file)},
        "region": {"startLine": location.line, "startColumn": location.column},
    }
    logical = [{"fullyQualifiedName": finding.path}] if finding.path else []
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.level],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}],
        "properties": {"findingType": finding.level.value},
    }


def _uri(file: Path) -> str:
    if file.is_absolute():
        return file.as_uri()
    return "stdin" if str(file) == "-" else quote(os.fsencode(file.as_posix()))
