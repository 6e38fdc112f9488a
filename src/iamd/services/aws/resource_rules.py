"""Which resources an operation needs a permission on: the column `resource` of the tables.

*                               all resources
TYPE=NAME                       the resource that the parameter NAME names
TYPE=NAME,OTHER                 the same, by either of two parameters; if both are given, they must agree
TYPE=NAME+OTHER                 a resource with two names, such as the index of a table
TYPE/TYPE=NAME                  a resource of one of these types; /* at the end: all resources, if of none
TYPE='NAME'                     the resource of that name
*=NAME                          all resources, if the parameter is given
… when NAME=VALUE               only if a parameter has that value
RULE|RULE                       the first rule whose parameters are given
"""

import re
from typing import Final, NamedTuple

from iamd.services.aws.parameters import Values, find_names, find_text, has_value
from iamd.services.aws.resource_names import read_resource
from iamd.services.aws.resource_types import ALL, RESOURCE_TYPES, Owner, ResourceType
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

_LITERAL: Final = re.compile(r"'([^']+)'")
_OPTIONAL_NAMES: Final = frozenset({"function"})  # readers that need the first name only


class ResourceRule(NamedTuple):
    """A rule. `types` are empty for all resources; `or_all` if it may be of another type, too."""

    types: tuple[ResourceType, ...]
    or_all: bool
    literal: str
    names: tuple[str, ...]
    is_pair: bool
    condition: tuple[str, str] | None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The paths of the parameters that the rule looks at."""
        return self.names if self.condition is None else (*self.names, self.condition[0])

    def find(self, values: Values, owner: Owner) -> tuple[str, ...] | None:
        """Return the ARNs of the resources, or `*`; None if the parameters are not given."""
        if self.condition is not None and find_text(values, self.condition[0]) != self.condition[1]:
            return None
        if self.literal:
            return (self._arn(owner, (self.literal,)),)
        if self.is_pair:
            return self._find_pair(values, owner)
        if not self.types:
            is_given = not self.names or any(has_value(values, name) for name in self.names)
            return (ALL,) if is_given else None
        arns = [self._find_by_name(values, owner, name) for name in self.names]
        given = dict.fromkeys(found for found in arns if found)
        if len(given) > 1:
            raise AmbiguousRequest(f"The parameters {' and '.join(self.names)} name different resources.")
        return next(iter(given), None)

    def _find_by_name(self, values: Values, owner: Owner, name: str) -> tuple[str, ...]:
        found = find_names(values, name)
        return tuple(dict.fromkeys(self._arn(owner, (value,)) for value in found))

    def _find_pair(self, values: Values, owner: Owner) -> tuple[str, ...] | None:
        found = [next(iter(find_names(values, name)), None) for name in self.names]
        given = tuple(value for value in found if value is not None)
        optional = self.types[0].reader in _OPTIONAL_NAMES
        if found[0] is None or (len(given) < len(found) and not optional):
            return None
        return (self._arn(owner, given),)

    def _arn(self, owner: Owner, values: tuple[str, ...]) -> str:
        problem: Exception | None = None
        for resource_type in self.types:
            try:
                return read_resource(resource_type, owner, values)
            except (AmbiguousRequest, UnmappedRequest) as error:
                problem = problem or error
        if self.or_all or problem is None:
            return ALL
        raise problem


def find_resources(rules: tuple[ResourceRule, ...], values: Values, owner: Owner) -> tuple[str, ...]:
    """Return the ARNs of the resources by the first rule that applies; UnmappedRequest if none does."""
    for index, rule in enumerate(rules):
        arns = rule.find(values, owner)
        if arns is not None:
            _refuse_other_names(rule, rules[index + 1 :], values)
            return arns
    names = " or ".join(dict.fromkeys(name for rule in rules for name in rule.names))
    raise UnmappedRequest(f"the resource needs {names}, which the request does not have")


def _refuse_other_names(rule: ResourceRule, others: tuple[ResourceRule, ...], values: Values) -> None:
    """Refuse a request that names the resource in another way, too: a service might take that."""
    if not rule.types:
        return
    for other in others:
        for name in other.names:
            if name not in rule.names and has_value(values, name):
                raise AmbiguousRequest(f"The parameter {name} names another resource than {rule.names[0]}.")


def parse_rules(service: str, text: str) -> tuple[ResourceRule, ...]:
    """Parse the column of a service's table."""
    return tuple(_parse_rule(service, rule) for rule in text.split("|"))


def _parse_rule(service: str, text: str) -> ResourceRule:
    text, _, condition_text = text.partition(" when ")
    condition_name, _, condition_value = condition_text.partition("=")
    type_names, _, source = text.partition("=")
    names = type_names.split("/")
    literal = _LITERAL.fullmatch(source)
    parameters = () if literal or not source else tuple(re.split(r"[+,]", source))
    return ResourceRule(
        tuple(RESOURCE_TYPES[service, name] for name in names if name != ALL),
        ALL in names,
        literal[1] if literal else "",
        parameters,
        "+" in source,
        (condition_name, condition_value) if condition_text else None,
    )
