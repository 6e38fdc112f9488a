"""The policy simulator (SimulateCustomPolicy, SimulatePrincipalPolicy), and the context keys of policies.

Simulations of assuming a role evaluate its trust policy, which requires `iam:GetRole` on the role.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from iamd.core import arns
from iamd.core.errors import InvalidInput
from iamd.core.records import Role
from iamd.domain import entity_policies, simulation_requests
from iamd.domain.entity_policies import Entity
from iamd.domain.simulation_requests import SimulatedCaller
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, PermissionCheck, Reply, Target, operation
from iamd.operations.iam import policy_exclusions
from iamd.operations.iam.simulation_results import Evaluation, Result, to_evaluation_result
from iamd.policy import PolicyKind, Request
from iamd.policy.context_keys import distinct_keys, referenced_keys
from iamd.policy.explanation import PolicySource, SourceLayers, evaluates_trust_policy, explain_decision
from iamd.store import paging
from iamd.store.paging import PageLimits

# The limit of work per action, in characters of policies times resources. Each statement has an extra weight,
# because the response includes it if it matches, and so have long values that statements are matched with.
_MAX_WEIGHT = 2_000_000
_STATEMENT_WEIGHT = 400
_VALUE_WEIGHT = 500

# A page ends after this time: it may have fewer results than MaxItems, as on AWS.
_MAX_PAGE_SECONDS = 1.0


class Simulation(NamedTuple):
    """The inputs that are the same for all actions and resources of a simulation.

    `context_entries` are the context keys of the request, which override all others. `trust_policies` are
    those of the roles among the resources, by ARN.
    """

    caller: SimulatedCaller
    policies: SourceLayers
    resource_owner: str | None
    base_context: Context
    context_entries: Context
    trust_policies: Mapping[str, PolicySource]

    def evaluate(self, action: str, resource: str) -> Evaluation:
        owner = None if simulation_requests.has_account_id(resource) else self.resource_owner
        request = Request(self.caller.principal, action, resource, owner)
        context = {
            **self.base_context,
            **simulation_requests.action_context(action),
            "aws:resourceaccount": request.resource_owner or "",
            **self.context_entries,
        }
        trust_policy = self.trust_policies.get(resource) if evaluates_trust_policy(action, resource) else None
        policies = self.policies if trust_policy is None else replace(self.policies, resource=trust_policy)
        return Evaluation(policies, explain_decision(replace(request, context=context), policies))

    def estimate_weight(self, resources: Sequence[str]) -> int:
        """Estimate the work for one action, in the unit of `_MAX_WEIGHT`."""
        sources = (*self.policies.all_sources(), *self.trust_policies.values())
        policy_weight = sum(
            len(source.text) + _STATEMENT_WEIGHT * len(source.policy.statements) for source in sources
        )
        values = (
            value
            for entry in self.context_entries.values()
            for value in ((entry,) if isinstance(entry, str) else entry)
        )
        max_length = max(map(len, (*resources, *values)))
        return policy_weight * len(resources) * (_VALUE_WEIGHT + max_length) // _VALUE_WEIGHT


# Trust policies of the roles among the resources.


def _find_assumed_roles(account_id: str, names: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    """Return the ARNs of the account's roles that the simulated actions assume, each once."""
    for arn in dict.fromkeys(resources):
        if arn.startswith(arns.iam(account_id, "role/")) and any(
            evaluates_trust_policy(name, arn) for name in names
        ):
            yield arn


def _check_trust_policy_access(call: Call, _target: Target, params: Params) -> Iterator[PermissionCheck]:
    """Require permission to read the trust policies that the response is based on."""
    if params.get("resource_policy") is not None:
        return
    for arn in _find_assumed_roles(
        call.account_id, params["action_names"], params.get("resource_arns") or ()
    ):
        role = entity_policies.find_entity(call.tx, call.account_id, arn)
        yield PermissionCheck(
            "iam:GetRole", arn, entity_policies.entity_context(call, role) if role is not None else {}
        )


def _find_trust_policies(
    call: Call, names: Sequence[str], resources: Sequence[str]
) -> dict[str, PolicySource]:
    trust_policies_by_arn: dict[str, PolicySource] = {}
    for arn in _find_assumed_roles(call.account_id, names, resources):
        role = entity_policies.find_entity(call.tx, call.account_id, arn)
        if isinstance(role, Role):
            trust_policies_by_arn[arn] = entity_policies.get_trust_policy(call.tx, role)
    return trust_policies_by_arn


# The simulation operations.


@operation("iam", target_finder=targets.ANY_RESOURCE, extra_checks=_check_trust_policy_access)
def simulate_custom_policy(
    call: Call,
    policy_input_list: list[str],
    action_names: list[str],
    permissions_boundary_policy_input_list: list[str] | None = None,
    ordered_organization_policy_input_list: list[dict[str, Any]] | None = None,
    resource_arns: list[str] | None = None,
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: list[dict[str, Any]] | None = None,
    resource_handling_option: str | None = None,  # ignored: every resource is simulated anyway
    max_items: int | None = None,
    marker: str | None = None,
) -> Reply:
    names, resources = (
        simulation_requests.validate_actions(action_names),
        simulation_requests.validate_resources(resource_arns),
    )
    caller = (
        simulation_requests.find_caller(call.tx, caller_arn)
        if caller_arn
        else simulation_requests.unspecified_user(call.arn("user/*"))
    )
    policies = SourceLayers(
        identity=simulation_requests.parse_policies("PolicyInputList", policy_input_list, PolicyKind.INLINE),
        boundary=simulation_requests.parse_boundary(permissions_boundary_policy_input_list),
        resource=simulation_requests.parse_resource_policy(resource_policy, caller_arn, names, resources),
        scps=simulation_requests.parse_scp_levels(ordered_organization_policy_input_list),
    )
    simulation = _build_simulation(call, caller, policies, names, resources, resource_owner, context_entries)
    return evaluate_page(simulation, names, resources, paging.page_limits(marker, max_items))


