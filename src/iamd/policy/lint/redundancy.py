"""Entries and statements that others make superfluous, and Allows that a Deny takes back."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from iamd.policy.document import Condition, Statement
from iamd.policy.lint.draft import Draft, Entry, Text
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.globs import covers, intersects
from iamd.policy.variables import tokens

_MOST_STATEMENTS = 300
_LONG = 50  # characters that make a pattern twice as dear to compare
_STARS = str.maketrans({"*": "\ue001", "?": "\ue002"})


def check(draft: Draft, found: Findings) -> None:
    """Check a whole document."""
    for entry in draft.entries:
        for element in ("Action", "NotAction"):
            _check_entries("REDUNDANT_ACTION", list(entry.texts(element)), _action, found)
        for element in ("Resource", "NotResource"):
            _check_entries("REDUNDANT_RESOURCE", list(entry.texts(element)), _plain, found)
    scopes = [_Scope.of(entry) for entry in draft.entries]
    told = _check_identical(scopes, found)
    if len(scopes) <= _MOST_STATEMENTS:
        _check_pairs([scope for scope in scopes if scope.path not in told], found)


def _action(text: str) -> str:
    text = text.lower()
    return "*" if text == "*:*" else text


def _plain(text: str) -> str:
    """Return a pattern whose variables stand for themselves."""
    if "${" not in text:
        return text
    return "".join(
        token.text.translate(_STARS) if token.variable else token.text for token in tokens(text, {})
    )


class _Patterns:
    """Patterns of one list, ready to be asked whether some of them has all that another has.

    Those with wildcards are kept by what stands before their first colon, which for actions is the service.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self.all = frozenset(patterns)
        self._wild: dict[str, list[str]] = {}
        for pattern in self.all:
            if "*" in pattern or "?" in pattern:
                head = pattern.partition(":")[0]
                self._wild.setdefault("" if "*" in head or "?" in head else head, []).append(pattern)

    def wider(self, pattern: str, found: Findings) -> str | None:
        """Find one that has all of a pattern, not counting itself or the same in other words."""
        if "*" in self.all:
            return None if pattern == "*" else "*"
        wild = [*self._wild.get(pattern.partition(":")[0], ()), *self._wild.get("", ())]
        if not found.may(len(wild) * (1 + len(pattern) // _LONG) // 8 + 1):
            return None
        return next((one for one in wild if one != pattern and _is_wider(one, pattern)), None)

    def has(self, pattern: str, found: Findings) -> bool:
        """Say whether a pattern, or one that has all of it, is among these."""
        return pattern in self.all or self.wider(pattern, found) is not None


def _is_wider(wide: str, narrow: str) -> bool:
    if not _covers(wide, narrow):
        return False
    return not (_covers(narrow, wide) and (len(narrow), narrow) < (len(wide), wide))


def _covers(wide: str, narrow: str) -> bool:
    return not ("${" in narrow and "?" in wide) and covers(wide, narrow)


# Entries of one list.


def _check_entries(code: str, places: list[Text], read: Callable[[str], str], found: Findings) -> None:
    if len(places) < 2:
        return
    first: dict[str, Text] = {}
    for place in places:
        other = first.setdefault(read(place.text), place)
        if other is not place:
            found.add(code, place.path, f"{shown(place.text)} is there already, at {other.path}")
    patterns = _Patterns(first)
    for pattern, place in first.items():
        if wider := patterns.wider(pattern, found):
            found.add(code, place.path, f"{shown(first[wider].text)} has all of {shown(place.text)}")


# Statements.


class _Scope(NamedTuple):
    """A statement as sets of patterns."""

    path: str
    effect: str
    principals: frozenset[object] | None
    not_principals: frozenset[object] | None
    actions: _Patterns | None
    not_actions: _Patterns | None
    resources: _Patterns | None
    not_resources: _Patterns | None
    conditions: frozenset[object]

    @property
    def identity(self) -> tuple[object, ...]:
        """What two statements that say the same have in common."""
        lists = (self.actions, self.not_actions, self.resources, self.not_resources)
        patterns = tuple(None if one is None else one.all for one in lists)
        return self.effect, self.principals, self.not_principals, patterns, self.conditions

    @classmethod
    def of(cls, entry: Entry) -> "_Scope":
        statement: Statement = entry.statement
        return cls(
            entry.path,
            statement.effect,
            _set(statement.principals),
            _set(statement.not_principals),
            _patterns(statement.actions, action=True),
            _patterns(statement.not_actions, action=True),
            _patterns(statement.resources),
            _patterns(statement.not_resources),
            frozenset(_condition(condition) for condition in statement.conditions),
        )


def _set(names: Iterable[object] | None) -> frozenset[object] | None:
    return None if names is None else frozenset(names)


def _patterns(texts: Iterable[str] | None, *, action: bool = False) -> _Patterns | None:
    return None if texts is None else _Patterns(_action(text) if action else _plain(text) for text in texts)


def _condition(condition: Condition) -> object:
    key = condition.key.lower()
    return (
        condition.operator, condition.quantifier, condition.if_exists, key, frozenset(condition.values),
    )  # fmt: skip


def _check_identical(scopes: Sequence[_Scope], found: Findings) -> set[str]:
    first: dict[tuple[object, ...], _Scope] = {}
    told = set[str]()
    for scope in scopes:
        other = first.setdefault(scope.identity, scope)
        if other is not scope:
            found.add("REDUNDANT_STATEMENT", scope.path, f"{other.path} says the same")
            told.add(scope.path)
    return told


def _check_pairs(scopes: Sequence[_Scope], found: Findings) -> None:
    for narrow in scopes:
        for wide in scopes:
            if wide is narrow or not (wide.conditions <= narrow.conditions):
                continue
            if wide.effect == "Allow" and narrow.effect == "Deny":
                continue
            if found.may(1) and _includes(wide, narrow, found):
                _tell(wide, narrow, found)
                break


def _tell(wide: _Scope, narrow: _Scope, found: Findings) -> None:
    if wide.effect == narrow.effect:
        found.add("REDUNDANT_STATEMENT", narrow.path, f"{wide.path} has all of this statement")
    else:
        found.add(
            "ALLOW_VOIDED_BY_DENY", narrow.path, f"the Deny of {wide.path} takes all of this Allow back"
        )


def _includes(wide: _Scope, narrow: _Scope, found: Findings) -> bool:
    return (
        _includes_principals(wide, narrow)
        and _includes_all(wide.actions, wide.not_actions, narrow.actions, narrow.not_actions, found)
        and _includes_all(wide.resources, wide.not_resources, narrow.resources, narrow.not_resources, found)
    )


def _includes_principals(wide: _Scope, narrow: _Scope) -> bool:
    if wide.principals is None or narrow.principals is None:
        return wide.principals == narrow.principals and wide.not_principals == narrow.not_principals
    return ("AWS", "*") in wide.principals or narrow.principals <= wide.principals


def _includes_all(
    wide: _Patterns | None,
    wide_not: _Patterns | None,
    narrow: _Patterns | None,
    narrow_not: _Patterns | None,
    found: Findings,
) -> bool:
    """Compare two elements, each a list or a list of exceptions; neither there is one and the same thing."""
    if wide is not None:
        return "*" in wide.all or (narrow is not None and all(wide.has(one, found) for one in narrow.all))
    if wide_not is None:
        return narrow is None and narrow_not is None
    if narrow is not None:
        return not any(_meets(one, wide_not, found) for one in narrow.all)
    return narrow_not is not None and all(narrow_not.has(one, found) for one in wide_not.all)


def _meets(pattern: str, others: _Patterns, found: Findings) -> bool:
    """Say whether a pattern and one of others may match the same; in doubt they may."""
    if not found.may(len(others.all) * (1 + len(pattern) // _LONG)):
        return True
    return any(intersects(_open(pattern), _open(other)) for other in others.all)


def _open(pattern: str) -> str:
    """Return a pattern in which a variable may be anything."""
    return pattern if "${" not in pattern else "*"
