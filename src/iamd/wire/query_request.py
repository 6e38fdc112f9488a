"""AWS Query protocol requests: parsing of parameters and decoding of an operation's input.

There are two steps. `parse_form` parses the query string and the form body, independently of the operation.
`decoder` decodes an operation's input from these parameters, with closures created once per shape.
"""

import re
from base64 import b64decode
from binascii import a2b_qp
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from iamd.core import clock
from iamd.core.errors import MalformedInput, MalformedQueryString
from iamd.core.models import Shape, ShapeCompiler, require_shape

MAX_PARAMETERS = 1_000
MAX_NAME_LENGTH = 256
MAX_INDEX = 1_000
MAX_DEPTH = 32

Form = Mapping[str, str]
Reader = Callable[[Any], Any]
Decoder = Callable[[Form], dict[str, Any]]

_FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
_CHARSETS = frozenset({"", "charset=utf-8", "charset=utf8"})
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


# Form parameters.


def parse_form(query_string: str, body: bytes, content_type: str) -> dict[str, str]:
    """Return a request's parameters, from its query string (Latin-1, as in WSGI) and its form body.

    A duplicate name is rejected, even if its case differs or one is in the query string and one in the body:
    parsers that disagree on which one counts could be tricked into a second `Action`. The same applies to
    `X-Amz-*`, the parameters of a presigned request, which are not in the result: they belong to the
    signature.

    Raises MalformedQueryString if the parameters are malformed or too many, MalformedInput if the body has
    another content type than a form.
    """
    pairs = _parse_pairs(_decode_utf8(_wsgi_bytes(query_string))) if query_string else []
    if body:
        _require_form(content_type)
        pairs += _parse_pairs(_decode_utf8(body))
    if len(pairs) > MAX_PARAMETERS:
        raise _too_many_parameters()
    form = dict(pairs)
    if len({name.lower() for name in form}) != len(pairs):
        raise MalformedQueryString("A parameter name may appear only once in a request.")
    return {name: value for name, value in form.items() if name[:6].lower() != "x-amz-"}


def _require_form(content_type: str) -> None:
    """Reject a body with another content type; without a content type it is a form, as in AWS."""
    media_type, *parameters = (
        component.strip().lower().replace('"', "") for component in content_type.split(";")
    )
    if media_type not in ("", _FORM_CONTENT_TYPE) or not _CHARSETS.issuperset(parameters):
        raise MalformedInput(f"The content type of a request must be {_FORM_CONTENT_TYPE}; charset=utf-8.")


def _wsgi_bytes(query_string: str) -> bytes:
    """Return the bytes of a query string, which WSGI decodes as Latin-1."""
    try:
        return query_string.encode("latin-1")
    except UnicodeEncodeError:
        raise MalformedQueryString("The query string contains a character that is not allowed.") from None


def _decode_utf8(source: bytes) -> str:
    """Decode UTF-8; reject NUL, escaped or not: no value may contain it, and PostgreSQL cannot store it."""
    if b"\0" in source or b"%00" in source:
        raise MalformedQueryString("The query string contains a character that is not allowed.")
    try:
        return source.decode()
    except UnicodeDecodeError:
        raise MalformedQueryString("The query string is not valid UTF-8.") from None


def _parse_pairs(source: str) -> list[tuple[str, str]]:
    if source.count("&") > MAX_PARAMETERS:  # checked before anything is allocated
        raise _too_many_parameters()
    return [_parse_pair(pair) for pair in source.split("&") if pair]


