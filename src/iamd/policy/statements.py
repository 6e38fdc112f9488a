"""Statement matching: action, resource and conditions of a statement, without its principal."""

from iamd.policy.conditions import holds
from iamd.policy.document import CURRENT_VERSION, Policy, Statement
from iamd.policy.patterns import PatternPart, glob_parts, matches_action
from iamd.policy.request import Request
from iamd.policy.variables import expand

_ARN_FIELDS = 6


def matches_statement(
    policy: Policy, statement: Statement, request: Request, *, is_resource_policy: bool, pads_short_arns: bool
) -> bool:
    """Match everything but the principal.

    `is_resource_policy`: the policy is attached to the resource, to which a statement without Resource then
    applies. `pads_short_arns`: ARNs with fewer than six fields are padded with `*`.
    """
    has_variables = policy.version == CURRENT_VERSION
    return (
        _action_matches(statement, request.action)
        and _resource_matches(
            statement,
            request,
            has_variables=has_variables,
            is_resource_policy=is_resource_policy,
            pads_short_arns=pads_short_arns,
        )
        and all(
            holds(condition, request.context, has_variables=has_variables)
            for condition in statement.conditions
        )
    )


def _action_matches(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(matches_action(pattern, action) for pattern in statement.actions)
    if statement.not_actions is None:
        return False
    return not any(matches_action(pattern, action) for pattern in statement.not_actions)


def _resource_matches(
    statement: Statement,
    request: Request,
    *,
    has_variables: bool,
    is_resource_policy: bool,
    pads_short_arns: bool,
) -> bool:
    patterns = statement.resources if statement.resources is not None else statement.not_resources
    if patterns is None:
        return is_resource_policy
    any_match = any(
        _pattern_matches(pattern, request, has_variables, pads_short_arns) for pattern in patterns
    )
    return any_match is (statement.resources is not None)


def _pattern_matches(pattern: str, request: Request, has_variables: bool, pads_short_arns: bool) -> bool:
    parts = _resource_parts(pattern, request, has_variables, pads_short_arns)
    return parts is not None and glob_parts(parts, request.resource)


def _resource_parts(
    pattern: str, request: Request, has_variables: bool, pads_short_arns: bool
) -> tuple[PatternPart, ...] | None:
    """Return the pattern for the whole ARN; variables are expanded after the fifth colon only."""
    *head, resource_part = pattern.split(":", _ARN_FIELDS - 1)
    if len(head) < _ARN_FIELDS - 1:
        missing_fields = _ARN_FIELDS - 1 - len(head) if pads_short_arns and head[:1] == ["arn"] else 0
        return (PatternPart(pattern + ":*" * missing_fields),)
    parts = expand(resource_part, request.context if has_variables else None)
    return None if parts is None else (PatternPart(":".join(head) + ":"), *parts)
