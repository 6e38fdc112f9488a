"""A policy compiled for the place that it has: what it says of an action, made when first asked for.

Statements without variables and conditions are put together: their resources become one test. What is made is
shared by everybody who has the policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from iamd.policy.compiled.actions import Actions
from iamd.policy.compiled.conditions import Holds, all_hold, compile_condition
from iamd.policy.compiled.generations import Generations
from iamd.policy.compiled.globs import Globs, any_glob, any_of, anything, joined, nothing, sort_globs
from iamd.policy.document import MODERN, Policy, Statement
from iamd.policy.patterns import Part, glob_parts
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


_SILENT = Said(None, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    """A statement taken apart: `plain` are resources that need no context, where it has no others.

    `resource` is the test of the resources where there are others, None beside `plain`.
    """

    statement: Statement
    plain: Globs | None
    resource: Match | None
    holds: Holds | None

    @property
    def match(self) -> Match:
        resource = self.resource or any_glob(self.plain or _NO_GLOBS)
        return _both(resource, self.holds)


_NO_GLOBS = sort_globs(())


class CompiledPolicy:
    """A policy in its place. It equals itself only. A statement is compiled when an action first needs it.

    `services` are those that it speaks of, None for any: of others there is nothing to ask it.
    """

    __slots__ = ("_actions", "_made", "_named", "_statements", "_variables", "answers", "place", "services")

    def __init__(self, policy: Policy, place: Place) -> None:
        self.place = place
        self._variables = policy.version == MODERN
        self._statements = tuple(one for one in policy.statements if _has_its_place(one, place))
        self._actions = Actions(self._statements)
        self.services = self._actions.services
        self._made: dict[int, _Compiled] = {}
        self.answers: Generations[str, Said] = Generations(_ACTIONS)
        self._named: Generations[str, tuple[Named, ...]] = Generations(_ACTIONS)

    def said(self, action: str) -> Said:
        """Return what the policy says of an action, whoever calls; `action` is in lower case."""
        found = self.answers.young.get(action) or self.answers.get(action)
        if found is None:
            matching = self._matching(action)
            found = Said(_either(matching, "Allow"), _either(matching, "Deny")) if matching else _SILENT
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
        return [self._made.get(place) or self._make(place) for place in self._actions.on(action)]

    def _make(self, place: int) -> _Compiled:
        made = self._made[place] = _compiled(self._statements[place], self.place, variables=self._variables)
        return made


def _has_its_place(statement: Statement, place: Place) -> bool:
    unnamed = statement.principals is None and statement.not_principals is None
    if place in (Place.OWN, Place.SCP):
        return unnamed
    return place is Place.RCP or not unnamed


def _compiled(statement: Statement, place: Place, *, variables: bool) -> _Compiled:
    conditions = (compile_condition(one, variables=variables) for one in statement.conditions)
    plain, resource = _resource(statement, place, variables=variables)
    return _Compiled(statement, plain, resource, all_hold(conditions))


def _both(resource: Match, holds: Holds | None) -> Match:
    if holds is None:
        return resource
    return _Conditions(holds).hold if resource is anything else _Both(resource, holds).hold


class _Conditions:
    __slots__ = ("test",)

    def __init__(self, test: Holds) -> None:
        self.test = test

    def hold(self, _name: str, context: Context) -> bool:
        return self.test(context)


class _Both:
    __slots__ = ("conditions", "resource")

    def __init__(self, resource: Match, conditions: Holds) -> None:
        self.resource, self.conditions = resource, conditions

    def hold(self, name: str, context: Context) -> bool:
        return self.resource(name, context) and self.conditions(context)


def _either(matching: Sequence[_Compiled], effect: str) -> Match | None:
    """Put the statements of one effect together: those that need no context first, as one test."""
    chosen = [one for one in matching if one.statement.effect == effect]
    plain = [one.plain for one in chosen if one.holds is None and one.plain is not None]
    tests = [any_glob(joined(plain))] if plain else []
    tests += [one.match for one in chosen if one.holds is not None or one.plain is None]
    return anything if anything in tests else any_of(tests)


# Resources.


def _resource(statement: Statement, place: Place, *, variables: bool) -> tuple[Globs | None, Match | None]:
    """Return the patterns where none needs the context and they are not denied, else the test of them."""
    patterns = statement.resources if statement.resources is not None else statement.not_resources
    if patterns is None:
        return None, anything if place is Place.RESOURCE else nothing
    static, dynamic = _split(patterns, place, variables=variables)
    plain = sort_globs(static)
    if statement.resources is not None and not dynamic:
        return plain, None
    test = _any_resource(plain, dynamic)
    return None, test if statement.resources is not None else _Not(test).holds


class _Not:
    __slots__ = ("test",)

    def __init__(self, test: Match) -> None:
        self.test = test

    def holds(self, name: str, context: Context) -> bool:
        return not self.test(name, context)


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


def _any_resource(plain: Globs, dynamic: list[Match]) -> Match:
    test = any_glob(plain)
    if test is anything:
        return anything
    return any_of([*([test] if test is not nothing else []), *dynamic]) or nothing


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
