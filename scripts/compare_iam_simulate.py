"""Put made-up cases to our literal evaluator and to iam-simulate, and tell why they differ where they do.

    python -m scripts.compare_iam_simulate [--cases 20000] [--seed 1] [--vectors FILE]

Each case that differs is made as small as it gets; what is left tells the cause. A cause that is not known
is an error: the case is printed, and somebody has to find out who is right. `docs/policy-language.md` has the
list.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench.iam_simulate import run
from scripts.compare_iam_simulate_cases import Entry, Maker
from scripts.compare_iam_simulate_causes import CAUSES, cause
from scripts.compare_iam_simulate_shrink import Answers, Found, shrunk

from iamd.policy import decide
from iamd.policy.cases import read_case

_SCRIPT = Path(__file__).with_suffix(".mjs")
_BATCH = 20_000  # cases to one run of Node


class Both:
    """Both sides, with what they have answered already."""

    def __init__(self) -> None:
        self._known: dict[str, Answers | None] = {}

    def ask(self, entries: list[Entry]) -> list[Answers | None]:
        keys = [json.dumps(entry, sort_keys=True) for entry in entries]
        new = {key: entry for key, entry in zip(keys, entries, strict=True) if key not in self._known}
        for start in range(0, len(new), _BATCH):
            self._learn(dict(list(new.items())[start : start + _BATCH]))
        return [self._known[key] for key in keys]

    def _learn(self, new: dict[str, Entry]) -> None:
        answers = run(_SCRIPT, [_simulation(entry) for entry in new.values()])
        for (key, entry), answer in zip(new.items(), answers, strict=True):
            self._known[key] = (_ours(entry), answer["outcome"]) if "outcome" in answer else None


def _ours(entry: Entry) -> str:
    case = read_case(entry, 0)
    return decide(case.request, case.layers).outcome.value


def _simulation(entry: Entry) -> Any:
    """Return a case as iam-simulate takes it."""
    made = {
        "request": {
            "principal": {"type": "Anonymous"}
            if entry["principal_type"] == "Anonymous"
            else entry["principal"],
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


# What came of it.


def _tell(found: list[Found], asked: int, compared: int) -> list[Found]:
    """Print the causes with how many cases each explains; return what none explains."""
    explained: Counter[str] = Counter()
    unknown = []
    for one in found:
        name = cause(one.entry, one.answers)
        if name is None:
            unknown.append(one)
        else:
            explained[name] += one.times
    differ = sum(one.times for one in found)
    print(f"{compared:,} of {asked:,} cases were compared, the others refused; {differ:,} differ:")
    for name, times in explained.most_common():
        print(f"{times:7,}  {name}: {CAUSES[name].right}")
    return unknown


def _vectors(found: list[Found]) -> str:
    """Return the smallest case of each cause for each pair of answers, as vectors that pin our side."""
    chosen: dict[tuple[str, Answers], Entry] = {}
    for one in sorted(found, key=lambda one: (len(one.key), one.key)):
        if name := cause(one.entry, one.answers):
            chosen.setdefault((name, one.answers), one.entry)
    lines = [
        "# Where iam-simulate differs: written by scripts/compare_iam_simulate.py. Who is right, by which",
        "# documentation of AWS, is said in docs/policy-language.md.",
    ]
    for name in CAUSES:
        pairs = sorted(answers for found_name, answers in chosen if found_name == name)
        for number, answers in enumerate(pairs, 1):
            lines += ["", *_vector(f"differs-{_slug(name)}-{number}", name, chosen[name, answers], answers)]
    return "\n".join(lines) + "\n"


def _slug(name: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in name.lower()).split())


def _vector(identity: str, name: str, entry: Entry, answers: Answers) -> list[str]:
    ours, theirs = answers
    said = {key: value for key, value in entry.items() if value not in ({}, [], "AWS")}
    return [
        f"- id: {identity}",
        f"  spec: {json.dumps(f'{name}: {CAUSES[name].right}')}",
        *(f"  {key}: {json.dumps(value)}" for key, value in said.items()),
        f"  expected: {ours} # iam-simulate: {theirs}",
    ]


def main() -> None:
    """Compare, explain, and write the vectors when asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    maker, both = Maker(given.seed), Both()
    cases = [maker.case() for _ in range(given.cases)]
    answers = both.ask(cases)
    pairs = [(entry, said) for entry, said in zip(cases, answers, strict=True) if said is not None]
    different = [Found(entry, said) for entry, said in pairs if said[0] != said[1]]
    small = shrunk(different, both.ask)
    unknown = _tell(small, len(cases), len(pairs))
    if given.vectors:
        given.vectors.write_text(_vectors(small))
    for one in unknown:
        print(f"not explained: {one.answers}\n{json.dumps(one.entry, indent=1)}", file=sys.stderr)
    sys.exit(1 if unknown else 0)


if __name__ == "__main__":
    main()
