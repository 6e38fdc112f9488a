"""The condition keys of a request: the column `keys` of the tables.

    KEY=NAME             the value of the parameter NAME; NAME,OTHER for either of two
    KEY='VALUE'          that value
    KEY=list(NAME)       the values of a list
    KEY=alias(NAME)      the value if it is the alias of a key, `alias/…`
    KEY=function(NAME)   the ARN of the function that it names
    KEY=qualifier(NAME)  the version or alias in the ARN of a state machine
    KEY=pattern(NAME,X)  what the member X of an event pattern, which is JSON, lists
    map(KEY,NAME)        KEY:Name for each member of a map, and KEYKeys with their names
    tags(NAME)           aws:RequestTag/… and aws:TagKeys, of a map or a list of pairs
    @item, @read         what an item of DynamoDB supplies (`item_keys`)

Not supplied, although the service authorization reference lists them: what only the service knows, such as
`aws:ResourceTag/…`, `kms:ResourceAliases` or `lambda:VpcIds`, and what AWS's services add when they call
each other, such as `kms:ViaService`. An absent key satisfies `ForAllValues:` and `…IfExists`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from iamd.services.aws.json_text import parse_json
from iamd.services.aws.parameters import Values, find_map, find_text, listed_texts, member, text_of
from iamd.services.aws.resource_names import function_arn, state_machine_qualifier
from iamd.services.aws.resource_types import Owner
from iamd.services.service_request import AmbiguousRequest

KeyValues = dict[str, str | tuple[str, ...]]

_RULE: Final = re.compile(
    r"(?:([A-Za-z]+:[A-Za-z/-]+)=)?(?:'([^']*)'|([a-z]+)\(([^)]*)\)|([A-Za-z.,@\[\]]+))"
)
_TAG_NAMES: Final = (("Key", "Value"), ("TagKey", "TagValue"), ("key", "value"))
_MULTIPLE: Final = frozenset({"list", "pattern"})


class KeyRule(NamedTuple):
    """A rule: which key, by which function of which parameters. `key` is empty for tags and maps."""

    key: str
    function: str
    arguments: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The paths of the parameters that the rule looks at."""
        if self.function in ("literal", "item"):
            return ()
        return {"map": self.arguments[1:], "pattern": self.arguments[:1]}.get(self.function, self.arguments)

    def collect(self, values: Values, owner: Owner) -> KeyValues:
        """Return the condition keys, in lower case, that the request supplies."""
        if self.function == "tags":
            return _tag_keys(values, self.arguments[0])
        if self.function == "map":
            return _map_keys(values, *self.arguments)
        found = tuple(_FUNCTIONS[self.function](values, self.arguments, owner))
        if not found:
            return {}
        return {self.key.lower(): found if self.function in _MULTIPLE else found[0]}


def parse_key_rules(text: str) -> tuple[KeyRule, ...]:
    """Parse the column, without what `item_keys` supplies."""
    return tuple(_parse(rule) for rule in text.split(" ") if rule and not rule.startswith("@"))


def _parse(text: str) -> KeyRule:
    match = _RULE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a rule for a condition key")
    key, literal, function, arguments, name = match.groups()
    if literal is not None:
        return KeyRule(key, "literal", (literal,))
    if function is not None:
        return KeyRule(key or "", function, tuple(arguments.split(",")))
    return KeyRule(key, "value", tuple(name.split(",")))


def _literal(_values: Values, arguments: tuple[str, ...], _owner: Owner) -> Iterator[str]:
    yield arguments[0]


def _value(values: Values, names: tuple[str, ...], _owner: Owner) -> Iterator[str]:
    found = {value for value in (find_text(values, name) for name in names) if value is not None}
    if len(found) > 1:
        raise AmbiguousRequest(f"The parameters {' and '.join(names)} have different values.")
    yield from found


def _list(values: Values, names: tuple[str, ...], _owner: Owner) -> Iterator[str]:
    for name in names:
        yield from listed_texts(values, name)


def _alias(values: Values, names: tuple[str, ...], owner: Owner) -> Iterator[str]:
    for value in _value(values, names, owner):
        _, separator, alias = value.partition("alias/")
        if separator:
            yield f"alias/{alias}"


def _function(values: Values, names: tuple[str, ...], owner: Owner) -> Iterator[str]:
    for value in _value(values, names, owner):
        yield function_arn(owner, value)


def _qualifier(values: Values, names: tuple[str, ...], owner: Owner) -> Iterator[str]:
    for value in _value(values, names, owner):
        qualifier = state_machine_qualifier(value)
        if qualifier is not None:
            yield qualifier


def _pattern(values: Values, arguments: tuple[str, ...], _owner: Owner) -> Iterator[str]:
    text = find_text(values, arguments[0])
    if text is None:
        return
    pattern = parse_json(text.encode(), arguments[0])
    if not isinstance(pattern, dict) or "$or" in pattern:
        raise AmbiguousRequest(f"The {arguments[0]} must be an object without $or.")
    listed = member(pattern, arguments[1])
    for value in listed if isinstance(listed, list) else ():
        yield value if isinstance(value, str) else json.dumps(value)


_FUNCTIONS: Final[Mapping[str, Callable[[Values, tuple[str, ...], Owner], Iterator[str]]]] = {
    "alias": _alias,
    "function": _function,
    "list": _list,
    "literal": _literal,
    "pattern": _pattern,
    "qualifier": _qualifier,
    "value": _value,
}


def _map_keys(values: Values, key: str, name: str) -> KeyValues:
    pairs = [(text, text_of(value, name)) for text, value in find_map(values, name).items()]
    return _named_keys(f"{key}:", f"{key}Keys", pairs)


def _tag_keys(values: Values, name: str) -> KeyValues:
    found = member(values, name)
    if found is None:
        return {}
    pairs = [*found.items()] if isinstance(found, dict) else [_tag(tag, name) for tag in _listed(found, name)]
    return _named_keys("aws:RequestTag/", "aws:TagKeys", [(key, _tag_value(value)) for key, value in pairs])


def _listed(found: Any, name: str) -> list[Any]:
    if not isinstance(found, list):
        raise AmbiguousRequest(f"The parameter {name} must be a list or a map.")
    return found


def _tag(tag: Any, name: str) -> tuple[str, Any]:
    for key_name, value_name in _TAG_NAMES:
        if isinstance(tag, dict) and key_name in tag:
            return text_of(member(tag, key_name), name), member(tag, value_name)
    raise AmbiguousRequest(f"The parameter {name} has a tag without a key.")


def _tag_value(value: Any) -> str:
    return "" if value in (None, "") else text_of(value, "a tag")


def _named_keys(prefix: str, list_key: str, pairs: list[tuple[str, str]]) -> KeyValues:
    """Return a key for each name, and one with all names; names that differ in case only are refused."""
    keys: KeyValues = {}
    for name, value in pairs:
        key = f"{prefix}{name}".lower()
        if key in keys:
            raise AmbiguousRequest(f"{name[:128]} is given twice.")
        keys[key] = value
    if pairs:
        keys[list_key.lower()] = tuple(name for name, _ in pairs)
    return keys
