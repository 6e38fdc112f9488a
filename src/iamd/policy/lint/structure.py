"""The structure of a document: every element of its place and type, or an error for each that is not."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from iamd.policy.document import (
    EXCLUSIVE,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NUMBER,
    PRINCIPAL_TYPES,
    STATEMENT_ELEMENTS,
    TOP_ELEMENTS,
    VERSIONS,
    Number,
    Quantifier,
    read_statement,
)
from iamd.policy.errors import PolicyError
from iamd.policy.lint.draft import Entry
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.operators import NULL, OPERATORS

_FOREIGN = re.compile("[^\t\n\r\u0020-\u00ff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LISTS = ("Action", "NotAction", "Resource", "NotResource")


class _Object(dict[str, object]):
    """A JSON object that remembers which keys it had twice."""

    twice: tuple[str, ...] = ()


def read(text: str, found: Findings) -> Mapping[str, object] | None:
    """Read the JSON of a document; None, with an error, where that is no object."""
    if len(text) > MAX_CHARACTERS:
        found.add("DOCUMENT_TOO_COMPLEX", "", f"the document is longer than {MAX_CHARACTERS:,} characters")
        return None
    if foreign := _FOREIGN.search(text):
        said = f"the character U+{ord(foreign[0]):04X} on line {text.count(chr(10), 0, foreign.start()) + 1}"
        found.add("UNSUPPORTED_CHARACTER", "", f"{said} is not one that policies may have")
    try:
        value = _load(text)
    except json.JSONDecodeError as wrong:
        found.add("JSON_SYNTAX_ERROR", "", f"{wrong.msg}: line {wrong.lineno}, column {wrong.colno}")
        return None
    except (ValueError, RecursionError) as wrong:
        found.add("DOCUMENT_TOO_COMPLEX", "", f"the document cannot be read: {wrong}")
        return None
    if isinstance(value, dict):
        return value
    found.add("DATA_TYPE_MISMATCH", "", "a policy must be a JSON object")
    return None


def _load(text: str) -> object:
    value: object = json.loads(
        text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_constant
    )
    layer = [value]
    for _ in range(MAX_DEPTH + 1):
        layer = [item for each in layer for item in _children(each)]
    if layer:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    return value


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _object(pairs: list[tuple[str, object]]) -> _Object:
    made = _Object(pairs)
    if len(made) != len(pairs):
        counted = Counter(key for key, _ in pairs)
        made.twice = tuple(key for key, times in counted.items() if times > 1)
    return made


def _number(text: str) -> Number:
    if len(text) > MAX_NUMBER:
        raise ValueError(f"a number is longer than {MAX_NUMBER} characters")
    return Number(text)


def _constant(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


# The elements.


def entries(top: Mapping[str, object], found: Findings) -> Iterator[Entry]:
    """Check all elements, and go through the statements that can be read."""
    _check_keys(top, TOP_ELEMENTS, "", found)
    _check_version(top, found)
    if "Id" in top:
        _check_text(top["Id"], "Id", found)
    statements = top.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    if not listed:
        found.add("MISSING_STATEMENT", "Statement", "a policy must have a statement")
    for index, item in enumerate(listed):
        yield from _entry(item, index, found)


def _entry(item: object, index: int, found: Findings) -> Iterator[Entry]:
    path = f"Statement[{index}]"
    if not isinstance(item, dict):
        found.add("DATA_TYPE_MISMATCH", path, "a statement must be an object")
        return
    _Elements(item, path, found).check()
    try:
        yield Entry(read_statement(item, index), item)
    except PolicyError as wrong:
        if not found.has_error:
            found.add("MALFORMED_POLICY", wrong.path or path, wrong.message)


def _check_version(top: Mapping[str, object], found: Findings) -> None:
    if "Version" not in top or not _check_text(top["Version"], "Version", found):
        return
    if top["Version"] not in VERSIONS:
        known = " or ".join(sorted(VERSIONS, reverse=True))
        found.add("INVALID_VERSION", "Version", f"the Version must be {known}")


class _Elements:
    """The checks of one statement's elements."""

    def __init__(self, item: Mapping[str, Any], path: str, found: Findings) -> None:
        self._item = item
        self._path = path
        self._found = found

    def check(self) -> None:
        _check_keys(self._item, STATEMENT_ELEMENTS, self._path, self._found)
        for one, other in EXCLUSIVE:
            if one in self._item and other in self._item:
                said = f"{one} and {other} exclude each other"
                self._found.add("UNSUPPORTED_ELEMENT_COMBINATION", f"{self._path}.{other}", said)
        if "Sid" in self._item:
            _check_text(self._item["Sid"], f"{self._path}.Sid", self._found)
        self._check_effect()
        for name in _LISTS:
            if name in self._item:
                _check_texts(self._item[name], f"{self._path}.{name}", self._found)
        for name in ("Principal", "NotPrincipal"):
            if name in self._item:
                self._check_principal(name)
        if "Condition" in self._item:
            self._check_condition(self._item["Condition"], f"{self._path}.Condition")

    def _check_effect(self) -> None:
        path = f"{self._path}.Effect"
        if "Effect" not in self._item:
            self._found.add("MISSING_EFFECT", path, "a statement must have an Effect: Allow or Deny")
            return
        effect = self._item["Effect"]
        if _check_text(effect, path, self._found) and effect not in {"Allow", "Deny"}:
            said = f"Effect is {shown(effect)}, and must be Allow or Deny, spelt so"
            self._found.add("INVALID_EFFECT", path, said)

    def _check_principal(self, name: str) -> None:
        value, path = self._item[name], f"{self._path}.{name}"
        if value == "*":
            return
        if not isinstance(value, dict):
            said = f'{name} must be "*" or an object such as {{"AWS": "111122223333"}}'
            self._found.add("INVALID_PRINCIPAL_FORMAT", path, said)
            return
        _check_twice(value, path, self._found)
        for kind, names in value.items():
            if kind not in PRINCIPAL_TYPES:
                said = f"{shown(kind)} is no kind of principal: {', '.join(sorted(PRINCIPAL_TYPES))}"
                self._found.add("INVALID_PRINCIPAL_KEY", f"{path}.{kind}", said)
            _check_texts(names, f"{path}.{kind}", self._found)

    def _check_condition(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            self._found.add("DATA_TYPE_MISMATCH", path, "Condition must be an object")
            return
        _check_twice(value, path, self._found)
        if not value:
            self._found.add("EMPTY_OBJECT_CONDITION", path, "the Condition is empty and does nothing")
        for operator, block in value.items():
            self._check_operator(operator, f"{path}.{operator}")
            self._check_block(block, f"{path}.{operator}")

    def _check_operator(self, name: str, path: str) -> None:
        prefix, colon, rest = name.partition(":")
        base = (rest if colon else name).removesuffix("IfExists")
        if base == NULL and colon:
            self._found.add("NULL_WITH_QUALIFIER", path, "Null takes no set operator")
        elif base == NULL and name != NULL:
            self._found.add("NULL_WITH_IF_EXISTS", path, "Null takes no IfExists")
        elif colon and prefix not in {quantifier.value for quantifier in Quantifier}:
            said = f"{shown(prefix)} is no set operator: ForAllValues and ForAnyValue are, spelt so"
            self._found.add("INVALID_CONDITION_OPERATOR", path, said)
        elif base not in OPERATORS and base != NULL:
            near = self._found.guess(lambda: _near(base, [*OPERATORS, NULL]))
            self._found.add("INVALID_CONDITION_OPERATOR", path, f"{shown(base)} is no operator{near}")

    def _check_block(self, block: object, path: str) -> None:
        if not isinstance(block, dict):
            said = 'an operator has an object of keys and values: {"aws:username": "alice"}'
            self._found.add("DATA_TYPE_MISMATCH", path, said)
            return
        _check_twice(block, path, self._found)
        if not block:
            self._found.add("EMPTY_OBJECT_CONDITION", path, "the operator has no keys and does nothing")
        for key, values in block.items():
            _check_characters(key, f"{path}.{key}", self._found)
            for place, one in _each(values, f"{path}.{key}"):
                self._check_value(one, place)

    def _check_value(self, value: object, path: str) -> None:
        if isinstance(value, str) and not isinstance(value, Number):
            _check_characters(value, path, self._found)
        elif not isinstance(value, bool | Number):
            self._found.add("DATA_TYPE_MISMATCH", path, "a value must be a text, a number or a truth value")


def _check_keys(item: Mapping[str, object], known: frozenset[str], path: str, found: Findings) -> None:
    _check_twice(item, path, found)
    for name in item:
        if name not in known:
            near = found.guess(lambda name=name: _near(name, sorted(known)))  # type: ignore[misc]
            place = f"{path}.{name}".lstrip(".")
            found.add("INVALID_POLICY_ELEMENT", place, f"there is no element {shown(name)}{near}")


def _check_twice(item: Mapping[str, object], path: str, found: Findings) -> None:
    for name in item.twice if isinstance(item, _Object) else ():
        place = f"{path}.{name}".lstrip(".")
        found.add("DUPLICATE_KEY", place, f"the key {shown(name)} is there more than once")


def _check_texts(value: object, path: str, found: Findings) -> None:
    for place, one in _each(value, path):
        _check_text(one, place, found)


def _check_text(value: object, path: str, found: Findings) -> bool:
    if isinstance(value, str) and not isinstance(value, Number):
        return _check_characters(value, path, found)
    found.add("DATA_TYPE_MISMATCH", path, "there must be a text here, in quotes")
    return False


def _check_characters(text: str, path: str, found: Findings) -> bool:
    if not _SURROGATE.search(text):
        return True
    found.add("UNSUPPORTED_CHARACTER", path, "half of a surrogate pair is no character")
    return False


def _each(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", one) for index, one in enumerate(value))
    else:
        yield path, value


def _near(name: str, known: list[str]) -> str:
    lowered = {one.lower(): one for one in known}
    close = get_close_matches(name.lower(), lowered, n=1)
    return f": did you mean {lowered[close[0]]}?" if close else ""
