"""The AWS Query protocol, inwards: a request's bytes become parameters, and parameters become values.

Two steps. `read_form` takes a query string and a form apart, for everybody in the same way; `decoder` reads
an operation's input out of the result, with closures that are made once for each shape.
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


# The form.


def parse_form(query_string: str, body: bytes, content_type: str) -> dict[str, str]:
    """Return the parameters of a request, from its query string (as WSGI gives it) and its form together.

    A name that comes twice, or again in other letters' case, is refused wherever it comes: two readers that
    disagree on which one counts are how a second `Action` is smuggled. `X-Amz-*`, the parameters of a
    presigned request, are held to the same and left out of the result: they belong to the signature.
    MalformedQueryString for what is no form, MalformedInput for a body that does not say it is one.
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
    """Refuse a body of another type; one without a type is read as a form, as AWS does."""
    media_type, *parameters = (
        component.strip().lower().replace('"', "") for component in content_type.split(";")
    )
    if media_type not in ("", _FORM_CONTENT_TYPE) or not _CHARSETS.issuperset(parameters):
        raise MalformedInput(f"The content type of a request must be {_FORM_CONTENT_TYPE}; charset=utf-8.")


def _wsgi_bytes(query_string: str) -> bytes:
    """Undo what WSGI did to a query string, which is to show each byte as a character."""
    try:
        return query_string.encode("latin-1")
    except UnicodeEncodeError:
        raise MalformedQueryString("The query string contains a character that is not allowed.") from None


def _decode_utf8(source: bytes) -> str:
    """Return bytes as text, without NUL in any form: no value may hold one, and databases choke on it."""
    if b"\0" in source or b"%00" in source:
        raise MalformedQueryString("The query string contains a character that is not allowed.")
    try:
        return source.decode()
    except UnicodeDecodeError:
        raise MalformedQueryString("The query string is not valid UTF-8.") from None


def _parse_pairs(source: str) -> list[tuple[str, str]]:
    if source.count("&") > MAX_PARAMETERS:  # before anything is allocated
        raise _too_many_parameters()
    return [_parse_pair(pair) for pair in source.split("&") if pair]


def _parse_pair(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    name = _percent_decode(name)
    if len(name) > MAX_NAME_LENGTH:
        raise MalformedQueryString(f"A parameter name is longer than {MAX_NAME_LENGTH} characters.")
    return name, _percent_decode(value)


def _percent_decode(text: str) -> str:
    """Undo percent-encoding, strictly; a plus is a space, in the query string as in the form."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise MalformedQueryString("The query string contains a syntax error.")
    # Quoted-printable is the same encoding with another sign: it is decoded at C's speed, and without an
    # object for each escape, of which ten megabytes of metadata may hold three million.
    try:
        return a2b_qp(text.replace("=", "%3D").replace("%", "=").encode()).decode()
    except UnicodeDecodeError:
        raise MalformedQueryString("The query string is not valid UTF-8.") from None


def _too_many_parameters() -> MalformedQueryString:
    return MalformedQueryString(f"The query string has more than {MAX_PARAMETERS} parameters.")


# The parameters as a tree: `Tags.member.1.Key=k` is {"Tags": {"member": {"1": {"Key": "k"}}}}.


def _build_tree(form: Form) -> Mapping[str, Any]:
    """Return the form as it is when no name has a dot in it, which is the common case."""
    if "." not in "".join(form):
        return form
    tree: dict[str, Any] = {}
    for name, value in form.items():
        _insert(tree, name.split("."), value)
    return tree


def _insert(tree: dict[str, Any], path: list[str], value: str) -> None:
    """Put one parameter into the tree; a name is a value or has parts, never both."""
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


# A reader takes a node of the tree, text or a dictionary, and returns the value.


def decoder(shape: Shape) -> Decoder:
    """Return what reads the input of this shape out of a form.

    The result is keyed by Python names, structures inside it too; what the form does not hold is absent, and
    parameters that the shape does not know are ignored, as AWS does. MalformedInput for a wrong structure and
    for a value that cannot be read.
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
    """Return the elements of a list or the entries of a map in the order of their numbers; gaps close up."""
    if type(node) is str:
        if node:
            raise _misplaced_value()
        return []
    items = node.get(infix)
    if len(node) != 1 or type(items) is not dict:
        raise _misplaced_list()
    return [items[number] for number in sorted(items, key=_parse_index)]


def _parse_index(text: str) -> int:
    """Read a number from 1 to 1,000 in its one spelling."""
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
    """Read ISO 8601 into the wire's own form, to the second; without a zone it is UTC."""
    text = _read_string(node)
    match = _TIMESTAMP.fullmatch(text)
    with suppress(ValueError, OverflowError):  # of a 30th of February, and of the year 0
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
