"""Policies of a user, group or role with their sources, for simulation and service access."""

import re
from collections.abc import Iterator

from iamd.core.errors import Fault, InvalidInput, NoSuchEntity, PolicyEvaluation
from iamd.core.records import Group, Role, Tags, User
from iamd.domain import policy_principals
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, Target, TargetFinder
from iamd.framework.targets import resource_tag_context
from iamd.policy import Policy, PolicyError, parse
from iamd.policy.explanation import PolicySource
from iamd.store import inline_policies, memberships, paging, policy_attachments, principal_policies, tags
from iamd.store.entities import GROUPS, ROLES, USERS
from iamd.store.query import Tx

Entity = User | Group | Role

_ENTITY_ARN = re.compile(
    r"arn:aws:iam::([0-9]{12}):(user|group|role)/(?:[^\s]*/)?([\w+=,.@-]{1,128})", re.ASCII
)


# Entities.


def _parse_entity_arn(arn: str) -> tuple[str, str, str] | None:
    match = _ENTITY_ARN.fullmatch(arn)
    return None if match is None else (match[1], match[2], match[3])


def find_entity(tx: Tx, account_id: str, arn: str) -> Entity | None:
    """Return the user, group or role with exactly this ARN, if the account has it."""
    parsed_arn = _parse_entity_arn(arn)
    if parsed_arn is None or parsed_arn[0] != account_id:
        return None
    entity = _find_by_name(tx, account_id, parsed_arn[1], parsed_arn[2])
    return entity if entity is not None and entity.arn == arn else None


def _find_by_name(tx: Tx, account_id: str, kind: str, name: str) -> Entity | None:
    if kind == "user":
        return USERS.find(tx, account_id, name)
    return GROUPS.find(tx, account_id, name) if kind == "group" else ROLES.find(tx, account_id, name)


def unique_id(entity: Entity) -> str:
    if isinstance(entity, User):
        return entity.user_id
    return entity.group_id if isinstance(entity, Group) else entity.role_id


def list_tags(tx: Tx, account_id: str, entity: Entity) -> Tags:
    """Return the tags of an entity; groups have none."""
    return () if isinstance(entity, Group) else tags.list_for_resource(tx, account_id, unique_id(entity))


def _find_target(call: Call, arn: str) -> Target:
    entity = find_entity(call.tx, call.account_id, arn)
    if entity is None:
        return Target(arn, not_found=_not_found_error(call, arn))
    return Target(arn, entity, entity_context(call, entity))


def entity_context(call: Call, entity: Entity) -> Context:
    """Return the condition keys of an entity's tags."""
    return resource_tag_context(list_tags(call.tx, call.account_id, entity))


def _not_found_error(call: Call, arn: str) -> Fault:
    parsed_arn = _parse_entity_arn(arn)
    if parsed_arn is None:
        return InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    account_id, kind, name = parsed_arn
    if account_id != call.account_id:
        return InvalidInput(
            f"Invalid Policy Source Arn: caller's account {call.account_id} does not have access to policies "
            f"in account {account_id}"
        )
    return NoSuchEntity(f"The {kind} with name {name} cannot be found.")


def _entity_finder(member: str) -> TargetFinder:
    def find_target(call: Call, params: Params) -> Target:
        return _find_target(call, params[member])

    return TargetFinder(find_target, ("group", "role", "user"), (member,))


POLICY_SOURCE = _entity_finder("policy_source_arn")
IDENTITY = _entity_finder("arn")


# The policies.


def list_identity_policies(tx: Tx, account_id: str, entity: Entity) -> tuple[PolicySource, ...]:
    """Return the identity-based policies of an entity, including those of a user's groups, each once.

    Raises PolicyEvaluation if one cannot be parsed.
    """
    policy_owners = [entity, *_list_groups(tx, account_id, entity)]
    attached_arns: dict[str, None] = {}
    sources: list[PolicySource] = []
    for owner in policy_owners:
        sources.extend(_list_inline_policies(tx, account_id, owner))
        attached_arns |= dict.fromkeys(policy_attachments.list_for_entity(tx, account_id, unique_id(owner)))
    return (*sources, *(get_managed_policy(tx, account_id, arn) for arn in attached_arns))


def get_boundary(tx: Tx, account_id: str, entity: Entity) -> PolicySource | None:
    """Return the permissions boundary of an entity; groups have none."""
    arn = None if isinstance(entity, Group) else entity.boundary_arn
    return None if arn is None else get_managed_policy(tx, account_id, arn)


def get_managed_policy(tx: Tx, account_id: str, arn: str) -> PolicySource:
    """Return a customer or AWS managed policy; PolicyEvaluation if it is missing or cannot be parsed."""
    document = principal_policies.find_default_document(tx, account_id, arn)
    name = arn.rpartition("/")[2]
    if document is None:
        raise PolicyEvaluation(f"The policy {name} cannot be read.")
    return PolicySource(name, document, _parse_stored(name, document), name, arn=arn)


def get_trust_policy(tx: Tx, role: Role) -> PolicySource:
    """Return a role's trust policy: the text with ARNs, the parsed policy with unique IDs."""
    text = policy_principals.to_arns(tx, role.trust)
    return PolicySource(
        "ResourcePolicy", text, _parse_stored(f"AssumeRolePolicyDocument of {role.role_name}", role.trust)
    )


def _list_groups(tx: Tx, account_id: str, entity: Entity) -> Iterator[Group]:
    if isinstance(entity, User):
        yield from memberships.list_groups(tx, account_id, entity.user_id, paging.UNLIMITED).items


def _list_inline_policies(tx: Tx, account_id: str, owner: Entity) -> Iterator[PolicySource]:
    kind, name = kind_and_name(owner)
    for policy in inline_policies.list_for_entity(tx, account_id, unique_id(owner)):
        source_id = f"{kind}_{name}_{policy.policy_name}"
        document = policy.document
        yield PolicySource(
            source_id, document, _parse_stored(source_id, document), policy.policy_name, (kind, name)
        )


def kind_and_name(entity: Entity) -> tuple[str, str]:
    """Return the kind of an entity (`user`, `group` or `role`) and its name."""
    if isinstance(entity, User):
        return "user", entity.user_name
    return ("group", entity.group_name) if isinstance(entity, Group) else ("role", entity.role_name)


def _parse_stored(name: str, document: str) -> Policy:
    try:
        return parse(document)
    except PolicyError as error:
        raise PolicyEvaluation(f"The policy {name} cannot be read: {error.message}") from error
