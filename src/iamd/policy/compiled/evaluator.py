"""A caller's plans: for each action all denies of all layers first, then what every layer must allow.

A layer that allows the action on anything without a condition is not in the plan any more. What is decided is
said in `iamd.policy.decide`, which this must agree with.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from iamd.policy.compiled.generations import Generations
from iamd.policy.compiled.globs import any_of, anything, nothing
from iamd.policy.compiled.layers import CompiledLayers
from iamd.policy.compiled.policies import CompiledPolicy, Match
from iamd.policy.decision import Outcome
from iamd.policy.document import Statement
from iamd.policy.principals import MatchKind, Principal, PrincipalKind, match_principal
from iamd.policy.request import Request

_ACTIONS = 512  # that a caller has plans for; action names come from callers
_PAIRS = 256  # of resource policies and actions
_ALLOWED, _IMPLICIT, _EXPLICIT = Outcome.ALLOWED, Outcome.IMPLICITLY_DENIED, Outcome.EXPLICITLY_DENIED

# What no Allow has a say in: always allowed, allowed unless denied, denied.
_ALWAYS, _FREE, _NEVER = 1, 2, 3


class _Plan(NamedTuple):
    """What is asked about an action, in turn: no deny may hold, and every test of a group must.

    `own` are identity policies, boundary and session policies, `limits` the last two of them. `special` is
    0, or says that nothing but denies is asked.
    """

    denies: tuple[Match, ...]
    scps: tuple[Match, ...]
    own: tuple[Match, ...]
    limits: tuple[Match, ...]
    special: int


class _Grants(NamedTuple):
    """What a resource policy says of an action to a caller, the strongest grant first."""

    denies: tuple[Match, ...]
    allows: tuple[tuple[MatchKind, Match], ...]


class Evaluator:
    """Somebody with the policies that bear on it; safe to share between threads."""

    __slots__ = ("_account", "_grants", "_layers", "_signed", "plans", "principal")

    def __init__(self, principal: Principal, layers: CompiledLayers) -> None:
        self.principal = principal
        self._account = principal.account
        self._signed = principal.kind.has_identity_side
        self._layers = layers
        self.plans: Generations[str, _Plan] = Generations(_ACTIONS)
        self._grants: Generations[tuple[CompiledPolicy, str], _Grants] | None = None

    def outcome(
        self, request: Request, resource: CompiledPolicy | None = None, *, must_grant: bool = False
    ) -> Outcome:
        """Decide a request of this caller.

        `resource` is the policy of what is asked for, compiled for that place; `must_grant` says that nothing
        happens without its word.
        """
        action, name, context = request.action, request.resource, request.context
        plan = self.plans.young.get(action) or self._plan(action)
        for deny in plan.denies:
            if deny(name, context):
                return _EXPLICIT
        if resource is not None or must_grant or plan.special:
            return self._with_policy(request, plan, resource, must_grant)
        if (request.resource_account or request.owner) != self._account:
            return _IMPLICIT  # what belongs to another account needs that account's word
        for allow in plan.scps:
            if not allow(name, context):
                return _IMPLICIT
        for allow in plan.own:
            if not allow(name, context):
                return _IMPLICIT
        return _ALLOWED

    def _with_policy(
        self, request: Request, plan: _Plan, resource: CompiledPolicy | None, must_grant: bool
    ) -> Outcome:
        """Decide where the resource's own policy has a say, or none has; nothing was denied so far."""
        if plan.special == _ALWAYS:
            return _ALLOWED
        name, context = request.resource, request.context
        grant = None
        if resource is not None:
            held = self._grants
            grants = (held and held.young.get((resource, request.action))) or self._granted(
                resource, request.action
            )
            for deny in grants.denies:
                if deny(name, context):
                    return _EXPLICIT
            grant = next((kind for kind, allow in grants.allows if allow(name, context)), None)
        if plan.special:
            return _ALLOWED if plan.special == _FREE else _IMPLICIT
        if not self._signed:
            return _IMPLICIT if grant is None else _ALLOWED
        return self._granting(request, plan, grant, must_grant)

    def _granting(self, request: Request, plan: _Plan, grant: MatchKind | None, must_grant: bool) -> Outcome:
        """Read the grant table for a caller that has an identity side."""
        if grant is None and (must_grant or request.owner != self._account):
            return _IMPLICIT
        needed = plan.own
        if request.owner == self._account:
            if grant is MatchKind.SELF or grant is MatchKind.STAR:
                needed = ()
            elif grant is MatchKind.ROLE or grant is MatchKind.USER:
                needed = plan.limits
        name, context = request.resource, request.context
        for allow in (*plan.scps, *needed):
            if not allow(name, context):
                return _IMPLICIT
        return _ALLOWED

    # Plans.

    def _plan(self, action: str) -> _Plan:
        plan = self.plans.get(action)
        if plan is None:
            plan = self._made(action.lower())
            self.plans.put(action, plan)
        return plan

    def _made(self, action: str) -> _Plan:
        if self.principal.is_signed and action == "sts:getcalleridentity":
            return _Plan((), (), (), (), _ALWAYS)
        layers, denies = self._layers, list[Match]()
        if not self._signed:
            return _Plan(tuple(self._rcp_denies(action)), (), (nothing,), (), 0)
        is_root = self.principal.kind is PrincipalKind.ROOT
        own = _allowing(layers.identity, action, denies)
        limits = list[Match]()
        if layers.boundary is not None:
            limits.append(_allowing((layers.boundary,), action, denies))
        if layers.session is not None:
            limits.append(_allowing(layers.session, action, denies))
        scps = list[Match]()
        if layers.scps is not None and not self.principal.is_service_linked:
            scps = [_allowing(level, action, denies) for level in layers.scps]
        if layers.rcps is not None:
            denies.extend(self._rcp_denies(action))
        needed = limits if is_root else [own, *limits]
        return _Plan(
            tuple(denies), _asked(scps), _asked(needed), _asked(limits), _special(action, is_root=is_root)
        )

    def _rcp_denies(self, action: str) -> Iterator[Match]:
        if self.principal.is_service_linked:
            return
        for level in self._layers.rcps or ():
            for policy in level:
                yield from (
                    match
                    for statement, match in policy.named(action)
                    if statement.effect == "Deny" and self._is_meant(statement)
                )

    def _is_meant(self, statement: Statement) -> bool:
        """Say whether an RCP's statement is about the caller; one that names nobody is about everybody."""
        if statement.principals is None and statement.not_principals is None:
            return True
        bounded = self._layers.boundary is not None
        return match_principal(statement, self.principal, bounded=bounded) is not None

    def _granted(self, resource: CompiledPolicy, action: str) -> _Grants:
        if self._grants is None:
            self._grants = Generations(_PAIRS)
        found = self._grants.get((resource, action))
        if found is None:
            denies, allows = [], []
            for statement, match in resource.named(action.lower()):
                kind = match_principal(statement, self.principal, bounded=self._layers.boundary is not None)
                if kind is not None and statement.effect == "Deny":
                    denies.append(match)
                elif kind is not None:
                    allows.append((kind, match))
            allows.sort(key=lambda allow: allow[0], reverse=True)
            found = _Grants(tuple(denies), tuple(allows))
            self._grants.put((resource, action), found)
        return found


def _allowing(policies: Iterable[CompiledPolicy], action: str, denies: list[Match]) -> Match:
    """Return what says whether any policy of a layer allows an action; add what denies it to the list."""
    allows = list[Match]()
    service = action.partition(":")[0]
    for policy in policies:
        if policy.services is not None and service not in policy.services:
            continue
        allow, deny = policy.said(action)
        if deny is not None:
            denies.append(deny)
        if allow is not None:
            allows.append(allow)
    if anything in allows:
        return anything
    return any_of(allows) or nothing


def _asked(tests: Sequence[Match]) -> tuple[Match, ...]:
    """Leave out what always holds."""
    return tuple([test for test in tests if test is not anything])


def _special(action: str, *, is_root: bool) -> int:
    if is_root and action == "sts:assumerole":
        return _NEVER
    return _FREE if action == "sts:getsessiontoken" else 0
