"""PolicyExclusionList of the policy simulator: which of an entity's policies a simulation ignores.

An identifier that matches none of the policies excludes nothing. Raises InvalidInput for one that could not
match any policy.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from iamd.core import arns
from iamd.core.errors import InvalidInput
from iamd.policy.explanation import PolicySource
from iamd.policy.patterns import glob

Identifier = Mapping[str, Any]
SourcePredicate = Callable[[PolicySource], bool]

_IDENTIFIER_MEMBERS = ("policy_type", "policy_arn", "inline_policy_identifier")
_POLICY_ARN_PATTERN = re.compile(r"arn:aws:iam::(?:[0-9]{12}|aws):policy/(?:[^*?\s]*/)?[^/\s]+")
_BOUNDARY_TYPE = "permission-boundary"


def _is_aws_managed(source: PolicySource) -> bool:
    return source.arn is not None and arns.parse_account_id(source.arn) == "aws"


# SCPs and RCPs are not attached to IAM entities.
_POLICY_TYPES: Mapping[str, SourcePredicate] = {
    "inline": lambda source: source.owner is not None,
    "aws-managed": _is_aws_managed,
    "user-managed": lambda source: source.arn is not None and not _is_aws_managed(source),
}


def exclude(
    policies: Iterable[PolicySource], identifiers: Sequence[Identifier] | None
) -> tuple[PolicySource, ...]:
    """Return the policies that no identifier excludes."""
    predicates = [_to_predicate(identifier) for identifier in identifiers or ()]
    return tuple(source for source in policies if not any(matches(source) for matches in predicates))


def includes_boundary(identifiers: Sequence[Identifier] | None) -> bool:
    """Return whether the entity's permissions boundary is not excluded."""
    return all(identifier.get("policy_type") != _BOUNDARY_TYPE for identifier in identifiers or ())


def _to_predicate(identifier: Identifier) -> SourcePredicate:
    members = [member for member in _IDENTIFIER_MEMBERS if identifier.get(member) is not None]
    if len(members) != 1:
        raise InvalidInput("A policy identifier must have exactly one member.")
    (member,) = members
    return _PREDICATE_FACTORIES[member](identifier[member])


def _type_predicate(policy_type: str) -> SourcePredicate:
    return _POLICY_TYPES.get(policy_type, lambda _: False)


def _arn_predicate(pattern: str) -> SourcePredicate:
    if not _POLICY_ARN_PATTERN.fullmatch(pattern) or pattern.count("*") > 1:
        raise InvalidInput(f"{pattern} does not identify a managed policy.")
    return lambda source: source.arn is not None and glob(pattern, source.arn)


def _inline_predicate(identifier: Mapping[str, str]) -> SourcePredicate:
    name, kind, owner = (
        identifier[member].lower() for member in ("policy_name", "attachment_type", "attachment_name")
    )

    def matches(source: PolicySource) -> bool:
        if source.owner is None or source.owner[0] != kind:
            return False
        return source.name.lower() == name and glob(owner, source.owner[1].lower())

    return matches


_PREDICATE_FACTORIES: Mapping[str, Callable[[Any], SourcePredicate]] = {
    "policy_type": _type_predicate,
    "policy_arn": _arn_predicate,
    "inline_policy_identifier": _inline_predicate,
}
