"""Two patterns beside each other, compared with all short texts that they match."""

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
thorough = examples(200)


@cache
def matched(pattern: str) -> frozenset[str]:
    return frozenset(text for text in TEXTS if glob(pattern, text))


@thorough
@given(PATTERNS, PATTERNS)
def test_patterns_intersect_where_a_text_matches_both(one: str, other: str) -> None:
    # Two patterns of four characters that have a text in common have one of at most five characters: each
    # star stands for what the other has at its place.
    common = matched(one) & matched(other)
    if common:
        assert intersects(one, other)
    elif len(one) + len(other) <= 5:
        assert not intersects(one, other)


@thorough
@given(PATTERNS, PATTERNS)
def test_a_pattern_covers_another_only_where_it_has_all_of_it(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert matched(wide) >= matched(narrow)


@thorough
@given(PATTERNS, PATTERNS)
def test_a_pattern_that_covers_another_intersects_it(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert intersects(wide, narrow)
        assert intersects(narrow, wide)


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
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
def test_covering(wide: str, narrow: str, covered: bool) -> None:
    assert covers(wide, narrow) is covered


@pytest.mark.parametrize(
    ("pattern", "fields", "common"),
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
def test_a_field_has_no_colons_and_is_not_empty(pattern: str, fields: str, common: bool) -> None:
    assert intersects(pattern, fields) is common


def test_a_variable_may_become_anything() -> None:
    assert widen_variables("a/${aws:username}/${*}${$}b${c") == "a/*/?$b${c"
