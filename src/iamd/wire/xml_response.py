"""AWS Query protocol responses: rendering of results and error responses as XML.

Writers are closures, created once per shape; they append strings to a list that is joined at the end.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from iamd.core import clock
from iamd.core.models import OperationModel, Shape, ShapeCompiler, require_shape

Emit = Callable[[str], None]
Writer = Callable[[Any, Emit], None]
Renderer = Callable[[Any, str], bytes]

# Markup, a carriage return (which XML parsers would normalize to a line feed), and everything that XML 1.0
# does not allow.
_ESCAPED_CHARACTERS = re.compile("[&<>\"'\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\r": "&#13;"}


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0], "\ufffd")


_BLOB_PIECE = 48 * 1024  # bytes, a multiple of three


def escape(text: str) -> str:
    """Escape text for XML; characters that XML does not allow become U+FFFD, so that all output parses."""
    return _ESCAPED_CHARACTERS.sub(_entity, text) if _ESCAPED_CHARACTERS.search(text) else text


# Documents.


@cache
def renderer(operation: OperationModel) -> Renderer:
    """Return the renderer of an operation's responses: a function of the result and the request ID.

    A structure in the result is a dictionary keyed by wire names, or a record (NamedTuple or dataclass) with
    Python names as attributes. Values that are None or absent are left out, and so are fields of a record
    that the model does not define. The renderer raises ValueError for an unknown key of a dictionary, since
    dictionaries are made for one response.
    """
    name = operation.name
    head = f'<{name}Response xmlns="{escape(operation.namespace)}">'
    tail = f"</RequestId></ResponseMetadata></{name}Response>"
    write = _element_writer(f"{name}Result", operation.output) if operation.output else _write_no_result

    def render(result: Any, request_id: str) -> bytes:
        parts = [head]
        write(result, parts.append)
        parts += ("<ResponseMetadata><RequestId>", escape(request_id), tail)
        return "".join(parts).encode()

    return render


def _write_no_result(result: Any, _: Emit) -> None:
    """Write the reply of an operation that has no output."""
    if result:
        raise ValueError("this operation has no output")


def error_document(code: str, message: str, request_id: str, namespace: str, sender: bool) -> bytes:
    """Return an error response; `sender` is whether the caller caused the error, not the server."""
    return (
        f'<ErrorResponse xmlns="{escape(namespace)}"><Error><Type>{"Sender" if sender else "Receiver"}</Type>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    ).encode()


# An element writer writes a value with its tags.


def _element_writer(tag: str, shape: Shape) -> Writer:
    to_text = _SCALAR_FORMATTERS.get(shape.type)
    return (
        _text_element_writer(tag, to_text)
        if to_text
        else _compound_element_writer(tag, _content_writers[shape])
    )


def _text_element_writer(tag: str, to_text: Callable[[Any], str]) -> Writer:
    return lambda value, emit: emit(f"<{tag}>{to_text(value)}</{tag}>")


def _compound_element_writer(tag: str, write: Writer) -> Writer:
    opening, closing = f"<{tag}>", f"</{tag}>"

    def write_element(value: Any, emit: Emit) -> None:
        emit(opening)
        write(value, emit)
        emit(closing)

    return write_element


# A content writer writes a compound value without its tags.


def _make_content_writer(shape: Shape) -> Writer:
    return _COMPOUND_WRITERS[shape.type](shape)


def _structure_writer(shape: Shape) -> Writer:
    writers = {member.name: _element_writer(member.name, member.shape) for member in shape.members}
    plans: dict[type, tuple[tuple[str, Writer], ...]] = {}

    def write(value: Any, emit: Emit) -> None:
        if isinstance(value, dict):
            _write_mapping(shape, writers, value, emit)
        elif value is not None:
            record_type = type(value)
            if record_type not in plans:
                plans[record_type] = tuple(
                    (m.attr, writers[m.name]) for m in shape.members if _has_field(record_type, m.attr)
                )
            for attr, write_member in plans[record_type]:
                item = getattr(value, attr)
                if item is not None:
                    write_member(item, emit)

    return write


def _write_mapping(shape: Shape, writers: dict[str, Writer], value: dict[str, Any], emit: Emit) -> None:
    """Write a dictionary in the order of the model's members, as AWS does."""
    if not writers.keys() >= value.keys():
        raise ValueError(f"{shape.name} has no member {sorted(value.keys() - writers.keys())}")
    for name, write_member in writers.items():
        item = value.get(name)
        if item is not None:
            write_member(item, emit)


def _has_field(record_type: type, attr: str) -> bool:
    """Return whether a record has this field or property; a tuple's methods `count` and `index` are neither.

    Raises ValueError if the type is not a record: a list or string in place of a structure would otherwise be
    rendered as empty.
    """
    if not (hasattr(record_type, "_fields") or is_dataclass(record_type)):
        raise ValueError(f"{record_type.__name__} is not a record")
    return attr in getattr(record_type, "__dataclass_fields__", ()) or not callable(
        getattr(record_type, attr, _has_field)
    )


def _list_writer(shape: Shape) -> Writer:
    write_member = _element_writer("member", require_shape(shape.element))

    def write(values: Any, emit: Emit) -> None:
        if type(values) is str:  # its characters would be rendered as elements
            raise ValueError(f"{shape.name} is a list")
        for value in values:
            write_member(value, emit)

    return write


def _map_writer(shape: Shape) -> Writer:
    write_key, write_value = (
        _element_writer("key", require_shape(shape.key)),
        _element_writer("value", require_shape(shape.value)),
    )

    def write(values: Any, emit: Emit) -> None:
        for key, value in values.items():
            emit("<entry>")
            write_key(key, emit)
            write_value(value, emit)
            emit("</entry>")

    return write


def _format_boolean(value: bool) -> str:
    return "true" if value else "false"


def _format_blob(value: bytes) -> str:
    # In pieces: encoding the 17 MB of a large credential report at once would hold the GIL for 60 ms.
    pieces = (value[start : start + _BLOB_PIECE] for start in range(0, len(value), _BLOB_PIECE))
    return "".join([b64encode(piece).decode() for piece in pieces])


def _format_timestamp(value: str | datetime) -> str:
    """Format a timestamp; text is already in the wire format, in which records store it."""
    return escape(value) if isinstance(value, str) else clock.iso(value.astimezone(UTC))


_SCALAR_FORMATTERS: dict[str, Callable[[Any], str]] = {
    "string": escape,
    "integer": str,
    "long": str,
    "boolean": _format_boolean,
    "blob": _format_blob,
    "timestamp": _format_timestamp,
}
_COMPOUND_WRITERS: dict[str, Callable[[Shape], Writer]] = {
    "structure": _structure_writer,
    "list": _list_writer,
    "map": _map_writer,
}
_content_writers: ShapeCompiler[Writer] = ShapeCompiler(_make_content_writer)
