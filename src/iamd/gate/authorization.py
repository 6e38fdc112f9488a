"""Authorization: evaluation of policies for every action that a call needs, and AccessDenied messages."""

from collections.abc import Iterable
from dataclasses import replace

from iamd.core.errors import AccessDenied, InvalidClientTokenId
from iamd.core.records import SessionToken
from iamd.core.session_stages import ENROLL
from iamd.framework.call import Call, Caller
from iamd.framework.operation import Context, Operation, Params, PermissionCheck, Target
from iamd.gate.authenticator import INVALID_TOKEN_MESSAGE
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.policy_cache import compile_document, parse_document
from iamd.policy import Layer, Outcome, Request, decide, denial_message
from iamd.policy.compiled import Attachment

# STS operations that credentials of GetSessionToken ("user") and GetFederationToken ("federated") may call.
_STS_ACTIONS_BY_TOKEN_KIND = {
    "user": {"AssumeRole", "GetCallerIdentity", "GetWebIdentityToken"},
    "federated": {"GetCallerIdentity"},
}


def authorize(
    authenticated_caller: AuthenticatedCaller,
    operation: Operation,
    call: Call,
    target: Target,
    params: Params,
    global_keys: Context,
) -> None:
    """Check that policies allow every action that a call needs; raise AccessDenied with the reason otherwise.

    Also raises InvalidClientTokenId for operations that the caller's temporary credentials cannot call.
    """
    if not _needs_policy_decision(call.caller, operation, call, target):
        return
    target_keys = {**global_keys, **target.context}
    for condition_keys in operation.condition_keys:
        target_keys.update(condition_keys.read(params, target))
    resource_account = target.account_id or call.account_id
    for permission_check in _permission_checks(operation, call, target, params):
        # Condition keys of the target do not apply to other resources.
        base_keys = target_keys if permission_check.resource_arn == target.arn else global_keys
        context = {**base_keys, **permission_check.context} if permission_check.context else base_keys
        request = Request(
            call.caller.principal,
            permission_check.action,
            permission_check.resource_arn,
            resource_account=resource_account,
            context=context,
        )
        on_target = target.requires_grant and permission_check.resource_arn == target.arn
        trust_policy = (
            compile_document(target.resource_policy, Attachment.RESOURCE)
            if on_target and target.resource_policy is not None
            else None
        )
        outcome = authenticated_caller.evaluator.outcome(request, trust_policy, requires_grant=on_target)
        is_self_service = outcome is Outcome.IMPLICITLY_DENIED and operation.is_self_service(call, target)
        if not (outcome is Outcome.ALLOWED or is_self_service):
            raise AccessDenied(
                _denial_message(request, authenticated_caller, target, permission_check, on_target=on_target)
            )


def _denial_message(
    request: Request,
    authenticated_caller: AuthenticatedCaller,
    target: Target,
    permission_check: PermissionCheck,
    *,
    on_target: bool,
) -> str:
    """Return the AccessDenied message; the reason comes from the reference evaluator, `decide`."""
    if request.principal.account is None:
        return f"Not authorized to perform {request.action}"
    layers = authenticated_caller.documents.layers()
    if on_target:
        trust_policy = parse_document(target.resource_policy) if target.resource_policy is not None else None
        layers = replace(layers, resource=trust_policy, requires_grant=True)
    decision = decide(request, layers)
    if decision.layer is Layer.TRUST and decision.outcome is Outcome.EXPLICITLY_DENIED:
        # Same message as for a role that does not exist, so that only authorized callers learn that it does.
        decision = decide(request, replace(layers, resource=None))
    display_name = permission_check.display_name or (
        target.display_name if permission_check.resource_arn == target.arn else None
    )
    return denial_message(replace(request, resource=display_name or permission_check.resource_arn), decision)


def _needs_policy_decision(caller: Caller, operation: Operation, call: Call, target: Target) -> bool:
    """Return whether policies must be evaluated; raise AccessDenied for calls that no policy can allow."""
    if operation.root_only and not caller.is_root:
        raise AccessDenied(
            f"User: {caller.principal.arn} is not authorized to perform: {operation.action} "
            "because only the root user can perform it"
        )
    if caller.token is not None:
        _check_token_scope(caller.token, operation)
    if caller.session is None or caller.session.stage != ENROLL:
        return True
    if not operation.allowed_during_enrollment(call, target):
        raise AccessDenied("This account requires MFA. Set up an MFA device, then sign in again.")
    return False


def _check_token_scope(token: SessionToken, operation: Operation) -> None:
    """Limit temporary credentials of a user to the operations that AWS lets them call.

    The rules are in "Compare AWS STS credentials" of the IAM user guide: credentials of GetFederationToken
    cannot call IAM, those of GetSessionToken only with MFA.
    """
    if token.kind not in _STS_ACTIONS_BY_TOKEN_KIND:
        return
    name = operation.model.name
    if operation.model.service == "sts":
        if name not in _STS_ACTIONS_BY_TOKEN_KIND[token.kind]:
            raise AccessDenied(f"Cannot call {name} with session credentials")
    elif token.kind == "federated" or token.mfa_at is None:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)


def _permission_checks(
    operation: Operation, call: Call, target: Target, params: Params
) -> Iterable[PermissionCheck]:
    yield PermissionCheck(operation.action, target.arn)
    yield from operation.extra_checks(call, target, params)
