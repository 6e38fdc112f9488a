"""Lint checks of redundancy: entries and statements covered by others, Allows overridden by a Deny."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from iamd.policy.document import Condition, Statement
from iamd.policy.lint.document import LintDocument, StatementNode, TextNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.glob_relations import covers, intersects
from iamd.policy.variables import tokenize

_MAX_STATEMENTS = 300
_LONG_PATTERN = 50  # characters; each multiple of it adds to the cost of comparing a pattern
_ESCAPED_WILDCARDS = str.maketrans({"*": "\ue001", "?": "\ue002"})


def check(document: LintDocument, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        for element in ("Action", "NotAction"):
            _check_list("REDUNDANT_ACTION", list(node.texts(element)), _normalize_action, findings)
        for element in ("Resource", "NotResource"):
            _check_list("REDUNDANT_RESOURCE", list(node.texts(element)), _escape_variables, findings)
    scopes = [_StatementScope.from_node(statement_node) for statement_node in document.statements]
    reported_paths = _check_identical(scopes, findings)
    if len(scopes) <= _MAX_STATEMENTS:
        _check_overlaps([scope for scope in scopes if scope.path not in reported_paths], findings)


def _normalize_action(text: str) -> str:
    text = text.lower()
    return "*" if text == "*:*" else text


def _escape_variables(text: str) -> str:
    """Return a pattern in which variables are literal text."""
    if "${" not in text:
        return text
    return "".join(
        token.text.translate(_ESCAPED_WILDCARDS) if token.is_variable else token.text
        for token in tokenize(text, {})
    )


class _PatternSet:
    """The patterns of one list, indexed to find those that cover another pattern.

    Patterns with wildcards are indexed by the text before their first colon, for actions the service.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self.all = frozenset(patterns)
        self._wildcards_by_prefix: dict[str, list[str]] = {}
        for pattern in self.all:
            if "*" in pattern or "?" in pattern:
                head = pattern.partition(":")[0]
                self._wildcards_by_prefix.setdefault("" if "*" in head or "?" in head else head, []).append(
                    pattern
                )

    def find_wider(self, pattern: str, findings: Findings) -> str | None:
        """Find another pattern that covers a pattern; of equivalent patterns, one counts as the wider."""
        if "*" in self.all:
            return None if pattern == "*" else "*"
        candidates = [
            *self._wildcards_by_prefix.get(pattern.partition(":")[0], ()),
            *self._wildcards_by_prefix.get("", ()),
        ]
        if not findings.spend_work(len(candidates) * (1 + len(pattern) // _LONG_PATTERN) // 8 + 1):
            return None
        return next(
            (candidate for candidate in candidates if candidate != pattern and _is_wider(candidate, pattern)),
            None,
        )

    def covers(self, pattern: str, findings: Findings) -> bool:
        """Return whether a pattern is in the list or covered by one that is."""
        return pattern in self.all or self.find_wider(pattern, findings) is not None


def _is_wider(wide: str, narrow: str) -> bool:
    if not _covers(wide, narrow):
        return False
    return not (_covers(narrow, wide) and (len(narrow), narrow) < (len(wide), wide))


def _covers(wide: str, narrow: str) -> bool:
    return not ("${" in narrow and "?" in wide) and covers(wide, narrow)


# Entries of one list.


def _check_list(
    code: str, nodes: list[TextNode], normalize: Callable[[str], str], findings: Findings
) -> None:
    if len(nodes) < 2:
        return
    first_by_pattern: dict[str, TextNode] = {}
    for node in nodes:
        first_node = first_by_pattern.setdefault(normalize(node.text), node)
        if first_node is not node:
            findings.add(code, node.path, f"{quote(node.text)} is already listed at {first_node.path}")
    patterns = _PatternSet(first_by_pattern)
    for pattern, node in first_by_pattern.items():
        if wider := patterns.find_wider(pattern, findings):
            wider_text = quote(first_by_pattern[wider].text)
            findings.add(code, node.path, f"{quote(node.text)} is redundant: {wider_text} covers it")


# Statements.


class _StatementScope(NamedTuple):
    """A statement as sets of patterns."""

    path: str
    effect: str
    principals: frozenset[object] | None
    not_principals: frozenset[object] | None
    actions: _PatternSet | None
    not_actions: _PatternSet | None
    resources: _PatternSet | None
    not_resources: _PatternSet | None
    conditions: frozenset[object]

    @property
    def content_key(self) -> tuple[object, ...]:
        """A key that is equal for identical statements."""
        lists = (self.actions, self.not_actions, self.resources, self.not_resources)
        patterns = tuple(None if pattern_set is None else pattern_set.all for pattern_set in lists)
        return self.effect, self.principals, self.not_principals, patterns, self.conditions

    @classmethod
    def from_node(cls, node: StatementNode) -> "_StatementScope":
        statement: Statement = node.statement
        return cls(
            node.path,
            statement.effect,
            _optional_frozenset(statement.principals),
            _optional_frozenset(statement.not_principals),
            _pattern_set(statement.actions, action=True),
            _pattern_set(statement.not_actions, action=True),
            _pattern_set(statement.resources),
            _pattern_set(statement.not_resources),
            frozenset(_condition_key(condition) for condition in statement.conditions),
        )


def _optional_frozenset(names: Iterable[object] | None) -> frozenset[object] | None:
    return None if names is None else frozenset(names)


def _pattern_set(texts: Iterable[str] | None, *, action: bool = False) -> _PatternSet | None:
    return (
        None
        if texts is None
        else _PatternSet(_normalize_action(text) if action else _escape_variables(text) for text in texts)
    )


def _condition_key(condition: Condition) -> object:
    key = condition.key.lower()
    return (
        condition.operator, condition.quantifier, condition.if_exists, key, frozenset(condition.values),
    )  # fmt: skip


def _check_identical(scopes: Sequence[_StatementScope], findings: Findings) -> set[str]:
    first_by_key: dict[tuple[object, ...], _StatementScope] = {}
    reported_paths = set[str]()
    for scope in scopes:
        first_scope = first_by_key.setdefault(scope.content_key, scope)
        if first_scope is not scope:
            findings.add(
                "REDUNDANT_STATEMENT", scope.path, f"the statement is identical to {first_scope.path}"
            )
            reported_paths.add(scope.path)
    return reported_paths


def _check_overlaps(scopes: Sequence[_StatementScope], findings: Findings) -> None:
    for narrow in scopes:
        for wide in scopes:
            if wide is narrow or not (wide.conditions <= narrow.conditions):
                continue
            if wide.effect == "Allow" and narrow.effect == "Deny":
                continue
            if findings.spend_work(1) and _includes(wide, narrow, findings):
                _add_overlap(wide, narrow, findings)
                break


def _add_overlap(wide: _StatementScope, narrow: _StatementScope, findings: Findings) -> None:
    if wide.effect == narrow.effect:
        findings.add("REDUNDANT_STATEMENT", narrow.path, f"the statement is redundant: {wide.path} covers it")
    else:
        message = f"everything that this Allow allows is denied by {wide.path}"
        findings.add("ALLOW_VOIDED_BY_DENY", narrow.path, message)


def _includes(wide: _StatementScope, narrow: _StatementScope, findings: Findings) -> bool:
    return (
        _includes_principals(wide, narrow)
        and _includes_patterns(wide.actions, wide.not_actions, narrow.actions, narrow.not_actions, findings)
        and _includes_patterns(
            wide.resources, wide.not_resources, narrow.resources, narrow.not_resources, findings
        )
    )


def _includes_principals(wide: _StatementScope, narrow: _StatementScope) -> bool:
    if wide.principals is None or narrow.principals is None:
        return wide.principals == narrow.principals and wide.not_principals == narrow.not_principals
    return ("AWS", "*") in wide.principals or narrow.principals <= wide.principals


def _includes_patterns(
    wide: _PatternSet | None,
    wide_not: _PatternSet | None,
    narrow: _PatternSet | None,
    narrow_not: _PatternSet | None,
    findings: Findings,
) -> bool:
    """Return whether an element, a list or a list of exceptions, covers another; absent ones are equal."""
    if wide is not None:
        return "*" in wide.all or (
            narrow is not None and all(wide.covers(pattern, findings) for pattern in narrow.all)
        )
    if wide_not is None:
        return narrow is None and narrow_not is None
    if narrow is not None:
        return not any(_may_intersect(pattern, wide_not, findings) for pattern in narrow.all)
    return narrow_not is not None and all(narrow_not.covers(pattern, findings) for pattern in wide_not.all)


def _may_intersect(pattern: str, other_patterns: _PatternSet, findings: Findings) -> bool:
    """Return whether a pattern and one of the others may match the same text; True if uncertain."""
    if not findings.spend_work(len(other_patterns.all) * (1 + len(pattern) // _LONG_PATTERN)):
        return True
    return any(
        intersects(_widen_variables(pattern), _widen_variables(other_pattern))
        for other_pattern in other_patterns.all
    )


def _widen_variables(pattern: str) -> str:
    """Return `*` for a pattern with variables, otherwise the pattern."""
    return pattern if "${" not in pattern else "*"