def _parse_pair(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    name = _percent_decode(name)
    if len(name) > MAX_NAME_LENGTH:
        raise MalformedQueryString(f"A parameter name is longer than {MAX_NAME_LENGTH} characters.")
    return name, _percent_decode(value)


def _percent_decode(text: str) -> str:
    """Decode percent-encoding strictly; a plus is a space, in the query string and in the body."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise MalformedQueryString("The query string contains a syntax error.")
    # Quoted-printable is the same encoding with `=` instead of `%`. Its decoder is implemented in C and does
    # not create an object per escape sequence.
    try:
        return a2b_qp(text.replace("=", "%3D").replace("%", "=").encode()).decode()
    except UnicodeDecodeError:
        raise MalformedQueryString("The query string is not valid UTF-8.") from None


def _too_many_parameters() -> MalformedQueryString:
    return MalformedQueryString(f"The query string has more than {MAX_PARAMETERS} parameters.")


# Parameters as a tree: `Tags.member.1.Key=k` becomes {"Tags": {"member": {"1": {"Key": "k"}}}}.


def _build_tree(form: Form) -> Mapping[str, Any]:
    """Return the parameters as a tree; unchanged if no name contains a dot, the common case."""
    if "." not in "".join(form):
        return form
    tree: dict[str, Any] = {}
    for name, value in form.items():
        _insert(tree, name.split("."), value)
    return tree


def _insert(tree: dict[str, Any], path: list[str], value: str) -> None:
    """Insert a parameter into the tree; a node is either a value or has children, never both."""
    if len(path) > MAX_DEPTH:
        raise MalformedInput("The structure of a parameter is nested too deeply.")
    leaf = path.pop()
    for key in path:
        subtree = tree.setdefault(key, {})
        if type(subtree) is str:
            raise _misplaced_structure()
        tree = subtree
    if leaf in tree:
        raise _misplaced_value()
    tree[leaf] = value


def _misplaced_structure() -> MalformedInput:
    return MalformedInput("Start of structure or map found where not expected.")


def _misplaced_list() -> MalformedInput:
    return MalformedInput("Start of list found where not expected")


def _misplaced_value() -> MalformedInput:
    return MalformedInput("Value found where not expected")


# A reader converts a node of the tree, text or a dictionary, to a value.


def decoder(shape: Shape) -> Decoder:
    """Return the decoder of an input shape: a function from form parameters to a dictionary.

    The dictionary and nested structures are keyed by Python names. Members without a parameter are absent,
    and unknown parameters are ignored, as in AWS. The decoder raises MalformedInput if the structure of the
    parameters does not match the shape, or if a value cannot be parsed.
    """
    return _decoders[shape]


def _make_decoder(shape: Shape) -> Decoder:
    read = _readers[shape]
    return lambda form: read(_build_tree(form))


def _make_reader(shape: Shape) -> Reader:
    make_reader = _COMPOUND_READERS.get(shape.type)
    return make_reader(shape) if make_reader else _SCALAR_READERS[shape.type]


def _structure_reader(shape: Shape) -> Reader:
    plan = tuple((member.name, member.attr, _readers[member.shape]) for member in shape.members)

    def read(node: Any) -> dict[str, Any]:
        if type(node) is str:
            raise _misplaced_value()
        values = {}
        for name, attr, read_member in plan:
            value = node.get(name)
            if value is not None:
                values[attr] = read_member(value)
        return values

    return read


def _list_reader(shape: Shape) -> Reader:
    read_element = _readers[require_shape(shape.element)]
    return lambda node: [read_element(item) for item in _items(node, "member")]


def _map_reader(shape: Shape) -> Reader:
    read_key, read_value = _readers[require_shape(shape.key)], _readers[require_shape(shape.value)]

    def read(node: Any) -> dict[Any, Any]:
        values = {}
        for item in _items(node, "entry"):
            if type(item) is str or item.keys() != {"key", "value"}:
                raise MalformedInput("An entry of a map must have a key and a value.")
            key = read_key(item["key"])
            if key in values:
                raise MalformedInput("A key may appear only once in a map.")
            values[key] = read_value(item["value"])
        return values

    return read


def _items(node: Any, infix: str) -> list[Any]:
    """Return the elements of a list or the entries of a map in the order of their indexes, ignoring gaps."""
    if type(node) is str:
        if node:
            raise _misplaced_value()
        return []
    items = node.get(infix)
    if len(node) != 1 or type(items) is not dict:
        raise _misplaced_list()
    return [items[number] for number in sorted(items, key=_parse_index)]


def _parse_index(text: str) -> int:
    """Parse an index from 1 to 1,000, without sign or leading zeros."""
    if not (
        text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 4 and int(text) <= MAX_INDEX
    ):
        raise MalformedInput(f"{_truncate(text)} is not a valid index")
    return int(text)


def _truncate(text: str) -> str:
    return text if len(text) <= 64 else f"{text[:64]}..."


def _read_string(node: Any) -> str:
    if type(node) is not str:
        raise _misplaced_structure()
    return node


def _integer_reader(bits: int) -> Reader:
    pattern, bound = re.compile("[+-]?[0-9]{1,19}"), 1 << (bits - 1)

    def read(node: Any) -> int:
        text = _read_string(node)
        if not pattern.fullmatch(text) or not -bound <= int(text) < bound:
            raise MalformedInput(f"'{_truncate(text)}' is not a valid integer")
        return int(text)

    return read


_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def _read_boolean(node: Any) -> bool:
    text = _read_string(node)
    if not text:
        raise MalformedInput("missing value for boolean type")
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise MalformedInput("boolean must follow xsd1.1 definition")
    return value


def _read_blob(node: Any) -> bytes:
    text = _read_string(node)
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise MalformedInput("A binary value is not valid base64.") from None


_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def _read_timestamp(node: Any) -> str:
    """Normalize an ISO 8601 time to UTC text, to the second; a time without a time zone is in UTC."""
    text = _read_string(node)
    match = _TIMESTAMP.fullmatch(text)
    with suppress(ValueError, OverflowError):  # an impossible date such as February 30, the year 0
        if match:
            instant = datetime.fromisoformat(match[1] + (match[2] or "Z"))
            return clock.iso(instant.astimezone(UTC))
    raise MalformedInput(f"'{_truncate(text)}' is not a valid timestamp")


_COMPOUND_READERS: dict[str, Callable[[Shape], Reader]] = {
    "structure": _structure_reader,
    "list": _list_reader,
    "map": _map_reader,
}
_SCALAR_READERS: dict[str, Reader] = {
    "string": _read_string,
    "integer": _integer_reader(32),
    "long": _integer_reader(64),
    "boolean": _read_boolean,
    "blob": _read_blob,
    "timestamp": _read_timestamp,
}
_readers: ShapeCompiler[Reader] = ShapeCompiler(_make_reader)
_decoders: ShapeCompiler[Decoder] = ShapeCompiler(_make_decoder)
