"""The decision: denies of all layers first, then every layer that must allow, a missing one an implicit deny.

Written to be read beside the specification of AWS's evaluation; whatever is faster must answer the same.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from iamd.policy.decision import Decision, Layer, Match, Outcome
from iamd.policy.document import Policy, Statement
from iamd.policy.principals import MatchKind, PrincipalKind, match_principal, strongest
from iamd.policy.request import Layers, Request
from iamd.policy.statements import matches_statement

_OWN_SIDE = frozenset({Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION})
_ON_RESOURCE = frozenset({Layer.RESOURCE, Layer.TRUST})
_BY_PROXY = frozenset({MatchKind.ROLE, MatchKind.USER})


class _Attached(NamedTuple):
    layer: Layer
    position: int
    policy: Policy
    level: int | None = None


def decide(request: Request, layers: Layers) -> Decision:
    """Answer whether the request may go on, which layer decided, and by which statements."""
    if request.principal.is_signed and request.action.lower() == "sts:getcalleridentity":
        return Decision(Outcome.ALLOWED, None)
    found = tuple(_matches(request, layers))
    if denies := tuple(match for match in found if match.statement.effect == "Deny"):
        return Decision(Outcome.EXPLICITLY_DENIED, denies[0].layer, denies)
    missing = _missing(request, layers, found)
    return Decision(Outcome.IMPLICITLY_DENIED if missing else Outcome.ALLOWED, missing, found)


def assumes_as_root(request: Request) -> bool:
    """Tell the one thing that a root user may not do whatever the policies say: assume a role."""
    return request.principal.kind is PrincipalKind.ROOT and request.action.lower() == "sts:assumerole"


def _matches(request: Request, layers: Layers) -> Iterator[Match]:
    for attached in _applicable(request, layers):
        for statement in attached.policy.statements:
            if _applies(attached, statement, request, layers):
                yield Match(attached.layer, attached.position, statement, attached.level)


def _applicable(request: Request, layers: Layers) -> Iterator[_Attached]:
    """Go through the policies that bind this caller, in the order in which a deny is named."""
    caller = request.principal
    if caller.kind.has_identity_side:
        yield from _numbered(Layer.IDENTITY, layers.identity)
        yield from _numbered(Layer.BOUNDARY, [layers.boundary] if layers.boundary else ())
        yield from _numbered(Layer.SESSION, layers.session or ())
    yield from _numbered(_resource_layer(request, layers), [layers.resource] if layers.resource else ())
    if caller.is_service_linked:
        return
    if caller.kind.has_identity_side:
        yield from _by_level(Layer.SCP, layers.scps or ())
    yield from _by_level(Layer.RCP, layers.rcps or ())


def _numbered(layer: Layer, policies: Sequence[Policy], level: int | None = None) -> Iterator[_Attached]:
    return (_Attached(layer, index, policy, level) for index, policy in enumerate(policies))


def _by_level(layer: Layer, levels: Sequence[Sequence[Policy]]) -> Iterator[_Attached]:
    return (
        attached for level, policies in enumerate(levels) for attached in _numbered(layer, policies, level)
    )


def _resource_layer(request: Request, layers: Layers) -> Layer:
    trust = layers.must_grant and request.action.lower().startswith("sts:")
    return Layer.TRUST if trust else Layer.RESOURCE


def _applies(attached: _Attached, statement: Statement, request: Request, layers: Layers) -> bool:
    return _names_caller(attached.layer, statement, request, layers) and matches_statement(
        attached.policy,
        statement,
        request,
        on_resource=attached.layer in _ON_RESOURCE,
        pad=attached.layer in _OWN_SIDE,
    )


def _names_caller(layer: Layer, statement: Statement, request: Request, layers: Layers) -> bool:
    """Match the principal, where the kind of policy has one: identity policies and SCPs must not name any."""
    unnamed = statement.principals is None and statement.not_principals is None
    if layer in _OWN_SIDE or layer is Layer.SCP:
        return unnamed
    named = match_principal(statement, request.principal, bounded=layers.boundary is not None) is not None
    return named or (layer is Layer.RCP and unnamed)


def _missing(request: Request, layers: Layers, allows: tuple[Match, ...]) -> Layer | None:
    """Name the first layer that should have allowed and did not; RCPs act by denying alone."""
    if assumes_as_root(request):
        return Layer.TRUST
    if request.principal.kind.has_identity_side:
        return _missing_of_signed(request, layers, allows)
    return None if _grant(request, layers, allows) else _resource_layer(request, layers)


def _missing_of_signed(request: Request, layers: Layers, allows: tuple[Match, ...]) -> Layer | None:
    if request.action.lower() == "sts:getsessiontoken":
        return None
    if (
        layers.scps is not None
        and not request.principal.is_service_linked
        and _closed_level(layers.scps, allows)
    ):
        return Layer.SCP
    return _missing_grant(request, layers, allows)


def _closed_level(scps: Sequence[Sequence[Policy]], allows: tuple[Match, ...]) -> bool:
    """Levels intersect: each must have an Allow of its own, be it the organization's root or the account."""
    open_levels = {match.level for match in allows if match.layer is Layer.SCP}
    return len(open_levels) < len(scps)


def _missing_grant(request: Request, layers: Layers, allows: tuple[Match, ...]) -> Layer | None:
    """Read the grant table: what a resource policy's Allow is worth depends on how it names the caller."""
    grant = _grant(request, layers, allows)
    if request.owner != request.principal.account:
        return _missing_own(request, layers, allows) or (None if grant else _resource_layer(request, layers))
    if grant in {MatchKind.SELF, MatchKind.STAR}:
        return None
    if grant in _BY_PROXY:
        return _missing_limit(layers, allows)
    missing = _missing_own(request, layers, allows)
    if grant is None and layers.must_grant:
        return missing or _resource_layer(request, layers)
    return missing


def _grant(request: Request, layers: Layers, allows: tuple[Match, ...]) -> MatchKind | None:
    bounded = layers.boundary is not None
    return strongest(
        match_principal(match.statement, request.principal, bounded=bounded)
        for match in allows
        if match.layer in _ON_RESOURCE
    )


def _missing_own(request: Request, layers: Layers, allows: tuple[Match, ...]) -> Layer | None:
    """Identity ∧ boundary ∧ session; a root user's identity side allows everything."""
    if request.principal.kind is not PrincipalKind.ROOT and not _allowed_by(Layer.IDENTITY, allows):
        return Layer.IDENTITY
    return _missing_limit(layers, allows)


def _missing_limit(layers: Layers, allows: tuple[Match, ...]) -> Layer | None:
    """Boundary ∧ session: neither grants, each must allow where it is there."""
    if layers.boundary is not None and not _allowed_by(Layer.BOUNDARY, allows):
        return Layer.BOUNDARY
    if layers.session is not None and not _allowed_by(Layer.SESSION, allows):
        return Layer.SESSION
    return None


def _allowed_by(layer: Layer, allows: tuple[Match, ...]) -> bool:
    return any(match.layer is layer for match in allows)
