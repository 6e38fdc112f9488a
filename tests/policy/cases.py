"""The vectors: cases as data, one or more for each line of the specification, read from `vectors/*.yaml`.

The format is that of `iamd policy test`: every field but `action` is optional. Where the resource is a role
that is being assumed, or a KMS key, the must-grant rules hold whether or not a resource policy is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from iamd.policy import Layers, Outcome, Policy, Request, parse, principal_from_arn

VECTORS = Path(__file__).parent / "vectors"
SOMEONE = "arn:aws:iam::111122223333:user/alice"


@dataclass(frozen=True)
class Case:
    """One vector, ready to be put to an evaluator."""

    id: str
    spec: str
    request: Request
    layers: Layers
    expected: Outcome
    sentence: str | None


def decision_cases() -> list[Case]:
    return [_case(entry) for path in _files() for entry in yaml.safe_load(path.read_text("utf-8"))]


def save_cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((VECTORS / "rejected.yaml").read_text("utf-8"))
    return found


def _files() -> list[Path]:
    return sorted(path for path in VECTORS.glob("*.yaml") if path.name != "rejected.yaml")


def _case(entry: Mapping[str, Any]) -> Case:
    principal = principal_from_arn(entry.get("principal", SOMEONE), entry.get("principal_type", "AWS"))
    context = {key.lower(): value for key, value in entry.get("context", {}).items()}
    request = Request(
        principal, entry["action"], entry.get("resource", "*"), entry.get("resource_account"), context
    )
    return Case(
        entry["id"],
        entry["spec"],
        request,
        _layers(entry, must_grant=must_grant(request)),
        Outcome(entry["expected"]),
        entry.get("sentence"),
    )


def must_grant(request: Request) -> bool:
    fields = request.resource.split(":", 5)
    if len(fields) != 6:
        return False
    assumed = request.action.lower().startswith("sts:assume")
    return (assumed and fields[2] == "iam" and fields[5].startswith("role/")) or (
        fields[2] == "kms" and fields[5].startswith("key/")
    )


def _layers(entry: Mapping[str, Any], *, must_grant: bool) -> Layers:
    return Layers(
        identity=_policies(entry.get("identity_policies", [])),
        boundary=_policy(entry.get("boundary")),
        session=_session(entry.get("session_policy")),
        resource=_policy(entry.get("resource_policy")),
        must_grant=must_grant,
        scps=_levels(entry.get("scps")),
        rcps=_levels(entry.get("rcps")),
    )


def _policy(document: Mapping[str, object] | None) -> Policy | None:
    return None if document is None else parse(document)


def _policies(documents: Sequence[Mapping[str, object]]) -> list[Policy]:
    return [parse(document) for document in documents]


def _session(documents: Any) -> list[Policy] | None:
    if documents is None:
        return None
    return _policies(documents if isinstance(documents, list) else [documents])


def _levels(levels: Sequence[Sequence[Mapping[str, object]]] | None) -> list[list[Policy]] | None:
    return None if levels is None else [_policies(level) for level in levels]
