"""Relations between two glob patterns, checked against all short texts that they match."""

from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.policy.lint.glob_relations import FIELD_WILDCARD, covers, intersects, widen_variables
from iamd.policy.patterns import glob
from tests.examples import examples

TEXTS = ["".join(chars) for length in range(6) for chars in product("ab:", repeat=length)]
PATTERNS = st.text(alphabet="ab:*?", max_size=4)
many_examples = examples(200)


@cache
def matching_texts(pattern: str) -> frozenset[str]:
    return frozenset(text for text in TEXTS if glob(pattern, text))


@many_examples
@given(PATTERNS, PATTERNS)
def test_intersects_agrees_with_common_matches(first: str, second: str) -> None:
    # Two patterns of at most four characters with a common match have one of at most five characters: each
    # star matches what the other pattern has in its position.
    common = matching_texts(first) & matching_texts(second)
    if common:
        assert intersects(first, second)
    elif len(first) + len(second) <= 5:
        assert not intersects(first, second)


@many_examples
@given(PATTERNS, PATTERNS)
def test_covering_pattern_matches_all_texts_of_the_covered_one(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert matching_texts(wide) >= matching_texts(narrow)


@many_examples
@given(PATTERNS, PATTERNS)
def test_covering_pattern_intersects_the_covered_one(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert intersects(wide, narrow)
        assert intersects(narrow, wide)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("a*", "ab*", True),
        ("ab*", "a*", False),
        ("a?", "ab", True),
        ("a?", "a*", False),
        ("a?*", "a*", False),
        ("a*", "a?*", True),
        ("*", "", True),
        ("a", "a", True),
        ("a*b*c", "a*c", False),
        ("a*c", "a*b*c", True),
    ],
)
def test_covers(wide: str, narrow: str, expected: bool) -> None:
    assert covers(wide, narrow) is expected


@pytest.mark.parametrize(
    ("pattern", "fields", "expected"),
    [
        ("a:x:b", f"a:{FIELD_WILDCARD}:b", True),
        ("a:x:y:b", f"a:{FIELD_WILDCARD}:b", False),
        ("a::b", f"a:{FIELD_WILDCARD}:b", False),
        ("a:*:b", f"a:{FIELD_WILDCARD}:c:{FIELD_WILDCARD}", True),
        ("a:*:b", f"a:{FIELD_WILDCARD}:c:d", False),
        ("a:?:b", f"a:{FIELD_WILDCARD}:b", True),
        ("a:x?y:b", f"a:{FIELD_WILDCARD}:b", True),
        ("*", f"a:{FIELD_WILDCARD}", True),
    ],
)
def test_field_wildcard_matches_nonempty_text_without_colons(
    pattern: str, fields: str, expected: bool
) -> None:
    assert intersects(pattern, fields) is expected


def test_widen_variables_replaces_variables_with_wildcards() -> None:
    assert widen_variables("a/${aws:username}/${*}${$}b${c") == "a/*/?$b${c"
