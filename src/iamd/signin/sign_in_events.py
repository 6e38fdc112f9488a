"""Audit events of console sign-in, as CloudTrail records ("AWS Management Console sign-in events")."""

from typing import Any

from iamd.core import ids
from iamd.gate import record_size
from iamd.gate.request_context import RequestContext
from iamd.signin.identity import SignInIdentity
from iamd.store.audit import AuditEvent

_SIGN_IN_SOURCE = "signin.amazonaws.com"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def event(
    identity: SignInIdentity,
    name: str,
    request_context: RequestContext,
    timestamp: str,
    *,
    failure: str | None = None,
    source: str = _SIGN_IN_SOURCE,
    **additional_data: Any,
) -> AuditEvent:
    """Return the audit event of a sign-in step, or of an action of the server's operator.

    `failure` is the error message of a failed step; `additional_data` becomes `additionalEventData`. `source`
    is the event source, which is not the sign-in service for actions of the operator. `timestamp` is ISO 8601
    text. A user name that does not exist is hidden, since it may be a password typed into the wrong field.
    """
    record = {
        "eventVersion": "1.11",
        "userIdentity": _user_identity(identity),
        "eventTime": timestamp,
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": request_context.source_ip,
        "userAgent": request_context.user_agent,
        "requestParameters": None,
        "responseElements": {name: "Failure" if failure else "Success"},
        "additionalEventData": additional_data or None,
        "requestID": request_context.request_id,
        "eventID": ids.event(),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn" if source == _SIGN_IN_SOURCE else "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": identity.account_id,
        "eventCategory": "Management",
    }
    if failure:
        record["errorMessage"] = failure
    text = record_size.to_json(record, refused=failure is not None)
    return AuditEvent(identity.account_id, timestamp, str(record["eventID"]), source, name, text)


def _user_identity(identity: SignInIdentity) -> dict[str, str]:
    exists = identity.account is not None and (identity.is_root or identity.user is not None)
    user_identity = {"type": "Root" if identity.is_root else "IAMUser", "accountId": identity.account_id}
    if exists:
        user_identity |= {"principalId": identity.user_id, "arn": identity.principal.arn}
    if not identity.is_root:
        user_identity["userName"] = identity.user.user_name if identity.user else _HIDDEN
    return user_identity
