"""Service models of IAM, STS and iamd as package data, and their reader (standard library only)."""

from iamd.core.models.names import snake_case
from iamd.core.models.reader import SERVICES, by_version, load, load_json, read
from iamd.core.models.shape_compiler import ShapeCompiler
from iamd.core.models.shapes import Member, OperationModel, Paging, ServiceModel, Shape, require_shape

__all__ = [
    "SERVICES",
    "Member",
    "OperationModel",
    "Paging",
    "ServiceModel",
    "Shape",
    "ShapeCompiler",
    "by_version",
    "load",
    "load_json",
    "read",
    "require_shape",
    "snake_case",
]
