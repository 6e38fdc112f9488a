"""Templates of paths, resources and condition keys, with variables in braces: `book/{BookId}`."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
# `{Key}`, and `{query.name}` and `{header.name}`, which are in no path.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*|query\.[A-Za-z0-9._\[\]-]+|header\.[A-Za-z0-9-]+")
_BRACE: Final = re.compile(r"[{}]")


class MissingValue(Exception):
    """A variable of the template has no value; the argument is its name."""


class AmbiguousValue(Exception):
    """A value contains what separates it from the next one; the argument is the variable's name."""


class Template(NamedTuple):
    """Text with variables. `literals` are what is before, between and after the `variables`."""

    literals: tuple[str, ...]
    variables: tuple[str, ...]

    def render(self, values: Mapping[str, str]) -> str:
        """Return the text with values in place of the variables.

        Raises MissingValue, or AmbiguousValue if other values could have made the same text.
        """
        parts = [self.literals[0]]
        for variable, literal in zip(self.variables, self.literals[1:], strict=True):
            value = values.get(variable)
            if not value:
                raise MissingValue(variable)
            if literal and literal in value:
                raise AmbiguousValue(variable)
            parts += (value, literal)
        return "".join(parts)


def parse_template(text: str) -> Template:
    """Parse a template; ValueError says what is wrong in it."""
    parts = _VARIABLE.split(text)
    literals, variables = tuple(parts[::2]), tuple(parts[1::2])
    if any(map(_BRACE.search, literals)):
        raise ValueError("a brace is not closed, or not opened")
    for variable in variables:
        if not _NAME.fullmatch(variable):
            raise ValueError(
                f"{{{variable}}} is not a variable, such as {{Name}}, {{query.name}} or {{header.name}}"
            )
    if len(set(variables)) != len(variables):
        raise ValueError("a variable is used twice")
    if "" in literals[1:-1]:
        raise ValueError("there is nothing between two variables")
    return Template(literals, tuple(map(_with_lower_header, variables)))


def _with_lower_header(variable: str) -> str:
    return variable.lower() if variable.startswith("header.") else variable
