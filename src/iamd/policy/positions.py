"""Where the statements of a policy stand in its text, for whoever points at one."""

import re
from bisect import bisect_right
from json import JSONDecoder
from typing import NamedTuple

# Numbers stay texts: only where a value ends is wanted, and a number may have more digits than an int takes.
_DECODER = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\n\r]*")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """Where a statement stands, in characters from the text's first.

    `start` is its opening brace and `end` is behind its closing one. `opened` is where AWS's simulator has it
    begin: behind what was read before it, be it the bracket of the list or the statement before; where there
    is no list, behind its own opening brace.
    """

    opened: int
    start: int
    end: int


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


class Lines:
    """Turns places in a text from characters into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]

    def place(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


def spans(text: str) -> tuple[Span, ...]:
    """Return where each statement stands, in the order of the document, of a text that `parse` takes.

    ValueError for a text that is no JSON object with a Statement.
    """
    at = _behind(text, _skip(text, 0), "{")
    while True:
        key, at = _DECODER.raw_decode(text, _skip(text, at))
        at = _skip(text, _behind(text, _skip(text, at), ":"))
        if key == "Statement":
            return _statements(text, at)
        at = _behind(text, _skip(text, _end(text, at)), ",")


def _statements(text: str, at: int) -> tuple[Span, ...]:
    if not text.startswith("[", at):
        return (Span(at + 1, at, _end(text, at)),)
    found: list[Span] = []
    opened = at + 1
    while True:
        start = _skip(text, _behind(text, _skip(text, opened), ",") if found else opened)
        end = _end(text, start)
        found.append(Span(opened, start, end))
        opened = end
        if text.startswith("]", _skip(text, end)):
            return tuple(found)


def _end(text: str, at: int) -> int:
    """Return where the value that begins here ends."""
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    """Return where white space ends."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _behind(text: str, at: int, sign: str) -> int:
    if not text.startswith(sign, at):
        raise ValueError(f"no {sign} at character {at}")
    return at + 1
