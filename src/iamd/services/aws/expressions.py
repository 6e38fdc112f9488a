"""DynamoDB's expressions: which attributes they are about, and what a key condition demands.

Source: the DynamoDB developer guide, "Expressions". Attributes are names of the first level of an item.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from iamd.services.service_request import AmbiguousRequest

_TOKEN: Final = re.compile(r"\s*(?:[#:]?[A-Za-z0-9_]+|\[\s*[0-9]+\s*\]|<>|<=|>=|[=<>(),.+-])\s*")
_PARENTHESES: Final = ("(", ")")
_EQUAL: Final = ("=",)
_KEYWORDS: Final = frozenset({"ADD", "AND", "BETWEEN", "DELETE", "IN", "NOT", "OR", "REMOVE", "SET"})


class Names(NamedTuple):
    """What placeholders stand for: `#n` for the name of an attribute, `:v` for a value."""

    names: Mapping[str, Any]
    values: Mapping[str, Any]

    def attribute(self, word: str) -> str:
        """Return the name of an attribute."""
        found = self.names.get(word) if word.startswith("#") else word
        if not isinstance(found, str):
            raise AmbiguousRequest(f"ExpressionAttributeNames does not have {word[:64]}.")
        return found

    def value(self, word: str) -> Any:
        """Return a value, in DynamoDB's notation."""
        if word not in self.values:
            raise AmbiguousRequest(f"ExpressionAttributeValues does not have {word[:64]}.")
        return self.values[word]


def attributes(expression: str, names: Names) -> Iterator[str]:
    """Return the names of the attributes in an expression, of any kind."""
    tokens = [token for token in tokenize(expression) if not token.startswith("[")]
    for index, token in enumerate(tokens):
        previous = tokens[index - 1] if index else ""
        following = tokens[index + 1] if index + 1 < len(tokens) else ""
        is_name = token[0] == "#" or token[0].isalnum() or token[0] == "_"
        is_keyword = token.upper() in _KEYWORDS
        if is_name and not is_keyword and previous != "." and (following != "(" or token[0] == "#"):
            yield names.attribute(token)


def equal_values(expression: str, names: Names) -> Iterator[Any]:
    """Return the values that a key condition demands of attributes: the partition key's is among them."""
    tokens = [token for token in tokenize(expression) if token not in _PARENTHESES]
    for index, token in enumerate(tokens):
        if token in _EQUAL and 0 < index < len(tokens) - 1:
            word = next((word for word in (tokens[index - 1], tokens[index + 1]) if word.startswith(":")), "")
            yield names.value(word)


def tokenize(expression: str) -> list[str]:
    """Return words, indexes and signs; AmbiguousRequest if there is anything else."""
    tokens, position = [], 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise AmbiguousRequest("An expression has a character that is not known.")
        tokens.append(match[0].strip())
        position = match.end()
    return tokens
