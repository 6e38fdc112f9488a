"""The resource types of the services, with their ARNs.

`tables/resources.tsv` has them, as the service authorization reference does. The column `values` has the
form of the names in an ARN: one for all, or one for each, separated by spaces. A name of another form is
refused, so that what is decided on is what the service finds.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from iamd.services.aws.tables import read_table
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

ALL: Final = "*"
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z]+)\}")
_ARN: Final = re.compile(r"arn:([a-z0-9-]*):([a-z0-9-]*):([a-z0-9-]*):([0-9]*):(.+)", re.DOTALL)
_OWNER_VARIABLES: Final = frozenset({"Partition", "Region", "Account"})


class Owner(NamedTuple):
    """The account that the resources belong to, and the Region that a request is for."""

    account_id: str
    region: str

    def variables(self) -> dict[str, str]:
        """Return the values of the variables that every ARN has in the table."""
        return {"Partition": "aws", "Region": self.region, "Account": self.account_id}


class ResourceType(NamedTuple):
    """A row of the table. `reader` names how requests name such a resource, if not by name or ARN.

    `parent` is the type whose ARN a request may have in place of the first name.
    """

    service: str
    name: str
    arn: str
    patterns: tuple[str, ...]
    reader: str
    parent: str

    def build(self, owner: Owner, names: tuple[str, ...]) -> str:
        """Return the ARN of a resource; AmbiguousRequest if a name does not have the form of one."""
        if len(names) != len(self.patterns):
            raise AmbiguousRequest(f"The request must have the ARN of the {self.name}.")
        for name, pattern in zip(names, self.patterns, strict=True):
            if not _full(pattern).fullmatch(name):
                raise AmbiguousRequest(f"The {self.name} {name[:64]!r} does not have a valid name.")
        remaining = iter(names)
        values = owner.variables()
        return _VARIABLE.sub(
            lambda match: values[match[1]] if match[1] in values else next(remaining), self.arn
        )

    def find_names(self, owner: Owner, arn: str) -> tuple[str, ...] | None:
        """Return the names in an ARN; None if it is not one of this type, account and Region."""
        match = _arn_pattern(self, owner).fullmatch(arn)
        return None if match is None else match.groups()


def check_owner(owner: Owner, arn: str) -> None:
    """Refuse an ARN of another account, Region or partition."""
    match = _ARN.fullmatch(arn)
    if match is None:
        return
    partition, _, region, account_id, _ = match.groups()
    if account_id not in ("", owner.account_id):
        raise UnmappedRequest(f"the resource {arn[:256]} belongs to another account")
    if partition != "aws" or region not in ("", owner.region):
        raise AmbiguousRequest(f"The resource is of another Region than {owner.region}, which is signed for.")


@lru_cache(maxsize=1024)
def _arn_pattern(resource_type: ResourceType, owner: Owner) -> re.Pattern[str]:
    values = owner.variables()
    parts: list[str] = []
    patterns, position = iter(resource_type.patterns), 0
    for match in _VARIABLE.finditer(resource_type.arn):
        parts.append(re.escape(resource_type.arn[position : match.start()]))
        owned = match[1] in _OWNER_VARIABLES
        parts.append(re.escape(values[match[1]]) if owned else f"({next(patterns)})")
        position = match.end()
    return re.compile("".join(parts) + re.escape(resource_type.arn[position:]))


@lru_cache(maxsize=256)
def _full(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _read_types() -> dict[tuple[str, str], ResourceType]:
    types = {}
    for row in read_table("resources"):
        variables = [name for name in _VARIABLE.findall(row["arn"]) if name not in _OWNER_VARIABLES]
        patterns = tuple(row["values"].split(" "))
        if len(patterns) == 1:
            patterns *= len(variables)
        service, name = row["service"], row["type"]
        types[service, name] = ResourceType(service, name, row["arn"], patterns, row["reader"], row["parent"])
    return types


RESOURCE_TYPES: Final = _read_types()
