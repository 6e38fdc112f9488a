"""Context keys that policies reference: all of them, and those missing from a request."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iamd.policy.document import CURRENT_VERSION, Condition, Policy, Statement
from iamd.policy.operators import NULL
from iamd.policy.principals import match_principal
from iamd.policy.request import Request
from iamd.policy.statements import matches_statement
from iamd.policy.variables import Context, Token, lookup, resolve, tokenize, variable_key

_ARN_FIELDS = 6
_EMPTY_SCOPE: Context = {}  # recognizes variables, but none has a value
_FAMILIES_WITH_VARIABLES = ("String", "Arn")


def referenced_keys(policy: Policy) -> tuple[str, ...]:
    """Return the keys referenced in conditions and variables, each once, as first spelled."""
    has_variables = policy.version == CURRENT_VERSION
    return distinct_keys(
        key for statement in policy.statements for key in _statement_keys(statement, has_variables)
    )


def missing_keys(
    policy: Policy, request: Request, *, is_resource_policy: bool, has_boundary: bool
) -> tuple[str, ...]:
    """Return the keys that statements reference and the request lacks, each once.

    Only statements count that match apart from their conditions and from variables in their resources.
    `is_resource_policy` and `has_boundary` are as for `matches_statement` and `match_principal`.
    """
    has_variables = policy.version == CURRENT_VERSION
    return distinct_keys(
        key
        for statement in policy.statements
        if _matches_principal(
            statement, request, is_resource_policy=is_resource_policy, has_boundary=has_boundary
        )
        and _may_match(policy, statement, request, is_resource_policy=is_resource_policy)
        for key in _keys_without_value(statement, request.context, has_variables)
    )


def distinct_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Remove duplicate keys, ignoring case; each stays as first spelled."""
    spellings: dict[str, str] = {}
    for key in keys:
        spellings.setdefault(key.lower(), key)
    return tuple(spellings.values())


def _statement_keys(statement: Statement, has_variables: bool) -> Iterator[str]:
    if has_variables:
        for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
            yield from map(variable_key, _variables(_resource_part(resource)))
    for condition in statement.conditions:
        yield condition.key
        if has_variables:
            yield from map(variable_key, _condition_variables(condition))


def _keys_without_value(statement: Statement, context: Context, has_variables: bool) -> Iterator[str]:
    """Yield the keys that a statement references and a context lacks, except variables with defaults."""
    if has_variables:
        for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
            yield from _unresolved_keys(_variables(_resource_part(resource)), context)
    for condition in statement.conditions:
        if lookup(context, condition.key) is None:
            yield condition.key
        if has_variables:
            yield from _unresolved_keys(_condition_variables(condition), context)


def _condition_variables(condition: Condition) -> Iterator[str]:
    """Yield the variable expressions in a condition's values, if its operator supports variables."""
    if condition.operator != NULL and condition.operator.startswith(_FAMILIES_WITH_VARIABLES):
        for value in condition.values:
            yield from _variables(value)


def _unresolved_keys(variables: Iterable[str], context: Context) -> Iterator[str]:
    return (variable_key(expression) for expression in variables if _is_unresolved(expression, context))


def _is_unresolved(expression: str, context: Context) -> bool:
    """Return whether a variable has neither a default nor a context key that could give it a value."""
    return resolve(expression, context) is None and lookup(context, variable_key(expression)) is None


def _variables(text: str) -> Iterator[str]:
    """Yield the variable expressions (between `${` and `}`) except the escapes for `*`, `?` and `$`."""
    for token in tokenize(text, _EMPTY_SCOPE):
        if token.is_variable and resolve(token.text, _EMPTY_SCOPE) != token.text:
            yield token.text


def _resource_part(resource: str) -> str:
    """Return the part of an ARN in which variables are expanded: after the fifth colon."""
    fields = resource.split(":", _ARN_FIELDS - 1)
    return fields[-1] if len(fields) == _ARN_FIELDS else ""


def _matches_principal(
    statement: Statement, request: Request, *, is_resource_policy: bool, has_boundary: bool
) -> bool:
    if is_resource_policy:
        return match_principal(statement, request.principal, has_boundary=has_boundary) is not None
    return statement.principals is None and statement.not_principals is None


def _may_match(policy: Policy, statement: Statement, request: Request, *, is_resource_policy: bool) -> bool:
    """Match action and resource; a variable without a value matches anything."""
    unconditional_statement = replace(statement, conditions=())
    if policy.version == CURRENT_VERSION:
        unconditional_statement = replace(
            unconditional_statement,
            resources=_widen(statement.resources, request.context),
            not_resources=_fully_resolved(statement.not_resources, request.context),
        )
    return matches_statement(
        policy,
        unconditional_statement,
        request,
        is_resource_policy=is_resource_policy,
        pads_short_arns=not is_resource_policy,
    )


def _widen(resources: tuple[str, ...] | None, context: Context) -> tuple[str, ...] | None:
    return (
        None if resources is None else tuple(_replace_unresolved(resource, context) for resource in resources)
    )


def _fully_resolved(resources: tuple[str, ...] | None, context: Context) -> tuple[str, ...] | None:
    """Drop NotResource entries with unresolved variables: of unknown extent, they exclude nothing."""
    if resources is None:
        return None
    return tuple(resource for resource in resources if _replace_unresolved(resource, context) == resource)


def _replace_unresolved(resource: str, context: Context) -> str:
    resource_part = _resource_part(resource)
    if "${" not in resource_part:
        return resource
    texts = (_token_text(token, context) for token in tokenize(resource_part, context))
    return resource.removesuffix(resource_part) + "".join(texts)


def _token_text(token: Token, context: Context) -> str:
    if not token.is_variable:
        return token.text
    return "*" if _is_unresolved(token.text, context) else f"${{{token.text}}}"
