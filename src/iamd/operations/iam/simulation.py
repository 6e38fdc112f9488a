"""The policy simulator, which asks the evaluator that tells reasons; and which context keys policies ask for.

A role's trust policy counts as it does when the role is assumed. Only who may read it is told.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from iamd.core import arns
from iamd.core.errors import InvalidInput
from iamd.core.records import Role
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, PermissionCheck, Reply, Target, operation
from iamd.operations.iam import exclusions, policy_sources, simulated
from iamd.operations.iam.policy_sources import Entity
from iamd.operations.iam.simulated import Asker
from iamd.operations.iam.simulated_results import Judged, Result, result
from iamd.policy import PolicyKind, Request
from iamd.policy.asked import distinct, named
from iamd.policy.inquiry import Held, Source, asks_for_trust, inquire
from iamd.store import paging
from iamd.store.paging import PageLimits

# How much is looked at for one action, in characters of policies times resources. A statement is worth some,
# since a reply tells of it if it matches, and so are the values that it is matched with.
_MOST = 2_000_000
_STATEMENT = 400
_VALUE = 500

_SECONDS = 1.0  # after which a page ends; AWS too says that it may hold fewer results than were asked for


class Simulation(NamedTuple):
    """What is the same for all actions and resources.

    `given` are the context keys that the caller passed, which win over all others. `trusts` are the trust
    policies of roles that are asked for, by ARN.
    """

    asker: Asker
    held: Held
    owner: str | None
    keys: Context
    given: Context
    trusts: Mapping[str, Source]

    def judge(self, action: str, resource: str) -> Judged:
        owner = None if simulated.names_account(resource) else self.owner
        request = Request(self.asker.principal, action, resource, owner)
        context = {
            **self.keys,
            **simulated.of_action(action),
            "aws:resourceaccount": request.owner or "",
            **self.given,
        }
        trusted = self.trusts.get(resource) if asks_for_trust(action, resource) else None
        held = self.held if trusted is None else replace(self.held, resource=trusted)
        return Judged(held, inquire(replace(request, context=context), held))

    def weight(self, resources: Sequence[str]) -> int:
        """Tell how much is looked at for one action."""
        sources = (*self.held.every(), *self.trusts.values())
        policies = sum(len(source.text) + _STATEMENT * len(source.policy.statements) for source in sources)
        values = (
            value for held in self.given.values() for value in ((held,) if isinstance(held, str) else held)
        )
        longest = max(map(len, (*resources, *values)))
        return policies * len(resources) * (_VALUE + longest) // _VALUE


# The trust policies of roles that are asked for.


def _roles_asked(account_id: str, names: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    """Return the ARNs of roles of an account that are to be assumed, each once."""
    for arn in dict.fromkeys(resources):
        if arn.startswith(arns.iam(account_id, "role/")) and any(asks_for_trust(name, arn) for name in names):
            yield arn


def _reads_trust(call: Call, _target: Target, params: Params) -> Iterator[PermissionCheck]:
    """Ask whether the caller may read the trust policies that it is told about."""
    if params.get("resource_policy") is not None:
        return
    for arn in _roles_asked(call.account_id, params["action_names"], params.get("resource_arns") or ()):
        role = policy_sources.find(call.tx, call.account_id, arn)
        yield PermissionCheck(
            "iam:GetRole", arn, policy_sources.entity_context(call, role) if role is not None else {}
        )


def _trusts(call: Call, names: Sequence[str], resources: Sequence[str]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for arn in _roles_asked(call.account_id, names, resources):
        role = policy_sources.find(call.tx, call.account_id, arn)
        if isinstance(role, Role):
            found[arn] = policy_sources.trust_of(call.tx, role)
    return found


# The two simulators.


@operation("iam", target_finder=targets.ANY_RESOURCE, extra_checks=_reads_trust)
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
    resource_handling_option: str | None = None,  # names resources that go together; each is asked for anyway
    max_items: int | None = None,
    marker: str | None = None,
) -> Reply:
    names, resources = simulated.actions(action_names), simulated.resources(resource_arns)
    asker = simulated.caller(call.tx, caller_arn) if caller_arn else simulated.member(call.arn("user/*"))
    held = Held(
        identity=simulated.passed("PolicyInputList", policy_input_list, PolicyKind.INLINE),
        boundary=simulated.boundary(permissions_boundary_policy_input_list),
        resource=simulated.of_resource(resource_policy, caller_arn, names, resources),
        scps=simulated.levels(ordered_organization_policy_input_list),
    )
    simulation = _simulation(call, asker, held, names, resources, resource_owner, context_entries)
    return answer(simulation, names, resources, paging.page_limits(marker, max_items))


@operation("iam", target_finder=policy_sources.POLICY_SOURCE, extra_checks=_reads_trust)
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
    resource_handling_option: str | None = None,  # names resources that go together; each is asked for anyway
    max_items: int | None = None,
    marker: str | None = None,
) -> Reply:
    names, resources = simulated.actions(action_names), simulated.resources(resource_arns)
    asker = _asker(call, entity, caller_arn)
    own = policy_sources.held(call.tx, call.account_id, entity)
    held = Held(
        identity=(
            *exclusions.kept(own, policy_exclusion_list),
            *simulated.passed("PolicyInputList", policy_input_list, PolicyKind.INLINE),
        ),
        boundary=simulated.boundary(permissions_boundary_policy_input_list),
        resource=simulated.of_resource(resource_policy, caller_arn or entity.arn, names, resources),
    )
    if held.boundary is None and exclusions.keep_boundary(policy_exclusion_list):
        held = replace(held, boundary=policy_sources.boundary(call.tx, call.account_id, entity))
    simulation = _simulation(call, asker, held, names, resources, resource_owner, context_entries)
    return answer(simulation, names, resources, paging.page_limits(marker, max_items))


def _asker(call: Call, entity: Entity, caller_arn: str | None) -> Asker:
    if caller_arn is not None and caller_arn != entity.arn:
        return simulated.caller(call.tx, caller_arn)
    held = policy_sources.tags_of(call.tx, call.account_id, entity)
    return simulated.itself(entity, call.account_id, held)


def _simulation(
    call: Call,
    asker: Asker,
    held: Held,
    names: Sequence[str],
    resources: Sequence[str],
    resource_owner: str | None,
    context_entries: list[dict[str, Any]] | None,
) -> Simulation:
    return Simulation(
        asker,
        held,
        simulated.owner(resource_owner),
        {**simulated.supplied(call.timestamp, call.epoch), **asker.keys},
        simulated.context(context_entries),
        {} if held.resource is not None else _trusts(call, names, resources),
    )


def answer(
    simulation: Simulation,
    names: Sequence[str],
    resources: Sequence[str],
    asked: PageLimits,
    clock: Callable[[], float] = time.monotonic,
) -> Reply:
    """Return a page of results, one for each action; `clock` counts seconds."""
    if simulation.weight(resources) > _MOST:
        raise InvalidInput("The policies are too large for so many resources: simulate fewer at a time.")
    later = [(place, name) for index, name in enumerate(names) if (place := f"{index:06}") > asked.after]
    by_resource = list(resources) != ["*"]
    results: list[Result] = []
    end = clock() + _SECONDS
    for _, name in later[: asked.max_items]:
        judged = [simulation.judge(name, resource) for resource in resources]
        results.append(result(name, judged, by_resource=by_resource))
        if clock() > end:
            break
    done = paging.make_page(later, asked._replace(max_items=len(results)), lambda item: item[0])
    return {"EvaluationResults": results, **done.truncation_members()}


# What there is to be given.


@operation("iam", target_finder=targets.ANY_RESOURCE)
def get_context_keys_for_custom_policy(call: Call, policy_input_list: list[str]) -> Reply:
    return _keys(simulated.readable(policy_input_list))


@operation("iam", target_finder=policy_sources.POLICY_SOURCE)
def get_context_keys_for_principal_policy(
    call: Call, entity: Entity, policy_input_list: list[str] | None = None
) -> Reply:
    own = policy_sources.held(call.tx, call.account_id, entity)
    return _keys((*own, *simulated.readable(policy_input_list)))


def _keys(sources: Sequence[Source]) -> Reply:
    return {"ContextKeyNames": distinct(key for source in sources for key in named(source.policy))}
