"""Operations of the iamd service: features that AWS offers only in its console."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation, collect_operations
from iamd.operations.iamd import (
    account,
    console_sessions,
    passkeys,
    recommendations,
    recovery_codes,
    root,
    security_settings,
    service_decisions,
    sign_in_status,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    collect_operations(
        account,
        passkeys,
        recommendations,
        recovery_codes,
        root,
        console_sessions,
        security_settings,
        service_decisions,
        sign_in_status,
    )
)
