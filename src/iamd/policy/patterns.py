"""Wildcard matching (globs): `*` matches any run of characters, `?` exactly one; the whole string must match.

User patterns are never compiled to regular expressions. A pattern is split on `*` into segments, which are
searched for in order, leftmost match first: this is complete for globs and needs no backtracking. A segment
with `?` is searched for with the shift-and algorithm, one machine word per 64 characters, so hostile
patterns stay linear too.
"""

from collections.abc import Iterable
from typing import NamedTuple


class PatternPart(NamedTuple):
    """A part of a pattern; in a literal part (a substituted variable) `*` and `?` are plain characters."""

    text: str
    is_literal: bool = False


class Segment(NamedTuple):
    """The text between two `*`; `wildcards` are the indexes of its `?`."""

    text: str
    wildcards: frozenset[int] = frozenset()


def glob(pattern: str, subject: str) -> bool:
    """Match a plain-text pattern, case-sensitively."""
    return glob_parts((PatternPart(pattern),), subject)


def glob_parts(parts: Iterable[PatternPart], subject: str) -> bool:
    """Match a pattern made of parts, some of them literal, case-sensitively."""
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
    """Split a pattern at each `*`; a boundary between parts does not end a segment."""
    finished: list[Segment] = []
    pending: list[PatternPart] = []
    for text, is_literal in pattern_parts:
        first, *later_chunks = [text] if is_literal else text.split("*")
        pending.append(PatternPart(first, is_literal))
        if later_chunks:
            finished.append(_join(pending))
            finished.extend(_segment(chunk) for chunk in later_chunks[:-1] if chunk)
            pending = [PatternPart(later_chunks[-1])]
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
    """Return whether a segment matches at a position; the subject must be long enough."""
    if not segment.wildcards:
        return subject.startswith(segment.text, position)
    return all(
        index in segment.wildcards or char == subject[position + index]
        for index, char in enumerate(segment.text)
    )


def _match_in_order(remaining: list[Segment], subject: str, start: int, end: int) -> bool:
    """Search for segments one after the other between two positions, leftmost first."""
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
    """Find a segment with wildcards by shift-and; -1 if there is none.

    Bit `i` of the state is set while the segment's first `i + 1` characters match up to here.
    """
    wildcard_mask = sum(1 << index for index in segment.wildcards)
    masks: dict[str, int] = {}
    for index, char in enumerate(segment.text):
        if index not in segment.wildcards:
            masks[char] = masks.get(char, wildcard_mask) | 1 << index
    size, state = len(segment.text), 0
    goal = 1 << (size - 1)
    for position in range(start, end):
        state = (state << 1 | 1) & masks.get(subject[position], wildcard_mask)
        if state & goal:
            return position - size + 1
    return -1


def matches_action(pattern: str, action: str) -> bool:
    """Match `service:Name`, ignoring case; wildcards apply to the name only, a plain `*` matches all."""
    if pattern in {"*", "*:*"}:
        return True
    service, _, name = action.lower().partition(":")
    pattern_service, colon, pattern_name = pattern.lower().partition(":")
    return bool(colon) and service == pattern_service and glob(pattern_name, name)
