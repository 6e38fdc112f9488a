"""Evaluator: a caller's compiled plans, one per action: denies of all layers first, then required allows.

A layer that allows the action on any resource without conditions is left out of the plan. The outcomes must
be those of `iamd.policy.evaluation`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from iamd.policy.compiled.globs import any_of, match_all, match_none
from iamd.policy.compiled.layers import CompiledLayers
from iamd.policy.compiled.policies import CompiledPolicy, Predicate
from iamd.policy.compiled.two_generation_cache import TwoGenerationCache
from iamd.policy.decision import Outcome
from iamd.policy.document import Statement
from iamd.policy.principals import MatchKind, Principal, PrincipalKind, match_principal
from iamd.policy.request import Request

_MAX_PLANS = 512  # per caller; limited, since action names come from callers
_MAX_RESOURCE_GRANTS = 256  # per caller: pairs of a resource policy and an action
_ALLOWED, _IMPLICITLY_DENIED, _EXPLICITLY_DENIED = (
    Outcome.ALLOWED,
    Outcome.IMPLICITLY_DENIED,
    Outcome.EXPLICITLY_DENIED,
)

# Shortcuts of plans for actions that are decided without Allow statements.
_ALWAYS_ALLOWED, _ALLOWED_UNLESS_DENIED, _NEVER_ALLOWED = 1, 2, 3


class _Plan(NamedTuple):
    """The evaluation of an action: no deny may be true, and every predicate of the required groups must be.

    `identity_side` are identity policies, boundary and session policies, `limits` the last two of them.
    `shortcut` is 0, or a constant above for an action that is decided without Allow statements.
    """

    denies: tuple[Predicate, ...]
    scps: tuple[Predicate, ...]
    identity_side: tuple[Predicate, ...]
    limits: tuple[Predicate, ...]
    shortcut: int


class _ResourceGrants(NamedTuple):
    """A resource policy's predicates for an action and a caller, the strongest grant first."""

    denies: tuple[Predicate, ...]
    allows: tuple[tuple[MatchKind, Predicate], ...]


