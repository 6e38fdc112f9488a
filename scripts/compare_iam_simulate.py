"""Put made-up cases to our literal evaluator and to iam-simulate, and explain every disagreement.

python -m scripts.compare_iam_simulate [--cases 20000] [--seed 1] [--vectors FILE]
"""

from pathlib import Path
from typing import Any

from bench.iam_simulate import run
from iamd.policy import decide
from iamd.policy.cases import read_case
from scripts.compare_iam_simulate_cases import Entry

_SCRIPT = Path(__file__).with_suffix(".mjs")


def ours(entry: Entry) -> str:
    """Return what our literal evaluator answers."""
    case = read_case(entry, 0)
    return decide(case.request, case.layers).outcome.value


def theirs(entries: list[Entry]) -> list[Any]:
    """Return what iam-simulate answers, each an `outcome` or a `refused`, by one run of Node."""
    answers: list[Any] = run(_SCRIPT, [_simulation(entry) for entry in entries])
    return answers


def _simulation(entry: Entry) -> Any:
    caller = {"type": "Anonymous"} if entry.get("principal_type") == "Anonymous" else entry["principal"]
    made = {
        "request": {
            "principal": caller,
            "action": entry["action"],
            "resource": {"resource": entry["resource"], "accountId": entry["resource_account"]},
            "contextVariables": entry.get("context", {}),
        },
        "identityPolicies": _named("identity", entry.get("identity_policies", [])),
        "serviceControlPolicies": _levels("scp", entry),
        "resourceControlPolicies": _levels("rcp", entry),
        "sessionPolicy": entry.get("session_policy"),
        "resourcePolicy": entry.get("resource_policy"),
    }
    if "boundary" in entry:
        made["permissionBoundaryPolicies"] = _named("boundary", [entry["boundary"]])
    return {name: value for name, value in made.items() if value is not None}


def _named(name: str, documents: list[Any]) -> list[Any]:
    return [{"name": f"{name}-{index}", "policy": document} for index, document in enumerate(documents)]


def _levels(name: str, entry: Entry) -> list[Any]:
    return [
        {"orgIdentifier": f"{name}-{index}", "policies": _named(f"{name}-{index}", level)}
        for index, level in enumerate(entry.get(f"{name}s", []))
    ]
