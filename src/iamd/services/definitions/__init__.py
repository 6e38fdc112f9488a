"""Services of one's own, described in files: from a request to the permission that it needs."""

from iamd.services.definitions.definition import ServiceDefinition
from iamd.services.definitions.reader import InvalidDefinition, Problem, read_definition

__all__ = ["InvalidDefinition", "Problem", "ServiceDefinition", "read_definition"]