class Evaluator:
    """A caller with the policies that apply to it; thread-safe."""

    __slots__ = ("_account", "_grants", "_has_identity_side", "_layers", "plans", "principal")

    def __init__(self, principal: Principal, layers: CompiledLayers) -> None:
        self.principal = principal
        self._account = principal.account
        self._has_identity_side = principal.kind.has_identity_side
        self._layers = layers
        self.plans: TwoGenerationCache[str, _Plan] = TwoGenerationCache(_MAX_PLANS)
        self._grants: TwoGenerationCache[tuple[CompiledPolicy, str], _ResourceGrants] | None = None

    def outcome(
        self, request: Request, resource_policy: CompiledPolicy | None = None, *, requires_grant: bool = False
    ) -> Outcome:
        """Decide a request of this caller.

        `resource_policy` is compiled with `Attachment.RESOURCE`; it must allow if `requires_grant`.
        """
        action, resource_arn, context = request.action, request.resource, request.context
        plan = self.plans.young.get(action) or self._get_plan(action)
        for deny in plan.denies:
            if deny(resource_arn, context):
                return _EXPLICITLY_DENIED
        if resource_policy is not None or requires_grant or plan.shortcut:
            return self._decide_with_resource_policy(request, plan, resource_policy, requires_grant)
        if (request.resource_account or request.resource_owner) != self._account:
            return _IMPLICITLY_DENIED  # cross-account access requires a resource policy
        for allow in plan.scps:
            if not allow(resource_arn, context):
                return _IMPLICITLY_DENIED
        for allow in plan.identity_side:
            if not allow(resource_arn, context):
                return _IMPLICITLY_DENIED
        return _ALLOWED

    def _decide_with_resource_policy(
        self, request: Request, plan: _Plan, resource_policy: CompiledPolicy | None, requires_grant: bool
    ) -> Outcome:
        """Decide a request with a resource policy or a shortcut; no deny of the plan has matched."""
        if plan.shortcut == _ALWAYS_ALLOWED:
            return _ALLOWED
        resource_arn, context = request.resource, request.context
        grant = None
        if resource_policy is not None:
            cache = self._grants
            grants = (
                cache and cache.young.get((resource_policy, request.action))
            ) or self._get_resource_grants(resource_policy, request.action)
            for deny in grants.denies:
                if deny(resource_arn, context):
                    return _EXPLICITLY_DENIED
            grant = next((kind for kind, allow in grants.allows if allow(resource_arn, context)), None)
        if plan.shortcut:
            return _ALLOWED if plan.shortcut == _ALLOWED_UNLESS_DENIED else _IMPLICITLY_DENIED
        if not self._has_identity_side:
            return _IMPLICITLY_DENIED if grant is None else _ALLOWED
        return self._decide_with_grant(request, plan, grant, requires_grant)

    def _decide_with_grant(
        self, request: Request, plan: _Plan, grant: MatchKind | None, requires_grant: bool
    ) -> Outcome:
        """Apply the grant table to a caller that has an identity side."""
        if grant is None and (requires_grant or request.resource_owner != self._account):
            return _IMPLICITLY_DENIED
        required = plan.identity_side
        if request.resource_owner == self._account:
            if grant is MatchKind.SELF or grant is MatchKind.STAR:
                required = ()
            elif grant is MatchKind.ROLE or grant is MatchKind.USER:
                required = plan.limits
        resource_arn, context = request.resource, request.context
        for allow in (*plan.scps, *required):
            if not allow(resource_arn, context):
                return _IMPLICITLY_DENIED
        return _ALLOWED

    # Plans.

    def _get_plan(self, action: str) -> _Plan:
        plan = self.plans.get(action)
        if plan is None:
            plan = self._build_plan(action.lower())
            self.plans.put(action, plan)
        return plan

    def _build_plan(self, action: str) -> _Plan:
        if self.principal.is_signed and action == "sts:getcalleridentity":
            return _Plan((), (), (), (), _ALWAYS_ALLOWED)
        layers, denies = self._layers, list[Predicate]()
        if not self._has_identity_side:
            return _Plan(tuple(self._rcp_denies(action)), (), (match_none,), (), 0)
        is_root = self.principal.kind is PrincipalKind.ROOT
        identity = _compile_layer(layers.identity, action, denies)
        limits = list[Predicate]()
        if layers.boundary is not None:
            limits.append(_compile_layer((layers.boundary,), action, denies))
        if layers.session is not None:
            limits.append(_compile_layer(layers.session, action, denies))
        scps = list[Predicate]()
        if layers.scps is not None and not self.principal.is_service_linked:
            scps = [_compile_layer(level, action, denies) for level in layers.scps]
        if layers.rcps is not None:
            denies.extend(self._rcp_denies(action))
        required = limits if is_root else [identity, *limits]
        return _Plan(
            tuple(denies),
            _without_match_all(scps),
            _without_match_all(required),
            _without_match_all(limits),
            _shortcut(action, is_root=is_root),
        )

    def _rcp_denies(self, action: str) -> Iterator[Predicate]:
        if self.principal.is_service_linked:
            return
        for level in self._layers.rcps or ():
            for policy in level:
                yield from (
                    predicate
                    for statement, predicate in policy.principal_statements(action)
                    if statement.effect == "Deny" and self._applies_to_caller(statement)
                )

    def _applies_to_caller(self, statement: Statement) -> bool:
        """Return whether an RCP's statement applies to the caller; without principals it applies to all."""
        if statement.principals is None and statement.not_principals is None:
            return True
        has_boundary = self._layers.boundary is not None
        return match_principal(statement, self.principal, has_boundary=has_boundary) is not None

    def _get_resource_grants(self, resource_policy: CompiledPolicy, action: str) -> _ResourceGrants:
        if self._grants is None:
            self._grants = TwoGenerationCache(_MAX_RESOURCE_GRANTS)
        grants = self._grants.get((resource_policy, action))
        if grants is None:
            denies, allows = [], []
            for statement, predicate in resource_policy.principal_statements(action.lower()):
                kind = match_principal(
                    statement, self.principal, has_boundary=self._layers.boundary is not None
                )
                if kind is not None and statement.effect == "Deny":
                    denies.append(predicate)
                elif kind is not None:
                    allows.append((kind, predicate))
            allows.sort(key=lambda allow: allow[0], reverse=True)
            grants = _ResourceGrants(tuple(denies), tuple(allows))
            self._grants.put((resource_policy, action), grants)
        return grants


def _compile_layer(policies: Iterable[CompiledPolicy], action: str, denies: list[Predicate]) -> Predicate:
    """Return a predicate that is true if a policy of the layer allows the action; append to `denies`."""
    allows = list[Predicate]()
    service = action.partition(":")[0]
    for policy in policies:
        if policy.services is not None and service not in policy.services:
            continue
        allow, deny = policy.predicates(action)
        if deny is not None:
            denies.append(deny)
        if allow is not None:
            allows.append(allow)
    if match_all in allows:
        return match_all
    return any_of(allows) or match_none


def _without_match_all(predicates: Sequence[Predicate]) -> tuple[Predicate, ...]:
    """Drop predicates that are always true."""
    return tuple([predicate for predicate in predicates if predicate is not match_all])


def _shortcut(action: str, *, is_root: bool) -> int:
    if is_root and action == "sts:assumerole":
        return _NEVER_ALLOWED
    return _ALLOWED_UNLESS_DENIED if action == "sts:getsessiontoken" else 0
