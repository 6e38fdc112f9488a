"""Patterns compiled: what a pattern costs to take apart is paid once, and many are asked as one test.

The common forms (exact, `prefix*`, `first*last`, `first*chunk*`) are kept as plain data and come down to one
or two calls of str's own methods; the rest is sought segment by segment as in `iamd.policy.patterns`, never
going back. A test takes the subject, and a second argument that it does not look at, so that it can stand
where a context is given. Tests are methods of small objects: closures are as fast and three times as large.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from iamd.policy.patterns import Segment, search

Test = Callable[..., bool]

_TRIES = 4


def anything(_subject: str, _context: Any = None) -> bool:
    """Match anything."""
    return True


def nothing(_subject: str, _context: Any = None) -> bool:
    """Match nothing."""
    return False


class Globs(NamedTuple):
    """Patterns sorted by their form. An entry of two texts has a length too: of both, or of the first."""

    exact: tuple[str, ...]
    prefixes: tuple[str, ...]
    ends: tuple[tuple[str, str, int], ...]  # `first*last`
    chunks: tuple[tuple[str, str, int], ...]  # `first*chunk*`
    others: tuple[Test, ...]


def sort_globs(patterns: Iterable[str]) -> Globs:
    """Take patterns of plain text apart."""
    exact, prefixes, others = list[str](), list[str](), list[Test]()
    ends, chunks = list[tuple[str, str, int]](), list[tuple[str, str, int]]()
    for pattern in patterns:
        first, *more = pattern.split("*")
        middle, last = [chunk for chunk in more[:-1] if chunk], more[-1] if more else ""
        if "?" in pattern:
            others.append(_Sought(pattern).matches)
        elif not more:
            exact.append(pattern)
        elif not middle and not last:
            prefixes.append(first)
        elif not middle:
            ends.append((first, last, len(first) + len(last)))
        elif len(middle) == 1 and not last:
            chunks.append((first, middle[0], len(first)))
        else:
            others.append(_Sought(pattern).matches)
    return Globs(tuple(exact), tuple(prefixes), tuple(ends), tuple(chunks), tuple(others))


def joined(many: Sequence[Globs]) -> Globs:
    """Put together what was taken apart."""
    if len(many) == 1:
        return many[0]
    return Globs(*(tuple(chain.from_iterable(same)) for same in zip(*many, strict=True)))


def any_glob(globs: Globs) -> Test:
    """Return what matches any of many patterns, case-sensitively."""
    exact, prefixes, ends, chunks, others = globs
    if "" in prefixes:
        return anything
    tests = list[Test]()
    if exact:
        tests.append(_Exact(exact).matches)
    if prefixes:
        tests.append(_Prefixes(prefixes).matches)
    if ends:
        tests.append(_Ends(ends).matches)
    if chunks:
        tests.append(_Chunk(*chunks[0]).matches if len(chunks) == 1 else _Chunks(chunks).matches)
    return any_of([*tests, *others]) or nothing


def compile_any(patterns: Iterable[str]) -> Test:
    """Return what matches any of many patterns of plain text."""
    return any_glob(sort_globs(patterns))


def compile_glob(pattern: str) -> Test:
    """Return what matches a pattern of plain text."""
    return compile_any((pattern,))


class _Exact:
    __slots__ = ("known",)

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.known = patterns if len(patterns) == 1 else frozenset(patterns)

    def matches(self, subject: str, _context: Any = None) -> bool:
        return subject in self.known


class _Prefixes:
    __slots__ = ("starts",)

    def __init__(self, starts: tuple[str, ...]) -> None:
        self.starts = starts

    def matches(self, subject: str, _context: Any = None) -> bool:
        return subject.startswith(self.starts)


class _Ends:
    __slots__ = ("entries",)

    def __init__(self, entries: tuple[tuple[str, str, int], ...]) -> None:
        self.entries = entries

    def matches(self, subject: str, _context: Any = None) -> bool:
        for first, last, least in self.entries:
            if len(subject) >= least and subject.startswith(first) and subject.endswith(last):
                return True
        return False


class _Chunk:
    __slots__ = ("begin", "chunk", "first")

    def __init__(self, first: str, chunk: str, begin: int) -> None:
        self.first, self.chunk, self.begin = first, chunk, begin

    def matches(self, subject: str, _context: Any = None) -> bool:
        return subject.startswith(self.first) and subject.find(self.chunk, self.begin) >= 0


class _Chunks:
    __slots__ = ("entries",)

    def __init__(self, entries: tuple[tuple[str, str, int], ...]) -> None:
        self.entries = entries

    def matches(self, subject: str, _context: Any = None) -> bool:
        for first, chunk, begin in self.entries:
            if subject.startswith(first) and subject.find(chunk, begin) >= 0:
                return True
        return False


class _Sought:
    """Any pattern: it begins with one text, ends with another, and has the rest in turn between them."""

    __slots__ = ("first", "last", "middle")

    def __init__(self, pattern: str) -> None:
        first, *middle = pattern.split("*")
        self.first = _text(first)
        self.last = _text(middle.pop()) if middle else None
        self.middle = tuple([_text(chunk) for chunk in middle if chunk])

    def matches(self, subject: str, _context: Any = None) -> bool:
        first, last = self.first, self.last
        at, end = first.size, len(subject)
        if not subject.startswith(first.anchor, first.offset):  # which says no most of the time
            return False
        if last is None:
            return at == end and first.surrounds(subject, 0)
        end -= last.size
        if end < at or not ((not first.others or first.surrounds(subject, 0)) and last.stands(subject, end)):
            return False
        for text in self.middle:
            at = text.after(subject, at, end)
            if at < 0:
                return False
        return True


def _pieces(text: str) -> list[tuple[int, str]]:
    """Return the texts between the `?` of a text, some of them empty, with their places in it."""
    at, found = 0, []
    for piece in text.split("?"):
        found.append((at, piece))
        at += len(piece) + 1
    return found


def _holes(text: str) -> frozenset[int]:
    return frozenset(place for place, char in enumerate(text) if char == "?")


def _length(piece: tuple[int, str]) -> int:
    return len(piece[1])


class _Text:
    """What stands between two `*`: the longest piece between its `?`, the place of it, and the other pieces.

    A text without `?` is its only piece.
    """

    __slots__ = ("anchor", "offset", "others", "size", "whole")

    def __init__(self, text: str) -> None:
        self.whole, self.size = text, len(text)
        self.offset, self.anchor = 0, text
        self.others: tuple[tuple[int, str], ...] = ()
        if "?" in text:
            pieces = _pieces(text)
            self.offset, self.anchor = longest = max(pieces, key=_length)
            self.others = tuple([piece for piece in pieces if piece is not longest and piece[1]])

    def stands(self, subject: str, at: int) -> bool:
        """Say whether the text stands at a place."""
        return subject.startswith(self.anchor, at + self.offset) and (
            not self.others or self.surrounds(subject, at)
        )

    def after(self, subject: str, at: int, end: int) -> int:
        """Find the text between two places and tell where it ends; -1 when it is not there.

        Where the anchor turns up in the wrong place again and again, the whole is sought character by
        character instead, so that hostile patterns stay linear.
        """
        size, offset = self.size, self.offset
        for _ in range(_TRIES):
            found = subject.find(self.anchor, at + offset, end) - offset
            if found < at or found + size > end:
                return -1
            if not self.others or self.surrounds(subject, found):
                return found + size
            at = found + 1
        found = search(Segment(self.whole, _holes(self.whole)), subject, at, end)
        return found + size if found >= 0 else -1

    def surrounds(self, subject: str, at: int) -> bool:
        """Say whether the text stands at a place where its anchor does."""
        for place, text in self.others:  # noqa: SIM110 - a loop is a third faster than a generator
            if not subject.startswith(text, at + place):
                return False
        return True


_NO_TEXT = _Text("")


def _text(text: str) -> _Text:
    return _Text(text) if text else _NO_TEXT


def any_of(tests: Sequence[Test]) -> Test | None:
    """Return what says whether any of the tests holds; None where there are none."""
    if len(tests) <= 1:
        return tests[0] if tests else None
    if len(tests) == 2:
        return _Either(*tests).holds
    return _AnyOf(tuple(tests)).holds


class _Either:
    __slots__ = ("one", "other")

    def __init__(self, one: Test, other: Test) -> None:
        self.one, self.other = one, other

    def holds(self, name: str, context: Any = None) -> bool:
        return self.one(name, context) or self.other(name, context)


class _AnyOf:
    __slots__ = ("tests",)

    def __init__(self, tests: tuple[Test, ...]) -> None:
        self.tests = tests

    def holds(self, name: str, context: Any = None) -> bool:
        for test in self.tests:  # noqa: SIM110 - a loop is a third faster than a generator
            if test(name, context):
                return True
        return False
