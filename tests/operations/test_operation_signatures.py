"""Every operation that is served is the function that its model describes."""

import inspect
from pathlib import Path

import pytest

from iamd.core.models import SERVICES, load
from iamd.framework.operation import Operation
from iamd.operations import OPERATIONS

ALL = [operation for served in OPERATIONS.values() for operation in served.values()]
BY_NAME = {f"{operation.model.service}:{operation.model.name}": operation for operation in ALL}


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.model.name)
def test_a_function_takes_what_its_input_shape_has(operation: Operation) -> None:
    call, *rest = inspect.signature(operation.run).parameters.values()
    assert call.name == "call"
    if operation.target_finder.consumed_params:
        rest = rest[1:]  # the record stands for what the finder consumes
    wanted = {
        member.attr: member.required
        for member in operation.model.input.members
        if member.attr not in operation.target_finder.consumed_params
    }
    assert {parameter.name: parameter.default is inspect.Parameter.empty for parameter in rest} == wanted


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.model.name)
def test_a_finder_consumes_members_of_the_input(operation: Operation) -> None:
    assert set(operation.target_finder.consumed_params) <= {
        member.attr for member in operation.model.input.members
    }


def test_operations_read_or_write_as_aws_says() -> None:
    writes = {name for name, operation in BY_NAME.items() if not operation.read_only}
    verbs = """
        Add Attach Change Create Deactivate Delete Detach Enable End Generate Put Register Remove Resync Set
        Start Tag Unlock Untag Update
    """
    assert all(name.partition(":")[2].startswith(tuple(verbs.split())) for name in writes)


def test_what_is_not_served_is_listed() -> None:
    listed = Path(__file__).with_name("not_served.txt").read_text().splitlines()[1:]
    modelled = [f"{service}:{name}" for service in SERVICES for name in sorted(load(service).operations)]
    assert listed == [action for action in modelled if action not in BY_NAME]
    assert BY_NAME.keys() <= set(modelled)
