"""AWS's service models as data, and a reader that needs the standard library only."""

from iamd.core.models.names import snake
from iamd.core.models.reader import SERVICES, by_version, data, load, read
from iamd.core.models.shape_compiler import Compiled
from iamd.core.models.shapes import Member, OperationModel, Paging, ServiceModel, Shape, part

__all__ = [
    "SERVICES",
    "Compiled",
    "Member",
    "OperationModel",
    "Paging",
    "ServiceModel",
    "Shape",
    "by_version",
    "data",
    "load",
    "part",
    "read",
    "snake",
]
