"""Parsing of simulator requests: actions, resources, context entries, caller and policies.

Invalid parameters raise InvalidInput.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from iamd.core.errors import InvalidInput
from iamd.core.records import Group, Role, Tags, User
from iamd.domain import entity_policies
from iamd.framework.operation import Context
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
from iamd.policy.explanation import PolicySource, evaluates_trust_policy
from iamd.store.query import Tx

_ARN_FIELD_COUNT = 6
_ACTION_NAME = re.compile(r"[\w.-]+:[\w.-]+", re.ASCII)
_CALLER_ARN = re.compile(r"arn:aws:iam::[0-9]{12}:(user|group|role)/\S+")
_RESOURCE_OWNER = re.compile(r"(?:arn:aws:iam::)?([0-9]{12})(?::root)?")
_VALUE_PARSERS: Mapping[str, Callable[[str], object]] = {
    "numeric": values.number,
    "boolean": values.boolean,
    "ip": values.address,
    "binary": values.binary,
    "date": values.instant,
}
_LIST_SUFFIX = "List"

# IAM is a global service; its requests are in this region.
_IAM_REGION = "us-east-1"

_PRINCIPAL_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}
_KINDS_WITHOUT_MFA = frozenset({PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})


class SimulatedCaller(NamedTuple):
    """A simulated caller and the condition keys of all of its calls, in lower case."""

    principal: Principal
    context: Context


# Actions and resources.


def validate_actions(names: Sequence[str]) -> Sequence[str]:
    """Validate action names, which must not have wildcards."""
    for name in names:
        if not _ACTION_NAME.fullmatch(name):
            raise InvalidInput(
                f"Invalid action name: {name}. Action names have the form service:Name, without wildcards."
            )
    return names


def validate_resources(resource_arns: Sequence[str] | None) -> Sequence[str]:
    """Validate resource ARNs; the default is `*`."""
    for resource in resource_arns or ():
        if resource != "*" and not (
            resource.startswith("arn:") and resource.count(":") >= _ARN_FIELD_COUNT - 1
        ):
            raise InvalidInput(f"ResourceNames are not in a valid ARN format: {resource}.")
    return resource_arns or ("*",)


def parse_resource_owner(resource_owner: str | None) -> str | None:
    """Return the account ID of a ResourceOwner, which is a root user's ARN or an account ID."""
    if resource_owner is None:
        return None
    match = _RESOURCE_OWNER.fullmatch(resource_owner)
    if match is None:
        raise InvalidInput(f"'{resource_owner}' is not a valid as a Resource Owner.")
    return match[1]


def has_account_id(resource: str) -> bool:
    """Return whether an ARN contains an account ID."""
    fields = resource.split(":", _ARN_FIELD_COUNT - 1)
    return len(fields) == _ARN_FIELD_COUNT and bool(fields[4])


# The context.


def parse_context_entries(entries: Iterable[Mapping[str, Any]] | None) -> Context:
    """Parse ContextEntries; keys are returned in lower case, values of list types as tuples."""
    context_values: dict[str, str | tuple[str, ...]] = {}
    for entry in entries or ():
        name = entry.get("context_key_name")
        if name is None:
            raise InvalidInput("A context entry must have a ContextKeyName.")
        if name.lower() in context_values:
            raise InvalidInput(f"The context key {name} is specified more than once.")
        context_values[name.lower()] = _parse_context_entry(name, entry)
    return context_values


def _parse_context_entry(name: str, entry: Mapping[str, Any]) -> str | tuple[str, ...]:
    entry_values: list[str] = entry.get("context_key_values") or []
    value_type: str = entry.get("context_key_type") or ("string" if len(entry_values) == 1 else "stringList")
    parser = _VALUE_PARSERS.get(value_type.removesuffix(_LIST_SUFFIX))
    for value in entry_values:
        if parser is not None and parser(value) is None:
            raise InvalidInput(f"A value of the context key {name} is not of the type {value_type}.")
    if value_type.endswith(_LIST_SUFFIX):
        return tuple(entry_values)
    if len(entry_values) != 1:
        raise InvalidInput(f"The context key {name} of the type {value_type} must have exactly one value.")
    return entry_values[0]


def global_context(timestamp: str, epoch: int) -> Context:
    """Return the condition keys of every call. `timestamp` (ISO text) and `epoch` are the same time."""
    return {"aws:currenttime": timestamp, "aws:epochtime": str(epoch), "aws:viaawsservice": "false"}


def action_context(action: str) -> Context:
    """Return the condition keys of every call of an action."""
    return {"aws:requestedregion": _IAM_REGION} if action.lower().startswith("iam:") else {}


# The caller.


def find_caller(tx: Tx, arn: str) -> SimulatedCaller:
    """Return the caller for a CallerArn, which need not exist; for a group, an unspecified member.

    Of an existing user or role, only the unique ID is used, which trust policies refer to.
    """
    if _parse_caller_kind(arn) == "group":
        return unspecified_user(arn)
    account_id = arn.split(":")[4]
    entity = entity_policies.find_entity(tx, account_id, arn)
    principal = principal_from_arn(arn) if entity is None else to_principal(entity, account_id)
    return SimulatedCaller(principal, principal_context(principal))


