"""The API operations of IAM, STS and iamd by service and name, with a module for each resource."""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.framework.operation import Operation
from iamd.operations import iam, iamd, sts

OPERATIONS: Mapping[str, Mapping[str, Operation]] = MappingProxyType(
    {"iam": iam.OPERATIONS, "sts": sts.OPERATIONS, "iamd": iamd.OPERATIONS}
)
