"""The condition keys of DynamoDB's items: `dynamodb:LeadingKeys`, `Attributes`, `Select`, `ReturnValues`.

A request does not always tell which attribute is the partition key: of a `Key` with two attributes either may
be, and of an `Item` any. Then each possible value must be allowed for itself, so that a condition is never
less strict than AWS's. Source: the DynamoDB developer guide, "Using IAM policy conditions for fine-grained
access control".
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from iamd.services.aws.expressions import Names, attributes, equal_values
from iamd.services.aws.parameters import Values, find_text, member
from iamd.services.service_request import AmbiguousRequest, ConditionKeyValues

_EXPRESSIONS: Final = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
_ATTRIBUTE_MAPS: Final = ("AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")
_KEY_TYPES: Final = frozenset({"B", "N", "S"})  # of partition keys: text, number, bytes
_WRITE_REQUESTS: Final = ("PutRequest", "DeleteRequest")


def item_contexts(values: Values, *, reads: bool) -> list[ConditionKeyValues]:
    """Return the condition keys for each value that the partition key may have, of each item."""
    request = _write_request(values)
    names = Names(_map(request, "ExpressionAttributeNames"), _map(request, "ExpressionAttributeValues"))
    common: dict[str, str | tuple[str, ...]] = {}
    accessed = dict.fromkeys(_attributes(request, names))
    if accessed:
        common["dynamodb:attributes"] = tuple(accessed)
    if reads:
        common["dynamodb:select"] = _select(request)
    for name in ("ReturnConsumedCapacity", "ReturnValues"):
        value = find_text(request, name)
        if value is not None:
            common[f"dynamodb:{name.lower()}"] = value
    leading = dict.fromkeys(_leading_values(request, names))
    return [{**common, "dynamodb:leadingkeys": (value,)} for value in leading] or [common]


def _write_request(values: Values) -> Values:
    """Return what an element of BatchWriteItem writes; other requests are unchanged."""
    found = [member(values, name) for name in _WRITE_REQUESTS]
    given = [request for request in found if request is not None]
    if not given:
        return values
    if len(given) > 1 or not isinstance(given[0], dict):
        raise AmbiguousRequest("A write request must have either PutRequest or DeleteRequest.")
    return given[0]


def _map(request: Values, name: str) -> Mapping[str, Any]:
    value = member(request, name)
    if value is not None and not isinstance(value, dict):
        raise AmbiguousRequest(f"{name} must be a map.")
    return value or {}


def _list(request: Values, name: str) -> list[Any]:
    value = member(request, name)
    if value is not None and not isinstance(value, list):
        raise AmbiguousRequest(f"{name} must be a list.")
    return value or []


def _items(request: Values) -> Iterator[Mapping[str, Any]]:
    """Return keys and items: the attributes of which one is the partition key."""
    for name in ("Key", "Item"):
        found = _map(request, name)
        if found:
            yield found
    for key in _list(request, "Keys"):
        if not isinstance(key, dict):
            raise AmbiguousRequest("Keys must be a list of maps.")
        yield key


def _attributes(request: Values, names: Names) -> Iterator[str]:
    for item in _items(request):
        yield from item
    for name in _ATTRIBUTE_MAPS:
        yield from _map(request, name)
    yield from (str(name) for name in _list(request, "AttributesToGet"))
    for name in _EXPRESSIONS:
        expression = find_text(request, name)
        if expression is not None:
            yield from attributes(expression, names)


def _select(request: Values) -> str:
    select = find_text(request, "Select")
    if select is not None:
        return select
    if find_text(request, "ProjectionExpression") is not None or _list(request, "AttributesToGet"):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_ATTRIBUTES" if find_text(request, "IndexName") is None else "ALL_PROJECTED_ATTRIBUTES"


def _leading_values(request: Values, names: Names) -> Iterator[str]:
    expression = find_text(request, "KeyConditionExpression")
    if expression is not None:
        yield from _demanded(equal_values(expression, names))
    conditions = _map(request, "KeyConditions")
    if conditions:
        equal = [value for value in conditions.values() if _operator(value) == "EQ"]
        yield from _demanded(value for condition in equal for value in _list(condition, "AttributeValueList"))
    for item in _items(request):
        yield from (text for text in map(_key_text, item.values()) if text is not None)


def _operator(condition: Any) -> str | None:
    if not isinstance(condition, dict):
        raise AmbiguousRequest("KeyConditions must be a map of conditions.")
    return find_text(condition, "ComparisonOperator")


def _demanded(values: Iterable[Any]) -> list[str]:
    """Return values of which one is that of the partition key."""
    found = [text for text in map(_key_text, values) if text is not None]
    if not found:
        raise AmbiguousRequest("The key condition does not say what the partition key is equal to.")
    return found


def _key_text(value: Any) -> str | None:
    """Return a value that a partition key may have; None if it is of another type."""
    if not isinstance(value, dict) or len(value) != 1:
        raise AmbiguousRequest("The value of an attribute must be a structure with one type.")
    ((kind, content),) = value.items()
    return content if kind in _KEY_TYPES and isinstance(content, str) else None
