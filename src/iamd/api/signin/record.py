"""Audit events of signing in, as CloudTrail names them ("Console sign-in events" in its guide)."""

import json
from typing import Any

from iamd.api.proof import Circumstances
from iamd.api.signin.who import Who
from iamd.core import ids
from iamd.store.audit import Event

_SOURCE = "signin.amazonaws.com"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def event(
    who: Who,
    name: str,
    around: Circumstances,
    at: str,
    *,
    failed: str | None = None,
    source: str = _SOURCE,
    **more: Any,
) -> Event:
    """Record one step; `failed` says why it did, `more` is what else CloudTrail tells of it.

    `source` is the service where it is no step of signing in, but something that the host's operator did.
    The name that was typed is kept out where it is nobody's: people type passwords there.
    """
    record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(who),
        "eventTime": at,
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": around.source_ip,
        "userAgent": around.user_agent,
        "requestParameters": None,
        "responseElements": {name: "Failure" if failed else "Success"},
        "additionalEventData": more or None,
        "requestID": around.request_id,
        "eventID": ids.event(),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn" if source == _SOURCE else "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": who.account_id,
        "eventCategory": "Management",
    }
    if failed:
        record["errorMessage"] = failed
    text = json.dumps(record, ensure_ascii=True)
    return Event(who.account_id, at, str(record["eventID"]), source, name, text)


def _identity(who: Who) -> dict[str, str]:
    there = who.account is not None and (who.root or who.user is not None)
    identity = {"type": "Root" if who.root else "IAMUser", "accountId": who.account_id}
    if there:
        identity |= {"principalId": who.user_id, "arn": who.principal.arn}
    if not who.root:
        identity["userName"] = who.user.user_name if who.user else _HIDDEN
    return identity
