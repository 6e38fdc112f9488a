"""Two patterns beside each other: whether a text can match both, and whether one has all that the other has.

The work is bounded by one machine word per 64 characters of one pattern for each character of the other.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from iamd.policy.compiled.globs import compile_glob

_FILLER = "\ue000"
_STARS = re.compile(r"\*+")


def intersects(one: str, other: str) -> bool:
    """Say whether some text matches both patterns: the walk of both at once, all ways at the same time.

    Bit `j` of the state is set where the first `j` characters of `other` fit what was read of `one`.
    """
    other = _STARS.sub("*", other)
    stars, singles, holes, masks = _masks(other)
    full = (1 << len(other) + 1) - 1
    state = 1 | (stars & 1) << 1
    for char in one:
        if char == "*":
            state = full & ~((state & -state) - 1)
            continue
        fitting = singles if char == "?" else masks.get(char, holes)
        state = (state & fitting) << 1 | state & stars
        state |= (state & stars) << 1
        if not state:
            return False
    return bool(state >> len(other))


def _masks(pattern: str) -> tuple[int, int, int, dict[str, int]]:
    """Return the places of stars, of all else, of question marks, and those where each character fits."""
    places: dict[str, int] = {}
    for place, char in enumerate(pattern):
        places[char] = places.get(char, 0) | 1 << place
    stars, holes = places.pop("*", 0), places.pop("?", 0)
    singles = ((1 << len(pattern)) - 1) & ~stars
    return stars, singles, holes, {char: mask | holes for char, mask in places.items()}


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
