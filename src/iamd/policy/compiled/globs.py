"""Compiled wildcard patterns: each pattern is parsed once, and many are matched by a single matcher.

The common forms (exact, `prefix*`, `first*last`, `first*chunk*`) are stored as plain data and need only one
or two calls of `str` methods; other patterns are matched segment by segment as in `iamd.policy.patterns`,
without backtracking. A matcher takes the subject and ignores a second argument, so that it can be used as a
predicate that takes a context. Matchers are methods of small objects: closures are as fast but three times as
large.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from iamd.policy.patterns import Segment, search

Matcher = Callable[..., bool]

_MAX_ANCHOR_TRIES = 4


def match_all(_subject: str, _context: Any = None) -> bool:
    """Match anything."""
    return True


def match_none(_subject: str, _context: Any = None) -> bool:
    """Match nothing."""
    return False


class GlobsByForm(NamedTuple):
    """Patterns grouped by form. The number in an entry is the length of both texts, or of the first."""

    exact: tuple[str, ...]
    prefixes: tuple[str, ...]
    prefix_suffix: tuple[tuple[str, str, int], ...]  # `first*last`
    prefix_infix: tuple[tuple[str, str, int], ...]  # `first*chunk*`
    general: tuple[Matcher, ...]


def classify_globs(patterns: Iterable[str]) -> GlobsByForm:
    """Group plain-text patterns by their form."""
    exact, prefixes, general = list[str](), list[str](), list[Matcher]()
    prefix_suffix, prefix_infix = list[tuple[str, str, int]](), list[tuple[str, str, int]]()
    for pattern in patterns:
        first, *parts = pattern.split("*")
        middle, last = [chunk for chunk in parts[:-1] if chunk], parts[-1] if parts else ""
        if "?" in pattern:
            general.append(_GeneralGlob(pattern).matches)
        elif not parts:
            exact.append(pattern)
        elif not middle and not last:
            prefixes.append(first)
        elif not middle:
            prefix_suffix.append((first, last, len(first) + len(last)))
        elif len(middle) == 1 and not last:
            prefix_infix.append((first, middle[0], len(first)))
        else:
            general.append(_GeneralGlob(pattern).matches)
    return GlobsByForm(
        tuple(exact), tuple(prefixes), tuple(prefix_suffix), tuple(prefix_infix), tuple(general)
    )


def merge_globs(groups: Sequence[GlobsByForm]) -> GlobsByForm:
    """Merge groups of patterns into one."""
    if len(groups) == 1:
        return groups[0]
    return GlobsByForm(*(tuple(chain.from_iterable(same_form)) for same_form in zip(*groups, strict=True)))


def compile_globs(globs: GlobsByForm) -> Matcher:
    """Return a case-sensitive matcher for any of the patterns."""
    exact, prefixes, prefix_suffix, prefix_infix, general = globs
    if "" in prefixes:
        return match_all
    matchers = list[Matcher]()
    if exact:
        matchers.append(_Exact(exact).matches)
    if prefixes:
        matchers.append(_Prefixes(prefixes).matches)
    if prefix_suffix:
        matchers.append(_PrefixSuffixes(prefix_suffix).matches)
    if prefix_infix:
        matchers.append(
            _PrefixInfix(*prefix_infix[0]).matches
            if len(prefix_infix) == 1
            else _PrefixInfixes(prefix_infix).matches
        )
    return any_of([*matchers, *general]) or match_none


def compile_patterns(patterns: Iterable[str]) -> Matcher:
    """Return a matcher for any of several plain-text patterns."""
    return compile_globs(classify_globs(patterns))


def compile_glob(pattern: str) -> Matcher:
    """Return a matcher for a plain-text pattern."""
    return compile_patterns((pattern,))


class _Exact:
    __slots__ = ("subjects",)

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.subjects = patterns if len(patterns) == 1 else frozenset(patterns)

    def matches(self, subject: str, _context: Any = None) -> bool:
        return subject in self.subjects


class _Prefixes:
    __slots__ = ("prefixes",)

    def __init__(self, prefixes: tuple[str, ...]) -> None:
        self.prefixes = prefixes

    def matches(self, subject: str, _context: Any = None) -> bool:
        return subject.startswith(self.prefixes)


class _PrefixSuffixes:
    __slots__ = ("entries",)

    def __init__(self, entries: tuple[tuple[str, str, int], ...]) -> None:
        self.entries = entries

    def matches(self, subject: str, _context: Any = None) -> bool:
        for first, last, min_length in self.entries:
            if len(subject) >= min_length and subject.startswith(first) and subject.endswith(last):
                return True
        return False


class _PrefixInfix:
    __slots__ = ("chunk", "first", "search_start")

    def __init__(self, first: str, chunk: str, search_start: int) -> None:
        self.first, self.chunk, self.search_start = first, chunk, search_start

    def matches(self, subject: str, _context: Any = None) -> bool:
        return subject.startswith(self.first) and subject.find(self.chunk, self.search_start) >= 0


class _PrefixInfixes:
    __slots__ = ("entries",)

    def __init__(self, entries: tuple[tuple[str, str, int], ...]) -> None:
        self.entries = entries

    def matches(self, subject: str, _context: Any = None) -> bool:
        for first, chunk, search_start in self.entries:
            if subject.startswith(first) and subject.find(chunk, search_start) >= 0:
                return True
        return False


class _GeneralGlob:
    """Any pattern: starts with `first`, ends with `last`, and has the `middle` segments in order between."""

    __slots__ = ("first", "last", "middle")

    def __init__(self, pattern: str) -> None:
        first, *middle = pattern.split("*")
        self.first = _segment_matcher(first)
        self.last = _segment_matcher(middle.pop()) if middle else None
        self.middle = tuple([_segment_matcher(chunk) for chunk in middle if chunk])

    def matches(self, subject: str, _context: Any = None) -> bool:
        first, last = self.first, self.last
        position, end = first.size, len(subject)
        if not subject.startswith(first.anchor, first.offset):  # rejects most subjects
            return False
        if last is None:
            return position == end and first.other_pieces_match_at(subject, 0)
        end -= last.size
        if end < position or not (
            (not first.other_pieces or first.other_pieces_match_at(subject, 0))
            and last.matches_at(subject, end)
        ):
            return False
        for segment in self.middle:
            position = segment.find_end(subject, position, end)
            if position < 0:
                return False
        return True


def _literal_pieces(text: str) -> list[tuple[int, str]]:
    """Return the texts between the `?` of a text, some of them empty, with their offsets."""
    position, pieces = 0, []
    for piece in text.split("?"):
        pieces.append((position, piece))
        position += len(piece) + 1
    return pieces


def _wildcards(text: str) -> frozenset[int]:
    return frozenset(index for index, char in enumerate(text) if char == "?")


def _piece_length(piece: tuple[int, str]) -> int:
    return len(piece[1])


class _SegmentMatcher:
    """A segment between two `*`: its longest literal piece (`anchor`), that piece's offset, the other pieces.

    A text without `?` is a single piece.
    """

    __slots__ = ("anchor", "offset", "other_pieces", "size", "whole")

    def __init__(self, text: str) -> None:
        self.whole, self.size = text, len(text)
        self.offset, self.anchor = 0, text
        self.other_pieces: tuple[tuple[int, str], ...] = ()
        if "?" in text:
            pieces = _literal_pieces(text)
            self.offset, self.anchor = longest_piece = max(pieces, key=_piece_length)
            self.other_pieces = tuple([piece for piece in pieces if piece is not longest_piece and piece[1]])

    def matches_at(self, subject: str, position: int) -> bool:
        """Return whether the segment matches at a position."""
        return subject.startswith(self.anchor, position + self.offset) and (
            not self.other_pieces or self.other_pieces_match_at(subject, position)
        )

    def find_end(self, subject: str, position: int, end: int) -> int:
        """Find the segment between two positions and return its end; -1 if it is not there.

        After several occurrences of the anchor at which the segment does not match, shift-and search is used
        instead, so that hostile patterns stay linear.
        """
        size, offset = self.size, self.offset
        for _ in range(_MAX_ANCHOR_TRIES):
            index = subject.find(self.anchor, position + offset, end) - offset
            if index < position or index + size > end:
                return -1
            if not self.other_pieces or self.other_pieces_match_at(subject, index):
                return index + size
            position = index + 1
        index = search(Segment(self.whole, _wildcards(self.whole)), subject, position, end)
        return index + size if index >= 0 else -1

    def other_pieces_match_at(self, subject: str, position: int) -> bool:
        """Return whether the segment matches at a position at which its anchor does."""
        for piece_offset, text in self.other_pieces:
            if not subject.startswith(text, position + piece_offset):
                return False
        return True


_EMPTY_SEGMENT = _SegmentMatcher("")


def _segment_matcher(text: str) -> _SegmentMatcher:
    return _SegmentMatcher(text) if text else _EMPTY_SEGMENT


def any_of(matchers: Sequence[Matcher]) -> Matcher | None:
    """Return a matcher that is true if any of the matchers is; None if there are none."""
    if len(matchers) <= 1:
        return matchers[0] if matchers else None
    if len(matchers) == 2:
        return _Either(*matchers).matches
    return _AnyOf(tuple(matchers)).matches


class _Either:
    __slots__ = ("first", "second")

    def __init__(self, first: Matcher, second: Matcher) -> None:
        self.first, self.second = first, second

    def matches(self, subject: str, context: Any = None) -> bool:
        return self.first(subject, context) or self.second(subject, context)


class _AnyOf:
    __slots__ = ("matchers",)

    def __init__(self, matchers: tuple[Matcher, ...]) -> None:
        self.matchers = matchers

    def matches(self, subject: str, context: Any = None) -> bool:
        for matcher in self.matchers:  # noqa: SIM110 - a loop is a third faster than a generator
            if matcher(subject, context):
                return True
        return False
