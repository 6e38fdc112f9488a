"""Decisions for other services, read from their audit events, which `iamd.gate.decision_events` writes."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

ALLOWED: Final = "Allowed"
DENIED: Final = "Denied"
_OWN_SOURCE = "iamd.amazonaws.com"
_EVALUATION = "EvaluateAccess"
_UNKNOWN_ACTION = "iamd:UnmappedRequest"  # it was not known which action the question was about

_Record = Mapping[str, Any]


class ServiceDecision(NamedTuple):
    """What was decided: whether a caller may do an action of a service.

    `caller` is an ARN, or what the service called a subject that the account does not have, if anything.
    `asker_arn` and `api_key_id` are the user as whom the service asked, and its API key. `resource` is one of
    those that the decision is about, and `times` how many questions it answers. `message` is the reason of a
    denial, if it was told.
    """

    event_id: str
    event_time: str
    service_name: str
    action: str
    caller: str
    asker_arn: str | None
    api_key_id: str | None
    resource: str | None
    outcome: str
    message: str | None
    times: int
    source_ip: str | None


def read(record_text: str) -> ServiceDecision | None:
    """Return the decision that an audit record, JSON text, is about; None if it is about anything else."""
    record = orjson.loads(record_text)
    if record.get("eventCategory") != "Data":
        return None
    if record["eventSource"] != _OWN_SOURCE:
        return _read_request(record)
    return _read_evaluation(record) if record["eventName"] == _EVALUATION else None


def _read_request(record: _Record) -> ServiceDecision:
    """Read the decision about a request that a client sent to the service."""
    params = record["requestParameters"]
    service = record["eventSource"].partition(".")[0]
    asker = record.get("additionalEventData", {})
    path = "/".join(params[name] for name in ("bucketName", "key") if name in params)
    resource = f"arn:aws:{service}:::{path}" if path else params.get("resource")
    return ServiceDecision(
        record["eventID"],
        record["eventTime"],
        service,
        record["eventName"],
        record["userIdentity"]["arn"],
        asker.get("askerArn"),
        asker.get("apiKeyId"),
        resource,
        DENIED if "errorCode" in record else ALLOWED,
        record.get("errorMessage"),
        _count(record) or 1,
        record["sourceIPAddress"],
    )


def _read_evaluation(record: _Record) -> ServiceDecision:
    """Read the decision about an action that the service asked about by AuthZEN or as of a policy agent.

    Parameters that are empty are not in the record, nor the largest ones of a record that is too large: no
    record may make the others unreadable.
    """
    params = record["requestParameters"]
    service, _, action = params.get("action", _UNKNOWN_ACTION).partition(":")
    return ServiceDecision(
        record["eventID"],
        record["eventTime"],
        service,
        action,
        params.get("subjectArn") or params.get("subject", ""),
        record["userIdentity"]["arn"],
        record["userIdentity"].get("accessKeyId"),
        params.get("resource"),
        ALLOWED if params["decision"] == "true" else DENIED,
        params.get("reason"),
        _count(record) or int(params["count"]),
        record["sourceIPAddress"],
    )


def _count(record: _Record) -> int | None:
    """Return how many events became this one."""
    count: int | None = record.get("additionalEventData", {}).get("count")
    return count
