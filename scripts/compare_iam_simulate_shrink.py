"""Make cases smaller as long as both sides go on answering as they did."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from scripts.compare_iam_simulate_cases import Entry

Answers = tuple[str, str]  # ours, theirs
Ask = Callable[[list[Entry]], list[Answers | None]]  # None where either side does not answer

_LAYERS = ("rcps", "scps", "session_policy", "boundary", "identity_policies", "resource_policy")
_HERE = "111122223333"
_PLAIN_CALLS: tuple[Entry, ...] = (
    {"principal": f"arn:aws:iam::{_HERE}:user/alice", "principal_type": "AWS"},
    {"action": "s3:GetObject", "resource": "arn:aws:s3:::box/a"},
    {"resource_account": _HERE},
)
_PLAIN = {"Action": "*", "Resource": "*", "Principal": "*"}


@dataclass(frozen=True)
class Found:
    """A case in which the sides differ, and how many cases have come down to it."""

    entry: Entry
    answers: Answers
    times: int = 1

    @property
    def key(self) -> str:
        """What twins have in common."""
        return json.dumps(self.entry, sort_keys=True)


def shrunk(found: list[Found], ask: Ask) -> list[Found]:
    """Return the cases as small as they get, twins put together."""
    done = list[Found]()
    while found:
        smaller = _smaller(found, ask)
        done += [one for one in found if one.key not in smaller]
        found = _together(smaller.values())
    return _together(done)


def _together(found: Any) -> list[Found]:
    merged = dict[str, Found]()
    for one in found:
        twin = merged.get(one.key)
        merged[one.key] = replace(one, times=one.times + (twin.times if twin else 0))
    return list(merged.values())


def _smaller(found: list[Found], ask: Ask) -> dict[str, Found]:
    """Return, by the key of what it comes from, the first smaller case that is answered alike."""
    tried = [(one, candidate) for one in found for candidate in _candidates(one.entry)]
    made = dict[str, Found]()
    for (one, candidate), said in zip(tried, ask([candidate for _, candidate in tried]), strict=True):
        if said == one.answers:
            made.setdefault(one.key, replace(one, entry=candidate))
    return made


def _candidates(entry: Entry) -> Iterator[Entry]:
    """Go through what is a little less than a case, the greatest steps first."""
    yield from (_without(entry, layer) for layer in (*_LAYERS, "context") if layer in entry)
    yield from (_without(entry, "context", key) for key in entry.get("context", {}))
    yield from ({**entry, **plain} for plain in _PLAIN_CALLS if not plain.items() <= entry.items())
    for layer in ("scps", "rcps"):
        if len(levels := entry.get(layer, [])) > 1:
            yield from (_without(entry, layer, at) for at in range(len(levels)))
    for place, document in documents(entry):
        if len(place) > 1:
            yield _without(entry, *place)
        yield from _smaller_documents(entry, place, document)


def documents(entry: Entry) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Go through a case's policies, each with its place."""
    for layer in _LAYERS:
        held = entry.get(layer)
        if isinstance(held, dict):
            yield (layer,), held
        for index, one in enumerate(held if isinstance(held, list) else ()):
            if isinstance(one, dict):
                yield (layer, index), one
            else:
                yield from (((layer, index, at), document) for at, document in enumerate(one))


def _smaller_documents(entry: Entry, place: tuple[Any, ...], document: Any) -> Iterator[Entry]:
    if len(document["Statement"]) > 1:
        yield from (_without(entry, *place, "Statement", at) for at in range(len(document["Statement"])))
    if document.get("Version") != "2012-10-17":
        yield _with(entry, "2012-10-17", *place, "Version")
    for at, statement in enumerate(document["Statement"]):
        yield from _smaller_statements(entry, (*place, "Statement", at), statement)


def _smaller_statements(entry: Entry, place: tuple[Any, ...], statement: Any) -> Iterator[Entry]:
    if "Condition" in statement:
        yield _without(entry, *place, "Condition")
        yield from (_without(entry, *place, "Condition", operator) for operator in statement["Condition"])
    for element, plain in _PLAIN.items():
        if statement.get(element, plain) != plain:
            yield _with(entry, plain, *place, element)
        if f"Not{element}" in statement:
            yield _with(_without(entry, *place, f"Not{element}"), plain, *place, element)
    for where, values in _lists(statement, place):
        yield from (_with(entry, one, *where) for one in values)


def _lists(statement: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Go through the lists of a statement, any of whose values may do by itself."""
    blocks = [((*place, "Condition", name), block) for name, block in statement.get("Condition", {}).items()]
    names = [((*place, name), statement[name]) for name in ("Principal", "NotPrincipal") if name in statement]
    for where, held in [(place, statement), *blocks, *names]:
        for name, value in held.items() if isinstance(held, dict) else ():
            if isinstance(value, list):
                yield (*where, name), value


def _without(entry: Entry, *place: Any) -> Entry:
    made = copy.deepcopy(entry)
    del _reach(made, place)[place[-1]]
    return made


def _with(entry: Entry, value: Any, *place: Any) -> Entry:
    made = copy.deepcopy(entry)
    _reach(made, place)[place[-1]] = value
    return made


def _reach(made: Any, place: tuple[Any, ...]) -> Any:
    for step in place[:-1]:
        made = made[step]
    return made
