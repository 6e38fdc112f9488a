"""STS's operations."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.ops.operation import Operation, served_by
from iamd.ops.sts import identity, roles, users, web_identity

SERVED: Mapping[str, Operation] = MappingProxyType(served_by(identity, roles, users, web_identity))
