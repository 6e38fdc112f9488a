"""Relations between wildcard patterns: whether two of them intersect, and whether one covers the other.

The work is bounded by one machine word per 64 characters of one pattern for each character of the other.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from iamd.policy.compiled.globs import compile_glob

FIELD_WILDCARD: Final = "\ue010"
_NON_COLON, _NON_COLONS = "\ue011", "\ue012"  # one character but a colon, and any number of them
_FILLER = "\ue000"
_MAX_CACHED_LENGTH = 256  # characters; longer patterns are not cached
_STAR_RUN = re.compile(r"\*+")


def intersects(pattern: str, other_pattern: str) -> bool:
    """Return whether some text matches both patterns, following all alternatives in parallel as bits.

    Bit `j` of the state is set if the first `j` characters of `other_pattern` fit what was read of `pattern`.
    `other_pattern` may contain `FIELD_WILDCARD`, which matches a non-empty run without colons.
    """
    other_bits = (
        _pattern_bits(other_pattern)
        if len(other_pattern) <= _MAX_CACHED_LENGTH
        else _PatternBits.parse(other_pattern)
    )
    full_mask = (1 << other_bits.size + 1) - 1
    state = 1 | (other_bits.runs & 1) << 1
    for char in pattern:
        if char == "*":
            state = full_mask & ~((state & -state) - 1)
            continue
        stay_mask = other_bits.any_run if char == ":" else other_bits.runs
        advance_mask = ~other_bits.runs if char == "?" else other_bits.matching_bits(char)
        state = (state & advance_mask) << 1 & full_mask | state & stay_mask
        state |= (state & other_bits.runs) << 1
        if not state:
            return False
    return bool(state >> other_bits.size)


class _PatternBits(NamedTuple):
    """A pattern as bit masks over its positions: where there are stars, and where each character fits."""

    size: int
    any_run: int
    runs: int
    any_char: int
    non_colon: int
    chars: dict[str, int]

    @classmethod
    def parse(cls, pattern: str) -> "_PatternBits":
        pattern = _STAR_RUN.sub("*", pattern).replace(FIELD_WILDCARD, _NON_COLON + _NON_COLONS)
        chars: dict[str, int] = {}
        for index, char in enumerate(pattern):
            chars[char] = chars.get(char, 0) | 1 << index
        any_run, non_colon_runs = chars.pop("*", 0), chars.pop(_NON_COLONS, 0)
        any_char, non_colon = chars.pop("?", 0), chars.pop(_NON_COLON, 0)
        return cls(len(pattern), any_run, any_run | non_colon_runs, any_char, non_colon, chars)

    def matching_bits(self, char: str) -> int:
        """Return the positions at which a character fits, not counting stars."""
        return self.chars.get(char, 0) | self.any_char | (0 if char == ":" else self.non_colon)


@lru_cache(maxsize=8192)
def _pattern_bits(pattern: str) -> _PatternBits:
    return _PatternBits.parse(pattern)


def covers(wide: str, narrow: str) -> bool:
    """Return whether everything that matches `narrow` matches `wide`; False if uncertain."""
    if wide == narrow or wide == "*":
        return True
    if "*" not in wide and "?" not in wide:
        return False
    if "?" not in wide:
        return _matcher(wide)(narrow)
    filler = _FILLER * (wide.count("?") + 1)
    return _matcher(wide)(narrow.replace("*", filler)) and _matcher(wide)(narrow.replace("*", ""))


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Callable[..., bool]:
    return compile_glob(pattern)


def widen_variables(text: str) -> str:
    """Return a pattern that matches everything a text with variables may expand to."""
    if "${" not in text:
        return text
    pieces, position = [], 0
    while (start := text.find("${", position)) >= 0 and (end := text.find("}", start)) >= 0:
        pieces.append(text[position:start])
        pieces.append({"*": "?", "?": "?", "$": "$"}.get(text[start + 2 : end], "*"))
        position = end + 1
    return "".join([*pieces, text[position:]])
