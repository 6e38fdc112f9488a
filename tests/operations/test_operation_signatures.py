"""Operation functions have the parameters of their models, and unsupported operations are listed."""

import inspect
from pathlib import Path

import pytest

from iamd.core.models import SERVICES, load
from iamd.framework.operation import Operation
from iamd.operations import OPERATIONS

OPERATION_LIST = [operation for operations in OPERATIONS.values() for operation in operations.values()]
BY_NAME = {f"{operation.model.service}:{operation.model.name}": operation for operation in OPERATION_LIST}


@pytest.mark.parametrize("operation", OPERATION_LIST, ids=lambda operation: operation.model.name)
def test_function_parameters_match_the_input_shape(operation: Operation) -> None:
    call, *parameters = inspect.signature(operation.run).parameters.values()
    assert call.name == "call"
    if operation.target_finder.consumed_params:
        parameters = parameters[1:]  # the record replaces the parameters that the finder consumes
    expected = {
        member.attr: member.required
        for member in operation.model.input.members
        if member.attr not in operation.target_finder.consumed_params
    }
    assert {
        parameter.name: parameter.default is inspect.Parameter.empty for parameter in parameters
    } == expected


@pytest.mark.parametrize("operation", OPERATION_LIST, ids=lambda operation: operation.model.name)
def test_finder_parameters_are_input_members(operation: Operation) -> None:
    assert set(operation.target_finder.consumed_params) <= {
        member.attr for member in operation.model.input.members
    }


def test_write_operations_have_write_names() -> None:
    writes = {name for name, operation in BY_NAME.items() if not operation.read_only}
    prefixes = """
        Add Attach Change Create Deactivate Delete Detach Disable Enable End Generate Put Register Remove
        Reset Resync Set Start Tag Unlock Untag Update
    """
    assert all(name.partition(":")[2].startswith(tuple(prefixes.split())) for name in writes)


def test_unsupported_operations_are_listed() -> None:
    listed = Path(__file__).with_name("unsupported_operations.txt").read_text().splitlines()[1:]
    model_operations = [
        f"{service}:{name}" for service in SERVICES for name in sorted(load(service).operations)
    ]
    assert listed == [action for action in model_operations if action not in BY_NAME]
    assert BY_NAME.keys() <= set(model_operations)
