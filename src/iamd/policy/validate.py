"""The checks of a save: AWS's sentences in AWS's order, the first that applies being the answer."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from iamd.policy.document import MODERN, Policy, PrincipalName, Statement, read
from iamd.policy.errors import PolicyError, syntax_error
from iamd.policy.grammar import action_fault, is_legacy_arn, is_trust_action, principal_fault, resource_fault
from iamd.policy.values import instant

_SID = re.compile(r"[A-Za-z0-9]*")
_BAD_SID = (
    "Statement IDs (SID) must be alpha-numeric. "
    "Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
_FOREIGN = re.compile("[^\t\n\r\u0020-\u00ff]")


class PolicyKind(Enum):
    """What a document is saved as. A permissions boundary is a managed policy."""

    MANAGED = "managed"
    INLINE = "inline"
    SESSION = "session"
    TRUST = "trust"
    RESOURCE = "resource"
    SCP = "scp"
    RCP = "rcp"


WITH_PRINCIPAL = frozenset({PolicyKind.TRUST, PolicyKind.RESOURCE, PolicyKind.RCP})

Check = Callable[[Policy, PolicyKind, str], None]


def validate(text: str | Mapping[str, object], kind: PolicyKind, *, partition: str = "aws") -> Policy:
    """Read a document and make every check that AWS makes before it saves one of this kind.

    Sizes are not looked at (see `size`), nor whether principals exist.
    """
    if isinstance(text, str) and _FOREIGN.search(text):
        raise syntax_error()
    policy = read(text)
    for check in _CHECKS:
        check(policy, kind, partition)
    return policy


def size(text: str) -> int:
    """Count characters as AWS's quotas for IAM policies do: without white space."""
    return sum(map(len, text.split()))


def _check_version(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    if kind is PolicyKind.MANAGED and policy.version != MODERN:
        raise PolicyError("Policy document must be version 2012-10-17 or greater.", "Version")


def _check_principal_place(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        named = statement.principals is not None or statement.not_principals is not None
        if named and kind not in WITH_PRINCIPAL:
            raise PolicyError(
                "Policy document should not specify a principal.", _path(statement, "Principal")
            )


def _check_legacy(policy: Policy, _kind: PolicyKind, partition: str) -> None:
    for statement in policy.statements:
        if place := _legacy_place(statement, partition):
            raise PolicyError("The policy failed legacy parsing", _path(statement, place))


def _legacy_place(statement: Statement, partition: str) -> str | None:
    if statement.effect not in {"Allow", "Deny"}:
        return "Effect"
    for condition in statement.conditions:
        if condition.operator.startswith("Date") and any(
            instant(value) is None for value in condition.values
        ):
            return "Condition"
    shapeless = any(
        is_legacy_arn(one) and not resource_fault(one, partition) for one in _resources(statement)
    )
    return "Resource" if shapeless else None


def _check_sids(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    seen = set[str]()
    for statement in policy.statements:
        sid = statement.sid or ""
        if kind is not PolicyKind.RESOURCE and not _SID.fullmatch(sid):
            raise PolicyError(
                _BAD_SID,
                _path(statement, "Sid"),
            )
        if sid and sid in seen:
            raise PolicyError(
                "Statement IDs (SID) in a single policy must be unique.", _path(statement, "Sid")
            )
        seen.add(sid)


def _check_has_actions(policy: Policy, _kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        if not (statement.actions or statement.not_actions):
            raise PolicyError("Policy statement must contain actions.", _path(statement, "Action"))


def _check_resources(policy: Policy, _kind: PolicyKind, partition: str) -> None:
    for statement in policy.statements:
        for resource in _resources(statement):
            if fault := resource_fault(resource, partition):
                raise PolicyError(fault, _path(statement, "Resource"))


def _check_actions(policy: Policy, _kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        for action in (*(statement.actions or ()), *(statement.not_actions or ())):
            if fault := action_fault(action):
                raise PolicyError(fault, _path(statement, "Action"))


def _check_has_resources(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    for statement in policy.statements:
        if kind is not PolicyKind.TRUST and not any(_resources(statement)):
            raise PolicyError("Policy statement must contain resources.", _path(statement, "Resource"))


def _check_trust(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    if kind is not PolicyKind.TRUST:
        return
    for statement in policy.statements:
        if statement.resources is not None or statement.not_resources is not None:
            raise PolicyError("Has prohibited field Resource.", _path(statement, "Resource"))
    for statement in policy.statements:
        if not is_trust_action(statement):
            raise PolicyError(
                "AssumeRole policy may only specify STS AssumeRole actions.", _path(statement, "Action")
            )


def _check_principals(policy: Policy, kind: PolicyKind, _partition: str) -> None:
    if kind not in WITH_PRINCIPAL:
        return
    for statement in policy.statements:
        if kind is not PolicyKind.RESOURCE and statement.not_principals is not None:
            raise PolicyError("Has prohibited field NotPrincipal.", _path(statement, "NotPrincipal"))
        if not (statement.principals or statement.not_principals):
            raise PolicyError("Missing required field Principal.", _path(statement, "Principal"))
        for name in _names(statement):
            if fault := _named_fault(name, kind):
                raise PolicyError(fault, _path(statement, "Principal"))


def _named_fault(name: PrincipalName, kind: PolicyKind) -> str | None:
    """Find fault with one name; an RCP speaks of everyone, whom it spares is for its conditions to say."""
    if kind is PolicyKind.RCP and name != PrincipalName("AWS", "*"):
        return f'Invalid principal in policy: "{name.type}":"{name.value}"'
    return principal_fault(name)


def _resources(statement: Statement) -> Iterator[str]:
    yield from statement.resources or ()
    yield from statement.not_resources or ()


def _names(statement: Statement) -> Iterator[PrincipalName]:
    yield from statement.principals or ()
    yield from statement.not_principals or ()


def _path(statement: Statement, element: str) -> str:
    return f"Statement[{statement.index}].{element}"


_CHECKS: tuple[Check, ...] = (
    _check_version,
    _check_principal_place,
    _check_legacy,
    _check_sids,
    _check_has_actions,
    _check_resources,
    _check_actions,
    _check_has_resources,
    _check_trust,
    _check_principals,
)
