"""Routes: which requests of a service need which permission."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from iamd.services.definitions.template import Template
from iamd.services.path_segments import split_path

_VARIABLE: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)(\+?)\}")
_LITERAL: Final = re.compile(r"[A-Za-z0-9\-._~!$&'(),=:@ \u00a1-\uffff]+")
_METHOD: Final = re.compile(r"[A-Z]{3,20}")
_ANY_METHOD: Final = "*"
_QUERY_NAME: Final = re.compile(r"[A-Za-z0-9._\[\]-]+")


class Segment(NamedTuple):
    """A segment of a path: the text that it must be, or the name of the variable that it is the value of.

    A greedy variable's value is the rest of the path, of one segment or more.
    """

    text: str = ""
    variable: str = ""
    is_greedy: bool = False


class RequestPattern(NamedTuple):
    """Which requests: a method (`*` is any), the segments of the path, parameters of the query.

    A parameter must be there; if it has a value here that is not None, with that value.
    """

    method: str
    segments: tuple[Segment, ...]
    query: tuple[tuple[str, str | None], ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        """The names of the path's variables."""
        return frozenset(segment.variable for segment in self.segments if segment.variable)

    def match(
        self, method: str, segments: tuple[str, ...], query: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Return the values of the variables, or None if the request is another.

        A GET route matches HEAD, too: RFC 9110, section 9.3.2.
        """
        if self.method not in (_ANY_METHOD, "GET" if method == "HEAD" else method, method):
            return None
        for name, value in self.query:
            if name not in query or value not in (None, query[name]):
                return None
        return self._match_path(segments)

    def _match_path(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        is_greedy = bool(self.segments) and self.segments[-1].is_greedy
        if len(segments) < len(self.segments) or (len(segments) > len(self.segments) and not is_greedy):
            return None
        values: dict[str, str] = {}
        for index, segment in enumerate(self.segments):
            if segment.variable:
                value = "/".join(segments[index:]) if segment.is_greedy else segments[index]
                if not value:
                    return None
                values[segment.variable] = value
            elif segment.text != segments[index]:
                return None
        return values

    def covers(self, other: "RequestPattern") -> bool:
        """Return whether each request that matches `other` matches this pattern."""
        if self.method not in (_ANY_METHOD, other.method) and (self.method, other.method) != ("GET", "HEAD"):
            return False
        required = dict(other.query)
        for name, value in self.query:
            if name not in required or value not in (None, required[name]):
                return False
        return self._covers_path(other)

    def _covers_path(self, other: "RequestPattern") -> bool:
        if len(other.segments) < len(self.segments):
            return False
        for own, others in zip(self.segments, other.segments, strict=False):
            if own.is_greedy:
                return True
            if others.is_greedy or (not own.variable and own.text != others.text):
                return False
        return len(other.segments) == len(self.segments)


@lru_cache(maxsize=4096)
def fold_pattern(pattern: RequestPattern) -> RequestPattern:
    """Return the pattern for folded segments."""
    segments = pattern.segments[:-1] if pattern.segments[-1:] == (Segment(),) else pattern.segments
    return pattern._replace(
        segments=tuple(segment._replace(text=_casefold(segment.text)) for segment in segments)
    )


def fold_segments(segments: tuple[str, ...]) -> tuple[str, ...]:
    """Return segments as programs see them that neglect case, forms of Unicode and a final slash."""
    return tuple(map(_casefold, segments[:-1] if segments[-1:] == ("",) else segments))


def _casefold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class Route(NamedTuple):
    """The action that requests need on a resource, with condition keys; `place` is its line in the file."""

    pattern: RequestPattern
    folded_pattern: RequestPattern
    action: str
    resource: Template | None
    condition_keys: Mapping[str, Template]
    place: str

    def variables(self, kind: str) -> Iterator[str]:
        """Yield the names of the headers or query parameters that the route's templates have."""
        for template in (self.resource, *self.condition_keys.values()):
            for variable in template.variables if template is not None else ():
                prefix, _, name = variable.partition(".")
                if prefix == kind and name:
                    yield name


def parse_pattern(text: str) -> RequestPattern:
    """Parse a pattern such as `GET /books/{BookId}?format=pdf`; ValueError says what is wrong in it."""
    method, _, target = text.partition(" ")
    if method != _ANY_METHOD and not _METHOD.fullmatch(method):
        raise ValueError("a request is a method and a path, such as GET /books/{BookId}; * is any method")
    path, _, query = target.strip().partition("?")
    if not path.startswith("/"):
        raise ValueError("the path must begin with a slash")
    return RequestPattern(method, _parse_path(path), tuple(_parse_query(query)))


def _parse_path(path: str) -> tuple[Segment, ...]:
    segments = tuple(map(_parse_segment, split_path(path)))
    if Segment() in segments[:-1]:
        raise ValueError("the path has two slashes in a row, which no request may have")
    names = [segment.variable for segment in segments if segment.variable]
    if len(set(names)) != len(names):
        raise ValueError("a variable of the path is there twice")
    if any(segment.is_greedy for segment in segments[:-1]):
        raise ValueError("only the last segment can be {Name+}, the rest of the path")
    return segments


def _parse_segment(text: str) -> Segment:
    variable = _VARIABLE.fullmatch(text)
    if variable is not None:
        return Segment(variable=variable[1], is_greedy=bool(variable[2]))
    if text and (not _LITERAL.fullmatch(text) or text in (".", "..")):
        raise ValueError(
            f"the segment {text!r} must be text without percent-encoding and stars, or a variable such as "
            "{Name}, or {Name+} for the rest of the path"
        )
    return Segment(text)


def _parse_query(query: str) -> list[tuple[str, str | None]]:
    parameters: list[tuple[str, str | None]] = []
    for part in query.split("&") if query else ():
        name, equals, value = part.partition("=")
        if not _QUERY_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a query parameter")
        if "%" in value or "+" in value:
            raise ValueError(f"the value of {name} must be text without percent-encoding and plus signs")
        parameters.append((name, value if equals else None))
    return parameters
