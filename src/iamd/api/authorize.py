"""May this caller do this to that? What a call asks of the policies, and the sentence of a refusal."""

from collections.abc import Iterable
from dataclasses import replace

from iamd.api.callers import Known
from iamd.api.documents import compiled, parsed
from iamd.api.prover import INVALID
from iamd.api.sessions import ENROL
from iamd.core.errors import AccessDenied, InvalidClientTokenId
from iamd.core.records import Token
from iamd.ops.call import Call, Caller
from iamd.ops.operation import Ask, Context, Operation, Params, Target
from iamd.policy import Layer, Outcome, Request, decide, explain
from iamd.policy.compiled import Place

# What credentials of GetSessionToken, and of GetFederationToken, may call of STS.
_OF_STS = {"user": {"AssumeRole", "GetCallerIdentity"}, "federated": {"GetCallerIdentity"}}


def authorize(
    known: Known,
    operation: Operation,
    call: Call,
    target: Target,
    params: Params,
    around: Context,
) -> None:
    """Ask the policies for every action that a call needs; AccessDenied gives the reason of a refusal."""
    if not _may_at_all(call.caller, operation, call, target):
        return
    keys = {**around, **target.context}
    for more in operation.keys:
        keys.update(more.read(params, target))
    owner = target.account_id or call.account_id
    for ask in _asks(operation, call, target, params):
        # What is known of the target is not known of anything else.
        known_of_it = keys if ask.arn == target.arn else around
        context = {**known_of_it, **ask.context} if ask.context else known_of_it
        request = Request(call.caller.principal, ask.action, ask.arn, resource_account=owner, context=context)
        on_target = target.must_grant and ask.arn == target.arn
        trust = compiled(target.policy, Place.RESOURCE) if on_target and target.policy is not None else None
        outcome = known.evaluator.outcome(request, trust, must_grant=on_target)
        needs_no_leave = outcome is Outcome.IMPLICITLY_DENIED and operation.own(call, target)
        if not (outcome is Outcome.ALLOWED or needs_no_leave):
            raise AccessDenied(_sentence(request, known, target, ask, on_target=on_target))


def _sentence(request: Request, known: Known, target: Target, ask: Ask, *, on_target: bool) -> str:
    """Say why a request was denied, which the literal evaluator knows."""
    if request.principal.account is None:
        return f"Not authorized to perform {request.action}"
    layers = known.documents.layers()
    if on_target:
        trust = parsed(target.policy) if target.policy is not None else None
        layers = replace(layers, resource=trust, must_grant=True)
    decision = decide(request, layers)
    if decision.layer is Layer.TRUST and decision.outcome is Outcome.EXPLICITLY_DENIED:
        # As if there were no such role: only who may ask learns that there is one.
        decision = decide(request, replace(layers, resource=None))
    shown = ask.shown or (target.shown if ask.arn == target.arn else None)
    return explain(replace(request, resource=shown or ask.arn), decision)


def _may_at_all(caller: Caller, operation: Operation, call: Call, target: Target) -> bool:
    """Refuse what no policy can allow; False where no policy is asked."""
    if operation.root_only and not caller.is_root:
        raise AccessDenied(
            f"User: {caller.principal.arn} is not authorized to perform: {operation.action} "
            "because only the root user may"
        )
    if caller.token is not None:
        _refuse_beyond(caller.token, operation)
    if caller.session is None or caller.session.stage != ENROL:
        return True
    if not operation.enrols(call, target):
        raise AccessDenied("This account requires MFA. Set up an MFA device, then sign in again.")
    return False


def _refuse_beyond(token: Token, operation: Operation) -> None:
    """Keep a user's temporary credentials to what AWS lets them call ("Compare STS credentials")."""
    if token.kind not in _OF_STS:
        return
    name = operation.model.name
    if operation.model.service == "sts":
        if name not in _OF_STS[token.kind]:
            raise AccessDenied(f"Cannot call {name} with session credentials")
    elif token.kind == "federated" or token.mfa_at is None:
        raise InvalidClientTokenId(INVALID)


def _asks(operation: Operation, call: Call, target: Target, params: Params) -> Iterable[Ask]:
    yield Ask(operation.action, target.arn)
    yield from operation.also(call, target, params)
