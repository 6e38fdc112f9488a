"""Variables: where they act, how they are written, and whether there are any such."""

from collections.abc import Iterator

from iamd.policy.lint.draft import Draft, Entry, Text
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.known import Known
from iamd.policy.lint.values import family

_ESCAPES = frozenset("*?$")


def check(draft: Draft, known: Known, found: Findings) -> None:
    """Check a whole document."""
    for entry in draft.entries:
        _check_places(entry, found)
        for place in _acting(entry):
            if not draft.has_variables:
                said = (
                    f"without the Version 2012-10-17 this is no variable but plain text: {shown(place.text)}"
                )
                found.add("VARIABLE_UNSUPPORTED_IN_VERSION", place.path, said)
            else:
                _check_text(place, known, found)


def _acting(entry: Entry) -> Iterator[Text]:
    """Go through the texts in which a variable may act and one seems to be meant."""
    for place in entry.texts("Resource", "NotResource"):
        if "${" in place.text:
            yield place
    for test in entry.tests:
        if family(test.condition) in {"String", "Arn"}:
            yield from (place for place in test.values() if "${" in place.text)


def _check_places(entry: Entry, found: Findings) -> None:
    still = "variables act in Resource and in the values of conditions only"
    for place in entry.texts("Action", "NotAction"):
        if "${" in place.text:
            found.add("VARIABLE_UNSUPPORTED_IN_ELEMENT", place.path, still)
    for name in entry.principals:
        if "${" in name.value:
            found.add("VARIABLE_UNSUPPORTED_IN_ELEMENT", name.path, still)
    for test in entry.tests:
        if "${" in test.condition.key:
            found.add("VARIABLE_UNSUPPORTED_IN_ELEMENT", test.path, still)
        if family(test.condition) not in {"String", "Arn"}:
            for place in test.values():
                if "${" in place.text:
                    said = f"variables act in String and Arn operators, not in {test.condition.operator}"
                    found.add("INVALID_VARIABLE_FOR_OPERATOR", place.path, said)


def _check_text(place: Text, known: Known, found: Findings) -> None:
    at = 0
    while (start := place.text.find("${", at)) >= 0:
        end = place.text.find("}", start)
        if end < 0:
            said = f"the variable {shown(place.text[start:])} has no closing brace"
            found.add("MISSING_BRACE_IN_VARIABLE", place.path, said)
            return
        _check_variable(place.text[start + 2 : end], place.path, known, found)
        at = end + 1


def _check_variable(inside: str, path: str, known: Known, found: Findings) -> None:
    if inside in _ESCAPES:
        return
    name, comma, default = inside.partition(",")
    if not name:
        found.add("EMPTY_VARIABLE", path, "the variable has no name")
    elif comma and not (default.startswith(" '") and default.endswith("'") and len(default) > 2):
        said = f"a default comes after a comma and a space and in single quotes: ${{{name}, 'default'}}"
        found.add("MISSING_QUOTE_IN_VARIABLE", path, said)
    elif " " in name:
        found.add("UNSUPPORTED_SPACE_IN_VARIABLE", path, f"a variable's name has no space: {shown(name)}")
    else:
        _check_name(name, path, known, found)


def _check_name(name: str, path: str, known: Known, found: Findings) -> None:
    key = known.key(name)
    if key is None:
        near = known.near_key(name if ":" in name else f"aws:{name}", ())
        found.add("UNKNOWN_VARIABLE", path, f"there is no key {shown(name)} for a variable{near}")
    elif key.listed:
        said = f"{name} has many values, and a variable of it has none"
        found.add("VARIABLE_OF_MULTIVALUED_KEY", path, said)
