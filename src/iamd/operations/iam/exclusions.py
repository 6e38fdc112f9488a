"""PolicyExclusionList: which of an entity's policies a simulation does without.

Whoever matches nothing that is held excludes nothing; InvalidInput for what could match nothing anywhere.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from iamd.core import arns
from iamd.core.errors import InvalidInput
from iamd.policy.inquiry import Source
from iamd.policy.patterns import glob

Identifier = Mapping[str, Any]
Test = Callable[[Source], bool]

_MEMBERS = ("policy_type", "policy_arn", "inline_policy_identifier")
_ARN = re.compile(r"arn:aws:iam::(?:[0-9]{12}|aws):policy/(?:[^*?\s]*/)?[^/\s]+")
_BOUNDARY = "permission-boundary"


def _is_awss(source: Source) -> bool:
    return source.arn is not None and arns.parse_account_id(source.arn) == "aws"


# SCPs and RCPs are not held by entities.
_TYPES: Mapping[str, Test] = {
    "inline": lambda source: source.owner is not None,
    "aws-managed": _is_awss,
    "user-managed": lambda source: source.arn is not None and not _is_awss(source),
}


def kept(held: Iterable[Source], identifiers: Sequence[Identifier] | None) -> tuple[Source, ...]:
    """Return the policies that no identifier excludes."""
    tests = [_test(identifier) for identifier in identifiers or ()]
    return tuple(source for source in held if not any(test(source) for test in tests))


def keep_boundary(identifiers: Sequence[Identifier] | None) -> bool:
    """Say whether the entity's boundary still counts."""
    return all(identifier.get("policy_type") != _BOUNDARY for identifier in identifiers or ())


def _test(identifier: Identifier) -> Test:
    told = [member for member in _MEMBERS if identifier.get(member) is not None]
    if len(told) != 1:
        raise InvalidInput("A policy identifier must have exactly one member.")
    (member,) = told
    return _BY_MEMBER[member](identifier[member])


def _of_type(policy_type: str) -> Test:
    return _TYPES.get(policy_type, lambda _: False)


def _of_arn(pattern: str) -> Test:
    if not _ARN.fullmatch(pattern) or pattern.count("*") > 1:
        raise InvalidInput(f"{pattern} does not identify a managed policy.")
    return lambda source: source.arn is not None and glob(pattern, source.arn)


def _inline(wanted: Mapping[str, str]) -> Test:
    name, kind, owner = (
        wanted[member].lower() for member in ("policy_name", "attachment_type", "attachment_name")
    )

    def test(source: Source) -> bool:
        if source.owner is None or source.owner[0] != kind:
            return False
        return source.name.lower() == name and glob(owner, source.owner[1].lower())

    return test


_BY_MEMBER: Mapping[str, Callable[[Any], Test]] = {
    "policy_type": _of_type,
    "policy_arn": _of_arn,
    "inline_policy_identifier": _inline,
}
