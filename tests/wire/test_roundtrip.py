"""Round trips of every IAM and STS operation with botocore's serializer and parser."""

import json
from functools import cache
from random import Random
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.loaders import Loader
from botocore.model import OperationModel as BotocoreOperation
from botocore.model import ServiceModel as BotocoreService
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamd.core.models import OperationModel, load, require_shape
from iamd.wire import json_response
from iamd.wire.query_request import decoder, parse_form
from iamd.wire.xml_response import error_document, renderer
from tests.wire import samples

each_operation = pytest.mark.parametrize(
    "operation", samples.OPERATIONS, ids=lambda operation: operation.name
)
operations = st.sampled_from(samples.OPERATIONS)
randoms = st.randoms(use_true_random=False)
few_examples = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

ROUNDS = 4
REQUEST_ID = "5fc5b1c6-2a70-4ea4-9ca5-1f8d0a9b6a4e"


@cache
def botocore_service(name: str) -> BotocoreService:
    return BotocoreService(Loader().load_service_model(name, "service-2"), name)


def botocore_operation(operation: OperationModel) -> BotocoreOperation:
    return botocore_service(operation.service).operation_model(operation.name)


def serialize(operation: OperationModel, params: dict[str, Any]) -> tuple[bytes, str]:
    """Return the request body and content type from botocore's serializer."""
    request = create_serializer("query", False).serialize_to_request(params, botocore_operation(operation))
    prepared = AWSRequest(
        "POST", "http://localhost/", headers=request["headers"], data=request["body"]
    ).prepare()
    body = prepared.body
    return body if isinstance(body, bytes) else body.encode(), prepared.headers["Content-Type"]


def parse(operation: OperationModel, document: bytes, status: int = 200) -> dict[str, Any]:
    """Parse a response with botocore."""
    response = {"body": document, "headers": {}, "status_code": status}
    return dict(create_parser("query").parse(response, botocore_operation(operation).output_shape))


def parse_json(operation: OperationModel, document: bytes) -> dict[str, Any]:
    """Parse the result in a JSON response with botocore's parser of the JSON protocol."""
    response = json.loads(document)[f"{operation.name}Response"]
    assert response["ResponseMetadata"] == {"RequestId": REQUEST_ID}
    body = json.dumps(response.get(f"{operation.name}Result", {})).encode()
    raw_response = {"body": body, "headers": {}, "status_code": 200}
    parsed = create_parser("json").parse(raw_response, botocore_operation(operation).output_shape)
    return {name: value for name, value in parsed.items() if name != "ResponseMetadata"}


def check_input(operation: OperationModel, random: Random) -> None:
    params = samples.value(operation.input, random)
    form = parse_form("", *serialize(operation, params))
    assert (form["Action"], form["Version"]) == (operation.name, operation.version)
    assert decoder(operation.input)(form) == samples.decoded(operation.input, params)


def check_output(operation: OperationModel, random: Random) -> None:
    reply = samples.value(operation.output, random) if operation.output else {}
    document = renderer(operation)(reply, REQUEST_ID)
    parsed = parse(operation, document)
    assert parsed.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    assert parsed == reply
    if operation.output:
        assert renderer(operation)(samples.record(operation.output, reply), REQUEST_ID) == document
    assert parse_json(operation, json_response.document(operation, reply, REQUEST_ID)) == reply
    if operation.output:
        record = samples.record(operation.output, reply)
        assert parse_json(operation, json_response.document(operation, record, REQUEST_ID)) == reply


@each_operation
def test_input_round_trip(operation: OperationModel) -> None:
    for number in range(ROUNDS):
        check_input(operation, Random(f"{operation.name} {number}"))


@each_operation
def test_output_round_trip(operation: OperationModel) -> None:
    for number in range(ROUNDS):
        check_output(operation, Random(f"{operation.name} {number}"))


@few_examples
@given(operations, randoms)
def test_generated_input_round_trip(operation: OperationModel, random: Random) -> None:
    check_input(operation, random)


@few_examples
@given(operations, randoms)
def test_generated_output_round_trip(operation: OperationModel, random: Random) -> None:
    check_output(operation, random)


@few_examples
@given(st.text())
def test_any_text_round_trips(text: str) -> None:
    operation = load("iam").operations["CreateUser"]
    if "\0" not in text:
        form = parse_form("", *serialize(operation, {"UserName": text}))
        assert decoder(operation.input)(form) == {"user_name": text}
    document = renderer(operation)({"User": {"UserName": text}}, REQUEST_ID)
    parsed_name = parse(operation, document)["User"]["UserName"]
    assert [a for a, b in zip(text, parsed_name, strict=True) if a != b and b != "\ufffd"] == []


def test_samples_cover_every_shape_type() -> None:
    types: set[str] = set()

    def walk(shape: Any) -> None:
        types.add(shape.type)
        for inner in (*(m.shape for m in shape.members), shape.element, shape.key, shape.value):
            if inner:
                walk(inner)

    for operation in samples.OPERATIONS:
        walk(operation.input)
        if operation.output:
            walk(operation.output)
    assert types == {"structure", "list", "map", "string", "integer", "boolean", "blob", "timestamp"}


def declared_errors() -> list[tuple[OperationModel, str]]:
    return [(operation, code) for operation in samples.OPERATIONS for code in operation.errors]


def test_every_declared_error_is_parsed() -> None:
    message = 'The user with name <alice> & "bob\'s" cannot be found.'
    for operation, code in declared_errors():
        document = error_document(code, message, REQUEST_ID, operation.namespace, sender=True)
        parsed = parse(operation, document, load(operation.service).errors[code])
        assert parsed["Error"]["Code"] == code
        assert parsed["Error"]["Message"] == message
        assert parsed["Error"]["Type"] == "Sender"
        assert parsed["ResponseMetadata"]["RequestId"] == REQUEST_ID
        assert botocore_service(operation.service).shape_for_error_code(code)


def test_empty_list_is_distinct_from_an_absent_one() -> None:
    operation = load("iam").operations["ListUsers"]
    assert parse(operation, renderer(operation)({"Users": []}, "id"))["Users"] == []
    assert "Users" not in parse(operation, renderer(operation)({"Users": None}, "id"))
    assert require_shape(operation.output).members[0].name == "Users"
