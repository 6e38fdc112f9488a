"""Validation of parameters against the service model's constraints, with AWS's `ValidationError` message.

The message contains all violations, in the order of the model's members. Validators are closures, created
once per shape; they allocate almost nothing for valid input.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from iamd.core.errors import ValidationError
from iamd.core.models import Member, Shape, ShapeCompiler, require_shape
from iamd.wire.java_regex import translate

# Limits on echoed values, which AWS does not have: a megabyte of invalid values must not cause an even larger
# response. In characters, and in number of violations.
MAX_ECHO_LENGTH = 1_024
MAX_ERRORS = 50

Check = Callable[[Any, str, list[str]], None]
Validator = Callable[[dict[str, Any]], None]


class Constraint(NamedTuple):
    """A constraint on one value, with AWS's message for it."""

    is_satisfied_by: Callable[[Any], object]
    message: str


def validator(shape: Shape) -> Validator:
    """Return the validator of a decoded input; it raises ValidationError with all violations."""
    return _validators[shape]


def _make_validator(shape: Shape) -> Validator:
    check = _checks[shape]

    def validate(values: dict[str, Any]) -> None:
        errors: list[str] = []
        check(values, "", errors)
        if errors:
            raise ValidationError(_error_message(errors))

    return validate


def _error_message(errors: list[str]) -> str:
    """Join violations into one message; all of them are counted, the first `MAX_ERRORS` are listed."""
    count = len(errors)
    details = "; ".join(errors[:MAX_ERRORS])
    return f"{count} validation error{'s' if count > 1 else ''} detected: {details}"


def _value_error(shape: Shape, value: Any, path: str, message: str) -> str:
    quoted_value = "" if _is_sensitive(shape) else f" '{_truncate(_format_value(shape, value))}'"
    return f"Value{quoted_value} at '{path}' failed to satisfy constraint: {message}"


def _missing_error(member: Member, path: str) -> str:
    quoted_value = "" if _is_sensitive(member.shape) else " null"
    return f"Value{quoted_value} at '{path}' failed to satisfy constraint: Member must not be null"


# Constraints of a single value.


def _constraints(shape: Shape) -> tuple[Constraint, ...]:
    """Return a shape's constraints in AWS's order: length first, so that patterns see no too long values."""
    return (*_size_constraints(shape), *_pattern_constraints(shape), *_enum_constraints(shape))


def _size_constraints(shape: Shape) -> Iterator[Constraint]:
    is_number = shape.type in ("integer", "long")
    quantity = "value" if is_number else "length"
    maximum, minimum = shape.max, shape.min
    if maximum is not None:
        is_satisfied_by = (
            (lambda value: value <= maximum) if is_number else (lambda value: len(value) <= maximum)
        )
        yield Constraint(is_satisfied_by, f"Member must have {quantity} less than or equal to {maximum}")
    if minimum is not None:
        is_satisfied_by = (
            (lambda value: value >= minimum) if is_number else (lambda value: len(value) >= minimum)
        )
        yield Constraint(is_satisfied_by, f"Member must have {quantity} greater than or equal to {minimum}")


def _pattern_constraints(shape: Shape) -> Iterator[Constraint]:
    if shape.pattern is not None:
        message = f"Member must satisfy regular expression pattern: {shape.pattern}"
        yield Constraint(translate(shape.pattern).fullmatch, message)


def _enum_constraints(shape: Shape) -> Iterator[Constraint]:
    if shape.enum:
        message = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        yield Constraint(frozenset(shape.enum).__contains__, message)


def _first_violation(constraints: tuple[Constraint, ...], value: Any) -> Constraint | None:
    """Return the first constraint that a value violates; the following ones are not checked."""
    for constraint in constraints:
        if not constraint.is_satisfied_by(value):
            return constraint
    return None


# Checks of a shape: its own constraints, then those of its members or elements.


def _make_check(shape: Shape) -> Check:
    make_check = _COMPOUND_CHECKS.get(shape.type, _scalar_check)
    return make_check(shape)


def _no_check(value: Any, path: str, errors: list[str]) -> None:
    """Check a shape that has no constraints."""


def _scalar_check(shape: Shape) -> Check:
    constraints = _constraints(shape)

    def check(value: Any, path: str, errors: list[str]) -> None:
        for is_satisfied_by, message in constraints:
            if not is_satisfied_by(value):
                errors.append(_value_error(shape, value, path, message))
                return

    return check if constraints else _no_check


def _structure_check(shape: Shape) -> Check:
    plan = tuple(
        (member, member.attr, _lower_camel(member.name), _check_or_none(member.shape))
        for member in shape.members
    )

    def check(values: Any, path: str, errors: list[str]) -> None:
        prefix = f"{path}." if path else ""
        for member, attr, name, check_member in plan:
            value = values.get(attr)
            if value is None:
                if member.required:
                    errors.append(_missing_error(member, prefix + name))
            elif check_member:
                check_member(value, prefix + name, errors)

    return check


