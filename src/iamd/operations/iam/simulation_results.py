"""The simulator's response: a result for each action over all resources, with a result for each resource.

Names and shapes follow AWS's examples ("SimulatePrincipalPolicy" in the IAM API reference), even where the
API model's enumerations differ: `IAM Policy`, `Resource Policy`, `Permissions Boundary Policy`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from iamd.policy import Layer, Match, Outcome
from iamd.policy.context_keys import distinct_keys
from iamd.policy.explanation import Explanation, PolicySource, SourceLayers
from iamd.policy.layer_results import LayerOutcome
from iamd.policy.source_positions import Location

Result = dict[str, Any]

_DECISIONS = {
    Outcome.ALLOWED: "allowed",
    Outcome.IMPLICITLY_DENIED: "implicitDeny",
    Outcome.EXPLICITLY_DENIED: "explicitDeny",
}
_LAYER_DECISIONS = {LayerOutcome.ALLOWS: "allowed", LayerOutcome.DENIES: "explicitDeny"}
_DECISIONS_BY_SEVERITY = ("allowed", "implicitDeny", "explicitDeny")
_POLICY_TYPES = {
    Layer.IDENTITY: "IAM Policy",
    Layer.RESOURCE: "Resource Policy",
    Layer.TRUST: "Resource Policy",
    Layer.BOUNDARY: "Permissions Boundary Policy",
}
_GRANTING_LAYERS = frozenset({Layer.IDENTITY, Layer.RESOURCE, Layer.TRUST})


class Evaluation(NamedTuple):
    """The explanation of an action on one resource, and the policies that were evaluated."""

    policies: SourceLayers
    explanation: Explanation

    @property
    def decision(self) -> str:
        return _DECISIONS[self.explanation.decision.outcome]

    @property
    def crosses_accounts(self) -> bool:
        return self.explanation.request.resource_owner != self.explanation.request.principal.account

    def is_allowed_by(self, layer: Layer) -> bool:
        """Return whether a layer allows the request or is absent."""
        layer_result = self.explanation.layer_results[layer]
        return layer_result.outcome in (LayerOutcome.ALLOWS, LayerOutcome.ABSENT)


def to_evaluation_result(action: str, evaluations: Sequence[Evaluation], *, by_resource: bool) -> Result:
    """Return the result of an action over all resources; `by_resource` adds a result for each resource."""
    decision = _most_restrictive(evaluation.decision for evaluation in evaluations)
    names = [evaluation.explanation.request.resource for evaluation in evaluations]
    return {
        "EvalActionName": action,
        "EvalResourceName": names[0] if len(names) == 1 else "*",
        "EvalDecision": decision,
        "MatchedStatements": _deciding_statements(evaluations, decision),
        "MissingContextValues": distinct_keys(
            key for evaluation in evaluations for key in evaluation.explanation.missing_keys
        ),
        "OrganizationsDecisionDetail": _organizations_detail(evaluations),
        "PermissionsBoundaryDecisionDetail": _boundary_detail(evaluations),
        "EvalDecisionDetails": _decision_details(evaluations, by_resource),
        "ResourceSpecificResults": [_resource_specific_result(evaluation) for evaluation in evaluations]
        if by_resource
        else None,
    }


def _resource_specific_result(evaluation: Evaluation) -> Result:
    return {
        "EvalResourceName": evaluation.explanation.request.resource,
        "EvalResourceDecision": evaluation.decision,
        "MatchedStatements": [_statement(*matched_pair) for matched_pair in _matching_statements(evaluation)],
        "MissingContextValues": evaluation.explanation.missing_keys,
        "EvalDecisionDetails": _decisions_by_type(evaluation) if evaluation.crosses_accounts else None,
        "PermissionsBoundaryDecisionDetail": _boundary_detail([evaluation]),
    }


def _most_restrictive(decisions: Iterable[str]) -> str:
    return max(decisions, key=_DECISIONS_BY_SEVERITY.index)


# The statements.


def _deciding_statements(evaluations: Sequence[Evaluation], decision: str) -> list[Result]:
    """Return the statements that caused a decision, each once; an implicit deny has none."""
    if decision == _DECISIONS[Outcome.IMPLICITLY_DENIED]:
        return []
    statements = {
        (source.id, source.text, match.statement.index): (source, match)
        for evaluation in evaluations
        if evaluation.decision == decision
        for source, match in _matching_statements(evaluation)
    }
    return [_statement(*pair) for pair in statements.values()]


def _matching_statements(evaluation: Evaluation) -> Iterator[tuple[PolicySource, Match]]:
    """Return the statements that deny, or else those that grant; those of SCPs are never revealed."""
    decision = evaluation.explanation.decision
    is_denied = decision.outcome is Outcome.EXPLICITLY_DENIED
    for match in decision.matches:
        if match.layer is not Layer.SCP and (is_denied or match.layer in _GRANTING_LAYERS):
            yield evaluation.policies.source(match), match


def _statement(source: PolicySource, match: Match) -> Result:
    span = source.span(match)
    return {
        "SourcePolicyId": source.id,
        "SourcePolicyType": "IAM Policy" if match.layer is Layer.BOUNDARY else _POLICY_TYPES[match.layer],
        "StartPosition": _position(source.location(span.simulator_start)),
        "EndPosition": _position(source.location(span.end)),
    }


def _position(location: Location) -> Result:
    return {"Line": location.line, "Column": location.column}


# Decisions by policy type.


def _boundary_detail(evaluations: Sequence[Evaluation]) -> Result | None:
    if evaluations[0].policies.boundary is None:
        return None
    return {
        "AllowedByPermissionsBoundary": all(
            evaluation.is_allowed_by(Layer.BOUNDARY) for evaluation in evaluations
        )
    }


def _organizations_detail(evaluations: Sequence[Evaluation]) -> Result | None:
    if evaluations[0].policies.scps is None:
        return None
    return {"AllowedByOrganizations": all(evaluation.is_allowed_by(Layer.SCP) for evaluation in evaluations)}


def _decision_details(evaluations: Sequence[Evaluation], by_resource: bool) -> Mapping[str, str] | None:
    """Return EvalDecisionDetails: the most restrictive decision of each policy type for cross-account access.

    Within an account it is empty. It is None without named resources, and if an SCP denies the request.
    """
    cross_account_decisions = [
        _decisions_by_type(evaluation) for evaluation in evaluations if evaluation.crosses_accounts
    ]
    if not all(evaluation.is_allowed_by(Layer.SCP) for evaluation in evaluations) or not (
        cross_account_decisions or by_resource
    ):
        return None
    kinds = dict.fromkeys(kind for decisions in cross_account_decisions for kind in decisions)
    return {
        kind: _most_restrictive(decisions[kind] for decisions in cross_account_decisions if kind in decisions)
        for kind in kinds
    }


def _decisions_by_type(evaluation: Evaluation) -> dict[str, str]:
    return {
        _POLICY_TYPES[layer]: _LAYER_DECISIONS.get(layer_result.outcome, "implicitDeny")
        for layer, layer_result in evaluation.explanation.layer_results.items()
        if layer in _GRANTING_LAYERS or (layer is Layer.BOUNDARY and evaluation.policies.boundary is not None)
    }
