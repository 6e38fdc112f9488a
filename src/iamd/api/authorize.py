"""May this caller do this to that? The context of the question, and the sentence of a refusal."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from iamd.api.callers import Known
from iamd.api.proof import Circumstances
from iamd.api.sessions import ENROL
from iamd.core import clock
from iamd.core.errors import AccessDenied
from iamd.core.records import Session
from iamd.ops.call import Call
from iamd.ops.operation import Ask, Operation, Params, Target
from iamd.policy import Outcome, PrincipalKind, Request, decide, explain

# IAM is one service for all regions, and says so whatever region a client signs for.
_GLOBAL_REGION = "us-east-1"

_TYPES = {PrincipalKind.ROOT: "Account", PrincipalKind.USER: "User"}


def context(
    known: Known, operation: Operation, around: Circumstances, now: datetime, at: str
) -> dict[str, str]:
    """Return the global condition keys of a call, in lower case; what AWS has absent is absent."""
    caller = known.caller
    region = _GLOBAL_REGION if operation.model.service == "iam" else around.region
    keys = {
        "aws:currenttime": at,
        "aws:epochtime": str(int(now.timestamp())),
        "aws:sourceip": around.source_ip,
        "aws:securetransport": "true" if around.secure else "false",
        "aws:useragent": around.user_agent,
        "aws:requestedregion": region,
        "aws:viaawsservice": "false",
        "aws:principalisawsservice": "false",
        "aws:principalarn": caller.principal.arn,
        "aws:principalaccount": caller.account_id,
        "aws:principaltype": _TYPES[caller.principal.kind],
        "aws:userid": caller.unique_id,
        "aws:resourceaccount": caller.account_id,
    }
    if caller.user is not None:
        keys["aws:username"] = caller.user.user_name
    if around.referer:
        keys["aws:referer"] = around.referer
    if caller.session is not None:
        keys.update(_of_session(caller.session, now))
    keys.update((f"aws:principaltag/{tag.key.lower()}", tag.value) for tag in caller.tags)
    return keys


def _of_session(session: Session, now: datetime) -> dict[str, str]:
    """Return what AWS tells of a console session, whose credentials are temporary; keys have none of it."""
    issued = datetime.fromtimestamp(session.created_at, UTC)
    keys = {
        "aws:tokenissuetime": clock.iso(issued),
        "aws:multifactorauthpresent": "false" if session.mfa_at is None else "true",
    }
    if session.mfa_at is not None:
        keys["aws:multifactorauthage"] = str(max(0, int(now.timestamp()) - session.mfa_at))
    return keys


def authorize(
    known: Known,
    operation: Operation,
    call: Call,
    target: Target,
    params: Params,
    around: dict[str, str],
) -> None:
    """Ask the policies for every action that a call needs; AccessDenied gives the reason of a refusal."""
    if not _may_at_all(known, operation, call, target):
        return
    keys = {**around, **target.context}
    for more in operation.keys:
        keys.update(more.read(params, target))
    for ask in _asks(operation, call, target, params):
        request = Request(
            known.caller.principal, ask.action, ask.arn, resource_account=call.account_id, context=keys
        )
        decision = decide(request, known.layers)
        needs_no_leave = decision.outcome is Outcome.IMPLICITLY_DENIED and operation.own(call, target)
        if not (decision.allowed or needs_no_leave):
            shown = target.shown if target.shown and ask.arn == target.arn else ask.arn
            raise AccessDenied(explain(replace(request, resource=shown), decision))


def _may_at_all(known: Known, operation: Operation, call: Call, target: Target) -> bool:
    """Refuse what no policy can allow; False where no policy is asked."""
    caller = known.caller
    if operation.root_only and caller.principal.kind is not PrincipalKind.ROOT:
        raise AccessDenied(
            f"User: {caller.principal.arn} is not authorized to perform: {operation.action} "
            "because only the root user may"
        )
    if caller.session is None or caller.session.stage != ENROL:
        return True
    if not operation.enrols(call, target):
        raise AccessDenied("This account requires MFA. Set up an MFA device, then sign in again.")
    return False


def _asks(operation: Operation, call: Call, target: Target, params: Params) -> Iterable[Ask]:
    yield Ask(operation.action, target.arn)
    yield from operation.also(call, target, params)
