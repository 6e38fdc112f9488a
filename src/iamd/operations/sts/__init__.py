"""Operations of STS."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation, collect_operations
from iamd.operations.sts import (
    assume_role,
    caller_identity,
    outbound_web_identity,
    session_tokens,
    web_identity,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    collect_operations(caller_identity, assume_role, session_tokens, web_identity, outbound_web_identity)
)
