"""Audit events in the form of CloudTrail's records ("CloudTrail record contents" in its user guide).

What the model marks as sensitive never gets in: passwords and secret keys are left out of both sides.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from iamd.api.proof import Circumstances
from iamd.core import clock, ids
from iamd.core.errors import Fault
from iamd.core.models import Shape, part
from iamd.core.records import Session
from iamd.ops.call import Caller
from iamd.ops.operation import Operation, Params
from iamd.policy import PrincipalKind
from iamd.store.audit import Event

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def event(
    operation: Operation,
    caller: Caller,
    params: Params | None,
    outcome: Mapping[str, Any] | Fault | None,
    around: Circumstances,
    at: str,
) -> Event:
    """Record one call. `outcome` is its reply or the fault that it ended with; reads record no reply.

    `at` is the moment in the wire's form.
    """
    source = f"{operation.action.partition(':')[0]}.amazonaws.com"
    record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(caller),
        "eventTime": at,
        "eventSource": source,
        "eventName": operation.model.name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": around.source_ip,
        "userAgent": around.user_agent,
        "requestParameters": plain(operation.model.input, params) if params else None,
        "responseElements": _response(operation, outcome),
        "requestID": around.request_id,
        "eventID": ids.request(),
        "readOnly": operation.reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account_id,
        "eventCategory": "Management",
    }
    if isinstance(outcome, Fault):
        record |= {"errorCode": outcome.code, "errorMessage": outcome.message}
    return Event(
        caller.account_id,
        record["eventTime"],
        record["eventID"],
        source,
        operation.model.name,
        json.dumps(record, ensure_ascii=True),
    )


def _identity(caller: Caller) -> dict[str, Any]:
    root = caller.principal.kind is PrincipalKind.ROOT
    identity: dict[str, Any] = {
        "type": "Root" if root else "IAMUser",
        "principalId": caller.unique_id,
        "arn": caller.principal.arn,
        "accountId": caller.account_id,
    }
    if caller.user is not None:
        identity["userName"] = caller.user.user_name
    if caller.session is None:
        return identity | {"accessKeyId": caller.access_key_id}
    return identity | {"sessionContext": {"attributes": session_attributes(caller.session)}}


def session_attributes(session: Session) -> dict[str, str]:
    """Tell of a console session what CloudTrail tells of one."""
    created = datetime.fromtimestamp(session.created_at, UTC)
    return {
        "creationDate": clock.iso(created),
        "mfaAuthenticated": "false" if session.mfa_at is None else "true",
    }


def _response(operation: Operation, outcome: Mapping[str, Any] | Fault | None) -> Any:
    if operation.reads or outcome is None or isinstance(outcome, Fault) or operation.model.output is None:
        return None
    return plain(operation.model.output, outcome)


def plain(shape: Shape, value: Any) -> Any:
    """Return a value of a shape as CloudTrail writes it: names begin in lower case, secrets are hidden."""
    if shape.sensitive:
        return _HIDDEN
    return _BY_TYPE.get(shape.type, _as_it_is)(shape, value)


def _as_it_is(_shape: Shape, value: Any) -> Any:
    return value


def _structure(shape: Shape, value: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for member in shape.members:
        if isinstance(value, Mapping):
            held = value.get(member.name, value.get(member.attr))
        else:
            held = getattr(value, member.attr, None)
        if held is not None:
            shown[member.name[:1].lower() + member.name[1:]] = plain(member.shape, held)
    return shown


def _list(shape: Shape, value: Any) -> list[Any]:
    return [plain(part(shape.element), item) for item in value]


_BY_TYPE: Mapping[str, Callable[[Shape, Any], Any]] = {"structure": _structure, "list": _list}
