"""Load the policy test vectors from `vectors/*.yaml`: at least one case for each line of the specification.

The format is that of `iamd policy test`, with two more fields: `spec` names the line of the specification,
and `sentence` is the access denied message.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from iamd.policy import Outcome, PolicyLayers, Request
from iamd.policy.test_cases import read_case

VECTORS = Path(__file__).parent / "vectors"


@dataclass(frozen=True)
class Case:
    """A vector, parsed for the evaluators."""

    id: str
    spec: str
    request: Request
    layers: PolicyLayers
    expected: Outcome
    denial_message: str | None


@cache
def decision_cases() -> tuple[Case, ...]:
    return tuple(_case(entry) for path in decision_files() for entry in _read(path))


@cache
def validation_cases() -> tuple[dict[str, Any], ...]:
    return tuple(_read(VECTORS / "rejected.yaml"))


def _read(path: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return entries


def decision_files() -> list[Path]:
    return sorted(path for path in VECTORS.glob("*.yaml") if path.name != "rejected.yaml")


def _case(entry: dict[str, Any]) -> Case:
    case = read_case(entry, 0)
    if case.expected is None:
        raise ValueError(f"{case.id} expects nothing")
    return Case(case.id, entry["spec"], case.request, case.layers, case.expected, entry.get("sentence"))
