"""Policy test cases as data: a request, its policies, and the expected outcome.

Every field but `action` is optional. The ARN determines the kind of caller. If a role is assumed, or the
resource is a KMS key, the resource policy must allow the request, whether one is given or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from iamd.policy.decision import Outcome
from iamd.policy.document import Policy, parse
from iamd.policy.errors import PolicyError
from iamd.policy.grammar import TRUST_ACTIONS
from iamd.policy.principals import Principal, PrincipalKind, is_account_id, principal_from_arn
from iamd.policy.request import PolicyLayers, Request

FIELDS: Final = frozenset(
    {
        "id",
        "principal",
        "principal_type",
        "action",
        "resource",
        "resource_account",
        "context",
        "identity_policies",
        "resource_policy",
        "boundary",
        "session_policy",
        "scps",
        "rcps",
        "expected",
    }
)
_DEFAULT_ACCOUNT = "111122223333"  # of a caller that is not named, if the resource has no account
_ARN_FIELDS = 6
_PRINCIPAL_TYPES = frozenset({"AWS", "Service", "Federated", "Anonymous"})


class CaseError(ValueError):
    """An invalid test case; the message names the field and the reason."""


@dataclass(frozen=True)
class Case:
    """One test case, ready for evaluation; without `expected` its outcome is not checked."""

    id: str
    request: Request
    layers: PolicyLayers
    expected: Outcome | None


def read_case(entry: Any, number: int) -> Case:
    """Parse one test case; `number` identifies it if it has no ID. CaseError if it is invalid."""
    if not isinstance(entry, Mapping):
        raise CaseError("a case must be an object")
    request = _request(entry)
    return Case(str(entry.get("id", f"case {number}")), request, _layers(entry, request), _expected(entry))


def unknown_fields(entry: Mapping[str, Any]) -> list[str]:
    """Return the unknown fields of a test case, which may be misspelled."""
    return sorted(str(name) for name in entry.keys() - FIELDS)


# The request.


def _request(entry: Mapping[str, Any]) -> Request:
    action, resource = _optional_text(entry, "action", None), _optional_text(entry, "resource", "*")
    if action is None or resource is None:
        raise CaseError("action: is required")
    return Request(
        _principal(entry, resource),
        action,
        resource,
        _optional_text(entry, "resource_account", None),
        _context(entry),
    )


def _principal(entry: Mapping[str, Any], resource: str) -> Principal:
    kind = _optional_text(entry, "principal_type", "AWS") or "AWS"
    if kind not in _PRINCIPAL_TYPES:
        raise CaseError(f"principal_type: must be one of {', '.join(sorted(_PRINCIPAL_TYPES))}")
    arn = _optional_text(entry, "principal", None)
    if arn is None and kind == "AWS":
        arn = f"arn:aws:iam::{_owner_account(entry, resource)}:user/someone"
    try:
        return principal_from_arn(arn or "", kind)
    except ValueError as error:
        raise CaseError(f"principal: {error}") from error


def _owner_account(entry: Mapping[str, Any], resource: str) -> str:
    """Return the account that owns the resource, which is also that of a caller that is not named."""
    owner = _optional_text(entry, "resource_account", None)
    fields = resource.split(":", _ARN_FIELDS - 1)
    arn_account = fields[4] if len(fields) == _ARN_FIELDS and is_account_id(fields[4]) else None
    return owner or arn_account or _DEFAULT_ACCOUNT


def _context(entry: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    context = entry.get("context") or {}
    if not isinstance(context, Mapping):
        raise CaseError("context: must be an object")
    return {str(key).lower(): _value(str(key), value) for key, value in context.items()}


def _value(key: str, value: Any) -> str | Sequence[str]:
    if isinstance(value, list | tuple):
        return tuple(_scalar(key, item) for item in value)
    return _scalar(key, value)


def _scalar(key: str, value: Any) -> str:
    """Return a context value as a string, as policies compare booleans and numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise CaseError(f"context: the value of {key} must be a string or a list of strings")


def _optional_text(entry: Mapping[str, Any], name: str, default: str | None) -> str | None:
    value = entry.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise CaseError(f"{name}: must be a string")
    return str(value)


def _expected(entry: Mapping[str, Any]) -> Outcome | None:
    value = entry.get("expected")
    if value is None:
        return None
    try:
        return Outcome(value)
    except ValueError as error:
        outcomes = ", ".join(outcome.value for outcome in Outcome)
        raise CaseError(f"expected: must be one of {outcomes}") from error


# The policies.


def _layers(entry: Mapping[str, Any], request: Request) -> PolicyLayers:
    session = entry.get("session_policy")
    if session is None and request.principal.kind is PrincipalKind.FEDERATED_USER:
        session = []  # GetFederationToken without policies allows nothing
    return PolicyLayers(
        identity=_policies("identity_policies", entry.get("identity_policies") or []),
        boundary=_policy("boundary", entry.get("boundary")),
        session=None if session is None else _policies("session_policy", session),
        resource=_policy("resource_policy", entry.get("resource_policy")),
        requires_grant=requires_grant(request),
        scps=_levels("scps", entry.get("scps")),
        rcps=_levels("rcps", entry.get("rcps")),
    )


def requires_grant(request: Request) -> bool:
    """Return whether the resource policy must allow the request: a role is assumed, a KMS key is used."""
    fields = request.resource.split(":", _ARN_FIELDS - 1)
    if len(fields) != _ARN_FIELDS:
        return False
    action = request.action.lower()
    assumes_role = action in TRUST_ACTIONS or action.startswith("sts:assume")
    is_role = fields[2] == "iam" and fields[5].startswith("role/")
    return (assumes_role and is_role) or (fields[2] == "kms" and fields[5].startswith("key/"))


def _policy(name: str, document: Any) -> Policy | None:
    if document is None:
        return None
    if not isinstance(document, str | Mapping):
        raise CaseError(f"{name}: a policy must be an object")
    try:
        return parse(document)
    except PolicyError as error:
        location = f" ({error.path})" if error.path else ""
        raise CaseError(f"{name}: {error.message}{location}") from error


def _policies(name: str, documents: Any) -> list[Policy]:
    document_list = documents if isinstance(documents, list | tuple) else [documents]
    policies = (_policy(f"{name}[{index}]", document) for index, document in enumerate(document_list))
    return [policy for policy in policies if policy is not None]


def _levels(name: str, levels: Any) -> list[list[Policy]] | None:
    if levels is None:
        return None
    if not isinstance(levels, Iterable) or isinstance(levels, str | Mapping):
        raise CaseError(f"{name}: must be a list of levels, each a list of policies")
    return [_policies(f"{name}[{index}]", level) for index, level in enumerate(levels)]
