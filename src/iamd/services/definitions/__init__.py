"""Services of one's own, described in files: from a request to the permission that it needs."""

from iamd.services.definitions.definition import ServiceDefinition
from iamd.services.definitions.reader import InvalidDefinition, Problem, read_definition
from iamd.services.definitions.route import Route
from iamd.services.definitions.template import Template

__all__ = ["InvalidDefinition", "Problem", "Route", "ServiceDefinition", "Template", "read_definition"]
