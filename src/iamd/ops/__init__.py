"""The operations that are served: a function each, in a module for each resource."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.ops import iam, iamd, sts
from iamd.ops.operation import Operation

SERVED: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {"iam": iam.SERVED, "sts": sts.SERVED, "iamd": iamd.SERVED}
)
