"""Policy evaluation logic: explicit denies of all layers first, then every layer that must allow.

A layer that must allow and does not is an implicit deny. The code follows AWS's documented evaluation logic
step by step; the compiled evaluator must return the same outcomes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from iamd.policy.decision import Decision, Layer, Match, Outcome
from iamd.policy.document import Policy, Statement
from iamd.policy.principals import MatchKind, PrincipalKind, match_principal, strongest
from iamd.policy.request import PolicyLayers, Request
from iamd.policy.statements import matches_statement

_IDENTITY_SIDE = frozenset({Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION})
_RESOURCE_SIDE = frozenset({Layer.RESOURCE, Layer.TRUST})
_VIA_ROLE_OR_USER = frozenset({MatchKind.ROLE, MatchKind.USER})


class _AttachedPolicy(NamedTuple):
    layer: Layer
    policy_index: int
    policy: Policy
    level: int | None = None


def decide(request: Request, layers: PolicyLayers) -> Decision:
    """Evaluate a request: whether it is allowed, which layer decided, and by which statements."""
    if request.principal.is_signed and request.action.lower() == "sts:getcalleridentity":
        return Decision(Outcome.ALLOWED, None)
    matches = tuple(_matches(request, layers))
    if denies := tuple(match for match in matches if match.statement.effect == "Deny"):
        return Decision(Outcome.EXPLICITLY_DENIED, denies[0].layer, denies)
    missing_layer = _layer_without_allow(request, layers, matches)
    return Decision(Outcome.IMPLICITLY_DENIED if missing_layer else Outcome.ALLOWED, missing_layer, matches)


def is_root_assuming_role(request: Request) -> bool:
    """Return whether a root user tries to assume a role, which no policy can allow."""
    return request.principal.kind is PrincipalKind.ROOT and request.action.lower() == "sts:assumerole"


def _matches(request: Request, layers: PolicyLayers) -> Iterator[Match]:
    for attached_policy in _applicable_policies(request, layers):
        for statement in attached_policy.policy.statements:
            if _applies(attached_policy, statement, request, layers):
                yield Match(
                    attached_policy.layer, attached_policy.policy_index, statement, attached_policy.level
                )


def _applicable_policies(request: Request, layers: PolicyLayers) -> Iterator[_AttachedPolicy]:
    """Yield the policies that apply to the caller, in the order in which explicit denies are reported."""
    caller = request.principal
    if caller.kind.has_identity_side:
        yield from _attach(Layer.IDENTITY, layers.identity)
        yield from _attach(Layer.BOUNDARY, [layers.boundary] if layers.boundary else ())
        yield from _attach(Layer.SESSION, layers.session or ())
    yield from _attach(resource_layer(request, layers), [layers.resource] if layers.resource else ())
    if caller.is_service_linked:
        return
    if caller.kind.has_identity_side:
        yield from _attach_levels(Layer.SCP, layers.scps or ())
    yield from _attach_levels(Layer.RCP, layers.rcps or ())


def _attach(layer: Layer, policies: Sequence[Policy], level: int | None = None) -> Iterator[_AttachedPolicy]:
    return (_AttachedPolicy(layer, index, policy, level) for index, policy in enumerate(policies))


def _attach_levels(layer: Layer, levels: Sequence[Sequence[Policy]]) -> Iterator[_AttachedPolicy]:
    return (
        attached_policy
        for level, policies in enumerate(levels)
        for attached_policy in _attach(layer, policies, level)
    )


def resource_layer(request: Request, layers: PolicyLayers) -> Layer:
    """Return the layer of the resource's own policy; for a role it is the trust policy."""
    is_trust = layers.requires_grant and request.action.lower().startswith("sts:")
    return Layer.TRUST if is_trust else Layer.RESOURCE


def _applies(
    attached_policy: _AttachedPolicy, statement: Statement, request: Request, layers: PolicyLayers
) -> bool:
    return _matches_principal(attached_policy.layer, statement, request, layers) and matches_statement(
        attached_policy.policy,
        statement,
        request,
        is_resource_policy=attached_policy.layer in _RESOURCE_SIDE,
        pads_short_arns=attached_policy.layer in _IDENTITY_SIDE,
    )


