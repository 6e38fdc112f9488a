"""What a simulation is about: who asks, under which keys, with which policies; InvalidInput where unclear."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from iamd.core.errors import InvalidInput
from iamd.core.records import Group, Role, Tags, User
from iamd.framework.operation import Context
from iamd.operations.iam import policy_sources
from iamd.policy import (
    Policy,
    PolicyError,
    PolicyKind,
    Principal,
    PrincipalKind,
    parse,
    principal_from_arn,
    validate,
    values,
)
from iamd.policy.inquiry import Source, asks_for_trust
from iamd.store.query import Tx

_ARN_FIELDS = 6
_ACTION = re.compile(r"[\w.-]+:[\w.-]+", re.ASCII)
_CALLER = re.compile(r"arn:aws:iam::[0-9]{12}:(user|group|role)/\S+")
_OWNER = re.compile(r"(?:arn:aws:iam::)?([0-9]{12})(?::root)?")
_READERS: Mapping[str, Callable[[str], object]] = {
    "numeric": values.number,
    "boolean": values.boolean,
    "ip": values.address,
    "binary": values.binary,
    "date": values.instant,
}
_LIST = "List"

# IAM is one service for all regions.
_REGION_OF_IAM = "us-east-1"

_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}
_ALWAYS_WITHOUT_MFA = frozenset({PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


class Asker(NamedTuple):
    """A simulated caller and the context keys that every call of its has, in lower case."""

    principal: Principal
    keys: Context


# What is asked.


def actions(names: Sequence[str]) -> Sequence[str]:
    """Check the names of actions, which must be whole."""
    for name in names:
        if not _ACTION.fullmatch(name):
            raise InvalidInput(
                f"Invalid action name: {name}. An action is named service:Name, without wildcards."
            )
    return names


def resources(asked: Sequence[str] | None) -> Sequence[str]:
    """Check the ARNs of resources; none is `*`."""
    for resource in asked or ():
        if resource != "*" and not (resource.startswith("arn:") and resource.count(":") >= _ARN_FIELDS - 1):
            raise InvalidInput(f"ResourceNames are not in a valid ARN format: {resource}.")
    return asked or ("*",)


def owner(told: str | None) -> str | None:
    """Return the account ID of a ResourceOwner: that of a root user's ARN, or itself."""
    if told is None:
        return None
    found = _OWNER.fullmatch(told)
    if found is None:
        raise InvalidInput(f"'{told}' is not a valid as a Resource Owner.")
    return found[1]


def names_account(resource: str) -> bool:
    """Say whether an ARN tells whose the resource is."""
    fields = resource.split(":", _ARN_FIELDS - 1)
    return len(fields) == _ARN_FIELDS and bool(fields[4])


# The context.


def context(entries: Iterable[Mapping[str, Any]] | None) -> Context:
    """Read ContextEntries; keys are returned in lower case, list types as tuples."""
    given: dict[str, str | tuple[str, ...]] = {}
    for entry in entries or ():
        name = entry.get("context_key_name")
        if name is None:
            raise InvalidInput("A context entry must have a ContextKeyName.")
        if name.lower() in given:
            raise InvalidInput(f"The context key {name} is given more than once.")
        given[name.lower()] = _read(name, entry)
    return given


def _read(name: str, entry: Mapping[str, Any]) -> str | tuple[str, ...]:
    held: list[str] = entry.get("context_key_values") or []
    kind: str = entry.get("context_key_type") or ("string" if len(held) == 1 else "stringList")
    reader = _READERS.get(kind.removesuffix(_LIST))
    for value in held:
        if reader is not None and reader(value) is None:
            raise InvalidInput(f"A value of the context key {name} is not of the type {kind}.")
    if kind.endswith(_LIST):
        return tuple(held)
    if len(held) != 1:
        raise InvalidInput(f"The context key {name} of the type {kind} must have exactly one value.")
    return held[0]


def supplied(now: str, at: int) -> Context:
    """Return the keys that every call has whoever makes it; `at` is `now` in seconds since 1970."""
    return {"aws:currenttime": now, "aws:epochtime": str(at), "aws:viaawsservice": "false"}


def of_action(action: str) -> Context:
    """Return the keys that every call of an action has."""
    return {"aws:requestedregion": _REGION_OF_IAM} if action.lower().startswith("iam:") else {}


# The caller.


def caller(tx: Tx, arn: str) -> Asker:
    """Return a CallerArn's user or role, which need not exist; a group stands for a member of its.

    Of who is there, no more is looked up than the ID that trust policies know it by.
    """
    if _kind(arn) == "group":
        return member(arn)
    account_id = arn.split(":")[4]
    entity = policy_sources.find(tx, account_id, arn)
    principal = principal_from_arn(arn) if entity is None else principal_of(entity, account_id)
    return Asker(principal, told_by(principal))


