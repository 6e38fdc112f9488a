"""Statements: whether action, resource and conditions of one statement match a request, principal apart."""

from iamd.policy.conditions import holds
from iamd.policy.document import MODERN, Policy, Statement
from iamd.policy.patterns import Part, glob_parts, matches_action
from iamd.policy.request import Request
from iamd.policy.variables import expand

_ARN_FIELDS = 6


def matches_statement(
    policy: Policy, statement: Statement, request: Request, *, on_resource: bool, pad: bool
) -> bool:
    """Match everything but the principal.

    `on_resource`: the policy hangs on the resource, which a statement without Resource then means. `pad`:
    ARNs with fewer than six fields go on with `*`.
    """
    variables = policy.version == MODERN
    return (
        _action_matches(statement, request.action)
        and _resource_matches(statement, request, variables=variables, on_resource=on_resource, pad=pad)
        and all(holds(condition, request.context, variables=variables) for condition in statement.conditions)
    )


def _action_matches(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(matches_action(pattern, action) for pattern in statement.actions)
    if statement.not_actions is None:
        return False
    return not any(matches_action(pattern, action) for pattern in statement.not_actions)


def _resource_matches(
    statement: Statement, request: Request, *, variables: bool, on_resource: bool, pad: bool
) -> bool:
    patterns = statement.resources if statement.resources is not None else statement.not_resources
    if patterns is None:
        return on_resource
    matched = any(_pattern_matches(pattern, request, variables, pad) for pattern in patterns)
    return matched is (statement.resources is not None)


def _pattern_matches(pattern: str, request: Request, variables: bool, pad: bool) -> bool:
    parts = _resource_parts(pattern, request, variables, pad)
    return parts is not None and glob_parts(parts, request.resource)


def _resource_parts(pattern: str, request: Request, variables: bool, pad: bool) -> tuple[Part, ...] | None:
    """Make the glob over the whole ARN; variables act after the fifth colon only."""
    *head, tail = pattern.split(":", _ARN_FIELDS - 1)
    if len(head) < _ARN_FIELDS - 1:
        missing = _ARN_FIELDS - 1 - len(head) if pad and head[:1] == ["arn"] else 0
        return (Part(pattern + ":*" * missing),)
    expanded = expand(tail, request.context if variables else None)
    return None if expanded is None else (Part(":".join(head) + ":"), *expanded)
