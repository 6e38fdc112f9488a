"""Every operation of both models against botocore's own serializer and parser."""

from functools import cache
from random import Random
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.loaders import Loader
from botocore.model import OperationModel as TheirOperation
from botocore.model import ServiceModel as TheirService
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamd.core.models import OperationModel, load, require_shape
from iamd.wire.query_request import decoder, parse_form
from iamd.wire.xml_response import error_document, renderer
from tests.wire import samples

each_operation = pytest.mark.parametrize(
    "operation", samples.OPERATIONS, ids=lambda operation: operation.name
)
any_operation = st.sampled_from(samples.OPERATIONS)
any_chance = st.randoms(use_true_random=False)
quickly = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

ROUNDS = 4
REQUEST_ID = "5fc5b1c6-2a70-4ea4-9ca5-1f8d0a9b6a4e"


@cache
def their_service(name: str) -> TheirService:
    return TheirService(Loader().load_service_model(name, "service-2"), name)


def theirs(operation: OperationModel) -> TheirOperation:
    return their_service(operation.service).operation_model(operation.name)


def sent(operation: OperationModel, params: dict[str, Any]) -> tuple[bytes, str]:
    """Return the body and the content type that botocore sends."""
    request = create_serializer("query", False).serialize_to_request(params, theirs(operation))
    prepared = AWSRequest(
        "POST", "http://localhost/", headers=request["headers"], data=request["body"]
    ).prepare()
    body = prepared.body
    return body if isinstance(body, bytes) else body.encode(), prepared.headers["Content-Type"]


def received(operation: OperationModel, document: bytes, status: int = 200) -> dict[str, Any]:
    """Return what botocore makes of an answer."""
    response = {"body": document, "headers": {}, "status_code": status}
    return dict(create_parser("query").parse(response, theirs(operation).output_shape))


def check_input(operation: OperationModel, chance: Random) -> None:
    params = samples.value(operation.input, chance)
    form = parse_form("", *sent(operation, params))
    assert (form["Action"], form["Version"]) == (operation.name, operation.version)
    assert decoder(operation.input)(form) == samples.decoded(operation.input, params)


def check_output(operation: OperationModel, chance: Random) -> None:
    reply = samples.value(operation.output, chance) if operation.output else {}
    document = renderer(operation)(reply, REQUEST_ID)
    parsed = received(operation, document)
    assert parsed.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    assert parsed == reply
    if operation.output:
        assert renderer(operation)(samples.record(operation.output, reply), REQUEST_ID) == document


@each_operation
def test_inputs(operation: OperationModel) -> None:
    for number in range(ROUNDS):
        check_input(operation, Random(f"{operation.name} {number}"))


@each_operation
def test_outputs(operation: OperationModel) -> None:
    for number in range(ROUNDS):
        check_output(operation, Random(f"{operation.name} {number}"))


@quickly
@given(any_operation, any_chance)
def test_any_input(operation: OperationModel, chance: Random) -> None:
    check_input(operation, chance)


@quickly
@given(any_operation, any_chance)
def test_any_output(operation: OperationModel, chance: Random) -> None:
    check_output(operation, chance)


@quickly
@given(st.text())
def test_any_text_is_sent_and_answered(text: str) -> None:
    operation = load("iam").operations["CreateUser"]
    if "\0" not in text:
        form = parse_form("", *sent(operation, {"UserName": text}))
        assert decoder(operation.input)(form) == {"user_name": text}
    document = renderer(operation)({"User": {"UserName": text}}, REQUEST_ID)
    shown = received(operation, document)["User"]["UserName"]
    assert [a for a, b in zip(text, shown, strict=True) if a != b and b != "\ufffd"] == []


def test_every_type_of_the_models_is_sampled() -> None:
    seen: set[str] = set()

    def walk(shape: Any) -> None:
        seen.add(shape.type)
        for inner in (*(m.shape for m in shape.members), shape.element, shape.key, shape.value):
            if inner:
                walk(inner)

    for operation in samples.OPERATIONS:
        walk(operation.input)
        if operation.output:
            walk(operation.output)
    assert seen == {"structure", "list", "map", "string", "integer", "boolean", "blob", "timestamp"}


def declared() -> list[tuple[OperationModel, str]]:
    return [(operation, code) for operation in samples.OPERATIONS for code in operation.errors]


def test_every_error_of_every_operation() -> None:
    message = 'The user with name <alice> & "bob\'s" cannot be found.'
    for operation, code in declared():
        document = error_document(code, message, REQUEST_ID, operation.namespace, sender=True)
        parsed = received(operation, document, load(operation.service).errors[code])
        assert parsed["Error"]["Code"] == code
        assert parsed["Error"]["Message"] == message
        assert parsed["Error"]["Type"] == "Sender"
        assert parsed["ResponseMetadata"]["RequestId"] == REQUEST_ID
        assert their_service(operation.service).shape_for_error_code(code)


def test_an_empty_list_is_not_an_absent_one() -> None:
    operation = load("iam").operations["ListUsers"]
    assert received(operation, renderer(operation)({"Users": []}, "id"))["Users"] == []
    assert "Users" not in received(operation, renderer(operation)({"Users": None}, "id"))
    assert require_shape(operation.output).members[0].name == "Users"
