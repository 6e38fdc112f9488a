"""Policy validation on save: AWS's checks and error messages in AWS's order; the first error is raised."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from iamd.policy.document import CURRENT_VERSION, Policy, PrincipalName, Statement, read
from iamd.policy.errors import PolicyError, syntax_error
from iamd.policy.grammar import (
    action_error,
    has_only_trust_actions,
    is_legacy_arn,
    principal_error,
    resource_error,
)
from iamd.policy.values import instant

_SID = re.compile(r"[A-Za-z0-9]*")
_INVALID_SID_MESSAGE = (
    "Statement IDs (SID) must be alpha-numeric. "
    "Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
_UNSUPPORTED_CHARACTER = re.compile("[^\t\n\r\u0020-\u00ff]")


class PolicyKind(Enum):
    """The kind of policy a document is saved as. A permissions boundary is a managed policy."""

    MANAGED = "managed"
    INLINE = "inline"
    SESSION = "session"
    TRUST = "trust"
    RESOURCE = "resource"
    SCP = "scp"
    RCP = "rcp"


KINDS_WITH_PRINCIPAL = frozenset({PolicyKind.TRUST, PolicyKind.RESOURCE, PolicyKind.RCP})

Check = Callable[[Policy, PolicyKind, str], None]


def validate(text: str | Mapping[str, object], kind: PolicyKind, *, partition: str = "aws") -> Policy:
    """Parse a document and make the checks that AWS makes on save; PolicyError for the first that fails.

    Sizes are not checked (see `policy_size`), nor whether principals exist.
    """
    if isinstance(text, str) and _UNSUPPORTED_CHARACTER.search(text):
        raise syntax_error()
    policy = read(text)
    for check in _CHECKS:
        check(policy, kind, partition)
    return policy


def policy_size(text: str) -> int:
    """Return the size in characters as AWS's IAM quotas count it: without white space."""
    return sum(map(len, text.split()))


def _check_version(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    if kind is PolicyKind.MANAGED and policy.version != CURRENT_VERSION:
        raise PolicyError("Policy document must be version 2012-10-17 or greater.", "Version")


def _check_no_principal(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        has_principal = statement.principals is not None or statement.not_principals is not None
        if has_principal and kind not in KINDS_WITH_PRINCIPAL:
            raise PolicyError(
                "Policy document should not specify a principal.", _path(statement, "Principal")
            )


def _check_legacy_parsing(policy: Policy, _kind: PolicyKind, partition: str) -> None:
    for statement in policy.statements:
        if element := _legacy_parsing_failure(statement, partition):
            raise PolicyError("The policy failed legacy parsing", _path(statement, element))


def _legacy_parsing_failure(statement: Statement, partition: str) -> str | None:
    if statement.effect not in {"Allow", "Deny"}:
        return "Effect"
    for condition in statement.conditions:
        if condition.operator.startswith("Date") and any(
            instant(value) is None for value in condition.values
        ):
            return "Condition"
    has_legacy_arn = any(
        is_legacy_arn(resource) and not resource_error(resource, partition)
        for resource in _resources(statement)
    )
    return "Resource" if has_legacy_arn else None


def _check_sids(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    sids = set[str]()
    for statement in policy.statements:
        sid = statement.sid or ""
        if kind is not PolicyKind.RESOURCE and not _SID.fullmatch(sid):
            raise PolicyError(
                _INVALID_SID_MESSAGE,
                _path(statement, "Sid"),
            )
        if sid and sid in sids:
            raise PolicyError(
                "Statement IDs (SID) in a single policy must be unique.", _path(statement, "Sid")
            )
        sids.add(sid)


def _check_has_actions(policy: Policy, _kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        if not (statement.actions or statement.not_actions):
            raise PolicyError("Policy statement must contain actions.", _path(statement, "Action"))


def _check_resources(policy: Policy, _kind: PolicyKind, partition: str) -> None:
    for statement in policy.statements:
        for resource in _resources(statement):
            if error := resource_error(resource, partition):
                raise PolicyError(error, _path(statement, "Resource"))


def _check_actions(policy: Policy, _kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        for action in (*(statement.actions or ()), *(statement.not_actions or ())):
            if error := action_error(action):
                raise PolicyError(error, _path(statement, "Action"))


def _check_has_resources(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        if kind is not PolicyKind.TRUST and not any(_resources(statement)):
            raise PolicyError("Policy statement must contain resources.", _path(statement, "Resource"))


def _check_trust_policy(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    if kind is not PolicyKind.TRUST:
        return
    for statement in policy.statements:
        if statement.resources is not None or statement.not_resources is not None:
            raise PolicyError("Has prohibited field Resource.", _path(statement, "Resource"))
    for statement in policy.statements:
        if not has_only_trust_actions(statement):
            raise PolicyError(
                "AssumeRole policy may only specify STS AssumeRole actions.", _path(statement, "Action")
            )


def _check_principals(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    if kind not in KINDS_WITH_PRINCIPAL:
        return
    for statement in policy.statements:
        if kind is not PolicyKind.RESOURCE and statement.not_principals is not None:
            raise PolicyError("Has prohibited field NotPrincipal.", _path(statement, "NotPrincipal"))
        if not (statement.principals or statement.not_principals):
            raise PolicyError("Missing required field Principal.", _path(statement, "Principal"))
        for name in _principal_names(statement):
            if error := _principal_name_error(name, kind):
                raise PolicyError(error, _path(statement, "Principal"))


def _principal_name_error(name: PrincipalName, kind: PolicyKind) -> str | None:
    """Return AWS's error message for one principal; an RCP must name `*`, its conditions make exemptions."""
    if kind is PolicyKind.RCP and name != PrincipalName("AWS", "*"):
        return f'Invalid principal in policy: "{name.type}":"{name.value}"'
    return principal_error(name)


def _resources(statement: Statement) -> Iterator[str]:
    yield from statement.resources or ()
    yield from statement.not_resources or ()


def _principal_names(statement: Statement) -> Iterator[PrincipalName]:
    yield from statement.principals or ()
    yield from statement.not_principals or ()


def _path(statement: Statement, element: str) -> str:
    return f"Statement[{statement.index}].{element}"


_CHECKS: tuple[Check, ...] = (
    _check_version,
    _check_no_principal,
    _check_legacy_parsing,
    _check_sids,
    _check_has_actions,
    _check_resources,
    _check_actions,
    _check_has_resources,
    _check_trust_policy,
    _check_principals,
)
