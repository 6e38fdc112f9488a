"""The operations of our own service: what AWS offers in its console only."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation, collect_operations
from iamd.operations.iamd import (
    account,
    passkeys,
    recommendations,
    recovery,
    root,
    sessions,
    settings,
    unlocking,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    collect_operations(account, passkeys, recommendations, recovery, root, sessions, settings, unlocking)
)
