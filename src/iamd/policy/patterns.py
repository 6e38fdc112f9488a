"""Globs: `*` matches any run, `?` one character, everything else itself; always over the whole string.

No regular expression is ever made of a user's pattern. A pattern is split on `*` into segments, and the
segments are sought one after the other, leftmost first, which is complete for globs and never goes back. A
segment with `?` in it is sought with one machine word per 64 characters (shift-and), so hostile patterns
stay linear too.
"""

from collections.abc import Iterable
from typing import NamedTuple


class PatternPart(NamedTuple):
    """A piece of a pattern; in a literal piece (a substituted variable) `*` and `?` stand for themselves."""

    text: str
    is_literal: bool = False


class Segment(NamedTuple):
    """What stands between two `*`; `holes` are the places where any one character will do."""

    text: str
    wildcards: frozenset[int] = frozenset()


def glob(pattern: str, subject: str) -> bool:
    """Match a pattern of plain text, case-sensitively."""
    return glob_parts((PatternPart(pattern),), subject)


def glob_parts(parts: Iterable[PatternPart], subject: str) -> bool:
    """Match a pattern put together of pieces, some of them literal."""
    pattern_parts = tuple(parts)
    if _min_length(pattern_parts) > len(subject):
        return False
    first, *middle = segments(pattern_parts)
    if not middle:
        return len(first.text) == len(subject) and _matches_at(first, subject, 0)
    last = middle.pop()
    end = len(subject) - len(last.text)
    return (
        _matches_at(first, subject, 0)
        and _matches_at(last, subject, end)
        and _match_in_order(middle, subject, len(first.text), end)
    )


def _min_length(pattern_parts: tuple[PatternPart, ...]) -> int:
    return sum(len(part.text) - (0 if part.is_literal else part.text.count("*")) for part in pattern_parts)


def segments(pattern_parts: tuple[PatternPart, ...]) -> list[Segment]:
    """Cut at the wildcards; what stands on both sides of a boundary between pieces belongs together."""
    finished: list[Segment] = []
    pending: list[PatternPart] = []
    for text, is_literal in pattern_parts:
        first, *more = [text] if is_literal else text.split("*")
        pending.append(PatternPart(first, is_literal))
        if more:
            finished.append(_join(pending))
            finished.extend(_segment(chunk) for chunk in more[:-1] if chunk)
            pending = [PatternPart(more[-1])]
    return [*finished, _join(pending)]


def _segment(chunk: str) -> Segment:
    return Segment(chunk, _wildcards(chunk)) if "?" in chunk else Segment(chunk)


def _wildcards(chunk: str, offset: int = 0) -> frozenset[int]:
    return frozenset(offset + index for index, char in enumerate(chunk) if char == "?")


def _join(parts: list[PatternPart]) -> Segment:
    wildcards: set[int] = set()
    size = 0
    for text, is_literal in parts:
        if not is_literal:
            wildcards |= _wildcards(text, size)
        size += len(text)
    return Segment("".join(part.text for part in parts), frozenset(wildcards))


def _matches_at(segment: Segment, subject: str, position: int) -> bool:
    """Say whether a segment stands at a place; there must be room for it."""
    if not segment.wildcards:
        return subject.startswith(segment.text, position)
    return all(
        index in segment.wildcards or char == subject[position + index]
        for index, char in enumerate(segment.text)
    )


def _match_in_order(remaining: list[Segment], subject: str, start: int, end: int) -> bool:
    """Seek segments one after the other between two places, leftmost first."""
    position = start
    for segment in remaining:
        index = (
            search(segment, subject, position, end)
            if segment.wildcards
            else subject.find(segment.text, position, end)
        )
        if index < 0:
            return False
        position = index + len(segment.text)
    return True


def search(segment: Segment, subject: str, start: int, end: int) -> int:
    """Find a segment with holes: bit `i` of the state is set while its first `i + 1` characters fit here."""
    wildcard_mask = sum(1 << index for index in segment.wildcards)
    masks: dict[str, int] = {}
    for place, char in enumerate(segment.text):
        if place not in segment.wildcards:
            masks[char] = masks.get(char, wildcard_mask) | 1 << place
    size, state = len(segment.text), 0
    goal = 1 << (size - 1)
    for position in range(start, end):
        state = (state << 1 | 1) & masks.get(subject[position], wildcard_mask)
        if state & goal:
            return position - size + 1
    return -1


def matches_action(pattern: str, action: str) -> bool:
    """Match `service:Name` without regard to case; `*` and `?` act in the name alone, a bare `*` is all."""
    if pattern in {"*", "*:*"}:
        return True
    service, _, name = action.lower().partition(":")
    pattern_service, colon, pattern_name = pattern.lower().partition(":")
    return bool(colon) and service == pattern_service and glob(pattern_name, name)
