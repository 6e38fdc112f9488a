"""Policy variables: `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.

Whether variables act at all (only under Version 2012-10-17, only in some places) is for the caller to know: a
`Scope` of None says that they do not, and the text is then what it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from iamd.policy.patterns import Part

Context = Mapping[str, str | Sequence[str]]
Scope = Context | None

_ESCAPES = frozenset("*?$")
_ARN_FIELDS = 6


class Token(NamedTuple):
    """A piece of text as it was written: plain, or what stood between `${` and `}`."""

    text: str
    variable: bool = False


def expand(text: str, scope: Scope) -> tuple[Part, ...] | None:
    """Put the values in their places, as literal parts; None if a variable has neither value nor default."""
    return _expand(tokens(text, scope), scope)


def expand_fields(text: str, scope: Scope) -> list[tuple[Part, ...] | None]:
    """Cut an ARN at its first five colons, those inside `${…}` not counted, and expand each by itself."""
    fields: list[list[Token]] = [[]]
    for token in tokens(text, scope):
        room = _ARN_FIELDS - len(fields)
        head, *others = [token.text] if token.variable else token.text.split(":", room)
        fields[-1].append(Token(head, token.variable))
        fields.extend([Token(other)] for other in others)
    return [_expand(field, scope) for field in fields]


def fill(text: str, scope: Scope) -> str | None:
    """Expand to plain text, for operators that know no wildcards."""
    parts = expand(text, scope)
    return None if parts is None else "".join(part.text for part in parts)


def present(context: Context, key: str) -> str | Sequence[str] | None:
    """Look a key up without regard to case; a key with no values at all counts as absent."""
    value = context.get(key.lower())
    return value if isinstance(value, str) or value else None


def tokens(text: str, scope: Scope) -> Iterator[Token]:
    """Take a text apart at its variables; a scope of None has none."""
    at = 0
    while scope is not None and (start := text.find("${", at)) >= 0 and (end := text.find("}", start)) >= 0:
        yield Token(text[at:start])
        yield Token(text[start + 2 : end], variable=True)
        at = end + 1
    yield Token(text[at:])


def _expand(pieces: Iterable[Token], scope: Scope) -> tuple[Part, ...] | None:
    parts: list[Part] = []
    for token in pieces:
        value = value_of(token.text, scope or {}) if token.variable else token.text
        if value is None:
            return None
        parts.append(Part(value, token.variable))
    return tuple(parts)


def value_of(inside: str, context: Context) -> str | None:
    """Return what stands for what was between `${` and `}`; None where nothing does."""
    if inside in _ESCAPES:
        return inside
    key, default = _key_and_default(inside)
    value = present(context, key)
    if value is None:
        return default
    return value if isinstance(value, str) else None


def key_of(inside: str) -> str:
    """Return the key that what was between `${` and `}` names."""
    return _key_and_default(inside)[0]


def _key_and_default(inside: str) -> tuple[str, str | None]:
    key, comma, default = inside.partition(", '")
    return (key, default[:-1]) if comma and default.endswith("'") else (inside, None)
