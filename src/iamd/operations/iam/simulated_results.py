"""The simulator's reply: a result for each action over all resources, in it one for each resource.

Names and shapes are those of AWS's examples ("SimulatePrincipalPolicy" in the IAM API reference), also where
the model's enumerations say otherwise: `IAM Policy`, `Resource Policy`, `Permissions Boundary Policy`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from iamd.policy import Layer, Match, Outcome
from iamd.policy.asked import distinct
from iamd.policy.inquiry import Finding, Held, Source
from iamd.policy.positions import Place
from iamd.policy.standings import Standing

Result = dict[str, Any]

_DECISIONS = {
    Outcome.ALLOWED: "allowed",
    Outcome.IMPLICITLY_DENIED: "implicitDeny",
    Outcome.EXPLICITLY_DENIED: "explicitDeny",
}
_STANDINGS = {Standing.ALLOWS: "allowed", Standing.DENIES: "explicitDeny"}
_BY_SEVERITY = ("allowed", "implicitDeny", "explicitDeny")
_TYPES = {
    Layer.IDENTITY: "IAM Policy",
    Layer.RESOURCE: "Resource Policy",
    Layer.TRUST: "Resource Policy",
    Layer.BOUNDARY: "Permissions Boundary Policy",
}
_GRANTING = frozenset({Layer.IDENTITY, Layer.RESOURCE, Layer.TRUST})


class Judged(NamedTuple):
    """What came of an action on one resource, and the policies that had a say."""

    held: Held
    finding: Finding

    @property
    def decision(self) -> str:
        return _DECISIONS[self.finding.decision.outcome]

    @property
    def crosses_accounts(self) -> bool:
        return self.finding.request.owner != self.finding.request.principal.account

    def has(self, layer: Layer) -> bool:
        """Say whether a layer lets the request through, one that is not there included."""
        stand = self.finding.stands[layer]
        return stand.standing in (Standing.ALLOWS, Standing.ABSENT)


def result(action: str, judged: Sequence[Judged], *, by_resource: bool) -> Result:
    """Return the result of an action over all resources, none of them named unless `by_resource`."""
    worst = _worst(one.decision for one in judged)
    names = [one.finding.request.resource for one in judged]
    return {
        "EvalActionName": action,
        "EvalResourceName": names[0] if len(names) == 1 else "*",
        "EvalDecision": worst,
        "MatchedStatements": _contributing(judged, worst),
        "MissingContextValues": distinct(key for one in judged for key in one.finding.missing),
        "OrganizationsDecisionDetail": _organizations(judged),
        "PermissionsBoundaryDecisionDetail": _boundary(judged),
        "EvalDecisionDetails": _details(judged, by_resource),
        "ResourceSpecificResults": [_specific(one) for one in judged] if by_resource else None,
    }


def _specific(one: Judged) -> Result:
    return {
        "EvalResourceName": one.finding.request.resource,
        "EvalResourceDecision": one.decision,
        "MatchedStatements": [_statement(*found) for found in _matched(one)],
        "MissingContextValues": one.finding.missing,
        "EvalDecisionDetails": _by_type(one) if one.crosses_accounts else None,
        "PermissionsBoundaryDecisionDetail": _boundary([one]),
    }


def _worst(decisions: Iterable[str]) -> str:
    return max(decisions, key=_BY_SEVERITY.index)


# The statements.


def _contributing(judged: Sequence[Judged], decision: str) -> list[Result]:
    """Return the statements that made a decision, each once; nothing makes an implicit deny."""
    if decision == _DECISIONS[Outcome.IMPLICITLY_DENIED]:
        return []
    found = {
        (source.id, source.text, match.statement.index): (source, match)
        for one in judged
        if one.decision == decision
        for source, match in _matched(one)
    }
    return [_statement(*pair) for pair in found.values()]


def _matched(one: Judged) -> Iterator[tuple[Source, Match]]:
    """Return the statements that deny, or else those that would grant; SCPs are never told."""
    decision = one.finding.decision
    denied = decision.outcome is Outcome.EXPLICITLY_DENIED
    for match in decision.matches:
        if match.layer is not Layer.SCP and (denied or match.layer in _GRANTING):
            yield one.held.source(match), match


def _statement(source: Source, match: Match) -> Result:
    span = source.span(match)
    return {
        "SourcePolicyId": source.id,
        "SourcePolicyType": "IAM Policy" if match.layer is Layer.BOUNDARY else _TYPES[match.layer],
        "StartPosition": _position(source.place(span.opened)),
        "EndPosition": _position(source.place(span.end)),
    }


def _position(place: Place) -> Result:
    return {"Line": place.line, "Column": place.column}


# What single kinds of policies say.


def _boundary(judged: Sequence[Judged]) -> Result | None:
    if judged[0].held.boundary is None:
        return None
    return {"AllowedByPermissionsBoundary": all(one.has(Layer.BOUNDARY) for one in judged)}


def _organizations(judged: Sequence[Judged]) -> Result | None:
    if judged[0].held.scps is None:
        return None
    return {"AllowedByOrganizations": all(one.has(Layer.SCP) for one in judged)}


def _details(judged: Sequence[Judged], by_resource: bool) -> Mapping[str, str] | None:
    """Return the most restrictive decision of each kind of policy, where accounts are crossed.

    Within an account it is empty, and absent where no resource is named; so it is where an SCP ends it all.
    """
    across = [_by_type(one) for one in judged if one.crosses_accounts]
    if not all(one.has(Layer.SCP) for one in judged) or not (across or by_resource):
        return None
    kinds = dict.fromkeys(kind for each in across for kind in each)
    return {kind: _worst(each[kind] for each in across if kind in each) for kind in kinds}


def _by_type(one: Judged) -> dict[str, str]:
    return {
        _TYPES[layer]: _STANDINGS.get(stand.standing, "implicitDeny")
        for layer, stand in one.finding.stands.items()
        if layer in _GRANTING or (layer is Layer.BOUNDARY and one.held.boundary is not None)
    }
