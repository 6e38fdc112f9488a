"""Shrinking: reduce cases to minimal ones for which both evaluators still give the same different answers."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bench.compare_iam_simulate.cases import CaseEntry

Answers = tuple[str, str]  # ours, theirs
Evaluate = Callable[[list[CaseEntry]], list[Answers | None]]  # None if iam-simulate rejects the case

_LAYERS = ("rcps", "scps", "session_policy", "boundary", "identity_policies", "resource_policy")
_HERE = "111122223333"
_SIMPLE_REQUESTS: tuple[CaseEntry, ...] = (
    {"principal": f"arn:aws:iam::{_HERE}:user/alice", "principal_type": "AWS"},
    {"action": "s3:GetObject", "resource": "arn:aws:s3:::box/a"},
    {"resource_account": _HERE},
)
_SIMPLE_ELEMENTS = {"Action": "*", "Resource": "*", "Principal": "*"}


@dataclass(frozen=True)
class Difference:
    """A case in which the evaluators differ, and the number of cases that were shrunk to it."""

    entry: CaseEntry
    answers: Answers
    count: int = 1

    @property
    def key(self) -> str:
        """The case as JSON text, by which duplicates are found."""
        return json.dumps(self.entry, sort_keys=True)


def shrink(differences: list[Difference], evaluate: Evaluate) -> list[Difference]:
    """Return the minimal cases, with duplicates merged."""
    finished = list[Difference]()
    while differences:
        smaller = _find_smaller(differences, evaluate)
        finished += [difference for difference in differences if difference.key not in smaller]
        differences = _merge_duplicates(smaller.values())
    return _merge_duplicates(finished)


def _merge_duplicates(differences: Any) -> list[Difference]:
    merged = dict[str, Difference]()
    for difference in differences:
        duplicate = merged.get(difference.key)
        merged[difference.key] = replace(
            difference, count=difference.count + (duplicate.count if duplicate else 0)
        )
    return list(merged.values())


def _find_smaller(differences: list[Difference], evaluate: Evaluate) -> dict[str, Difference]:
    """Return the first smaller case with the same answers for each case, keyed by the original case's key."""
    attempts = [
        (difference, candidate) for difference in differences for candidate in _candidates(difference.entry)
    ]
    smaller = dict[str, Difference]()
    for (difference, candidate), answers in zip(
        attempts, evaluate([candidate for _, candidate in attempts]), strict=True
    ):
        if answers == difference.answers:
            smaller.setdefault(difference.key, replace(difference, entry=candidate))
    return smaller


def _candidates(entry: CaseEntry) -> Iterator[CaseEntry]:
    """Yield slightly smaller variants of a case, those with the largest reduction first."""
    yield from (_without(entry, layer) for layer in (*_LAYERS, "context") if layer in entry)
    yield from (_without(entry, "context", key) for key in entry.get("context", {}))
    yield from ({**entry, **simple} for simple in _SIMPLE_REQUESTS if not simple.items() <= entry.items())
    for layer in ("scps", "rcps"):
        if len(levels := entry.get(layer, [])) > 1:
            yield from (_without(entry, layer, index) for index in range(len(levels)))
    for path, document in documents(entry):
        if len(path) > 1:
            yield _without(entry, *path)
        yield from _smaller_documents(entry, path, document)


def documents(entry: CaseEntry) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield a case's policy documents, each with its path in the case."""
    for layer in _LAYERS:
        policies = entry.get(layer)
        if isinstance(policies, dict):
            yield (layer,), policies
        for index, item in enumerate(policies if isinstance(policies, list) else ()):
            if isinstance(item, dict):
                yield (layer, index), item
            else:
                yield from (
                    ((layer, index, level_index), document) for level_index, document in enumerate(item)
                )


def _smaller_documents(entry: CaseEntry, path: tuple[Any, ...], document: Any) -> Iterator[CaseEntry]:
    if len(document["Statement"]) > 1:
        yield from (_without(entry, *path, "Statement", index) for index in range(len(document["Statement"])))
    if document.get("Version") != "2012-10-17":
        yield _replace(entry, "2012-10-17", *path, "Version")
    for index, statement in enumerate(document["Statement"]):
        yield from _smaller_statements(entry, (*path, "Statement", index), statement)


def _smaller_statements(entry: CaseEntry, path: tuple[Any, ...], statement: Any) -> Iterator[CaseEntry]:
    if "Condition" in statement:
        yield _without(entry, *path, "Condition")
        yield from (_without(entry, *path, "Condition", operator) for operator in statement["Condition"])
    for element, simple in _SIMPLE_ELEMENTS.items():
        if statement.get(element, simple) != simple:
            yield _replace(entry, simple, *path, element)
        if f"Not{element}" in statement:
            yield _replace(_without(entry, *path, f"Not{element}"), simple, *path, element)
    for list_path, values in _lists(statement, path):
        yield from (_replace(entry, value, *list_path) for value in values)


def _lists(statement: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Yield the lists of a statement with their paths; one of a list's values may be enough."""
    blocks = [((*path, "Condition", name), block) for name, block in statement.get("Condition", {}).items()]
    names = [((*path, name), statement[name]) for name in ("Principal", "NotPrincipal") if name in statement]
    for parent_path, parent in [(path, statement), *blocks, *names]:
        for name, value in parent.items() if isinstance(parent, dict) else ():
            if isinstance(value, list):
                yield (*parent_path, name), value


def _without(entry: CaseEntry, *path: Any) -> CaseEntry:
    copied = copy.deepcopy(entry)
    del _parent(copied, path)[path[-1]]
    return copied


def _replace(entry: CaseEntry, value: Any, *path: Any) -> CaseEntry:
    copied = copy.deepcopy(entry)
    _parent(copied, path)[path[-1]] = value
    return copied


def _parent(node: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        node = node[step]
    return node