def _parse_caller_kind(arn: str) -> str:
    match = _CALLER_ARN.fullmatch(arn)
    if match is None:
        raise InvalidInput(f"Invalid caller: {arn} is not the ARN of a user, a group or a role.")
    return match[1]


def unspecified_user(arn: str) -> SimulatedCaller:
    """Return a caller of whom only the account and the ARN are known, such as any member of a group."""
    account_id = arn.split(":")[4]
    return SimulatedCaller(
        Principal(PrincipalKind.USER, arn, account_id), {"aws:principalaccount": account_id}
    )


def caller_from_entity(entity: User | Group | Role, account_id: str, tags: Tags) -> SimulatedCaller:
    """Return an existing user or role, with all condition keys that do not depend on its credentials."""
    if isinstance(entity, Group):
        return unspecified_user(entity.arn)
    principal = to_principal(entity, account_id)
    user_context: Context = {"aws:userid": entity.user_id} if isinstance(entity, User) else {}
    return SimulatedCaller(
        principal, {**principal_context(principal), **principal_tag_context(tags), **user_context}
    )


def principal_tag_context(tags: Tags) -> Context:
    """Return the `aws:PrincipalTag` keys of a caller."""
    return {f"aws:principaltag/{tag.key.lower()}": tag.value for tag in tags}


def to_principal(entity: User | Group | Role, account_id: str) -> Principal:
    """Return the principal for a user, or for a session of a role."""
    if isinstance(entity, Role):
        kind = PrincipalKind.ROLE_SESSION
        return Principal(kind, entity.arn, account_id, entity.role_id, role_arn=entity.arn)
    return Principal(PrincipalKind.USER, entity.arn, account_id, entity_policies.unique_id(entity))


def principal_context(principal: Principal) -> Context:
    """Return the condition keys of a principal; role sessions and federated users never have MFA."""
    if principal.account is None:
        return {}
    context_values: dict[str, str | tuple[str, ...]] = {
        "aws:principalisawsservice": "false",
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalaccount": principal.account,
        "aws:principaltype": _PRINCIPAL_TYPES[principal.kind],
    }
    if principal.kind is PrincipalKind.USER:
        context_values["aws:username"] = principal.arn.rpartition("/")[2]
    if principal.kind in _KINDS_WITHOUT_MFA:
        context_values["aws:multifactorauthpresent"] = "false"
    return context_values


# The policies.


def parse_policies(
    member_name: str, documents: Iterable[str] | None, policy_kind: PolicyKind
) -> tuple[PolicySource, ...]:
    """Parse the policies of a parameter; source IDs are the parameter's name and a number, as on AWS."""
    return tuple(
        _validate_source(f"{member_name}.{number}", text, policy_kind)
        for number, text in enumerate(documents or (), 1)
    )


def parse_policies_of_any_kind(documents: Iterable[str] | None) -> tuple[PolicySource, ...]:
    """Parse policies of any kind, without validation, for the context keys in them."""
    return tuple(
        _build_source(f"PolicyInputList.{number}", text, parse)
        for number, text in enumerate(documents or (), 1)
    )


def parse_boundary(documents: Sequence[str] | None) -> PolicySource | None:
    """Parse the permissions boundary of a request; at most one is allowed."""
    if len(documents or ()) > 1:
        raise InvalidInput("The list of Permissions Boundary policies cannot exceed 1 items.")
    sources = parse_policies("PermissionsBoundaryPolicyInputList", documents, PolicyKind.INLINE)
    return sources[0] if sources else None


def parse_scp_levels(
    organization_levels: Sequence[Mapping[str, Any]] | None,
) -> tuple[tuple[PolicySource, ...], ...] | None:
    """Parse the SCPs of each level of an organization; None without any level."""
    if not organization_levels:
        return None
    return tuple(
        parse_policies(
            f"OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList",
            level.get("service_control_policy_input_list"),
            PolicyKind.SCP,
        )
        for number, level in enumerate(organization_levels, 1)
    )


def parse_resource_policy(
    document: str | None, caller_arn: str | None, names: Sequence[str], arns: Sequence[str]
) -> PolicySource | None:
    """Parse the resource-based policy of a request, which requires a caller to match its principals.

    It is a trust policy if all resources are roles and all actions assume them.
    """
    if document is None:
        return None
    if caller_arn is None:
        raise InvalidInput("CallerArn is required if ResourcePolicy is specified.")
    if _parse_caller_kind(caller_arn) == "group":
        raise InvalidInput("Invalid caller - Caller must be an IAM user or role in this context.")
    is_trust_policy = all(evaluates_trust_policy(name, arn) for name in names for arn in arns)
    return _validate_source(
        "ResourcePolicy", document, PolicyKind.TRUST if is_trust_policy else PolicyKind.RESOURCE
    )


def _validate_source(source_id: str, text: str, kind: PolicyKind) -> PolicySource:
    return _build_source(source_id, text, lambda document: validate(document, kind))


def _build_source(source_id: str, text: str, parse_document: Callable[[str], Policy]) -> PolicySource:
    try:
        return PolicySource(source_id, text, parse_document(text))
    except PolicyError as error:
        raise InvalidInput(f"{source_id}: {error.message}"[:2048]) from error
