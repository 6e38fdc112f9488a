"""JSON responses of the Query protocol, for clients that send `Accept: application/json`.

Services that verify a forwarded GetCallerIdentity request use this form, aws-iam-authenticator for example.
Members have their wire names, times are seconds since 1970, and absent members are left out.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from iamd.core.models import OperationModel, Shape, require_shape


def document(operation: OperationModel, result: Any, request_id: str) -> bytes:
    """Return an operation's response; the result is as in `xml_response.renderer`."""
    response: dict[str, Any] = {}
    if operation.output is not None:
        response[f"{operation.name}Result"] = _to_json(operation.output, result or {})
    response["ResponseMetadata"] = {"RequestId": request_id}
    return json.dumps({f"{operation.name}Response": response}).encode()


def error_document(code: str, message: str, request_id: str, sender: bool) -> bytes:
    """Return an error response; `sender` is whether the caller caused the error, not the server."""
    error = {"Code": code, "Message": message, "Type": "Sender" if sender else "Receiver"}
    return json.dumps({"Error": error, "RequestId": request_id}).encode()


def _to_json(shape: Shape, value: Any) -> Any:
    if shape.type == "structure":
        items = ((member, _member_value(value, member.name, member.attr)) for member in shape.members)
        return {member.name: _to_json(member.shape, item) for member, item in items if item is not None}
    if shape.type == "list":
        return [_to_json(require_shape(shape.element), item) for item in value]
    if shape.type == "map":
        return {key: _to_json(require_shape(shape.value), item) for key, item in value.items()}
    if shape.type == "blob":
        return b64encode(value).decode()
    return _to_epoch(value) if shape.type == "timestamp" else value


def _member_value(value: Any, name: str, attr: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, attr, None)


def _to_epoch(value: str | datetime) -> int:
    return int((datetime.fromisoformat(value) if isinstance(value, str) else value).timestamp())
