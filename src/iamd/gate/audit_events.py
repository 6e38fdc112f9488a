"""Audit events of API calls, as CloudTrail records ("CloudTrail record contents" in its user guide).

Members that the service model marks as sensitive, such as passwords and secret keys, are replaced in
parameters and responses.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from iamd.core import clock, ids
from iamd.core.errors import Fault
from iamd.core.models import Shape, ShapeCompiler, require_shape
from iamd.core.records import WebIdentity
from iamd.framework.call import Caller
from iamd.framework.operation import Operation, Params
from iamd.gate import record_size
from iamd.gate.request_context import RequestContext
from iamd.policy import PrincipalKind
from iamd.store.audit import AuditEvent

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# Session tokens and MFA codes, which the models do not mark as sensitive.
_SECRET_SHAPES = frozenset({"tokenType", "tokenCodeType", "authenticationCodeType"})
_USER_IDENTITY_TYPES = {
    PrincipalKind.ROOT: "Root",
    PrincipalKind.USER: "IAMUser",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}


def event(
    operation: Operation,
    caller: Caller,
    params: Params | None,
    outcome: Mapping[str, Any] | Fault | None,
    request_context: RequestContext,
    timestamp: str,
) -> AuditEvent:
    """Return the audit event of a call.

    `outcome` is the reply or the fault; replies of read-only operations are not recorded, unless they issue
    credentials. `timestamp` is ISO 8601 text.
    """
    source = f"{operation.action.partition(':')[0]}.amazonaws.com"
    record = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(caller),
        "eventTime": timestamp,
        "eventSource": source,
        "eventName": operation.model.name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": request_context.source_ip,
        "userAgent": request_context.user_agent,
        "requestParameters": to_cloudtrail(operation.model.input, params) if params else None,
        "responseElements": _response_elements(operation, outcome),
        "requestID": request_context.request_id,
        "eventID": ids.event(),
        "readOnly": operation.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account_id,
        "eventCategory": "Management",
    }
    if isinstance(outcome, Fault):
        record |= {"errorCode": outcome.code, "errorMessage": outcome.message}
    return AuditEvent(
        caller.account_id,
        record["eventTime"],
        record["eventID"],
        source,
        operation.model.name,
        record_size.to_json(record, refused=isinstance(outcome, Fault)),
    )


def cross_account_event(caller_event: AuditEvent, caller: Caller, account_id: str) -> AuditEvent:
    """Return the event of a cross-account AssumeRole for the account that owns the role (`account_id`).

    It shares its `sharedEventID` with the event of the caller's account, and omits the caller's ARN and user
    name.
    """
    record = json.loads(caller_event.record)
    identity = {"type": "AWSAccount", "principalId": caller.unique_id, "accountId": caller.account_id}
    event_id = ids.event()
    record |= {
        "userIdentity": identity,
        "eventID": event_id,
        "sharedEventID": caller_event.event_id,
        "recipientAccountId": account_id,
    }
    return caller_event._replace(account_id=account_id, event_id=event_id, record=json.dumps(record))


def user_identity(caller: Caller) -> dict[str, Any]:
    """Return CloudTrail's `userIdentity` of a caller."""
    if caller.web_identity is not None:
        return _web_identity(caller.web_identity)
    identity: dict[str, Any] = {
        "type": _USER_IDENTITY_TYPES[caller.principal.kind],
        "principalId": caller.unique_id,
        "arn": caller.principal.arn,
        "accountId": caller.account_id,
    }
    if caller.user is not None:
        identity["userName"] = caller.user.user_name
    if caller.access_key_id:
        identity["accessKeyId"] = caller.access_key_id
    session_context = _session_context(caller)
    return {**identity, "sessionContext": session_context} if session_context else identity


def _web_identity(web_identity: WebIdentity) -> dict[str, Any]:
    provider = web_identity.provider_arn or web_identity.issuer
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:{web_identity.audience}:{web_identity.subject}",
        "userName": web_identity.subject,
        "identityProvider": provider,
    }


def _session_context(caller: Caller) -> dict[str, Any]:
    if caller.session is not None:
        return {"attributes": session_context_attributes(caller.session.created_at, caller.session.mfa_at)}
    if caller.token is None:
        return {}
    context: dict[str, Any] = {
        "attributes": session_context_attributes(caller.token.issued_at, caller.token.mfa_at)
    }
    if caller.role is not None:
        context["sessionIssuer"] = {
            "type": "Role",
            "principalId": caller.role.role_id,
            "arn": caller.role.arn,
            "accountId": caller.account_id,
            "userName": caller.role.role_name,
        }
    if caller.token.provider_arn is not None:
        context["webIdFederationData"] = {"federatedProvider": caller.token.provider_arn}
    if caller.token.source_identity is not None:
        context["sourceIdentity"] = caller.token.source_identity
    return context


def session_context_attributes(created_at: int, mfa_at: int | None) -> dict[str, str]:
    """Return CloudTrail's `sessionContext.attributes`; times are in seconds since 1970."""
    created = datetime.fromtimestamp(created_at, UTC)
    return {
        "creationDate": clock.iso(created),
        "mfaAuthenticated": "false" if mfa_at is None else "true",
    }


def _response_elements(operation: Operation, outcome: Mapping[str, Any] | Fault | None) -> Any:
    omits_response = operation.read_only and not operation.issues_credentials
    if omits_response or outcome is None or isinstance(outcome, Fault) or operation.model.output is None:
        return None
    return to_cloudtrail(operation.model.output, outcome)


def to_cloudtrail(shape: Shape, value: Any) -> Any:
    """Convert a value of a shape to CloudTrail's form: member names in lower camel case, secrets hidden."""
    return _converters[shape](value)


def _converter(shape: Shape) -> Callable[[Any], Any]:
    if shape.sensitive or shape.name in _SECRET_SHAPES:
        return lambda _: _HIDDEN
    if shape.type == "structure":
        return _structure_converter(shape)
    if shape.type == "list":
        convert = _converters[require_shape(shape.element)]
        return lambda value: [convert(item) for item in value]
    return lambda value: value


_converters = ShapeCompiler(_converter)


def _structure_converter(shape: Shape) -> Callable[[Any], dict[str, Any]]:
    """Return the converter of a structure, which is a mapping of member or parameter names, or a record."""
    members = {
        key: (member.name[:1].lower() + member.name[1:], _converters[member.shape])
        for member in shape.members
        for key in (member.name, member.attr)
    }
    attributes = [member.attr for member in shape.members]

    def convert(value: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):
            items = [(key, item) for key, item in value.items() if key in members]
        else:
            items = [(attribute, getattr(value, attribute, None)) for attribute in attributes]
        named_items = [(*members[key], item) for key, item in items if item is not None]
        return {name: convert_member(item) for name, convert_member, item in named_items}

    return convert
