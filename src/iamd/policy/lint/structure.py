"""Lint checks of the document structure: JSON syntax, unknown elements, and their JSON types."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from iamd.policy.document import (
    EXCLUSIVE_ELEMENTS,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    PRINCIPAL_TYPES,
    STATEMENT_ELEMENTS,
    TOP_ELEMENTS,
    VERSIONS,
    Number,
    Quantifier,
    read_statement,
)
from iamd.policy.errors import PolicyError
from iamd.policy.lint.document import StatementNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.operators import NULL, OPERATORS

_UNSUPPORTED_CHARACTER = re.compile("[^\t\n\r\u0020-\u00ff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LIST_ELEMENTS = ("Action", "NotAction", "Resource", "NotResource")


class _JsonObject(dict[str, object]):
    """A JSON object that records its duplicate keys."""

    duplicate_keys: tuple[str, ...] = ()


def parse_document(text: str, findings: Findings) -> Mapping[str, object] | None:
    """Parse the JSON of a document; None, with an error finding, if it is not an object."""
    if len(text) > MAX_CHARACTERS:
        findings.add("DOCUMENT_TOO_COMPLEX", "", f"the document is longer than {MAX_CHARACTERS:,} characters")
        return None
    if match := _UNSUPPORTED_CHARACTER.search(text):
        message = f"the character U+{ord(match[0]):04X} on line {text.count(chr(10), 0, match.start()) + 1}"
        findings.add("UNSUPPORTED_CHARACTER", "", f"{message} is not allowed in policies")
    try:
        value = _load_json(text)
    except json.JSONDecodeError as error:
        findings.add("JSON_SYNTAX_ERROR", "", f"{error.msg}: line {error.lineno}, column {error.colno}")
        return None
    except (ValueError, RecursionError) as error:
        findings.add("DOCUMENT_TOO_COMPLEX", "", f"the document cannot be parsed: {error}")
        return None
    if isinstance(value, dict):
        return value
    findings.add("DATA_TYPE_MISMATCH", "", "a policy must be a JSON object")
    return None


def _load_json(text: str) -> object:
    value: object = json.loads(
        text,
        object_pairs_hook=_build_object,
        parse_int=_parse_number,
        parse_float=_parse_number,
        parse_constant=_reject_constant,
    )
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [item for parent in level for item in _children(parent)]
    if level:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    return value


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _build_object(pairs: list[tuple[str, object]]) -> _JsonObject:
    json_object = _JsonObject(pairs)
    if len(json_object) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        json_object.duplicate_keys = tuple(key for key, count in counts.items() if count > 1)
    return json_object


def _parse_number(text: str) -> Number:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"a number is longer than {MAX_NUMBER_LENGTH} characters")
    return Number(text)


def _reject_constant(text: str) -> object:
    raise ValueError(f"{text} is not valid JSON")


# Elements.


def check_statements(top: Mapping[str, object], findings: Findings) -> Iterator[StatementNode]:
    """Check all elements, and yield the statements with valid syntax."""
    _check_keys(top, TOP_ELEMENTS, "", findings)
    _check_version(top, findings)
    if "Id" in top:
        _check_text(top["Id"], "Id", findings)
    statements = top.get("Statement", [])
    items = statements if isinstance(statements, list) else [statements]
    if not items:
        findings.add("MISSING_STATEMENT", "Statement", "a policy must have a statement")
    for index, item in enumerate(items):
        yield from _check_statement(item, index, findings)


def _check_statement(item: object, index: int, findings: Findings) -> Iterator[StatementNode]:
    path = f"Statement[{index}]"
    if not isinstance(item, dict):
        findings.add("DATA_TYPE_MISMATCH", path, "a statement must be an object")
        return
    _StatementChecks(item, path, findings).check()
    try:
        yield StatementNode(read_statement(item, index), item)
    except PolicyError as error:
        if not findings.has_error:
            findings.add("MALFORMED_POLICY", error.path or path, error.message)


def _check_version(top: Mapping[str, object], findings: Findings) -> None:
    if "Version" not in top or not _check_text(top["Version"], "Version", findings):
        return
    if top["Version"] not in VERSIONS:
        versions = " or ".join(sorted(VERSIONS, reverse=True))
        findings.add("INVALID_VERSION", "Version", f"the Version must be {versions}")


class _StatementChecks:
    """The checks of one statement's elements."""

    def __init__(self, item: Mapping[str, Any], path: str, findings: Findings) -> None:
        self._item = item
        self._path = path
        self._findings = findings

    def check(self) -> None:
        _check_keys(self._item, STATEMENT_ELEMENTS, self._path, self._findings)
        for first, second in EXCLUSIVE_ELEMENTS:
            if first in self._item and second in self._item:
                message = f"{first} and {second} cannot be used together"
                self._findings.add("UNSUPPORTED_ELEMENT_COMBINATION", f"{self._path}.{second}", message)
        if "Sid" in self._item:
            _check_text(self._item["Sid"], f"{self._path}.Sid", self._findings)
        self._check_effect()
        for name in _LIST_ELEMENTS:
            if name in self._item:
                _check_texts(self._item[name], f"{self._path}.{name}", self._findings)
        for name in ("Principal", "NotPrincipal"):
            if name in self._item:
                self._check_principal(name)
        if "Condition" in self._item:
            self._check_condition(self._item["Condition"], f"{self._path}.Condition")

    def _check_effect(self) -> None:
        path = f"{self._path}.Effect"
        if "Effect" not in self._item:
            self._findings.add("MISSING_EFFECT", path, "a statement must have an Effect: Allow or Deny")
            return
        effect = self._item["Effect"]
        if _check_text(effect, path, self._findings) and effect not in {"Allow", "Deny"}:
            message = f"the Effect {quote(effect)} is invalid: use Allow or Deny (case-sensitive)"
            self._findings.add("INVALID_EFFECT", path, message)

    def _check_principal(self, name: str) -> None:
        value, path = self._item[name], f"{self._path}.{name}"
        if value == "*":
            return
        if not isinstance(value, dict):
            message = f'{name} must be "*" or an object such as {{"AWS": "111122223333"}}'
            self._findings.add("INVALID_PRINCIPAL_FORMAT", path, message)
            return
        _check_duplicate_keys(value, path, self._findings)
        for kind, names in value.items():
            if kind not in PRINCIPAL_TYPES:
                message = f"{quote(kind)} is not a principal type: use {', '.join(sorted(PRINCIPAL_TYPES))}"
                self._findings.add("INVALID_PRINCIPAL_KEY", f"{path}.{kind}", message)
            _check_texts(names, f"{path}.{kind}", self._findings)

    def _check_condition(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            self._findings.add("DATA_TYPE_MISMATCH", path, "Condition must be an object")
            return
        _check_duplicate_keys(value, path, self._findings)
        if not value:
            self._findings.add("EMPTY_OBJECT_CONDITION", path, "the Condition is empty and has no effect")
        for operator, block in value.items():
            self._check_operator(operator, f"{path}.{operator}")
            self._check_block(block, f"{path}.{operator}")

    def _check_operator(self, name: str, path: str) -> None:
        prefix, colon, suffix = name.partition(":")
        base = (suffix if colon else name).removesuffix("IfExists")
        if base == NULL and colon:
            self._findings.add("NULL_WITH_QUALIFIER", path, "Null cannot be used with a set operator")
        elif base == NULL and name != NULL:
            self._findings.add("NULL_WITH_IF_EXISTS", path, "Null cannot be used with IfExists")
        elif colon and prefix not in {quantifier.value for quantifier in Quantifier}:
            message = (
                f"{quote(prefix)} is not a set operator (case-sensitive): use ForAllValues or ForAnyValue"
            )
            self._findings.add("INVALID_CONDITION_OPERATOR", path, message)
        elif base not in OPERATORS and base != NULL:
            suggestion = self._findings.suggest(lambda: _suggestion(base, [*OPERATORS, NULL]))
            self._findings.add(
                "INVALID_CONDITION_OPERATOR", path, f"the operator {quote(base)} does not exist{suggestion}"
            )

    def _check_block(self, block: object, path: str) -> None:
        if not isinstance(block, dict):
            message = 'an operator must have an object of keys and values: {"aws:username": "alice"}'
            self._findings.add("DATA_TYPE_MISMATCH", path, message)
            return
        _check_duplicate_keys(block, path, self._findings)
        if not block:
            self._findings.add("EMPTY_OBJECT_CONDITION", path, "the operator has no keys and has no effect")
        for key, values in block.items():
            _check_characters(key, f"{path}.{key}", self._findings)
            for value_path, item in _items_with_paths(values, f"{path}.{key}"):
                self._check_value(item, value_path)

    def _check_value(self, value: object, path: str) -> None:
        if isinstance(value, str) and not isinstance(value, Number):
            _check_characters(value, path, self._findings)
        elif not isinstance(value, bool | Number):
            self._findings.add("DATA_TYPE_MISMATCH", path, "a value must be a string, a number or a boolean")


def _check_keys(item: Mapping[str, object], allowed: frozenset[str], path: str, findings: Findings) -> None:
    _check_duplicate_keys(item, path, findings)
    for name in item:
        if name not in allowed:
            suggestion = findings.suggest(lambda name=name: _suggestion(name, sorted(allowed)))  # type: ignore[misc]
            key_path = f"{path}.{name}".lstrip(".")
            message = f"the element {quote(name)} does not exist{suggestion}"
            findings.add("INVALID_POLICY_ELEMENT", key_path, message)


def _check_duplicate_keys(item: Mapping[str, object], path: str, findings: Findings) -> None:
    for name in item.duplicate_keys if isinstance(item, _JsonObject) else ():
        key_path = f"{path}.{name}".lstrip(".")
        findings.add("DUPLICATE_KEY", key_path, f"the key {quote(name)} is duplicated")


def _check_texts(value: object, path: str, findings: Findings) -> None:
    for item_path, item in _items_with_paths(value, path):
        _check_text(item, item_path, findings)


def _check_text(value: object, path: str, findings: Findings) -> bool:
    if isinstance(value, str) and not isinstance(value, Number):
        return _check_characters(value, path, findings)
    findings.add("DATA_TYPE_MISMATCH", path, "the value must be a string, in quotes")
    return False


def _check_characters(text: str, path: str, findings: Findings) -> bool:
    if not _LONE_SURROGATE.search(text):
        return True
    findings.add("UNSUPPORTED_CHARACTER", path, "the text has an unpaired surrogate")
    return False


def _items_with_paths(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", item) for index, item in enumerate(value))
    else:
        yield path, value


def _suggestion(name: str, candidates: list[str]) -> str:
    names_by_lowercase = {candidate.lower(): candidate for candidate in candidates}
    matches = get_close_matches(name.lower(), names_by_lowercase, n=1)
    return f": did you mean {names_by_lowercase[matches[0]]}?" if matches else ""
