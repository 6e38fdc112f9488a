"""Audit events of signing in, as CloudTrail names them ("Console sign-in events" in its guide)."""

import json
from typing import Any

from iamd.core import ids
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
    """Record one step; `failed` says why it did, `more` is what else CloudTrail tells of it.

    `source` is the service where it is no step of signing in, but something that the host's operator did.
    The name that was typed is kept out where it is nobody's: people type passwords there.
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
    text = json.dumps(record, ensure_ascii=True)
    return AuditEvent(identity.account_id, timestamp, str(record["eventID"]), source, name, text)


def _user_identity(identity: SignInIdentity) -> dict[str, str]:
    exists = identity.account is not None and (identity.is_root or identity.user is not None)
    user_identity = {"type": "Root" if identity.is_root else "IAMUser", "accountId": identity.account_id}
    if exists:
        user_identity |= {"principalId": identity.user_id, "arn": identity.principal.arn}
    if not identity.is_root:
        user_identity["userName"] = identity.user.user_name if identity.user else _HIDDEN
    return user_identity
