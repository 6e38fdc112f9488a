"""Hostile documents and patterns are rejected or matched in bounded time. The time limits are generous."""

import json
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from iamd.policy import PolicyError, parse
from iamd.policy.compiled.conditions import compile_condition
from iamd.policy.compiled.globs import compile_glob, compile_patterns
from iamd.policy.conditions import holds
from iamd.policy.document import MAX_CHARACTERS, Condition
from iamd.policy.operators import OPERATORS
from iamd.policy.patterns import PatternPart, glob, glob_parts, matches_action
from iamd.policy.variables import expand, expand_fields

T = TypeVar("T")

PATTERNS: dict[str, Callable[[], bool]] = {
    "100,000 stars": lambda: glob("*a" * 100_000, "a" * 100_000 + "b"),
    "100,000 stars, short string": lambda: glob("*a" * 100_000, "a" * 2_000),
    "eight wildcards against 80 characters": lambda: glob("*a*a*a*a*a*a*a*a*b", "a" * 80),
    "6,000 question marks": lambda: glob("*" + "?a" * 3_000, "a" * 2_000),
    "question marks that nearly fit": lambda: glob("*" + "?a" * 500 + "b*", "a" * 2_000),
    "many segments with question marks": lambda: glob("*a?" * 600 + "b", "a" * 2_000),
    "stars only": lambda: glob("*" * 100_000 + "b", "a" * 2_000),
    "an action": lambda: matches_action("s3:" + "*a" * 3_000 + "b", "s3:" + "a" * 6_000),
    "literal pieces": lambda: glob_parts(
        [PatternPart("*"), PatternPart("a", is_literal=True)] * 3_000 + [PatternPart("b")], "a" * 6_000
    ),
}


COMPILED = [
    ("*a" * 100_000, "a" * 100_000 + "b"),
    ("*a" * 100_000, "a" * 2_000),
    ("*a*a*a*a*a*a*a*a*b", "a" * 80),
    ("*" + "?a" * 3_000, "a" * 2_000),
    ("*" + "?a" * 500 + "b*", "a" * 2_000),
    ("*a?" * 600 + "b", "a" * 2_000),
    ("*ab?a" * 400 + "c", "ab" * 1_000),
    ("*" * 100_000 + "b", "a" * 2_000),
    ("?" * 50_000, "a" * 49_999),
]


@pytest.mark.parametrize(("pattern", "subject"), COMPILED, ids=lambda text: text[:12])
def test_compiled_pattern_matching_time_is_bounded(pattern: str, subject: str) -> None:
    assert _timed(lambda: compile_glob(pattern)(subject)) is False
    assert _timed(lambda: compile_patterns([pattern])(subject)) is False


@pytest.mark.parametrize("match", PATTERNS.values(), ids=PATTERNS.keys())
def test_pattern_matching_time_is_bounded(match: Callable[[], bool]) -> None:
    assert _timed(match) is False


def test_long_patterns_match() -> None:
    assert glob("*a" * 50_000 + "*", "a" * 50_000)
    assert glob("*" + "?a" * 500 + "*", "a" * 2_000)
    assert glob("*a?" * 600 + "*", "a" * 2_000)


@pytest.mark.parametrize(
    "text", ["${" * 100_000, "}" * 100_000, "${a}" * 20_000, "${a, '" * 50_000, "$" * 100_000]
)
def test_variable_expansion_time_is_bounded(text: str) -> None:
    _timed(lambda: expand(text, {}))
    _timed(lambda: expand_fields(text, {}))


@pytest.mark.parametrize("operator", sorted(OPERATORS))
@pytest.mark.parametrize(
    "value", ["9" * 100_000, "1" + "0" * 50_000 + ".", ":" * 100_000, "/" * 50_000, "2024-" * 9_999]
)
def test_condition_evaluation_time_is_bounded(operator: str, value: str) -> None:
    condition = Condition(operator, None, if_exists=False, key="k", values=(value, "x"))
    _timed(lambda: holds(condition, {"k": value}, has_variables=True))
    _timed(lambda: compile_condition(condition, has_variables=True)({"k": value}))


DOCUMENTS = {
    "deep lists": "[" * 100_000,
    "deep objects": '{"Statement":' * 100_000,
    "deep but closed": '{"Statement":' + "[" * 500 + "]" * 500 + "}",
    "one level deeper than allowed": '{"Statement":' + "[" * 33 + "]" * 33 + "}",
    "100,000 statements of nothing": json.dumps({"Statement": [{}] * 100_000}),
    "over a megabyte": " " * (MAX_CHARACTERS + 1),
    "huge integer": '{"Statement":' + "9" * 500_000 + "}",
    "huge exponent": '{"Statement":1e' + "9" * 500_000 + "}",
    "many keys": "{" + ",".join(f'"k{number}":1' for number in range(50_000)) + "}",
    "the same key": "{" + ",".join(['"Statement":1'] * 50_000) + "}",
    "lone surrogate": '{"Statement":{"Effect":"Allow","Action":"\\udc00","Resource":"*"}}',
    "raw lone surrogate": '{"Statement":{"Effect":"Allow","Action":"\ud800","Resource":"*"}}',
    "surrogate in a key": '{"Statement":{"Effect":"Allow","Condition":{"Bool":{"\\ud800":"true"}}}}',
    "NUL": "\0",
    "byte order mark": '\ufeff{"Statement":[]}',
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_hostile_documents_are_rejected(text: str) -> None:
    def parse_fails() -> bool:
        with pytest.raises(PolicyError):
            parse(text)
        return True

    assert _timed(parse_fails)


def test_self_referencing_object_is_rejected() -> None:
    document: dict[str, object] = {}
    document["Statement"] = document
    with pytest.raises(PolicyError):
        parse(document)


@pytest.mark.parametrize("value", [object(), b"x", float("nan"), {1, 2}])
def test_values_without_json_form_are_rejected(value: object) -> None:
    with pytest.raises(PolicyError):
        parse({"Statement": {"Effect": "Allow", "Action": value}})


def _timed(function: Callable[[], T]) -> T:
    start = time.process_time()
    result = function()
    assert time.process_time() - start < 5
    return result
