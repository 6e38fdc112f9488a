"""The reference of services: AWS's, with what this server has besides."""

import pytest

from iamd.operations import OPERATIONS
from iamd.operations.service_reference import ServiceReference
from iamd.policy.lint import KeyType, Reference

REFERENCE: Reference = ServiceReference()


def test_an_action_has_its_resources_and_keys() -> None:
    action = REFERENCE.actions("iam")["passrole"]
    assert (action.name, [(need.type, need.is_required) for need in action.resource_types]) == (
        "PassRole",
        [("role", True)],
    )
    assert "iam:PassedToService" in action.condition_keys


def test_a_type_of_resources_has_its_arn() -> None:
    assert REFERENCE.resource_types("s3")["bucket"].arn == "arn:${Partition}:s3:::${BucketName}"


def test_a_key_has_its_type() -> None:
    assert REFERENCE.condition_keys("iam")["iam:associatedresourcearn"].type is KeyType.ARN
    assert REFERENCE.condition_keys("sqs")["aws:tagkeys"].is_multivalued


def test_a_key_of_tags_has_a_hole_in_its_name() -> None:
    assert "secretsmanager:resourcetag/${tagkey}" in REFERENCE.condition_keys("secretsmanager")


@pytest.mark.parametrize("service", ["nothing", "", "../services", "S3"])
def test_a_service_that_is_not_known_has_nothing(service: str) -> None:
    assert service not in REFERENCE.services()
    assert not REFERENCE.actions(service)
    assert not REFERENCE.resource_types(service)
    assert not REFERENCE.condition_keys(service)


def test_every_service_can_be_read() -> None:
    for service in REFERENCE.services():
        assert REFERENCE.actions(service) is not None
        assert REFERENCE.resource_types(service) is not None
        assert REFERENCE.condition_keys(service) is not None


def test_every_action_that_this_server_asks_leave_for_is_known() -> None:
    asked = {operation.action for served in OPERATIONS.values() for operation in served.values()}
    unknown = {
        action
        for action in asked
        if action.partition(":")[2].lower() not in REFERENCE.actions(action.partition(":")[0])
    }
    assert unknown == set()
