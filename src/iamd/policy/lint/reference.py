"""What the linter must know about services; who knows it is for the caller to say."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class KeyType(Enum):
    """What the values of a condition key are, in the words of AWS's service authorization reference."""

    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    IP = "IPAddress"
    ARN = "ARN"
    BINARY = "Binary"


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A condition key; `name` may have a hole (`aws:RequestTag/${TagKey}`), `listed`: with many values."""

    name: str
    type: KeyType
    is_multivalued: bool = False


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource; `arn` has holes (`arn:${Partition}:s3:::${BucketName}`)."""

    name: str
    arn: str
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionResourceType:
    """A type of resource that an action works on; a required one must be allowed for the action to be."""

    type: str
    is_required: bool
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """An action; one without `needs` has no resource but `*`."""

    name: str
    resource_types: tuple[ActionResourceType, ...]
    condition_keys: tuple[str, ...]


class Reference(Protocol):
    """AWS's service authorization reference, or another. Prefixes and the names in mappings are lower-case.

    A service that is not known has no actions, types or keys. What is returned is never changed.
    """

    def services(self) -> Set[str]:
        """Return the prefixes of all services."""

    def actions(self, service: str) -> Mapping[str, Action]:
        """Return the actions of a service by name."""

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Return the types of resources of a service by name."""

    def condition_keys(self, service: str) -> Mapping[str, ConditionKey]:
        """Return the condition keys that requests to a service may have, by name, those of tags included."""
