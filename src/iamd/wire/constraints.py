"""The models' constraints, checked, with all that is wrong said in one sentence of AWS's.

Closures are made once for each shape. They add to a list of complaints, in the order of the model's members;
the happy path allocates next to nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from iamd.core.errors import ValidationError
from iamd.core.models import Compiled, Member, Shape, part
from iamd.wire.patterns import translate

# Bounds on what is said back, which AWS does not have: a megabyte of wrong values must not make a larger
# answer.
MAX_ECHO = 1_024
MAX_COMPLAINTS = 50

Check = Callable[[Any, str, list[str]], None]
Checker = Callable[[dict[str, Any]], None]


class Rule(NamedTuple):
    """A constraint on one value, with AWS's words for it."""

    holds: Callable[[Any], object]
    words: str


def checker(shape: Shape) -> Checker:
    """Return what checks a decoded input of this shape; it raises ValidationError with all that is wrong."""
    return _checkers[shape]


def _make_checker(shape: Shape) -> Checker:
    check = _checks[shape]

    def check_input(values: dict[str, Any]) -> None:
        complaints: list[str] = []
        check(values, "", complaints)
        if complaints:
            raise ValidationError(_sentence(complaints))

    return check_input


def _sentence(complaints: list[str]) -> str:
    """Put complaints together; all are counted, and so many are told that anyone has enough to mend."""
    count = len(complaints)
    told = "; ".join(complaints[:MAX_COMPLAINTS])
    return f"{count} validation error{'s' if count > 1 else ''} detected: {told}"


def _complaint(shape: Shape, value: Any, path: str, words: str) -> str:
    shown = "" if _is_secret(shape) else f" '{_cut(_shown(shape, value))}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {words}"


def _missing(member: Member, path: str) -> str:
    shown = "" if _is_secret(member.shape) else " null"
    return f"Value{shown} at '{path}' failed to satisfy constraint: Member must not be null"


# The rules of a value.


def _rules(shape: Shape) -> tuple[Rule, ...]:
    """Return a shape's rules in AWS's order: length first, so that no pattern sees what is too long."""
    return (*_size_rules(shape), *_pattern_rules(shape), *_enum_rules(shape))


def _size_rules(shape: Shape) -> Iterator[Rule]:
    number = shape.type in ("integer", "long")
    what = "value" if number else "length"
    high, low = shape.max, shape.min
    if high is not None:
        holds = (lambda value: value <= high) if number else (lambda value: len(value) <= high)
        yield Rule(holds, f"Member must have {what} less than or equal to {high}")
    if low is not None:
        holds = (lambda value: value >= low) if number else (lambda value: len(value) >= low)
        yield Rule(holds, f"Member must have {what} greater than or equal to {low}")


def _pattern_rules(shape: Shape) -> Iterator[Rule]:
    if shape.pattern is not None:
        words = f"Member must satisfy regular expression pattern: {shape.pattern}"
        yield Rule(translate(shape.pattern).fullmatch, words)


def _enum_rules(shape: Shape) -> Iterator[Rule]:
    if shape.enum:
        words = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        yield Rule(frozenset(shape.enum).__contains__, words)


def _broken(rules: tuple[Rule, ...], value: Any) -> Rule | None:
    """Return the first rule that a value breaks; what comes after it was not looked at."""
    for rule in rules:
        if not rule.holds(value):
            return rule
    return None


# The checks of a shape: its own rules, then those of what is in it.


def _make_check(shape: Shape) -> Check:
    compound = _COMPOUND.get(shape.type, _scalar)
    return compound(shape)


def _nothing(value: Any, path: str, complaints: list[str]) -> None:
    """Check a shape that has no constraints."""


def _scalar(shape: Shape) -> Check:
    rules = _rules(shape)

    def check(value: Any, path: str, complaints: list[str]) -> None:
        for holds, words in rules:
            if not holds(value):
                complaints.append(_complaint(shape, value, path, words))
                return

    return check if rules else _nothing


def _structure(shape: Shape) -> Check:
    plan = tuple(
        (member, member.attr, _lower_camel(member.name), _of(member.shape)) for member in shape.members
    )

    def check(values: Any, path: str, complaints: list[str]) -> None:
        prefix = f"{path}." if path else ""
        for member, attr, name, check_member in plan:
            value = values.get(attr)
            if value is None:
                if member.required:
                    complaints.append(_missing(member, prefix + name))
            elif check_member:
                check_member(value, prefix + name, complaints)

    return check


