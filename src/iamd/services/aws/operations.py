"""The operations of a service: the permissions that each needs, and how a REST request selects it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from iamd.services.aws.key_rules import KeyRule, parse_key_rules
from iamd.services.aws.parameters import ELEMENT, root
from iamd.services.aws.resource_rules import ResourceRule, parse_rules
from iamd.services.aws.tables import read_table
from iamd.services.definitions.route import RequestPattern, parse_pattern

_ITEM_RULES: Final = ("@item", "@read")
_LIST: Final = "[]"  # after the name of a query parameter that may be there more than once


class PermissionRule(NamedTuple):
    """A row of a table: an action that must be allowed for each structure at the path `scope`.

    `item` is `@item` or `@read` if the condition keys of DynamoDB's items belong to it.
    """

    scope: str
    action: str
    resources: tuple[ResourceRule, ...]
    keys: tuple[KeyRule, ...]
    item: str

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the request's parameters that the rule looks at."""
        if self.scope:
            return frozenset({root(self.scope)})
        paths = [path for rule in self.resources for path in rule.parameters]
        paths += [path for rule in self.keys for path in rule.parameters]
        return frozenset(map(root, paths)) - {ELEMENT, ""}


class Operation(NamedTuple):
    """An operation. If it has a `refusal`, it is not mapped, and that is why.

    `pattern` and `query_names` are those of a REST request: its method and path, and all that its query may
    have; the `query_lists` among them more than once.
    """

    name: str
    rules: tuple[PermissionRule, ...]
    refusal: str
    pattern: RequestPattern | None
    query_names: frozenset[str]
    query_lists: frozenset[str]

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the parameters that decide on the permissions."""
        return frozenset().union(*(rule.parameters for rule in self.rules))


def read_operations(table: str, service: str) -> dict[str, Operation]:
    """Read the table of a service; `service` is the prefix of its actions."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in read_table(table):
        rows.setdefault(row["operation"], []).append(row)
    return {name: _operation(name, service, found) for name, found in rows.items()}


def _operation(name: str, service: str, rows: list[Mapping[str, str]]) -> Operation:
    request, query = rows[0].get("request") or "", (rows[0].get("query") or "").split()
    refusal = rows[0]["refusal"]
    rules = () if refusal else tuple(_rule(name, service, row) for row in rows)
    return Operation(
        name,
        rules,
        refusal,
        parse_pattern(request) if request else None,
        frozenset(parameter.removesuffix(_LIST) for parameter in query),
        frozenset(parameter.removesuffix(_LIST) for parameter in query if parameter.endswith(_LIST)),
    )


def _rule(name: str, service: str, row: Mapping[str, str]) -> PermissionRule:
    return PermissionRule(
        row["scope"],
        f"{service}:{row['action'] or name}",
        parse_rules(service, row["resource"]),
        parse_key_rules(row["keys"]),
        next((rule for rule in _ITEM_RULES if rule in row["keys"].split()), ""),
    )
