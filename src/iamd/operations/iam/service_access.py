"""ListPoliciesGrantingServiceAccess: which of an entity's policies let it use a service."""

from collections.abc import Iterable, Sequence
from typing import Any

from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam import policy_sources
from iamd.operations.iam.policy_sources import Entity
from iamd.policy import Statement
from iamd.policy.inquiry import Source
from iamd.store import paging


@operation("iam", target_finder=policy_sources.IDENTITY)
def list_policies_granting_service_access(
    call: Call, entity: Entity, service_namespaces: list[str], marker: str | None = None
) -> Reply:
    asked = paging.page_limits(marker, None)
    wanted = [
        (place, namespace)
        for index, namespace in enumerate(service_namespaces)
        if (place := f"{index:06}") > asked.after
    ]
    found = paging.make_page(wanted, asked, lambda item: item[0])
    held = policy_sources.held(call.tx, call.account_id, entity)
    granting = [
        {
            "ServiceNamespace": namespace,
            "Policies": [_listed(source) for source in _granting(held, namespace)],
        }
        for _, namespace in found.items
    ]
    return {"PoliciesGrantingServiceAccess": granting, **found.truncation_members()}


def _listed(source: Source) -> dict[str, Any]:
    if source.owner is None:
        return {"PolicyName": source.name, "PolicyType": "MANAGED", "PolicyArn": source.arn}
    kind, name = source.owner
    return {
        "PolicyName": source.name,
        "PolicyType": "INLINE",
        "EntityType": kind.upper(),
        "EntityName": name,
    }


def _granting(held: Sequence[Source], namespace: str) -> Iterable[Source]:
    """Return the policies that allow something of a service, unless another denies all of it."""
    service = namespace.lower()
    if any(_denies_all(statement, service) for source in held for statement in source.policy.statements):
        return ()
    return (
        source
        for source in held
        if any(
            statement.effect == "Allow" and _touches(statement, service)
            for statement in source.policy.statements
        )
    )


def _denies_all(statement: Statement, service: str) -> bool:
    always = statement.resources is not None and "*" in statement.resources and not statement.conditions
    return statement.effect == "Deny" and always and _covers(statement.actions or (), service)


def _touches(statement: Statement, service: str) -> bool:
    """Say whether a statement is about any action of a service."""
    if statement.actions is not None:
        return any(_is_of(action, service) for action in statement.actions)
    return statement.not_actions is not None and not _covers(statement.not_actions, service)


def _is_of(action: str, service: str) -> bool:
    prefix, _, name = action.lower().partition(":")
    return action in {"*", "*:*"} or (prefix == service and name != "")


def _covers(actions: Iterable[str], service: str) -> bool:
    """Say whether patterns take in every action of a service, whatever it is called."""
    return any(action in {"*", "*:*"} or _is_whole(action, service) for action in actions)


def _is_whole(action: str, service: str) -> bool:
    prefix, _, name = action.lower().partition(":")
    return prefix == service and name != "" and not name.strip("*")
