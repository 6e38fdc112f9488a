"""Patterns as closures: what a pattern costs to take apart is paid once.

The common forms (exact, `prefix*`, `*suffix`, `prefix*suffix`) come down to one or two calls of str's own
methods; the rest is sought segment by segment as in `iamd.policy.patterns`, never going back. A test takes
the subject, and a second argument that it does not look at, so that it can stand where a context is given.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from iamd.policy.patterns import Part, Segment, search, segments

Test = Callable[..., bool]

_TRIES = 4


def anything(_subject: str, _context: Any = None) -> bool:
    """Match anything."""
    return True


def nothing(_subject: str, _context: Any = None) -> bool:
    """Match nothing."""
    return False


def compile_glob(pattern: str) -> Test:
    """Return what matches a pattern of plain text, case-sensitively."""
    if "?" in pattern:
        return _with_holes(pattern)
    first, *others = pattern.split("*")
    if not others:
        return lambda subject, _context=None: subject == pattern
    *middle, last = others
    middle = [chunk for chunk in middle if chunk]
    return _many(first, middle, last) if middle else _one_star(first, last)


def _one_star(first: str, last: str) -> Test:
    if not first and not last:
        return anything
    if not last:
        return lambda subject, _context=None: subject.startswith(first)
    if not first:
        return lambda subject, _context=None: subject.endswith(last)
    least = len(first) + len(last)
    return lambda subject, _context=None: (
        len(subject) >= least and subject.startswith(first) and subject.endswith(last)
    )


def _many(first: str, middle: list[str], last: str) -> Test:
    begin, tail = len(first), len(last)
    if len(middle) == 1 and not last:
        chunk = middle[0]
        return lambda subject, _context=None: subject.startswith(first) and subject.find(chunk, begin) >= 0

    def test(subject: str, _context: Any = None) -> bool:
        if not (subject.startswith(first) and subject.endswith(last)):
            return False
        at, end = begin, len(subject) - tail
        for chunk in middle:
            at = subject.find(chunk, at, end)
            if at < 0:
                return False
            at += len(chunk)
        return True

    return test


def _with_holes(pattern: str) -> Test:
    first, *middle = segments((Part(pattern),))
    size, pieces = len(first.text), _pieces(first)
    if not middle:
        return lambda subject, _context=None: len(subject) == size and _stands(pieces, subject, 0)
    last = middle.pop()
    tail, ending = len(last.text), _pieces(last)
    seekers = tuple(_seeker(segment) for segment in middle)

    def test(subject: str, _context: Any = None) -> bool:
        at, end = size, len(subject) - tail
        if end < size or not (_stands(pieces, subject, 0) and _stands(ending, subject, end)):
            return False
        for seek in seekers:
            at = seek(subject, at, end)
            if at < 0:
                return False
        return True

    return test


def _seeker(segment: Segment) -> Callable[[str, int, int], int]:
    """Return what finds a segment between two places and tells where it ends; -1 when it is not there.

    Its longest text without a hole is sought first. Where that turns up in the wrong place again and again,
    the whole is sought character by character instead, so that hostile patterns stay linear.
    """
    size = len(segment.text)
    if not segment.holes:
        return lambda subject, at, end: _end(subject.find(segment.text, at, end), size)
    pieces = _pieces(segment)
    if not pieces:
        return lambda _subject, at, end: at + size if at + size <= end else -1
    offset, anchor = max(pieces, key=lambda piece: len(piece[1]))

    def seek(subject: str, at: int, end: int) -> int:
        for _ in range(_TRIES):
            found = subject.find(anchor, at + offset, end)
            if found < 0 or found - offset + size > end:
                return -1
            at = found - offset
            if _stands(pieces, subject, at):
                return at + size
            at += 1
        return _end(search(segment, subject, at, end), size)

    return seek


def _end(found: int, size: int) -> int:
    return found + size if found >= 0 else -1


def _pieces(segment: Segment) -> tuple[tuple[int, str], ...]:
    """Return the texts between the holes of a segment, with their places in it."""
    at, found = 0, []
    for text in "".join("?" if i in segment.holes else c for i, c in enumerate(segment.text)).split("?"):
        if text:
            found.append((at, text))
        at += len(text) + 1
    return tuple(found)


def _stands(pieces: tuple[tuple[int, str], ...], subject: str, at: int) -> bool:
    for place, text in pieces:  # noqa: SIM110 - a loop is a third faster than a generator
        if not subject.startswith(text, at + place):
            return False
    return True


def compile_any(patterns: Iterable[str]) -> Test:
    """Return what matches any of many patterns: exact ones by a look-up, prefixes by one call."""
    exact, prefixes, others = _sorted(patterns)
    tests: list[Test] = []
    if exact:
        known = frozenset(exact)
        tests.append(lambda subject, _context=None: subject in known)
    if prefixes:
        starts = tuple(prefixes)
        tests.append(lambda subject, _context=None: subject.startswith(starts))
    tests.extend(others)
    return any_of(tests) or nothing


def _sorted(patterns: Iterable[str]) -> tuple[list[str], list[str], list[Test]]:
    exact: list[str] = []
    prefixes: list[str] = []
    others: list[Test] = []
    for pattern in patterns:
        plain = pattern.rstrip("*")
        if "*" in plain or "?" in plain:
            others.append(compile_glob(pattern))
        elif plain == pattern:
            exact.append(pattern)
        else:
            prefixes.append(plain)
    return exact, prefixes, others


def any_of(tests: Sequence[Test]) -> Test | None:
    """Return what says whether any of the tests holds; None where there are none."""
    if len(tests) <= 1:
        return tests[0] if tests else None
    if len(tests) == 2:
        one, other = tests
        return lambda name, context=None: one(name, context) or other(name, context)
    every = tuple(tests)

    def test(name: str, context: Any = None) -> bool:
        for each in every:  # noqa: SIM110 - a loop is a third faster than a generator
            if each(name, context):
                return True
        return False

    return test
