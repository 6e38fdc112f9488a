"""Audit events of decisions for other services, as CloudTrail's data events.

What is allowed is recorded once a minute for each caller, action and group of resources, with the number of
times; denials are recorded like those of this server's own operations.
"""

from collections.abc import Mapping
from typing import NamedTuple

from iamd.core import ids
from iamd.core.errors import Fault
from iamd.framework.call import Caller
from iamd.gate import audit_events, record_size
from iamd.gate.audit_queue import AuditEntry
from iamd.gate.request_context import RequestContext
from iamd.gate.subjects import SubjectId
from iamd.store.access_keys import AccessKeyLastUsed
from iamd.store.audit import AuditEvent
from iamd.store.roles import RoleLastUsed

_EVALUATION_SERVICE = "iamd"
_UNMAPPED = "UnmappedRequest"
_EVALUATION_NAME = "EvaluateAccess"


class DecisionSubject(NamedTuple):
    """What a decision was about, in CloudTrail's words.

    `service` is the prefix of its actions (`s3`), `event_name` the operation (`GetObject`), `group` what
    events are counted by, such as the bucket, and `times` how many questions it answers. The event belongs
    to the audit log of the account `account_id`, that of the service. Equal events without a fault become
    one a minute if `folds`. A change of what is kept here, a bucket policy, is a management event.
    """

    account_id: str
    service: str
    event_name: str
    group: str
    params: Mapping[str, str]
    folds: bool = True
    is_change: bool = False
    times: int = 1


def question(account_id: str, service: str, action: str) -> DecisionSubject:
    """Return the event of a question that a service may not ask; the action is `iamd:EvaluateAccess`, say."""
    prefix, _, name = action.partition(":")
    return DecisionSubject(account_id, prefix, name, service, {"service": service}, is_change=True)


def unmapped(account_id: str, service: str, host: str) -> DecisionSubject:
    """Return the event of a client's request of which it is not known what it needs."""
    return DecisionSubject(account_id, service, _UNMAPPED, "", {"Host": host})


def evaluation(
    account_id: str,
    subject: SubjectId,
    action: str,
    *,
    allowed: bool,
    subject_arn: str,
    resource_arn: str,
    reason: str,
    times: int,
) -> DecisionSubject:
    """Return the event of decisions about a subject whom a service names, whose event it is.

    The ARN of a subject that the account does not have is empty, and so is a reason that is not known.
    """
    params = {
        "subject": subject.id,
        "subjectArn": subject_arn,
        "action": action,
        "resource": resource_arn,
        "decision": "true" if allowed else "false",
        "count": str(times),
        "reason": record_size.cut_text(reason, record_size.MAX_TEXT_BYTES),
    }
    return DecisionSubject(
        account_id,
        _EVALUATION_SERVICE,
        _EVALUATION_NAME,
        ":".join((subject.type, subject.id, action)),
        {name: value for name, value in params.items() if value},
        folds=allowed,
        times=times,
    )


def kind(caller: Caller, subject: DecisionSubject) -> tuple[str, ...]:
    """Return what events are counted by: caller, action and outcome, account and group.

    If there are too many kinds, the first two are what remains: a denial must not count as allowed.
    """
    outcome = "" if subject.folds else " denied"
    return (
        caller.unique_id,
        f"{subject.service}:{subject.event_name}{outcome}",
        subject.account_id,
        subject.group,
    )


def audit_entry(
    asker: Caller,
    caller: Caller,
    subject: DecisionSubject,
    fault: Fault | None,
    request_context: RequestContext,
    timestamp: str,
) -> AuditEntry:
    """Return the audit entry of a decision, which is a denial if there is a fault.

    `asker` is the user whose API key the service has: the caller itself, or who asks about the caller.
    """
    event = _event(asker, caller, subject, fault, request_context, timestamp)
    key = kind(caller, subject)
    if fault is None:
        return AuditEntry(
            event,
            None if subject.is_change else key,
            access_key_use=_access_key_use(caller, subject, request_context, timestamp),
            role_use=_role_use(caller, request_context, timestamp),
        )
    return AuditEntry(event, (*key[:3], fault.message))


def _event(
    asker: Caller,
    caller: Caller,
    subject: DecisionSubject,
    fault: Fault | None,
    request_context: RequestContext,
    timestamp: str,
) -> AuditEvent:
    source = f"{subject.service}.amazonaws.com"
    record = {
        "eventVersion": "1.11",
        "userIdentity": audit_events.user_identity(caller),
        "eventTime": timestamp,
        "eventSource": source,
        "eventName": subject.event_name,
        "awsRegion": request_context.region,
        "sourceIPAddress": request_context.source_ip,
        "userAgent": request_context.user_agent,
        "requestParameters": dict(subject.params),
        "responseElements": None,
        "requestID": request_context.request_id,
        "eventID": ids.event(),
        "eventType": "AwsApiCall",
        "managementEvent": subject.is_change,
        "recipientAccountId": subject.account_id,
        "eventCategory": "Management" if subject.is_change else "Data",
    }
    if asker is not caller:
        data = {"askerArn": asker.principal.arn, "apiKeyId": asker.access_key_id}
        record["additionalEventData"] = data
    if fault is not None:
        record |= {"errorCode": fault.code, "errorMessage": fault.message}
    return AuditEvent(
        subject.account_id,
        timestamp,
        str(record["eventID"]),
        source,
        subject.event_name,
        record_size.to_json(record, refused=fault is not None),
    )


def _access_key_use(
    caller: Caller, subject: DecisionSubject, request_context: RequestContext, timestamp: str
) -> AccessKeyLastUsed | None:
    if caller.has_temporary_credentials or not caller.access_key_id:
        return None
    return AccessKeyLastUsed(
        caller.account_id, caller.access_key_id, timestamp, subject.service, request_context.region
    )


def _role_use(caller: Caller, request_context: RequestContext, timestamp: str) -> RoleLastUsed | None:
    if caller.role is None or caller.token is None:
        return None
    return RoleLastUsed(caller.account_id, caller.role.role_id, timestamp, request_context.region)