def _kind(arn: str) -> str:
    found = _CALLER.fullmatch(arn)
    if found is None:
        raise InvalidInput(f"Invalid caller: {arn} is not the ARN of a user, a group or a role.")
    return found[1]


def member(arn: str) -> Asker:
    """Return somebody of whom nothing is known but the account and, if so, the group."""
    account_id = arn.split(":")[4]
    return Asker(Principal(PrincipalKind.USER, arn, account_id), {"aws:principalaccount": account_id})


def itself(entity: User | Group | Role, account_id: str, tags: Tags) -> Asker:
    """Return a user or a role that is there, with all keys that do not hang on its credentials."""
    if isinstance(entity, Group):
        return member(entity.arn)
    principal = principal_of(entity, account_id)
    of_user: Context = {"aws:userid": entity.user_id} if isinstance(entity, User) else {}
    return Asker(principal, {**told_by(principal), **of_tags(tags), **of_user})


def of_tags(tags: Tags) -> Context:
    """Return the keys of a caller's tags."""
    return {f"aws:principaltag/{tag.key.lower()}": tag.value for tag in tags}


def principal_of(entity: User | Group | Role, account_id: str) -> Principal:
    """Return the caller that a user, or a session of a role, is."""
    if isinstance(entity, Role):
        kind = PrincipalKind.ROLE_SESSION
        return Principal(kind, entity.arn, account_id, entity.role_id, role_arn=entity.arn)
    return Principal(PrincipalKind.USER, entity.arn, account_id, policy_sources.unique_id(entity))


def told_by(principal: Principal) -> Context:
    """Return the keys that follow from who calls; sessions of a role never count as made with MFA."""
    if principal.account is None:
        return {}
    keys: dict[str, str | tuple[str, ...]] = {
        "aws:principalisawsservice": "false",
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalaccount": principal.account,
        "aws:principaltype": _TYPES[principal.kind],
    }
    if principal.kind is PrincipalKind.USER:
        keys["aws:username"] = principal.arn.rpartition("/")[2]
    if principal.kind in _ALWAYS_WITHOUT_MFA:
        keys["aws:multifactorauthpresent"] = "false"
    return keys


# The policies.


def passed(member_name: str, documents: Iterable[str] | None, kind: PolicyKind) -> tuple[Source, ...]:
    """Check the policies of a parameter, which AWS calls by its name and their number."""
    return tuple(
        _checked(f"{member_name}.{number}", text, kind) for number, text in enumerate(documents or (), 1)
    )


def readable(documents: Iterable[str] | None) -> tuple[Source, ...]:
    """Read policies of any kind, of which no more is wanted than what they name."""
    return tuple(
        _read_as(f"PolicyInputList.{number}", text, parse) for number, text in enumerate(documents or (), 1)
    )


def boundary(documents: Sequence[str] | None) -> Source | None:
    """Check a boundary that is passed, of which there may be one."""
    if len(documents or ()) > 1:
        raise InvalidInput("The list of Permissions Boundary policies cannot exceed 1 items.")
    found = passed("PermissionsBoundaryPolicyInputList", documents, PolicyKind.INLINE)
    return found[0] if found else None


def levels(given: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[Source, ...], ...] | None:
    """Check the SCPs of each level of an organization."""
    if not given:
        return None
    return tuple(
        passed(
            f"OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList",
            level.get("service_control_policy_input_list"),
            PolicyKind.SCP,
        )
        for number, level in enumerate(given, 1)
    )


def of_resource(
    document: str | None, caller_arn: str | None, names: Sequence[str], arns: Sequence[str]
) -> Source | None:
    """Check a policy of the resources, which its principals are matched to the caller for.

    It is their trust policy, where all are roles that are to be assumed.
    """
    if document is None:
        return None
    if caller_arn is None:
        raise InvalidInput("CallerArn must be given where a ResourcePolicy is.")
    if _kind(caller_arn) == "group":
        raise InvalidInput("Invalid caller - Caller must be an IAM user or role in this context.")
    trust = all(asks_for_trust(name, arn) for name in names for arn in arns)
    return _checked("ResourcePolicy", document, PolicyKind.TRUST if trust else PolicyKind.RESOURCE)


def _checked(called: str, text: str, kind: PolicyKind) -> Source:
    return _read_as(called, text, lambda document: validate(document, kind))


def _read_as(called: str, text: str, read: Callable[[str], Policy]) -> Source:
    try:
        return Source(called, text, read(text))
    except PolicyError as wrong:
        raise InvalidInput(f"{called}: {wrong.message}"[:2048]) from wrong
