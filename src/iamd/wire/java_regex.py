r"""Java regular expressions of the service models, translated for the `regex` package.

In Java `\w`, `\d` and `\s` are ASCII while `\p{L}` is Unicode; `regex` makes either all or none of them
Unicode, so the former are spelled out. Only the syntax that the models use is supported: anything else is a
ValueError, so that a new model with other syntax fails in the tests and not in a request.
"""

import re
from collections.abc import Iterator
from functools import cache

import regex

_SHORTHAND_CLASSES = {r"\w": "a-zA-Z0-9_", r"\d": "0-9", r"\s": r" \t\n\x0B\f\r"}
_NOT_A_LINE_TERMINATOR = r"[^\n\r\x85\u2028\u2029]"  # a dot in Java

# STS allows `\u10000-\u10FFFF` in ARNs. In Java this is U+1000, the range from `0` to U+10FF, and two `F`s.
# It would reject the supplementary characters that are evidently meant, and accept the C1 control characters
# that the rest of the class excludes. The evident intention is implemented.
_SUPPLEMENTARY = (r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")

_TOKEN = re.compile(
    r"""
      (?P<meet> && )
    | (?P<kept> \\U[0-9A-F]{8} | \\u[0-9A-Fa-f]{4} | \\[^A-Za-z0-9] | \(\?[:=!] | \((?!\?) | [^\\(\[\].] )
    | (?P<property> \\p\{[A-Z][a-z]?\} )
    | (?P<shorthand> \\[wds] )
    | (?P<dot> \. )
    | (?P<open> \[ )
    | (?P<close> \] )
    """,
    re.VERBOSE,
)


@cache
def translate(java_pattern: str) -> regex.Pattern[str]:
    """Return the compiled pattern, for use with `fullmatch`: the models' patterns apply to whole values.

    Raises ValueError for unsupported syntax.
    """
    return regex.compile("".join(_translate_tokens(java_pattern.replace(*_SUPPLEMENTARY))), regex.V0)


def _translate_tokens(java_pattern: str) -> Iterator[str]:
    in_class, after_class = False, False
    for kind, token in _tokenize(java_pattern):
        if in_class and kind in ("open", "meet"):
            raise ValueError(f"nested character class: {java_pattern}")
        in_class = kind == "open" or (in_class and kind != "close")
        # A hyphen after a class is a literal; in the spelled-out form of `\w-+` it would denote a range.
        yield r"\-" if in_class and after_class and token == "-" else _translate_token(kind, token, in_class)  # noqa: S105
        after_class = kind in ("property", "shorthand")


def _translate_token(kind: str, token: str, in_class: bool) -> str:
    if kind == "shorthand":
        return _SHORTHAND_CLASSES[token] if in_class else f"[{_SHORTHAND_CLASSES[token]}]"
    if kind == "dot" and not in_class:
        return _NOT_A_LINE_TERMINATOR
    return token


def _tokenize(java_pattern: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(java_pattern):
        match = _TOKEN.match(java_pattern, position)
        if not match or not match.lastgroup:
            raise ValueError(f"unsupported syntax: {java_pattern[position:]}")
        yield match.lastgroup, match[0]
        position = match.end()
