"""Sizes of audit records: large fields are cut, as CloudTrail cuts them, and marked as `omitted`.

CloudTrail keeps 100 KB of the parameters, 100 KB of the response, 1 KB of an error message, and 256 KB in all
("CloudTrail record contents" in its user guide). A refused call costs its caller nothing, so far less of it
is kept: otherwise a client without any permission could fill the disk.
"""

import json
from typing import Any

import orjson

MAX_FIELD_BYTES = 100 * 1024
MAX_REFUSED_FIELD_BYTES = 2 * 1024
MAX_TEXT_BYTES = 1024
_CUT_FIELDS = ("requestParameters", "responseElements")
_CUT_TEXTS = ("errorMessage", "userAgent")


def to_json(record: dict[str, Any], *, refused: bool) -> str:
    """Return a record as JSON text, with fields cut to their limits."""
    max_bytes = MAX_REFUSED_FIELD_BYTES if refused else MAX_FIELD_BYTES
    document = orjson.dumps(record)
    if len(document) <= max_bytes:
        return document.decode()
    fields = {name: _cut_field(record[name], max_bytes) for name in _CUT_FIELDS}
    texts = {name: cut_text(record[name], MAX_TEXT_BYTES) for name in _CUT_TEXTS if name in record}
    return json.dumps(record | fields | texts)


def _cut_field(field: dict[str, Any] | None, max_bytes: int) -> dict[str, Any] | None:
    """Return a field without its largest members if it is too long, marked as `omitted`."""
    if field is None or len(json.dumps(field)) <= max_bytes:
        return field
    sizes = {name: len(json.dumps({name: member})) for name, member in field.items()}
    names, remaining = set[str](), max_bytes - len(json.dumps({"omitted": True}))
    for name in sorted(sizes, key=lambda name: sizes[name]):
        remaining -= sizes[name]
        if remaining >= 0:
            names.add(name)
    return {**{name: member for name, member in field.items() if name in names}, "omitted": True}


def cut_text(text: str, max_bytes: int) -> str:
    """Return a text that takes at most `max_bytes` in JSON without quotes; a cut text ends in dots."""
    if len(json.dumps(text)) - 2 <= max_bytes:
        return text
    length = max_bytes - len("...")
    while len(json.dumps(text[:length])) - 2 > max_bytes - len("..."):
        length = length * 3 // 4
    return f"{text[:length]}..."
