"""Globs: `*` matches any run, `?` one character, everything else itself; always over the whole string.

No regular expression is ever made of a user's pattern. A pattern is split on `*` into segments, and the
segments are sought one after the other, leftmost first, which is complete for globs and never goes back. A
segment with `?` in it is sought with one machine word per 64 characters (shift-and), so hostile patterns
stay linear too.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Part(NamedTuple):
    """A piece of a pattern; in a literal piece (a substituted variable) `*` and `?` stand for themselves."""

    text: str
    literal: bool = False


class Segment(NamedTuple):
    """What stands between two `*`; `holes` are the places where any one character will do."""

    text: str
    holes: frozenset[int] = frozenset()


def glob(pattern: str, subject: str) -> bool:
    """Match a pattern of plain text, case-sensitively."""
    return glob_parts((Part(pattern),), subject)


def glob_parts(parts: Iterable[Part], subject: str) -> bool:
    """Match a pattern put together of pieces, some of them literal."""
    pieces = tuple(parts)
    if _shortest(pieces) > len(subject):
        return False
    first, *middle = segments(pieces)
    if not middle:
        return len(first.text) == len(subject) and _fits(first, subject, 0)
    last = middle.pop()
    end = len(subject) - len(last.text)
    return (
        _fits(first, subject, 0)
        and _fits(last, subject, end)
        and _in_turn(middle, subject, len(first.text), end)
    )


def _shortest(pieces: tuple[Part, ...]) -> int:
    return sum(len(part.text) - (0 if part.literal else part.text.count("*")) for part in pieces)


def segments(pieces: tuple[Part, ...]) -> list[Segment]:
    """Cut at the wildcards; what stands on both sides of a boundary between pieces belongs together."""
    done: list[Segment] = []
    open_ends: list[Part] = []
    for text, literal in pieces:
        first, *others = [text] if literal else text.split("*")
        open_ends.append(Part(first, literal))
        if others:
            done.append(_joined(open_ends))
            done.extend(_segment(chunk) for chunk in others[:-1] if chunk)
            open_ends = [Part(others[-1])]
    return [*done, _joined(open_ends)]


def _segment(chunk: str) -> Segment:
    return Segment(chunk, _holes(chunk)) if "?" in chunk else Segment(chunk)


def _holes(chunk: str, offset: int = 0) -> frozenset[int]:
    return frozenset(offset + place for place, char in enumerate(chunk) if char == "?")


def _joined(ends: list[Part]) -> Segment:
    holes: set[int] = set()
    size = 0
    for text, literal in ends:
        if not literal:
            holes |= _holes(text, size)
        size += len(text)
    return Segment("".join(part.text for part in ends), frozenset(holes))


def _fits(segment: Segment, subject: str, at: int) -> bool:
    """Say whether a segment stands at a place; there must be room for it."""
    if not segment.holes:
        return subject.startswith(segment.text, at)
    return all(
        place in segment.holes or char == subject[at + place] for place, char in enumerate(segment.text)
    )


def _in_turn(sought: list[Segment], subject: str, start: int, end: int) -> bool:
    """Seek segments one after the other between two places, leftmost first."""
    at = start
    for segment in sought:
        found = search(segment, subject, at, end) if segment.holes else subject.find(segment.text, at, end)
        if found < 0:
            return False
        at = found + len(segment.text)
    return True


def search(segment: Segment, subject: str, start: int, end: int) -> int:
    """Find a segment with holes: bit `i` of the state is set while its first `i + 1` characters fit here."""
    anything = sum(1 << place for place in segment.holes)
    masks: dict[str, int] = {}
    for place, char in enumerate(segment.text):
        if place not in segment.holes:
            masks[char] = masks.get(char, anything) | 1 << place
    size, state = len(segment.text), 0
    goal = 1 << (size - 1)
    for at in range(start, end):
        state = (state << 1 | 1) & masks.get(subject[at], anything)
        if state & goal:
            return at - size + 1
    return -1


def matches_action(pattern: str, action: str) -> bool:
    """Match `service:Name` without regard to case; `*` and `?` act in the name alone, a bare `*` is all."""
    if pattern in {"*", "*:*"}:
        return True
    service, _, name = action.lower().partition(":")
    wanted_service, colon, wanted_name = pattern.lower().partition(":")
    return bool(colon) and service == wanted_service and glob(wanted_name, name)
