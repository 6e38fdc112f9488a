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
from iamd.core.records import Session, WebIdentity
from iamd.ops.call import Caller
from iamd.ops.operation import Operation, Params
from iamd.policy import PrincipalKind
from iamd.store.audit import Event

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# Session tokens and codes of MFA devices, which the models do not mark as sensitive.
_SECRET = frozenset({"tokenType", "tokenCodeType", "authenticationCodeType"})
_TYPES = {
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
        "eventID": ids.event(),
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


def for_owner(told: Event, caller: Caller, account_id: str) -> Event:
    """Return an event as the account hears it whose role somebody of another account assumed."""
    record = json.loads(told.record)
    foreigner = {"type": "AWSAccount", "principalId": caller.unique_id, "accountId": caller.account_id}
    event_id = ids.event()
    record |= {
        "userIdentity": foreigner,
        "eventID": event_id,
        "sharedEventID": told.event_id,
        "recipientAccountId": account_id,
    }
    return told._replace(account_id=account_id, event_id=event_id, record=json.dumps(record))


def _identity(caller: Caller) -> dict[str, Any]:
    if caller.web_identity is not None:
        return _vouched(caller.web_identity)
    identity: dict[str, Any] = {
        "type": _TYPES[caller.principal.kind],
        "principalId": caller.unique_id,
        "arn": caller.principal.arn,
        "accountId": caller.account_id,
    }
    if caller.user is not None:
        identity["userName"] = caller.user.user_name
    if caller.access_key_id:
        identity["accessKeyId"] = caller.access_key_id
    context = _session_context(caller)
    return {**identity, "sessionContext": context} if context else identity


def _vouched(who: WebIdentity) -> dict[str, Any]:
    return {
        "type": "WebIdentityUser",
        "principalId": f"{who.provider_arn or who.issuer}:{who.audience}:{who.subject}",
        "userName": who.subject,
        "identityProvider": who.provider_arn or who.issuer,
    }


def _session_context(caller: Caller) -> dict[str, Any]:
    if caller.session is not None:
        return {"attributes": attributes(caller.session.created_at, caller.session.mfa_at)}
    if caller.token is None:
        return {}
    context: dict[str, Any] = {"attributes": attributes(caller.token.issued_at, caller.token.mfa_at)}
    if caller.role is not None:
        context["sessionIssuer"] = {
            "type": "Role",
            "principalId": caller.role.role_id,
            "arn": caller.role.arn,
            "accountId": caller.account_id,
            "userName": caller.role.role_name,
        }
    if caller.token.provider is not None:
        context["webIdFederationData"] = {"federatedProvider": caller.token.provider}
    if caller.token.source_identity is not None:
        context["sourceIdentity"] = caller.token.source_identity
    return context


def session_attributes(session: Session) -> dict[str, str]:
    """Tell of a console session what CloudTrail tells of one."""
    return attributes(session.created_at, session.mfa_at)


def attributes(created_at: int, mfa_at: int | None) -> dict[str, str]:
    """Tell when a session began and whether with MFA; times are seconds since 1970."""
    created = datetime.fromtimestamp(created_at, UTC)
    return {
        "creationDate": clock.iso(created),
        "mfaAuthenticated": "false" if mfa_at is None else "true",
    }


def _response(operation: Operation, outcome: Mapping[str, Any] | Fault | None) -> Any:
    silent = operation.reads and not operation.issues
    if silent or outcome is None or isinstance(outcome, Fault) or operation.model.output is None:
        return None
    return plain(operation.model.output, outcome)


def plain(shape: Shape, value: Any) -> Any:
    """Return a value of a shape as CloudTrail writes it: names begin in lower case, secrets are hidden."""
    if shape.sensitive or shape.name in _SECRET:
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
