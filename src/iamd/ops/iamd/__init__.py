"""The operations of our own service: what AWS offers in its console only."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.ops.iamd import account, passkeys, recommendations, recovery, root, sessions, settings, unlocking
from iamd.ops.operation import Operation, collect_operations

SERVED: Mapping[str, Operation] = MappingProxyType(
    collect_operations(account, passkeys, recommendations, recovery, root, sessions, settings, unlocking)
)
