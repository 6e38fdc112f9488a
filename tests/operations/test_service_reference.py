"""The service authorization reference: AWS's, with the additions of this server."""

import pytest

from iamd.operations import OPERATIONS
from iamd.operations.service_reference import ServiceReference
from iamd.policy.lint import KeyType, Reference

REFERENCE: Reference = ServiceReference()


def test_action_has_resource_types_and_condition_keys() -> None:
    action = REFERENCE.actions("iam")["passrole"]
    assert (
        action.name,
        [(resource_type.type, resource_type.is_required) for resource_type in action.resource_types],
    ) == (
        "PassRole",
        [("role", True)],
    )
    assert "iam:PassedToService" in action.condition_keys


def test_resource_type_has_an_arn_format() -> None:
    assert REFERENCE.resource_types("s3")["bucket"].arn == "arn:${Partition}:s3:::${BucketName}"


def test_condition_key_has_a_type() -> None:
    assert REFERENCE.condition_keys("iam")["iam:associatedresourcearn"].type is KeyType.ARN
    assert REFERENCE.condition_keys("sqs")["aws:tagkeys"].is_multivalued


def test_tag_condition_key_has_a_placeholder() -> None:
    assert "secretsmanager:resourcetag/${tagkey}" in REFERENCE.condition_keys("secretsmanager")


@pytest.mark.parametrize("service", ["nothing", "", "../services", "S3"])
def test_unknown_service_is_empty(service: str) -> None:
    assert service not in REFERENCE.services()
    assert not REFERENCE.actions(service)
    assert not REFERENCE.resource_types(service)
    assert not REFERENCE.condition_keys(service)


def test_every_service_can_be_read() -> None:
    for service in REFERENCE.services():
        assert REFERENCE.actions(service) is not None
        assert REFERENCE.resource_types(service) is not None
        assert REFERENCE.condition_keys(service) is not None


def test_reference_has_every_action_of_this_server() -> None:
    authorized_actions = {
        operation.action for operations in OPERATIONS.values() for operation in operations.values()
    }
    missing_actions = {
        action
        for action in authorized_actions
        if action.partition(":")[2].lower() not in REFERENCE.actions(action.partition(":")[0])
    }
    assert missing_actions == set()
