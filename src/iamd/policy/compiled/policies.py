"""Compiled policies: predicates per action, built on first use, for a policy with a given attachment.

Statements without variables and conditions are merged: their resources become one matcher. Compiled policies
are shared by all callers that have them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from iamd.policy.compiled.actions import ActionIndex
from iamd.policy.compiled.conditions import ConditionPredicate, all_of, compile_condition
from iamd.policy.compiled.globs import (
    GlobsByForm,
    any_of,
    classify_globs,
    compile_globs,
    match_all,
    match_none,
    merge_globs,
)
from iamd.policy.compiled.two_generation_cache import TwoGenerationCache
from iamd.policy.document import CURRENT_VERSION, Policy, Statement
from iamd.policy.patterns import PatternPart, glob_parts
from iamd.policy.variables import Context, Token, resolve, tokenize

_ARN_FIELDS = 6
_MAX_ACTIONS = 256  # cached per policy; limited, since action names come from callers

Predicate = Callable[[str, Context], bool]


class Attachment(Enum):
    """What a policy is attached as, which affects how its statements match (see `iamd.policy.evaluation`)."""

    IDENTITY = "identity policy, boundary or session policy"
    RESOURCE = "resource policy"
    SCP = "service control policy"
    RCP = "resource control policy"


class EffectPredicates(NamedTuple):
    """A policy's predicates for an action by effect, None if no statement has the effect.

    `match_all` is the predicate that is always true.
    """

    allow: Predicate | None
    deny: Predicate | None


class PrincipalStatement(NamedTuple):
    """One statement of a policy with principals, and the predicate for everything but its principals."""

    statement: Statement
    predicate: Predicate


_NO_PREDICATES = EffectPredicates(None, None)


@dataclass(frozen=True, slots=True, eq=False)
class _CompiledStatement:
    """A compiled statement; `static_globs` are its resources if none of them needs the context.

    Otherwise `resource_predicate` matches its resources. Exactly one of the two is None.
    """

    statement: Statement
    static_globs: GlobsByForm | None
    resource_predicate: Predicate | None
    condition_predicate: ConditionPredicate | None

    @property
    def predicate(self) -> Predicate:
        resource_predicate = self.resource_predicate or compile_globs(self.static_globs or _NO_GLOBS)
        return _combine(resource_predicate, self.condition_predicate)


_NO_GLOBS = classify_globs(())


class CompiledPolicy:
    """A policy compiled for its attachment, compared by identity. Statements are compiled on first use.

    `services` are the services that it names, None for any; no statement applies to other services.
    """

    __slots__ = (
        "_action_index",
        "_compiled_statements",
        "_has_variables",
        "_principal_statements",
        "_statements",
        "attachment",
        "predicates_by_action",
        "services",
    )

    def __init__(self, policy: Policy, attachment: Attachment) -> None:
        self.attachment = attachment
        self._has_variables = policy.version == CURRENT_VERSION
        self._statements = tuple(
            statement for statement in policy.statements if _is_applicable(statement, attachment)
        )
        self._action_index = ActionIndex(self._statements)
        self.services = self._action_index.services
        self._compiled_statements: dict[int, _CompiledStatement] = {}
        self.predicates_by_action: TwoGenerationCache[str, EffectPredicates] = TwoGenerationCache(
            _MAX_ACTIONS
        )
        self._principal_statements: TwoGenerationCache[str, tuple[PrincipalStatement, ...]] = (
            TwoGenerationCache(_MAX_ACTIONS)
        )

    def predicates(self, action: str) -> EffectPredicates:
        """Return the predicates for an action, whatever the caller; `action` is in lower case."""
        predicates = self.predicates_by_action.young.get(action) or self.predicates_by_action.get(action)
        if predicates is None:
            matching_statements = self._matching_statements(action)
            predicates = (
                EffectPredicates(
                    _effect_predicate(matching_statements, "Allow"),
                    _effect_predicate(matching_statements, "Deny"),
                )
                if matching_statements
                else _NO_PREDICATES
            )
            self.predicates_by_action.put(action, predicates)
        return predicates

    def principal_statements(self, action: str) -> tuple[PrincipalStatement, ...]:
        """Return the statements that match an action, whose principals are still to be matched."""
        statements = self._principal_statements.get(action)
        if statements is None:
            statements = tuple(
                PrincipalStatement(compiled_statement.statement, compiled_statement.predicate)
                for compiled_statement in self._matching_statements(action)
            )
            self._principal_statements.put(action, statements)
        return statements

    def _matching_statements(self, action: str) -> list[_CompiledStatement]:
        return [
            self._compiled_statements.get(index) or self._compile(index)
            for index in self._action_index.statement_indexes(action)
        ]

    def _compile(self, index: int) -> _CompiledStatement:
        compiled_statement = self._compiled_statements[index] = _compile_statement(
            self._statements[index], self.attachment, has_variables=self._has_variables
        )
        return compiled_statement


def _is_applicable(statement: Statement, attachment: Attachment) -> bool:
    has_no_principal = statement.principals is None and statement.not_principals is None
    if attachment in (Attachment.IDENTITY, Attachment.SCP):
        return has_no_principal
    return attachment is Attachment.RCP or not has_no_principal


def _compile_statement(
    statement: Statement, attachment: Attachment, *, has_variables: bool
) -> _CompiledStatement:
    conditions = (
        compile_condition(condition, has_variables=has_variables) for condition in statement.conditions
    )
    static_globs, resource_predicate = _compile_resource(statement, attachment, has_variables=has_variables)
    return _CompiledStatement(statement, static_globs, resource_predicate, all_of(conditions))


def _combine(resource_predicate: Predicate, condition_predicate: ConditionPredicate | None) -> Predicate:
    if condition_predicate is None:
        return resource_predicate
    return (
        _ConditionsOnly(condition_predicate).matches
        if resource_predicate is match_all
        else _ResourceAndConditions(resource_predicate, condition_predicate).matches
    )


class _ConditionsOnly:
    __slots__ = ("predicate",)

    def __init__(self, predicate: ConditionPredicate) -> None:
        self.predicate = predicate

    def matches(self, _resource_arn: str, context: Context) -> bool:
        return self.predicate(context)


class _ResourceAndConditions:
    __slots__ = ("conditions", "resource")

    def __init__(self, resource: Predicate, conditions: ConditionPredicate) -> None:
        self.resource, self.conditions = resource, conditions

    def matches(self, resource_arn: str, context: Context) -> bool:
        return self.resource(resource_arn, context) and self.conditions(context)


def _effect_predicate(compiled_statements: Sequence[_CompiledStatement], effect: str) -> Predicate | None:
    """Merge the statements of one effect, those that need no context first, as one matcher."""
    effect_statements = [
        compiled_statement
        for compiled_statement in compiled_statements
        if compiled_statement.statement.effect == effect
    ]
    static_globs = [
        compiled_statement.static_globs
        for compiled_statement in effect_statements
        if compiled_statement.condition_predicate is None and compiled_statement.static_globs is not None
    ]
    predicates = [compile_globs(merge_globs(static_globs))] if static_globs else []
    predicates += [
        compiled_statement.predicate
        for compiled_statement in effect_statements
        if compiled_statement.condition_predicate is not None or compiled_statement.static_globs is None
    ]
    return match_all if match_all in predicates else any_of(predicates)


# Resources.


def _compile_resource(
    statement: Statement, attachment: Attachment, *, has_variables: bool
) -> tuple[GlobsByForm | None, Predicate | None]:
    """Return the patterns if none needs the context and they are not negated, else a predicate."""
    patterns = statement.resources if statement.resources is not None else statement.not_resources
    if patterns is None:
        return None, match_all if attachment is Attachment.RESOURCE else match_none
    static_patterns, dynamic_predicates = _split_patterns(patterns, attachment, has_variables=has_variables)
    static_globs = classify_globs(static_patterns)
    if statement.resources is not None and not dynamic_predicates:
        return static_globs, None
    predicate = _any_resource_predicate(static_globs, dynamic_predicates)
    return None, predicate if statement.resources is not None else _Not(predicate).matches


class _Not:
    __slots__ = ("predicate",)

    def __init__(self, predicate: Predicate) -> None:
        self.predicate = predicate

    def matches(self, resource_arn: str, context: Context) -> bool:
        return not self.predicate(resource_arn, context)


def _split_patterns(
    patterns: Sequence[str], attachment: Attachment, *, has_variables: bool
) -> tuple[list[str], list[Predicate]]:
    """Split patterns into static ones and those with variables, expanded after the fifth colon only."""
    static_patterns: list[str] = []
    dynamic_predicates: list[Predicate] = []
    for pattern in patterns:
        *head, resource_part = pattern.split(":", _ARN_FIELDS - 1)
        if len(head) < _ARN_FIELDS - 1:
            pads_short_arns = attachment is Attachment.IDENTITY and head[:1] == ["arn"]
            static_patterns.append(
                pattern + ":*" * (_ARN_FIELDS - 1 - len(head)) if pads_short_arns else pattern
            )
        elif has_variables and "${" in resource_part:
            dynamic_predicates.append(_compile_pattern_with_variables(":".join(head) + ":", resource_part))
        else:
            static_patterns.append(pattern)
    return static_patterns, dynamic_predicates


def _any_resource_predicate(static_globs: GlobsByForm, dynamic_predicates: list[Predicate]) -> Predicate:
    static_predicate = compile_globs(static_globs)
    if static_predicate is match_all:
        return match_all
    return (
        any_of([*([static_predicate] if static_predicate is not match_none else []), *dynamic_predicates])
        or match_none
    )


def _compile_pattern_with_variables(head: str, resource_part: str) -> Predicate:
    pattern_tokens = list(tokenize(resource_part, {}))
    if (
        any("*" in token.text or "?" in token.text for token in pattern_tokens if not token.is_variable)
        or "*" in head
        or "?" in head
    ):
        return _compile_glob_with_variables(head, pattern_tokens)

    def predicate(resource_arn: str, context: Context) -> bool:
        texts = _resolve_tokens(pattern_tokens, context)
        return texts is not None and resource_arn == head + "".join(texts)

    return predicate


def _compile_glob_with_variables(head: str, pattern_tokens: list[Token]) -> Predicate:
    """Return a predicate for a pattern with wildcards, in which the values of variables are literal."""
    head_part = PatternPart(head)

    def predicate(resource_arn: str, context: Context) -> bool:
        texts = _resolve_tokens(pattern_tokens, context)
        if texts is None:
            return False
        parts = (
            PatternPart(text, token.is_variable) for text, token in zip(texts, pattern_tokens, strict=True)
        )
        return glob_parts((head_part, *parts), resource_arn)

    return predicate


def _resolve_tokens(pattern_tokens: list[Token], context: Context) -> list[str] | None:
    texts: list[str] = []
    for text, is_variable in pattern_tokens:
        value = resolve(text, context) if is_variable else text
        if value is None:
            return None
        texts.append(value)
    return texts