@operation("iam", target_finder=entity_policies.POLICY_SOURCE, extra_checks=_check_trust_policy_access)
def simulate_principal_policy(
    call: Call,
    entity: Entity,
    action_names: list[str],
    policy_input_list: list[str] | None = None,
    permissions_boundary_policy_input_list: list[str] | None = None,
    policy_exclusion_list: list[dict[str, Any]] | None = None,
    resource_arns: list[str] | None = None,
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: list[dict[str, Any]] | None = None,
    resource_handling_option: str | None = None,  # ignored: every resource is simulated anyway
    max_items: int | None = None,
    marker: str | None = None,
) -> Reply:
    names, resources = (
        simulation_requests.validate_actions(action_names),
        simulation_requests.validate_resources(resource_arns),
    )
    caller = _find_caller(call, entity, caller_arn)
    attached_policies = entity_policies.list_identity_policies(call.tx, call.account_id, entity)
    policies = SourceLayers(
        identity=(
            *policy_exclusions.exclude(attached_policies, policy_exclusion_list),
            *simulation_requests.parse_policies("PolicyInputList", policy_input_list, PolicyKind.INLINE),
        ),
        boundary=simulation_requests.parse_boundary(permissions_boundary_policy_input_list),
        resource=simulation_requests.parse_resource_policy(
            resource_policy, caller_arn or entity.arn, names, resources
        ),
    )
    if policies.boundary is None and policy_exclusions.includes_boundary(policy_exclusion_list):
        policies = replace(policies, boundary=entity_policies.get_boundary(call.tx, call.account_id, entity))
    simulation = _build_simulation(call, caller, policies, names, resources, resource_owner, context_entries)
    return evaluate_page(simulation, names, resources, paging.page_limits(marker, max_items))


def _find_caller(call: Call, entity: Entity, caller_arn: str | None) -> SimulatedCaller:
    if caller_arn is not None and caller_arn != entity.arn:
        return simulation_requests.find_caller(call.tx, caller_arn)
    entity_tags = entity_policies.list_tags(call.tx, call.account_id, entity)
    return simulation_requests.caller_from_entity(entity, call.account_id, entity_tags)


def _build_simulation(
    call: Call,
    caller: SimulatedCaller,
    policies: SourceLayers,
    names: Sequence[str],
    resources: Sequence[str],
    resource_owner: str | None,
    context_entries: list[dict[str, Any]] | None,
) -> Simulation:
    return Simulation(
        caller,
        policies,
        simulation_requests.parse_resource_owner(resource_owner),
        {**simulation_requests.global_context(call.timestamp, call.epoch), **caller.context},
        simulation_requests.parse_context_entries(context_entries),
        {} if policies.resource is not None else _find_trust_policies(call, names, resources),
    )


def evaluate_page(
    simulation: Simulation,
    names: Sequence[str],
    resources: Sequence[str],
    limits: PageLimits,
    clock: Callable[[], float] = time.monotonic,
) -> Reply:
    """Return a page of results, one for each action; InvalidInput if the policies are too large.

    `clock` returns a monotonic time in seconds.
    """
    if simulation.estimate_weight(resources) > _MAX_WEIGHT:
        raise InvalidInput(
            "The policies are too large for this many resources. Simulate fewer resources at a time."
        )
    remaining = [
        (sort_key, name) for index, name in enumerate(names) if (sort_key := f"{index:06}") > limits.after
    ]
    by_resource = list(resources) != ["*"]
    results: list[Result] = []
    deadline = clock() + _MAX_PAGE_SECONDS
    for _, name in remaining[: limits.max_items]:
        evaluations = [simulation.evaluate(name, resource) for resource in resources]
        results.append(to_evaluation_result(name, evaluations, by_resource=by_resource))
        if clock() > deadline:
            break
    page = paging.make_page(remaining, limits._replace(max_items=len(results)), lambda item: item[0])
    return {"EvaluationResults": results, **page.truncation_members()}


# Context keys.


@operation("iam", target_finder=targets.ANY_RESOURCE)
def get_context_keys_for_custom_policy(call: Call, policy_input_list: list[str]) -> Reply:
    return _list_context_keys(simulation_requests.parse_policies_of_any_kind(policy_input_list))


@operation("iam", target_finder=entity_policies.POLICY_SOURCE)
def get_context_keys_for_principal_policy(
    call: Call, entity: Entity, policy_input_list: list[str] | None = None
) -> Reply:
    attached_policies = entity_policies.list_identity_policies(call.tx, call.account_id, entity)
    return _list_context_keys(
        (*attached_policies, *simulation_requests.parse_policies_of_any_kind(policy_input_list))
    )


def _list_context_keys(sources: Sequence[PolicySource]) -> Reply:
    return {
        "ContextKeyNames": distinct_keys(key for source in sources for key in referenced_keys(source.policy))
    }
