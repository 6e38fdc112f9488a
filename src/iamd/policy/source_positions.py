"""Where the statements of a policy stand in its text, for whoever points at one."""

import re
from bisect import bisect_right
from json import JSONDecoder
from typing import NamedTuple

# Numbers stay texts: only where a value ends is wanted, and a number may have more digits than an int takes.
_DECODER = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """Where a statement stands, in characters from the text's first.

    `start` is its opening brace and `end` is behind its closing one. `opened` is where AWS's simulator has it
    begin: behind what was read before it, be it the bracket of the list or the statement before; where there
    is no list, behind its own opening brace.
    """

    simulator_start: int
    start: int
    end: int


class Location(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


class LineIndex:
    """Turns places in a text from characters into lines and columns."""

    def __init__(self, text: str) -> None:
        self._line_starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def location(self, offset: int) -> Location:
        line = bisect_right(self._line_starts, offset)
        return Location(line, offset - self._line_starts[line - 1] + 1)


def statement_spans(text: str) -> tuple[Span, ...]:
    """Return where each statement stands, in the order of the document, of a text that `parse` takes.

    ValueError for a text that is no JSON object with a Statement.
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
    found_spans: list[Span] = []
    simulator_start = position + 1
    while True:
        start = _skip_whitespace(
            text,
            _expect(text, _skip_whitespace(text, simulator_start), ",") if found_spans else simulator_start,
        )
        end = _value_end(text, start)
        found_spans.append(Span(simulator_start, start, end))
        simulator_start = end
        if text.startswith("]", _skip_whitespace(text, end)):
            return tuple(found_spans)


def _value_end(text: str, position: int) -> int:
    """Return where the value that begins here ends."""
    return _DECODER.raw_decode(text, position)[1]


def _skip_whitespace(text: str, position: int) -> int:
    """Return where white space ends."""
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position


def _expect(text: str, position: int, token: str) -> int:
    if not text.startswith(token, position):
        raise ValueError(f"no {token} at character {position}")
    return position + 1
