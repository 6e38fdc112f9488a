"""The operations that are served: a function each, in a module for each resource."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation
from iamd.operations import iam, iamd, sts

SERVED: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {"iam": iam.SERVED, "sts": sts.SERVED, "iamd": iamd.SERVED}
)