def _of(shape: Shape) -> Check | None:
    check = _checks[shape]
    return None if check is _nothing else check


def _list(shape: Shape) -> Check:
    """Check a list: scalars are reported once at the list, structures each at its place.

    The elements of a list that is too long are not looked at.
    """
    size, inner = _rules(shape), _inner("Member must satisfy constraint", part(shape.element))
    check_element = None if inner else _of(part(shape.element))

    def check(values: Any, path: str, complaints: list[str]) -> None:
        wrong = _broken(size, values) or (inner and _broken_by_any(inner, values))
        if wrong:
            complaints.append(_complaint(shape, values, path, wrong.words))
        elif check_element:
            for number, value in enumerate(values, 1):
                check_element(value, f"{path}.{number}.member", complaints)

    return check


def _map(shape: Shape) -> Check:
    """Check a map: keys and scalars are reported once at the map, structures each at its key."""
    size, keys = _rules(shape), _inner("Map keys must satisfy constraint", part(shape.key))
    inner = _inner("Map value must satisfy constraint", part(shape.value))
    check_value = None if inner else _of(part(shape.value))

    def check(values: Any, path: str, complaints: list[str]) -> None:
        wrong = _broken(size, values) or (keys and _broken_by_any(keys, values))
        wrong = wrong or (inner and _broken_by_any(inner, values.values()))
        if wrong:
            complaints.append(_complaint(shape, values, path, wrong.words))
        elif check_value:
            for key, value in values.items():
                check_value(value, f"{path}.{_cut(str(key))}.member", complaints)

    return check


class Inner(NamedTuple):
    """The rules of the scalars in a list or map, which are told all together."""

    rules: tuple[Rule, ...]
    words: str


def _inner(words: str, shape: Shape) -> Inner | None:
    rules = () if shape.type in _COMPOUND else _rules(shape)
    return Inner(rules, f"{words}: [{', '.join(rule.words for rule in rules)}]") if rules else None


def _broken_by_any(inner: Inner, values: Any) -> Inner | None:
    return inner if any(_broken(inner.rules, value) for value in values) else None


# What is said back of a value.


def _lower_camel(name: str) -> str:
    """Return a member's name as AWS's messages have it; only the first letter changes (`sAMLProviderArn`)."""
    return name[:1].lower() + name[1:]


def _is_secret(shape: Shape) -> bool:
    """Tell whether a value is kept out of messages: sensitive itself, or holding nothing but what is."""
    inside = (shape.element, shape.key, shape.value)
    return shape.sensitive or shape.type == "blob" or any(_is_secret(held) for held in inside if held)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_ECHO else f"{text[:MAX_ECHO]}..."


def _shown(shape: Shape, value: Any) -> str:
    """Return a value as Java prints it, which is what AWS says back."""
    show = _SHOWN.get(shape.type)
    return show(shape, value) if show else str(value)


def _show_list(shape: Shape, values: list[Any]) -> str:
    return f"[{', '.join(_cut(_shown(part(shape.element), value)) for value in values)}]"


def _show_map(shape: Shape, values: dict[Any, Any]) -> str:
    held = part(shape.value)
    return f"{{{', '.join(f'{key}={_cut(_shown(held, value))}' for key, value in values.items())}}}"


def _show_structure(shape: Shape, values: dict[str, Any]) -> str:
    shown = [member for member in shape.members if member.attr in values and not _is_secret(member.shape)]
    inside = (f"{_lower_camel(m.name)}={_cut(_shown(m.shape, values[m.attr]))}" for m in shown)
    return f"{shape.name}({', '.join(inside)})"


def _show_boolean(_: Shape, value: bool) -> str:
    return "true" if value else "false"


_SHOWN: dict[str, Callable[[Shape, Any], str]] = {
    "list": _show_list,
    "map": _show_map,
    "structure": _show_structure,
    "boolean": _show_boolean,
}
_COMPOUND: dict[str, Callable[[Shape], Check]] = {"structure": _structure, "list": _list, "map": _map}
_checks: Compiled[Check] = Compiled(_make_check)
_checkers: Compiled[Checker] = Compiled(_make_checker)
