"""Policy variables: `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the literal characters.

Whether variables are supported (only under Version 2012-10-17 and only in some elements) is decided by the
caller: with a `Scope` of None they are not, and the text is taken literally.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from iamd.policy.patterns import PatternPart

Context = Mapping[str, str | Sequence[str]]
Scope = Context | None

_ESCAPES = frozenset("*?$")
_ARN_FIELDS = 6


class Token(NamedTuple):
    """A piece of text as written: plain text, or the expression between `${` and `}`."""

    text: str
    is_variable: bool = False


def expand(text: str, scope: Scope) -> tuple[PatternPart, ...] | None:
    """Substitute variables, as literal parts; None if a variable has neither value nor default."""
    return _expand_tokens(tokenize(text, scope), scope)


def expand_fields(text: str, scope: Scope) -> list[tuple[PatternPart, ...] | None]:
    """Split an ARN at its first five colons, ignoring those inside `${…}`, and expand each field."""
    fields: list[list[Token]] = [[]]
    for token in tokenize(text, scope):
        remaining = _ARN_FIELDS - len(fields)
        head, *later_texts = [token.text] if token.is_variable else token.text.split(":", remaining)
        fields[-1].append(Token(head, token.is_variable))
        fields.extend([Token(text_after_colon)] for text_after_colon in later_texts)
    return [_expand_tokens(field, scope) for field in fields]


def expand_to_text(text: str, scope: Scope) -> str | None:
    """Expand to plain text, for operators without wildcards; None as for `expand`."""
    parts = expand(text, scope)
    return None if parts is None else "".join(part.text for part in parts)


def lookup(context: Context, key: str) -> str | Sequence[str] | None:
    """Look up a context key, ignoring case; a key with an empty list of values counts as missing."""
    value = context.get(key.lower())
    return value if isinstance(value, str) or value else None


def tokenize(text: str, scope: Scope) -> Iterator[Token]:
    """Split a text at its variables; with a scope of None there are none."""
    position = 0
    while (
        scope is not None
        and (start := text.find("${", position)) >= 0
        and (end := text.find("}", start)) >= 0
    ):
        yield Token(text[position:start])
        yield Token(text[start + 2 : end], is_variable=True)
        position = end + 1
    yield Token(text[position:])


def _expand_tokens(pattern_tokens: Iterable[Token], scope: Scope) -> tuple[PatternPart, ...] | None:
    parts: list[PatternPart] = []
    for token in pattern_tokens:
        value = resolve(token.text, scope or {}) if token.is_variable else token.text
        if value is None:
            return None
        parts.append(PatternPart(value, token.is_variable))
    return tuple(parts)


def resolve(expression: str, context: Context) -> str | None:
    """Return the value of a variable expression; None if it has none, or its key is multivalued."""
    if expression in _ESCAPES:
        return expression
    key, default = _split_default(expression)
    value = lookup(context, key)
    if value is None:
        return default
    return value if isinstance(value, str) else None


def variable_key(expression: str) -> str:
    """Return the context key of a variable expression, without its default."""
    return _split_default(expression)[0]


def _split_default(expression: str) -> tuple[str, str | None]:
    key, comma, default = expression.partition(", '")
    return (key, default[:-1]) if comma and default.endswith("'") else (expression, None)
