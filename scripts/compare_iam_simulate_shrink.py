"""Make cases smaller as long as both sides go on answering as they did."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from scripts.compare_iam_simulate_cases import Entry

Answers = tuple[str, str]
Ask = Callable[[list[Entry]], list[Answers | None]]  # both sides' answers; None where either does not answer

_LAYERS = ("rcps", "scps", "session_policy", "boundary", "identity_policies", "resource_policy")
_HERE = "111122223333"
_PLAIN_CALLS = (
    {"principal": f"arn:aws:iam::{_HERE}:user/alice", "principal_type": "AWS"},
    {"action": "s3:GetObject", "resource": "arn:aws:s3:::box/a"},
    {"resource_account": _HERE},
)
_PLAIN = {"Action": "*", "Resource": "*", "Principal": "*"}


def shrunk(entries: list[Entry], ask: Ask) -> list[tuple[Entry, Answers]]:
    """Return each entry as small as it gets, with what the sides answer to it, twins left out."""
    answers = [one for one in ask(entries) if one is not None]
    open_ones, done = dict(_keyed(zip(entries, answers, strict=True))), dict[str, tuple[Entry, Answers]]()
    while open_ones:
        smaller = _smaller(list(open_ones.values()), ask)
        done |= {key: one for key, one in open_ones.items() if key not in smaller}
        open_ones = dict(_keyed(smaller.values()))
    return list(done.values())


def _keyed(pairs: Any) -> Iterator[tuple[str, tuple[Entry, Answers]]]:
    return ((json.dumps(entry, sort_keys=True), (entry, answers)) for entry, answers in pairs)


def _smaller(pairs: list[tuple[Entry, Answers]], ask: Ask) -> dict[str, tuple[Entry, Answers]]:
    """Return, by the key of what it comes from, the first smaller entry that is answered alike."""
    tried = [(entry, answers, candidate) for entry, answers in pairs for candidate in _candidates(entry)]
    found: dict[str, tuple[Entry, Answers]] = {}
    said = ask([candidate for _, _, candidate in tried])
    for (entry, answers, candidate), now in zip(tried, said, strict=True):
        if now == answers:
            found.setdefault(json.dumps(entry, sort_keys=True), (candidate, answers))
    return found


def _candidates(entry: Entry) -> Iterator[Entry]:
    """Go through what is a little less than an entry, the greatest steps first."""
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
        if f"Not{element}" in statement and element != "Principal":
            yield _with(_without(entry, *place, f"Not{element}"), plain, *place, element)
    for where, values in _lists(statement, place):
        for one in values if len(values) > 1 else ():
            yield _with(entry, one, *where)
        if len(values) == 1 and isinstance(values, list):
            yield _with(entry, values[0], *where)


def _lists(statement: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    for element, value in statement.items():
        if isinstance(value, list):
            yield (*place, element), value
    for operator, block in statement.get("Condition", {}).items():
        for key, value in block.items():
            if isinstance(value, list):
                yield (*place, "Condition", operator, key), value
    for element in ("Principal", "NotPrincipal"):
        names = statement.get(element)
        if isinstance(names, dict) and isinstance(names.get("AWS"), list):
            yield (*place, element, "AWS"), names["AWS"]


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
