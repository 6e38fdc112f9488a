"""ListPoliciesGrantingServiceAccess: which of an entity's policies grant access to a service."""

from collections.abc import Iterable, Sequence
from typing import Any

from iamd.domain import entity_policies
from iamd.domain.entity_policies import Entity
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.policy import Statement
from iamd.policy.explanation import PolicySource
from iamd.store import paging


@operation("iam", target_finder=entity_policies.IDENTITY)
def list_policies_granting_service_access(
    call: Call, entity: Entity, service_namespaces: list[str], marker: str | None = None
) -> Reply:
    limits = paging.page_limits(marker, None)
    remaining = [
        (sort_key, namespace)
        for index, namespace in enumerate(service_namespaces)
        if (sort_key := f"{index:06}") > limits.after
    ]
    page = paging.make_page(remaining, limits, lambda item: item[0])
    policies = entity_policies.list_identity_policies(call.tx, call.account_id, entity)
    entries = [
        {
            "ServiceNamespace": namespace,
            "Policies": [_to_list_entry(source) for source in _find_granting(policies, namespace)],
        }
        for _, namespace in page.items
    ]
    return {"PoliciesGrantingServiceAccess": entries, **page.truncation_members()}


def _to_list_entry(source: PolicySource) -> dict[str, Any]:
    if source.owner is None:
        return {"PolicyName": source.name, "PolicyType": "MANAGED", "PolicyArn": source.arn}
    kind, name = source.owner
    return {
        "PolicyName": source.name,
        "PolicyType": "INLINE",
        "EntityType": kind.upper(),
        "EntityName": name,
    }


def _find_granting(policies: Sequence[PolicySource], namespace: str) -> Iterable[PolicySource]:
    """Return the policies that allow any action of a service; none if a policy denies the whole service."""
    service = namespace.lower()
    if any(_denies_all(statement, service) for source in policies for statement in source.policy.statements):
        return ()
    return (
        source
        for source in policies
        if any(
            statement.effect == "Allow" and _includes_service_action(statement, service)
            for statement in source.policy.statements
        )
    )


def _denies_all(statement: Statement, service: str) -> bool:
    is_unconditional = (
        statement.resources is not None and "*" in statement.resources and not statement.conditions
    )
    return (
        statement.effect == "Deny"
        and is_unconditional
        and _include_all_actions(statement.actions or (), service)
    )


def _includes_service_action(statement: Statement, service: str) -> bool:
    """Return whether a statement applies to any action of a service."""
    if statement.actions is not None:
        return any(_matches_service(action, service) for action in statement.actions)
    return statement.not_actions is not None and not _include_all_actions(statement.not_actions, service)


def _matches_service(action: str, service: str) -> bool:
    prefix, _, name = action.lower().partition(":")
    return action in {"*", "*:*"} or (prefix == service and name != "")


def _include_all_actions(actions: Iterable[str], service: str) -> bool:
    """Return whether action patterns cover every action of a service."""
    return any(action in {"*", "*:*"} or _is_service_wildcard(action, service) for action in actions)


def _is_service_wildcard(action: str, service: str) -> bool:
    prefix, _, name = action.lower().partition(":")
    return prefix == service and name != "" and not name.strip("*")
