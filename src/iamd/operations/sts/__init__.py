"""STS's operations."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation, collect_operations
from iamd.operations.sts import identity, roles, users, web_identity

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    collect_operations(identity, roles, users, web_identity)
)
