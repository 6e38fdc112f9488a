"""Two patterns beside each other: whether a text can match both, and whether one has all that the other has.

The work is bounded by one machine word per 64 characters of one pattern for each character of the other.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from iamd.policy.compiled.globs import compile_glob

FIELD: Final = "\ue010"
_PART, _REST = "\ue011", "\ue012"  # one character but a colon, and any number of them
_FILLER = "\ue000"
_SHORT = 256  # what is kept for the next time
_STARS = re.compile(r"\*+")


def intersects(one: str, other: str) -> bool:
    """Say whether some text matches both patterns: the walk of both at once, all ways at the same time.

    Bit `j` of the state is set where the first `j` characters of `other` fit what was read of `one`.
    `other` may have fields in it: `FIELD` stands for a run without colons that is not empty.
    """
    walked = _walked(other) if len(other) <= _SHORT else _Walked.of(other)
    full = (1 << walked.size + 1) - 1
    state = 1 | (walked.stars & 1) << 1
    for char in one:
        if char == "*":
            state = full & ~((state & -state) - 1)
            continue
        staying = walked.anything if char == ":" else walked.stars
        moving = ~walked.stars if char == "?" else walked.fits(char)
        state = (state & moving) << 1 & full | state & staying
        state |= (state & walked.stars) << 1
        if not state:
            return False
    return bool(state >> walked.size)


class _Walked(NamedTuple):
    """A pattern as places in it, a bit each: where there are stars, and where each character fits."""

    size: int
    anything: int
    stars: int
    holes: int
    parts: int
    places: dict[str, int]

    @classmethod
    def of(cls, pattern: str) -> "_Walked":
        pattern = _STARS.sub("*", pattern).replace(FIELD, _PART + _REST)
        places: dict[str, int] = {}
        for place, char in enumerate(pattern):
            places[char] = places.get(char, 0) | 1 << place
        anything, rests = places.pop("*", 0), places.pop(_REST, 0)
        holes, parts = places.pop("?", 0), places.pop(_PART, 0)
        return cls(len(pattern), anything, anything | rests, holes, parts, places)

    def fits(self, char: str) -> int:
        """Return the places at which a character fits, stars not counted."""
        return self.places.get(char, 0) | self.holes | (0 if char == ":" else self.parts)


@lru_cache(maxsize=8192)
def _walked(pattern: str) -> _Walked:
    return _Walked.of(pattern)


def covers(wide: str, narrow: str) -> bool:
    """Say whether everything that matches `narrow` matches `wide`; in doubt it does not."""
    if wide == narrow or wide == "*":
        return True
    if "*" not in wide and "?" not in wide:
        return False
    if "?" not in wide:
        return _compiled(wide)(narrow)
    filler = _FILLER * (wide.count("?") + 1)
    return _compiled(wide)(narrow.replace("*", filler)) and _compiled(wide)(narrow.replace("*", ""))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[..., bool]:
    return compile_glob(pattern)


def widened(text: str) -> str:
    """Return a pattern that matches all that a text with variables may become."""
    if "${" not in text:
        return text
    out, at = [], 0
    while (start := text.find("${", at)) >= 0 and (end := text.find("}", start)) >= 0:
        out.append(text[at:start])
        out.append({"*": "?", "?": "?", "$": "$"}.get(text[start + 2 : end], "*"))
        at = end + 1
    return "".join([*out, text[at:]])
