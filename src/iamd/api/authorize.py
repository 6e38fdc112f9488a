"""May this caller do this to that? The context of the question, and the sentence of a refusal."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from iamd.api.callers import Known
from iamd.api.proof import Circumstances
from iamd.core.errors import AccessDenied
from iamd.ops.call import Call
from iamd.ops.operation import Ask, Operation, Params, Target
from iamd.policy import PrincipalKind, Request, decide, explain

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
    keys.update((f"aws:principaltag/{tag.key.lower()}", tag.value) for tag in caller.tags)
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
    keys = {**around, **target.context}
    for more in operation.keys:
        keys.update(more.read(params, target))
    for ask in _asks(operation, call, target, params):
        request = Request(
            known.caller.principal, ask.action, ask.arn, resource_account=call.account_id, context=keys
        )
        decision = decide(request, known.layers)
        if not decision.allowed:
            shown = target.shown if target.shown and ask.arn == target.arn else ask.arn
            raise AccessDenied(explain(replace(request, resource=shown), decision))


def _asks(operation: Operation, call: Call, target: Target, params: Params) -> Iterable[Ask]:
    yield Ask(operation.action, target.arn)
    yield from operation.also(call, target, params)
