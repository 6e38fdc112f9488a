"""A policy compiled for the place that it has: what it says of an action, made when first asked for.

Statements without variables and conditions are put together: their resources become one test. What is made is
shared by everybody who has the policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from iamd.policy.compiled.conditions import Holds, all_hold, compile_condition
from iamd.policy.compiled.generations import Generations
from iamd.policy.compiled.globs import any_of, anything, compile_any, nothing
from iamd.policy.document import MODERN, Policy, Statement
from iamd.policy.patterns import Part, glob_parts, matches_action
from iamd.policy.variables import Context, Token, tokens, value_of

_ARN_FIELDS = 6
_ACTIONS = 256  # that a policy remembers its answer for; callers invent action names

Match = Callable[[str, Context], bool]


class Place(Enum):
    """Where a policy hangs, which says how its statements are read (see `iamd.policy.decide`)."""

    OWN = "identity policy, boundary or session policy"
    RESOURCE = "resource policy"
    SCP = "service control policy"
    RCP = "resource control policy"


class Said(NamedTuple):
    """What a policy says of an action: a test for each effect, None where nothing has it.

    `anything` is the test that always holds.
    """

    allow: Match | None
    deny: Match | None


class Named(NamedTuple):
    """One statement of a policy that names principals, and the test of the rest of it."""

    statement: Statement
    match: Match


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    """A statement taken apart: `plain` are resource patterns that need no context."""

    statement: Statement
    holds: Holds | None
    plain: tuple[str, ...] | None
    match: Match


class CompiledPolicy:
    """A policy in its place. It equals itself only."""

    __slots__ = ("_named", "_statements", "answers", "place")

    def __init__(self, policy: Policy, place: Place) -> None:
        self.place = place
        variables = policy.version == MODERN
        self._statements = tuple(
            _compiled(statement, place, variables=variables)
            for statement in policy.statements
            if _has_its_place(statement, place)
        )
        self.answers: Generations[str, Said] = Generations(_ACTIONS)
        self._named: Generations[str, tuple[Named, ...]] = Generations(_ACTIONS)

    def said(self, action: str) -> Said:
        """Return what the policy says of an action, whoever calls; `action` is in lower case."""
        found = self.answers.young.get(action) or self.answers.get(action)
        if found is None:
            matching = self._matching(action)
            found = Said(_either(matching, "Allow"), _either(matching, "Deny"))
            self.answers.put(action, found)
        return found

    def named(self, action: str) -> tuple[Named, ...]:
        """Return the statements on an action, each of which names whom it is about."""
        found = self._named.get(action)
        if found is None:
            found = tuple(Named(one.statement, one.match) for one in self._matching(action))
            self._named.put(action, found)
        return found

    def _matching(self, action: str) -> list[_Compiled]:
        return [one for one in self._statements if _is_on(one.statement, action)]


def _has_its_place(statement: Statement, place: Place) -> bool:
    unnamed = statement.principals is None and statement.not_principals is None
    if place in (Place.OWN, Place.SCP):
        return unnamed
    return place is Place.RCP or not unnamed


def _is_on(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(matches_action(pattern, action) for pattern in statement.actions)
    if statement.not_actions is None:
        return False
    return not any(matches_action(pattern, action) for pattern in statement.not_actions)


def _compiled(statement: Statement, place: Place, *, variables: bool) -> _Compiled:
    conditions = (compile_condition(one, variables=variables) for one in statement.conditions)
    holds = all_hold(conditions)
    plain, resource = _resource(statement, place, variables=variables)
    return _Compiled(statement, holds, plain, _both(resource, holds))


def _both(resource: Match, holds: Holds | None) -> Match:
    if holds is None:
        return resource
    if resource is anything:
        return lambda _resource, context: holds(context)
    return lambda name, context: resource(name, context) and holds(context)


def _either(matching: Sequence[_Compiled], effect: str) -> Match | None:
    """Put the statements of one effect together: those that need no context first, as one test."""
    chosen = [one for one in matching if one.statement.effect == effect]
    if any(one.match is anything for one in chosen):
        return anything
    plain = [pattern for one in chosen if one.holds is None for pattern in one.plain or ()]
    tests: list[Match] = [compile_any(plain)] if plain else []
    tests += [one.match for one in chosen if one.holds is not None or one.plain is None]
    return any_of(tests)


# Resources.


def _resource(statement: Statement, place: Place, *, variables: bool) -> tuple[tuple[str, ...] | None, Match]:
    """Return the patterns, where they need no context and are not to be denied, and the test of them."""
    patterns = statement.resources if statement.resources is not None else statement.not_resources
    if patterns is None:
        on_resource = place is Place.RESOURCE
        return None, anything if on_resource else nothing
    static, dynamic = _split(patterns, place, variables=variables)
    test = _any_resource(static, dynamic)
    if statement.resources is None:
        return None, _not(test)
    return (tuple(static), test) if not dynamic else (None, test)


def _not(test: Match) -> Match:
    return lambda name, context: not test(name, context)


def _split(patterns: Sequence[str], place: Place, *, variables: bool) -> tuple[list[str], list[Match]]:
    """Part the patterns into plain globs and those with variables, which act after the fifth colon only."""
    static: list[str] = []
    dynamic: list[Match] = []
    for pattern in patterns:
        *head, tail = pattern.split(":", _ARN_FIELDS - 1)
        if len(head) < _ARN_FIELDS - 1:
            pad = place is Place.OWN and head[:1] == ["arn"]
            static.append(pattern + ":*" * (_ARN_FIELDS - 1 - len(head)) if pad else pattern)
        elif variables and "${" in tail:
            dynamic.append(_with_variables(":".join(head) + ":", tail))
        else:
            static.append(pattern)
    return static, dynamic


def _any_resource(static: list[str], dynamic: list[Match]) -> Match:
    if any(set(pattern) == {"*"} for pattern in static):
        return anything
    tests = [compile_any(static)] if static else []
    return any_of([*tests, *dynamic]) or nothing


def _with_variables(head: str, tail: str) -> Match:
    pieces = list(tokens(tail, {}))
    if (
        any("*" in one.text or "?" in one.text for one in pieces if not one.variable)
        or "*" in head
        or "?" in head
    ):
        return _glob_with_variables(head, pieces)

    def match(name: str, context: Context) -> bool:
        filled = _filled(pieces, context)
        return filled is not None and name == head + "".join(filled)

    return match


def _glob_with_variables(head: str, pieces: list[Token]) -> Match:
    """Match a glob in which what variables stand for is literal."""
    begin = Part(head)

    def match(name: str, context: Context) -> bool:
        filled = _filled(pieces, context)
        if filled is None:
            return False
        parts = (Part(text, one.variable) for text, one in zip(filled, pieces, strict=True))
        return glob_parts((begin, *parts), name)

    return match


def _filled(pieces: list[Token], context: Context) -> list[str] | None:
    filled: list[str] = []
    for text, variable in pieces:
        found = value_of(text, context) if variable else text
        if found is None:
            return None
        filled.append(found)
    return filled
