"""Service authorization reference: the interface from which the linter learns about AWS services."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class KeyType(Enum):
    """The type of a condition key, as AWS's Service Authorization Reference names it."""

    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    IP = "IPAddress"
    ARN = "ARN"
    BINARY = "Binary"


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A condition key; `name` may have a placeholder (`aws:RequestTag/${TagKey}`)."""

    name: str
    type: KeyType
    is_multivalued: bool = False


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource type; `arn` has placeholders (`arn:${Partition}:s3:::${BucketName}`)."""

    name: str
    arn: str
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionResourceType:
    """A resource type that an action supports; if it is required, it must be allowed for the action."""

    type: str
    is_required: bool
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """An action; one without `resource_types` supports only the resource `*`."""

    name: str
    resource_types: tuple[ActionResourceType, ...]
    condition_keys: tuple[str, ...]


class Reference(Protocol):
    """AWS's Service Authorization Reference, or another. Service prefixes and mapping keys are lower-case.

    An unknown service has no actions, resource types or condition keys. Returned mappings never change.
    """

    def services(self) -> Set[str]:
        """Return the prefixes of all services."""

    def actions(self, service: str) -> Mapping[str, Action]:
        """Return the actions of a service by name."""

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Return the resource types of a service by name."""

    def condition_keys(self, service: str) -> Mapping[str, ConditionKey]:
        """Return the condition keys of a service by name, tag keys included."""
