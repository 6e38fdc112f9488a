"""Source positions: where the statements of a policy are in its text, by offset, line and column."""

import re
from bisect import bisect_right
from json import JSONDecoder
from typing import NamedTuple

# Numbers stay strings: only the end of a value matters, and a number may have more digits than int() accepts.
_DECODER = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """The position of a statement in the text, in characters from its start.

    `start` is at the opening brace, `end` after the closing one. `simulator_start` is where AWS's policy
    simulator begins the statement: after the list's opening bracket or the previous statement or, if there is
    no list, after the statement's own opening brace.
    """

    simulator_start: int
    start: int
    end: int


class Location(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


class LineIndex:
    """Converts character offsets of a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._line_starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def location(self, offset: int) -> Location:
        line = bisect_right(self._line_starts, offset)
        return Location(line, offset - self._line_starts[line - 1] + 1)


def statement_spans(text: str) -> tuple[Span, ...]:
    """Return the position of each statement, in document order; the text must be valid for `parse`.

    ValueError if the text is not a JSON object with a Statement.
    """
    position = _expect(text, _skip_whitespace(text, 0), "{")
    while True:
        key, position = _DECODER.raw_decode(text, _skip_whitespace(text, position))
        position = _skip_whitespace(text, _expect(text, _skip_whitespace(text, position), ":"))
        if key == "Statement":
            return _statement_spans(text, position)
        position = _expect(text, _skip_whitespace(text, _value_end(text, position)), ",")


def _statement_spans(text: str, position: int) -> tuple[Span, ...]:
    if not text.startswith("[", position):
        return (Span(position + 1, position, _value_end(text, position)),)
    spans: list[Span] = []
    simulator_start = position + 1
    while True:
        start = _skip_whitespace(
            text,
            _expect(text, _skip_whitespace(text, simulator_start), ",") if spans else simulator_start,
        )
        end = _value_end(text, start)
        spans.append(Span(simulator_start, start, end))
        simulator_start = end
        if text.startswith("]", _skip_whitespace(text, end)):
            return tuple(spans)


def _value_end(text: str, position: int) -> int:
    """Return the end of the JSON value that begins at `position`."""
    return _DECODER.raw_decode(text, position)[1]


def _skip_whitespace(text: str, position: int) -> int:
    """Return the position after any white space."""
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position


def _expect(text: str, position: int, token: str) -> int:
    if not text.startswith(token, position):
        raise ValueError(f"expected {token} at character {position}")
    return position + 1
