"""The services of the map, and how clients call them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from iamd.services.aws.operations import Operation, read_operations
from iamd.services.aws.tables import read_table


class Service(NamedTuple):
    """A service, or a part of one with a target prefix of its own, such as DynamoDB Streams.

    `name` is the signing name and the prefix of the actions, `target` what comes before the operation in
    the header X-Amz-Target, `endpoint` what AWS's host names begin with. `protocols` are of
    json, query and rest.
    """

    name: str
    protocols: frozenset[str]
    target: str
    endpoint: str
    operations: Mapping[str, Operation]


def _read_services() -> dict[str, tuple[Service, ...]]:
    services: dict[str, tuple[Service, ...]] = {}
    for row in read_table("services"):
        name = row["signing_name"]
        service = Service(
            name,
            frozenset(row["protocols"].split()),
            row["target"],
            row["endpoint"],
            read_operations(row["table"], name),
        )
        services[name] = (*services.get(name, ()), service)
    return services


SERVICES: Final = _read_services()
