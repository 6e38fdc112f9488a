"""Differential testing: compare our literal evaluator with iam-simulate on generated cases.

    python -m bench.compare_iam_simulate [--cases 20000] [--seed 1] [--vectors FILE]

Each case with different answers is shrunk to a minimal one, from which the cause is recognized. An unknown
cause is an error: the case is printed, and which side is right must be found out. The causes are listed in
`docs/policy-language.md`.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench.compare_iam_simulate.cases import CaseEntry, CaseGenerator
from bench.compare_iam_simulate.causes import CAUSES, find_cause
from bench.compare_iam_simulate.shrink import Answers, Difference, shrink
from bench.iam_simulate_engine import run_node
from iamd.policy import decide
from iamd.policy.test_cases import read_case

_SCRIPT = Path(__file__).with_name("simulate.mjs")
_BATCH = 20_000  # cases per run of Node.js


class Evaluators:
    """Both evaluators, with a cache of their answers."""

    def __init__(self) -> None:
        self._answers: dict[str, Answers | None] = {}

    def evaluate(self, entries: list[CaseEntry]) -> list[Answers | None]:
        keys = [json.dumps(entry, sort_keys=True) for entry in entries]
        missing = {key: entry for key, entry in zip(keys, entries, strict=True) if key not in self._answers}
        for start in range(0, len(missing), _BATCH):
            self._evaluate(dict(list(missing.items())[start : start + _BATCH]))
        return [self._answers[key] for key in keys]

    def _evaluate(self, entries: dict[str, CaseEntry]) -> None:
        answers = run_node(_SCRIPT, [_simulation(entry) for entry in entries.values()])
        for (key, entry), answer in zip(entries.items(), answers, strict=True):
            self._answers[key] = (
                (_evaluate_locally(entry), answer["outcome"]) if "outcome" in answer else None
            )


def _evaluate_locally(entry: CaseEntry) -> str:
    case = read_case(entry, 0)
    return decide(case.request, case.layers).outcome.value


def _simulation(entry: CaseEntry) -> Any:
    """Return a case in the input format of iam-simulate."""
    simulation = {
        "request": {
            "principal": {"type": "Anonymous"}
            if entry["principal_type"] == "Anonymous"
            else entry["principal"],
            "action": entry["action"],
            "resource": {"resource": entry["resource"], "accountId": entry["resource_account"]},
            "contextVariables": entry.get("context", {}),
        },
        "identityPolicies": _named_policies("identity", entry.get("identity_policies", [])),
        "serviceControlPolicies": _levels("scp", entry),
        "resourceControlPolicies": _levels("rcp", entry),
        "sessionPolicy": entry.get("session_policy"),
        "resourcePolicy": entry.get("resource_policy"),
    }
    if "boundary" in entry:
        simulation["permissionBoundaryPolicies"] = _named_policies("boundary", [entry["boundary"]])
    return {name: value for name, value in simulation.items() if value is not None}


def _named_policies(name: str, documents: list[Any]) -> list[Any]:
    return [{"name": f"{name}-{index}", "policy": document} for index, document in enumerate(documents)]


def _levels(name: str, entry: CaseEntry) -> list[Any]:
    return [
        {"orgIdentifier": f"{name}-{index}", "policies": _named_policies(f"{name}-{index}", level)}
        for index, level in enumerate(entry.get(f"{name}s", []))
    ]


# Results.


def _print_causes(differences: list[Difference], case_count: int, compared_count: int) -> list[Difference]:
    """Print how many cases each cause explains; return the cases without a known cause."""
    explained_counts: Counter[str] = Counter()
    unexplained = []
    for difference in differences:
        name = find_cause(difference.entry, difference.answers)
        if name is None:
            unexplained.append(difference)
        else:
            explained_counts[name] += difference.count
    difference_count = sum(difference.count for difference in differences)
    print(
        f"{compared_count:,} of {case_count:,} cases were compared, the others were rejected; "
        f"{difference_count:,} differ:"
    )
    for name, count in explained_counts.most_common():
        print(f"{count:7,}  {name}: {CAUSES[name].verdict}")
    return unexplained


def _format_vectors(differences: list[Difference]) -> str:
    """Return test vectors (YAML) of our answers: the smallest case of each cause and pair of answers."""
    smallest: dict[tuple[str, Answers], CaseEntry] = {}
    for difference in sorted(differences, key=lambda difference: (len(difference.key), difference.key)):
        if name := find_cause(difference.entry, difference.answers):
            smallest.setdefault((name, difference.answers), difference.entry)
    lines = [
        "# Cases in which iam-simulate differs, written by bench.compare_iam_simulate. See",
        "# docs/policy-language.md for which side is right, according to which AWS documentation.",
    ]
    for name in CAUSES:
        pairs = sorted(answers for cause_name, answers in smallest if cause_name == name)
        for number, answers in enumerate(pairs, 1):
            lines += [
                "",
                *_format_vector(f"differs-{_slug(name)}-{number}", name, smallest[name, answers], answers),
            ]
    return "\n".join(lines) + "\n"


def _slug(name: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in name.lower()).split())


def _format_vector(identity: str, name: str, entry: CaseEntry, answers: Answers) -> list[str]:
    ours, theirs = answers
    fields = {key: value for key, value in entry.items() if value not in ({}, [], "AWS")}
    return [
        f"- id: {identity}",
        f"  spec: {json.dumps(f'{name}: {CAUSES[name].verdict}')}",
        *(f"  {key}: {json.dumps(value)}" for key, value in fields.items()),
        f"  expected: {ours} # iam-simulate: {theirs}",
    ]


def main() -> None:
    """Compare, print the causes, and write test vectors if `--vectors` is given."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vectors", type=Path)
    arguments = parser.parse_args()
    generator, evaluators = CaseGenerator(arguments.seed), Evaluators()
    cases = [generator.case() for _ in range(arguments.cases)]
    answers = evaluators.evaluate(cases)
    pairs = [(entry, answer) for entry, answer in zip(cases, answers, strict=True) if answer is not None]
    different = [Difference(entry, pair) for entry, pair in pairs if pair[0] != pair[1]]
    shrunk_differences = shrink(different, evaluators.evaluate)
    unexplained = _print_causes(shrunk_differences, len(cases), len(pairs))
    if arguments.vectors:
        arguments.vectors.write_text(_format_vectors(shrunk_differences))
    for difference in unexplained:
        print(
            f"unknown cause: {difference.answers}\n{json.dumps(difference.entry, indent=1)}", file=sys.stderr
        )
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