def _matches_principal(layer: Layer, statement: Statement, request: Request, layers: PolicyLayers) -> bool:
    """Match the principal; statements of identity-side policies and SCPs must not have one."""
    has_no_principal = statement.principals is None and statement.not_principals is None
    if layer in _IDENTITY_SIDE or layer is Layer.SCP:
        return has_no_principal
    matches = (
        match_principal(statement, request.principal, has_boundary=layers.boundary is not None) is not None
    )
    return matches or (layer is Layer.RCP and has_no_principal)


def _layer_without_allow(request: Request, layers: PolicyLayers, allows: tuple[Match, ...]) -> Layer | None:
    """Return the first layer that must allow and does not; RCPs only deny."""
    if is_root_assuming_role(request):
        return Layer.TRUST
    if request.principal.kind.has_identity_side:
        return _missing_layer_for_identity(request, layers, allows)
    return None if _strongest_grant(request, layers, allows) else resource_layer(request, layers)


def _missing_layer_for_identity(
    request: Request, layers: PolicyLayers, allows: tuple[Match, ...]
) -> Layer | None:
    if request.action.lower() == "sts:getsessiontoken":
        return None
    if (
        layers.scps is not None
        and not request.principal.is_service_linked
        and _has_level_without_allow(layers.scps, allows)
    ):
        return Layer.SCP
    return _missing_identity_or_grant(request, layers, allows)


def _has_level_without_allow(scps: Sequence[Sequence[Policy]], allows: tuple[Match, ...]) -> bool:
    """Return whether an SCP level has no Allow: every level, from root to account, must allow."""
    allowing_levels = {match.level for match in allows if match.layer is Layer.SCP}
    return len(allowing_levels) < len(scps)


def _missing_identity_or_grant(
    request: Request, layers: PolicyLayers, allows: tuple[Match, ...]
) -> Layer | None:
    """Apply the grant table: the effect of a resource policy's Allow depends on how it names the caller."""
    grant = _strongest_grant(request, layers, allows)
    if request.resource_owner != request.principal.account:
        return _missing_identity_side(request, layers, allows) or (
            None if grant else resource_layer(request, layers)
        )
    if grant in {MatchKind.SELF, MatchKind.STAR}:
        return None
    if grant in _VIA_ROLE_OR_USER:
        return _missing_boundary_or_session(layers, allows)
    missing_layer = _missing_identity_side(request, layers, allows)
    if grant is None and layers.requires_grant:
        return missing_layer or resource_layer(request, layers)
    return missing_layer


def _strongest_grant(request: Request, layers: PolicyLayers, allows: tuple[Match, ...]) -> MatchKind | None:
    has_boundary = layers.boundary is not None
    return strongest(
        match_principal(match.statement, request.principal, has_boundary=has_boundary)
        for match in allows
        if match.layer in _RESOURCE_SIDE
    )


def _missing_identity_side(request: Request, layers: PolicyLayers, allows: tuple[Match, ...]) -> Layer | None:
    """Check identity ∧ boundary ∧ session; a root user's identity side allows everything."""
    if request.principal.kind is not PrincipalKind.ROOT and not _is_allowed_by(Layer.IDENTITY, allows):
        return Layer.IDENTITY
    return _missing_boundary_or_session(layers, allows)


def _missing_boundary_or_session(layers: PolicyLayers, allows: tuple[Match, ...]) -> Layer | None:
    """Check boundary ∧ session: neither grants access, and each must allow if present."""
    if layers.boundary is not None and not _is_allowed_by(Layer.BOUNDARY, allows):
        return Layer.BOUNDARY
    if layers.session is not None and not _is_allowed_by(Layer.SESSION, allows):
        return Layer.SESSION
    return None


def _is_allowed_by(layer: Layer, allows: tuple[Match, ...]) -> bool:
    return any(match.layer is layer for match in allows)
