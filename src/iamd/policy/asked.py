"""The context keys that policies ask for: all that a policy names, and those that a request did not bring."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iamd.policy.document import MODERN, Condition, Policy, Statement
from iamd.policy.operators import NULL
from iamd.policy.principals import match_principal
from iamd.policy.request import Request
from iamd.policy.statements import matches_statement
from iamd.policy.variables import Context, Token, key_of, present, tokens, value_of

_ARN_FIELDS = 6
_VARIABLES: Context = {}  # a scope in which variables are told apart, and none has a value
_WITH_VARIABLES = ("String", "Arn")


def named(policy: Policy) -> tuple[str, ...]:
    """Return the keys that a policy names in conditions and variables, as first spelled, each once."""
    modern = policy.version == MODERN
    return distinct(key for statement in policy.statements for key in _of_statement(statement, modern))


def missing(policy: Policy, request: Request, *, on_resource: bool, bounded: bool) -> tuple[str, ...]:
    """Return the keys that statements ask for and the request does not have, each once.

    Asked for are the keys of the statements that match but for their conditions, and but for variables in
    their resources. `on_resource` and `bounded` are as for statements and principals.
    """
    modern = policy.version == MODERN
    return distinct(
        key
        for statement in policy.statements
        if _names_caller(statement, request, on_resource=on_resource, bounded=bounded)
        and _may_match(policy, statement, request, on_resource=on_resource)
        for key in _lacking(statement, request.context, modern)
    )


def distinct(keys: Iterable[str]) -> tuple[str, ...]:
    """Return keys once each, without regard to case, as they were spelled first."""
    found: dict[str, str] = {}
    for key in keys:
        found.setdefault(key.lower(), key)
    return tuple(found.values())


def _of_statement(statement: Statement, modern: bool) -> Iterator[str]:
    if modern:
        for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
            yield from map(key_of, _inside(_tail(resource)))
    for condition in statement.conditions:
        yield condition.key
        if modern:
            yield from map(key_of, _in_condition(condition))


def _lacking(statement: Statement, context: Context, modern: bool) -> Iterator[str]:
    """Return the keys that a statement asks for and a context has not; variables with defaults ask none."""
    if modern:
        for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
            yield from _without_value(_inside(_tail(resource)), context)
    for condition in statement.conditions:
        if present(context, condition.key) is None:
            yield condition.key
        if modern:
            yield from _without_value(_in_condition(condition), context)


def _in_condition(condition: Condition) -> Iterator[str]:
    """Return what is between `${` and `}` in a condition's values, where variables act."""
    if condition.operator != NULL and condition.operator.startswith(_WITH_VARIABLES):
        for value in condition.values:
            yield from _inside(value)


def _without_value(variables: Iterable[str], context: Context) -> Iterator[str]:
    return (key_of(inside) for inside in variables if _is_unknown(inside, context))


def _is_unknown(inside: str, context: Context) -> bool:
    """Say whether a variable would have a value if only its key were given; no default stands in for it."""
    return value_of(inside, context) is None and present(context, key_of(inside)) is None


def _inside(text: str) -> Iterator[str]:
    """Return what is between `${` and `}`; the escapes for `*`, `?` and `$` are no keys."""
    for token in tokens(text, _VARIABLES):
        if token.variable and value_of(token.text, _VARIABLES) != token.text:
            yield token.text


def _tail(resource: str) -> str:
    """Return the part of a resource in which variables act: behind the fifth colon."""
    fields = resource.split(":", _ARN_FIELDS - 1)
    return fields[-1] if len(fields) == _ARN_FIELDS else ""


def _names_caller(statement: Statement, request: Request, *, on_resource: bool, bounded: bool) -> bool:
    if on_resource:
        return match_principal(statement, request.principal, bounded=bounded) is not None
    return statement.principals is None and statement.not_principals is None


def _may_match(policy: Policy, statement: Statement, request: Request, *, on_resource: bool) -> bool:
    """Match action and resource, where a variable without a value may be anything."""
    open_ended = replace(statement, conditions=())
    if policy.version == MODERN:
        open_ended = replace(
            open_ended,
            resources=_opened(statement.resources, request.context),
            not_resources=_certain(statement.not_resources, request.context),
        )
    return matches_statement(policy, open_ended, request, on_resource=on_resource, pad=not on_resource)


def _opened(resources: tuple[str, ...] | None, context: Context) -> tuple[str, ...] | None:
    return None if resources is None else tuple(_with_wildcards(one, context) for one in resources)


def _certain(resources: tuple[str, ...] | None, context: Context) -> tuple[str, ...] | None:
    """Leave out what may or may not be spared: a NotResource of unknown extent spares nothing."""
    if resources is None:
        return None
    return tuple(one for one in resources if _with_wildcards(one, context) == one)


def _with_wildcards(resource: str, context: Context) -> str:
    tail = _tail(resource)
    if "${" not in tail:
        return resource
    pieces = (_piece(token, context) for token in tokens(tail, context))
    return resource.removesuffix(tail) + "".join(pieces)


def _piece(token: Token, context: Context) -> str:
    if not token.variable:
        return token.text
    return "*" if _is_unknown(token.text, context) else f"${{{token.text}}}"
