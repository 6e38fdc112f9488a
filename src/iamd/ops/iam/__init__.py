"""IAM's operations."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.ops.iam import (
    access_keys,
    aliases,
    attachments,
    boundaries,
    entities,
    groups,
    inline,
    policies,
    tags,
    users,
    versions,
)
from iamd.ops.operation import Operation, served_by

SERVED: Mapping[str, Operation] = MappingProxyType(
    served_by(
        access_keys,
        aliases,
        attachments,
        boundaries,
        entities,
        groups,
        inline,
        policies,
        tags,
        users,
        versions,
    )
)
