"""The policies that a user, a group or a role has, each with where it is from."""

import re
from collections.abc import Iterator

from iamd.core.errors import Fault, InvalidInput, NoSuchEntity, PolicyEvaluation
from iamd.core.records import Group, Role, Tags, User
from iamd.domain import trust_policies
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, Target, TargetFinder
from iamd.framework.targets import resource_tag_keys
from iamd.policy import Policy, PolicyError, parse
from iamd.policy.inquiry import Source
from iamd.store import inline_policies, memberships, paging, policy_attachments, principal_policies, tags
from iamd.store.entities import GROUPS, ROLES, USERS
from iamd.store.query import Tx

Entity = User | Group | Role

_ENTITY = re.compile(r"arn:aws:iam::([0-9]{12}):(user|group|role)/(?:[^\s]*/)?([\w+=,.@-]{1,128})", re.ASCII)


# Whose policies they are.


def _kind_and_name(arn: str) -> tuple[str, str, str] | None:
    found = _ENTITY.fullmatch(arn)
    return None if found is None else (found[1], found[2], found[3])


def find(tx: Tx, account_id: str, arn: str) -> Entity | None:
    """Return the user, the group or the role of exactly this ARN, if the account has it."""
    told = _kind_and_name(arn)
    if told is None or told[0] != account_id:
        return None
    entity = _named(tx, account_id, told[1], told[2])
    return entity if entity is not None and entity.arn == arn else None


def _named(tx: Tx, account_id: str, kind: str, name: str) -> Entity | None:
    if kind == "user":
        return USERS.find(tx, account_id, name)
    return GROUPS.find(tx, account_id, name) if kind == "group" else ROLES.find(tx, account_id, name)


def unique_id(entity: Entity) -> str:
    if isinstance(entity, User):
        return entity.user_id
    return entity.group_id if isinstance(entity, Group) else entity.role_id


def tags_of(tx: Tx, account_id: str, entity: Entity) -> Tags:
    """Return the tags of an entity, of which groups have none."""
    return () if isinstance(entity, Group) else tags.list_for_resource(tx, account_id, unique_id(entity))


def _target(call: Call, arn: str) -> Target:
    entity = find(call.tx, call.account_id, arn)
    if entity is None:
        return Target(arn, not_found=_missing(call, arn))
    return Target(arn, entity, entity_context(call, entity))


def entity_context(call: Call, entity: Entity) -> Context:
    """Return the condition keys of an entity's tags."""
    return resource_tag_keys(tags_of(call.tx, call.account_id, entity))


def _missing(call: Call, arn: str) -> Fault:
    told = _kind_and_name(arn)
    if told is None:
        return InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    account_id, kind, name = told
    if account_id != call.account_id:
        return InvalidInput(
            f"Invalid Policy Source Arn: caller's account {call.account_id} does not have access to policies "
            f"in account {account_id}"
        )
    return NoSuchEntity(f"The {kind} with name {name} cannot be found.")


def _by(member: str) -> TargetFinder:
    def found(call: Call, params: Params) -> Target:
        return _target(call, params[member])

    return TargetFinder(found, ("group", "role", "user"), (member,))


POLICY_SOURCE = _by("policy_source_arn")
IDENTITY = _by("arn")


# The policies.


def held(tx: Tx, account_id: str, entity: Entity) -> tuple[Source, ...]:
    """Return the identity policies of an entity, those of a user's groups with its own, each once.

    PolicyEvaluation when one cannot be read.
    """
    owners = [entity, *_groups_of(tx, account_id, entity)]
    arn_of: dict[str, None] = {}
    found: list[Source] = []
    for owner in owners:
        found.extend(_inline_of(tx, account_id, owner))
        arn_of |= dict.fromkeys(policy_attachments.list_for_entity(tx, account_id, unique_id(owner)))
    return (*found, *(of_arn(tx, account_id, arn) for arn in arn_of))


def boundary(tx: Tx, account_id: str, entity: Entity) -> Source | None:
    """Return what bounds an entity; nothing bounds a group."""
    arn = None if isinstance(entity, Group) else entity.boundary_arn
    return None if arn is None else of_arn(tx, account_id, arn)


def of_arn(tx: Tx, account_id: str, arn: str) -> Source:
    """Return a managed policy, AWS's own included; PolicyEvaluation when it cannot be read."""
    document = principal_policies.find_default_document(tx, account_id, arn)
    name = arn.rpartition("/")[2]
    if document is None:
        raise PolicyEvaluation(f"The policy {name} cannot be read.")
    return Source(name, document, _parsed(name, document), name, arn=arn)


def trust_of(tx: Tx, role: Role) -> Source:
    """Return a role's trust policy: the text as people read it, the policy as it is decided by."""
    text = trust_policies.to_arns(tx, role.trust)
    return Source("ResourcePolicy", text, _parsed(f"for the trust of {role.role_name}", role.trust))


def _groups_of(tx: Tx, account_id: str, entity: Entity) -> Iterator[Group]:
    if isinstance(entity, User):
        yield from memberships.list_groups(tx, account_id, entity.user_id, paging.UNLIMITED).items


def _inline_of(tx: Tx, account_id: str, owner: Entity) -> Iterator[Source]:
    kind, name = kind_and_name(owner)
    for policy in inline_policies.list_for_entity(tx, account_id, unique_id(owner)):
        called = f"{kind}_{name}_{policy.policy_name}"
        document = policy.document
        yield Source(called, document, _parsed(called, document), policy.policy_name, (kind, name))


def kind_and_name(entity: Entity) -> tuple[str, str]:
    """Return what an entity is, in AWS's word, and its name."""
    if isinstance(entity, User):
        return "user", entity.user_name
    return ("group", entity.group_name) if isinstance(entity, Group) else ("role", entity.role_name)


def _parsed(name: str, document: str) -> Policy:
    try:
        return parse(document)
    except PolicyError as wrong:
        raise PolicyEvaluation(f"The policy {name} cannot be read: {wrong.message}") from wrong