def _check_or_none(shape: Shape) -> Check | None:
    check = _checks[shape]
    return None if check is _no_check else check


def _list_check(shape: Shape) -> Check:
    """Check a list: scalar elements are reported once for the list, structures each with their index.

    The elements of a list that is too long are not checked.
    """
    size_constraints, element_constraints = (
        _constraints(shape),
        _element_constraints("Member must satisfy constraint", require_shape(shape.element)),
    )
    check_element = None if element_constraints else _check_or_none(require_shape(shape.element))

    def check(values: Any, path: str, errors: list[str]) -> None:
        violation = _first_violation(size_constraints, values) or (
            element_constraints and _any_violation(element_constraints, values)
        )
        if violation:
            errors.append(_value_error(shape, values, path, violation.message))
        elif check_element:
            for number, value in enumerate(values, 1):
                check_element(value, f"{path}.{number}.member", errors)

    return check


def _map_check(shape: Shape) -> Check:
    """Check a map: keys and scalar values are reported once for the map, structures each with their key."""
    size_constraints, key_constraints = (
        _constraints(shape),
        _element_constraints("Map keys must satisfy constraint", require_shape(shape.key)),
    )
    value_constraints = _element_constraints("Map value must satisfy constraint", require_shape(shape.value))
    check_value = None if value_constraints else _check_or_none(require_shape(shape.value))

    def check(values: Any, path: str, errors: list[str]) -> None:
        violation = _first_violation(size_constraints, values) or (
            key_constraints and _any_violation(key_constraints, values)
        )
        violation = violation or (value_constraints and _any_violation(value_constraints, values.values()))
        if violation:
            errors.append(_value_error(shape, values, path, violation.message))
        elif check_value:
            for key, value in values.items():
                check_value(value, f"{path}.{_truncate(str(key))}.member", errors)

    return check


class ElementConstraints(NamedTuple):
    """The constraints of the scalars in a list or map, which are reported together in one message."""

    constraints: tuple[Constraint, ...]
    message: str


def _element_constraints(message: str, shape: Shape) -> ElementConstraints | None:
    constraints = () if shape.type in _COMPOUND_CHECKS else _constraints(shape)
    return (
        ElementConstraints(
            constraints, f"{message}: [{', '.join(constraint.message for constraint in constraints)}]"
        )
        if constraints
        else None
    )


def _any_violation(element_constraints: ElementConstraints, values: Any) -> ElementConstraints | None:
    return (
        element_constraints
        if any(_first_violation(element_constraints.constraints, value) for value in values)
        else None
    )


# Values and names in messages.


def _lower_camel(name: str) -> str:
    """Return a member's name as in AWS's messages; only the first letter changes (`sAMLProviderArn`)."""
    return name[:1].lower() + name[1:]


def _is_sensitive(shape: Shape) -> bool:
    """Return whether messages must not show a value: sensitive, a blob, or a list or map with such values."""
    inner_shapes = (shape.element, shape.key, shape.value)
    return (
        shape.sensitive
        or shape.type == "blob"
        or any(_is_sensitive(inner_shape) for inner_shape in inner_shapes if inner_shape)
    )


def _truncate(text: str) -> str:
    return text if len(text) <= MAX_ECHO_LENGTH else f"{text[:MAX_ECHO_LENGTH]}..."


def _format_value(shape: Shape, value: Any) -> str:
    """Format a value as Java's `toString` does, as in AWS's messages."""
    formatter = _FORMATTERS.get(shape.type)
    return formatter(shape, value) if formatter else str(value)


def _format_list(shape: Shape, values: list[Any]) -> str:
    return f"[{', '.join(_truncate(_format_value(require_shape(shape.element), value)) for value in values)}]"


def _format_map(shape: Shape, values: dict[Any, Any]) -> str:
    value_shape = require_shape(shape.value)
    items = (f"{key}={_truncate(_format_value(value_shape, value))}" for key, value in values.items())
    return f"{{{', '.join(items)}}}"


def _format_structure(shape: Shape, values: dict[str, Any]) -> str:
    members = [
        member for member in shape.members if member.attr in values and not _is_sensitive(member.shape)
    ]
    fields = (f"{_lower_camel(m.name)}={_truncate(_format_value(m.shape, values[m.attr]))}" for m in members)
    return f"{shape.name}({', '.join(fields)})"


def _format_boolean(_: Shape, value: bool) -> str:
    return "true" if value else "false"


_FORMATTERS: dict[str, Callable[[Shape, Any], str]] = {
    "list": _format_list,
    "map": _format_map,
    "structure": _format_structure,
    "boolean": _format_boolean,
}
_COMPOUND_CHECKS: dict[str, Callable[[Shape], Check]] = {
    "structure": _structure_check,
    "list": _list_check,
    "map": _map_check,
}
_checks: ShapeCompiler[Check] = ShapeCompiler(_make_check)
_validators: ShapeCompiler[Validator] = ShapeCompiler(_make_validator)
