"""Requests to AWS's services that are not certain, or not mapped, are refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.services.aws import AwsRequestMap
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest
from tests.services.aws_requests import (
    ACCOUNT,
    AUTHORIZATION,
    REGION,
    SIGNATURE,
    form_request,
    json_request,
    mapped,
    needs,
    rest_request,
)

ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
LIST = json_request("dynamodb", "ListTables")
SECRET = {"SecretId": "a"}


def raw(body: str | bytes) -> ServiceRequest:
    content = body if isinstance(body, bytes) else body.encode()
    return json_request("secretsmanager", "GetSecretValue", body=content)


def describe(table: Any, **more: Any) -> ServiceRequest:
    return json_request("dynamodb", "DescribeTable", {"TableName": table, **more})


AMBIGUOUS: dict[str, tuple[str, ServiceRequest]] = {
    "no JSON": ("secretsmanager", raw("SecretId=a")),
    "a name twice": ("secretsmanager", raw('{"SecretId": "a", "SecretId": "b"}')),
    "a name twice, escaped": ("secretsmanager", raw('{"SecretId": "a", "\\u0053ecretId": "b"}')),
    "a name in two cases": ("secretsmanager", raw('{"SecretId": "a", "secretid": "b"}')),
    "a name in another case": ("secretsmanager", raw('{"secretId": "a"}')),
    "a name with another letter K": ("kms", json_request("kms", "Encrypt", {"\u212aeyId": "a"})),
    "a form in JSON": ("secretsmanager", raw('{"SecretId": "a", "x": "&SecretId=b"}')),
    "a form in a name": ("secretsmanager", raw('{"SecretId": "a", "&SecretId=b": 1}')),
    "an encoded form in JSON": ("secretsmanager", raw('{"SecretId": "a", "x": "&%53ecretId=b"}')),
    "a list of a form in JSON": ("ssm", json_request("ssm", "GetParameters", {"Names": ["a", "&Names.1=b"]})),
    "an action in JSON": ("dynamodb", json_request("dynamodb", "ListTables", {"x": "&Action=DeleteTable"})),
    "not a number": ("secretsmanager", raw('{"SecretId": "a", "x": NaN}')),
    "half a character": ("secretsmanager", raw('{"SecretId": "a", "x": "\\ud800"}')),
    "no UTF-8": ("secretsmanager", raw(b'{"SecretId": "\xff"}')),
    "a mark of the byte order": ("secretsmanager", raw(b'\xef\xbb\xbf{"SecretId": "a"}')),
    "UTF-16": ("secretsmanager", raw('{"SecretId": "a"}'.encode("utf-16"))),
    "deep nesting": ("secretsmanager", raw("[" * 100_000)),
    "a huge number": ("secretsmanager", raw('{"SecretId": 1' + "0" * 5000 + "}")),
    "a list": ("secretsmanager", raw("[]")),
    "a name that is a number": ("dynamodb", describe(1)),
    "a name that is true": ("dynamodb", describe(True)),
    "a name that is a list": ("dynamodb", describe(["a", "b"])),
    "a name that is a structure": ("dynamodb", describe({"a": "b"})),
    "a name that is empty": ("dynamodb", describe("")),
    "a name with a slash": ("dynamodb", describe("a/index/b")),
    "a name with an ARN in it": ("dynamodb", describe(f"a{ARN.format('dynamodb', 'table/b')}")),
    "a name with a line break": ("dynamodb", describe("a\n")),
    "a pattern for a name": ("dynamodb", describe("a*")),
    "an ARN of another type": ("dynamodb", describe(ARN.format("dynamodb", "table/a/index/b"))),
    "an ARN of another service": ("dynamodb", describe(ARN.format("sqs", "a"))),
    "an ARN of another Region": ("dynamodb", describe(f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/a")),
    "an ARN of another partition": ("dynamodb", describe(f"arn:aws-cn:dynamodb:{REGION}:{ACCOUNT}:table/a")),
    "two streams": (
        "kinesis",
        json_request(
            "kinesis", "PutRecord", {"StreamName": "a", "StreamARN": ARN.format("kinesis", "stream/b")}
        ),
    ),
    "two topics": (
        "sns",
        form_request("Publish", TopicArn=ARN.format("sns", "a"), topicarn=ARN.format("sns", "b")),
    ),
    "a topic and another target": (
        "sns",
        form_request("Publish", TopicArn=ARN.format("sns", "a"), TargetArn=ARN.format("sns", "b")),
    ),
    "a state machine and a map run": (
        "states",
        json_request(
            "states",
            "ListExecutions",
            {
                "mapRunArn": ARN.format("states", "mapRun:m/l:r"),
                "stateMachineArn": ARN.format("states", "stateMachine:n"),
            },
        ),
    ),
    "a queue of another Region": (
        "sqs",
        json_request("sqs", "PurgeQueue", {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/a"}),
    ),
    "a queue's URL with a query": (
        "sqs",
        json_request("sqs", "PurgeQueue", {"QueueUrl": f"http://h/{ACCOUNT}/a?x=/{ACCOUNT}/b"}),
    ),
    "two qualifiers": ("lambda", rest_request("GET", "/2015-03-31/functions/f%3A1?Qualifier=2")),
    "two parameters with a form": ("sns", form_request("x", body="Action=ListTopics&Action=DeleteTopic")),
    "an encoded name in a form": ("sns", form_request("x", body="Action=ListTopics&%41ction=DeleteTopic")),
    "another case in a form": ("sns", form_request("x", body="Action=ListTopics&action=DeleteTopic")),
    "a semicolon in a form": ("sns", form_request("x", body="Action=ListTopics;Action=DeleteTopic")),
    "a wrong escape in a form": ("sns", form_request("x", body="Action=ListTopics&x=%zz")),
    "a form in the query, and one in the body": (
        "sns",
        form_request("ListTopics")._replace(query="Action=DeleteTopic"),
    ),
    "a form with a host of AWS in the query": (
        "sns",
        ServiceRequest(
            "GET",
            "/",
            "Action=ListTopics&x=.us-east-1.amazonaws.com",
            {"host": "h", "authorization": AUTHORIZATION.format("sns")},
            b"",
        ),
    ),
    "a form for a queue's path": ("sqs", form_request("ListQueues")._replace(path=f"/{ACCOUNT}/a")),
    "a list with names": ("sns", form_request("CreateTopic", Name="a", Tags_member_1_Key="a", Tags_x="b")),
    "a value with members": ("sns", form_request("CreateTopic", Name="a", Name_b="c")),
    "tags in two cases": (
        "sqs",
        json_request("sqs", "CreateQueue", {"QueueName": "a", "tags": {"a": "1", "A": "2"}}),
    ),
    "a tag without a key": (
        "dynamodb",
        json_request(
            "dynamodb", "TagResource", {"ResourceArn": ARN.format("dynamodb", "table/a"), "Tags": [{}]}
        ),
    ),
    "a body for the path's parameter": (
        "lambda",
        rest_request("PUT", "/2015-03-31/functions/a/configuration", {"functionName": "b"}),
    ),
    "a key of tags in two encodings": (
        "lambda",
        rest_request(
            "DELETE", "/2017-03-31/tags/" + ARN.format("lambda", "function:f") + "?tagKeys=a&%74agKeys=b"
        ),
    ),
    "an encoded slash": ("lambda", rest_request("GET", "/2015-03-31/functions/a%2Fb")),
    "dot segments": ("lambda", rest_request("GET", "/2015-03-31/layers/../functions/a")),
    "a target for a path": ("lambda", rest_request("GET", "/2015-03-31/functions", x_amz_target="A.B")),
    "a target in a query": ("dynamodb", LIST._replace(query="Action=DeleteTable")),
    "a target at another path": ("dynamodb", LIST._replace(path="/2015-03-31/functions")),
    "a target with GET": ("dynamodb", LIST._replace(method="GET")),
    "two targets": ("dynamodb", json_request("dynamodb", "ListTables, DynamoDB_20120810.DeleteTable")),
    "a target with a form": ("dynamodb", json_request("dynamodb", "ListTables", content_type="text/plain")),
    "a compressed body": ("dynamodb", json_request("dynamodb", "ListTables", content_encoding="gzip")),
    "another account": ("dynamodb", json_request("dynamodb", "ListTables", x_moto_account_id="1")),
    "another service of LocalStack": (
        "dynamodb",
        json_request("dynamodb", "ListTables", x_localstack_target="s3"),
    ),
    "another method": ("dynamodb", json_request("dynamodb", "ListTables", x_http_method_override="GET")),
    "another Region by the user agent": (
        "dynamodb",
        json_request("dynamodb", "ListTables", user_agent="Boto3 region/us-east-1"),
    ),
    "another host": ("dynamodb", json_request("dynamodb", "ListTables", host="s3.amazonaws.com")),
    "another host of LocalStack": (
        "dynamodb",
        json_request("dynamodb", "ListTables", host="bucket.s3.localhost.localstack.cloud:4566"),
    ),
    "the bucket of a host": (
        "dynamodb",
        json_request("dynamodb", "ListTables", host="secret.localhost:4566"),
    ),
    "the function of a host": (
        "dynamodb",
        json_request("dynamodb", "ListTables", host="x.lambda-url.eu-central-1.on.aws"),
    ),
    "a signature in another order": (
        "lambda",
        rest_request(
            "GET",
            "/2015-03-31/functions",
            authorization=f"AWS4-HMAC-SHA256 SignedHeaders=h, {SIGNATURE}, Credential=A/1/x/x/x",
        ),
    ),
    "a signature for another service": (
        "lambda",
        rest_request("GET", "/2015-03-31/functions", authorization=AUTHORIZATION.format("s3")),
    ),
    "a list that is long": (
        "ssm",
        json_request("ssm", "GetParameters", {"Names": [f"a{number}" for number in range(1001)]}),
    ),
    "a parameter in a header": (
        "secretsmanager",
        json_request("secretsmanager", "GetSecretValue", SECRET, secretid="b"),
    ),
    "an action in a header": (
        "lambda",
        rest_request("GET", "/2015-03-31/functions", action="DeleteFunction"),
    ),
    "an expression without a name": (
        "dynamodb",
        json_request(
            "dynamodb", "GetItem", {"TableName": "a", "Key": {"i": {"S": "1"}}, "ProjectionExpression": "#x"}
        ),
    ),
    "an expression that is not known": (
        "dynamodb",
        json_request("dynamodb", "Scan", {"TableName": "a", "FilterExpression": "a ~ :v"}),
    ),
    "a query without a key": (
        "dynamodb",
        json_request("dynamodb", "Query", {"TableName": "a", "KeyConditionExpression": "a > :v"}),
    ),
    "an attribute of two types": (
        "dynamodb",
        json_request("dynamodb", "GetItem", {"TableName": "a", "Key": {"i": {"S": "1", "N": "2"}}}),
    ),
    "a write that also deletes": (
        "dynamodb",
        json_request(
            "dynamodb", "BatchWriteItem", {"RequestItems": {"a": [{"PutRequest": {}, "DeleteRequest": {}}]}}
        ),
    ),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_ambiguous_request(name: str) -> None:
    service, request = AMBIGUOUS[name]
    with pytest.raises(AmbiguousRequest) as caught:
        mapped(service, request)
    assert str(caught.value).endswith(".")


UNMAPPED: dict[str, tuple[str, ServiceRequest, str]] = {
    "another service": ("ec2", form_request("DescribeInstances"), "the request is signed for ec2"),
    "no operation": (
        "dynamodb",
        json_request("dynamodb", "DropTable"),
        "no operation DynamoDB_20120810.DropTable",
    ),
    "an operation of another service": ("sqs", LIST, "there is no operation DynamoDB_20120810.ListTables"),
    "no target": ("kms", form_request("ListKeys"), "must have the header X-Amz-Target"),
    "no action": ("sns", form_request("x", body="Name=a"), "has no Action"),
    "another action": ("sns", form_request("DropTopic"), "there is no operation DropTopic of sns"),
    "another path": ("lambda", rest_request("GET", "/2015-03-31/streams"), "has no operation GET"),
    "another parameter of the query": (
        "lambda",
        rest_request("GET", "/2015-03-31/functions?Action=DeleteFunction"),
        "ListFunctions has no query parameter Action",
    ),
    "PartiQL": ("dynamodb", json_request("dynamodb", "ExecuteStatement"), "PartiQL statements are not read"),
    "no resource": ("dynamodb", json_request("dynamodb", "DescribeTable"), "the resource needs TableName"),
    "a table that is null": ("dynamodb", describe(None), "the resource needs TableName"),
    "an empty batch": (
        "dynamodb",
        json_request("dynamodb", "BatchGetItem", {"RequestItems": {}}),
        "no resource",
    ),
    "another account's table": (
        "dynamodb",
        describe(f"arn:aws:dynamodb:{REGION}:999999999999:table/a"),
        "belongs to another account",
    ),
    "another account's queue": (
        "sqs",
        json_request("sqs", "PurgeQueue", {"QueueUrl": "http://h/999999999999/a"}),
        "belongs to another account",
    ),
    "another account's function": (
        "lambda",
        rest_request("GET", "/2015-03-31/functions/999999999999%3Afunction%3Aa"),
        "belongs to another account",
    ),
    "a secret as a parameter": (
        "ssm",
        json_request("ssm", "GetParameter", {"Name": "/aws/reference/secretsmanager/a"}),
        "read it with GetSecretValue",
    ),
    "a body that is not known": ("dynamodb", LIST._replace(body=None), "Envoy and Traefik do"),
    "a signature in the URL": (
        "sns",
        ServiceRequest("GET", "/", "Action=ListTopics", {"host": "h"}, b""),
        "sign it in the Authorization header",
    ),
    "too much": (
        "dynamodb",
        json_request(
            "dynamodb", "PutItem", {"TableName": "a", "Item": {f"a{n}": {"S": f"{n}"} for n in range(2001)}}
        ),
        "more than 2000 permissions",
    ),
}


@pytest.mark.parametrize("name", UNMAPPED)
def test_unmapped_request(name: str) -> None:
    service, request, message = UNMAPPED[name]
    with pytest.raises(UnmappedRequest) as caught:
        mapped(service, request)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "localhost:4566",
        "127.0.0.1:8080",
        "[::1]:80",
        "gateway",
        "aws.example.com",
        f"dynamodb.{REGION}.amazonaws.com",
    ],
)
def test_hosts_of_gateways(host: str) -> None:
    assert mapped("dynamodb", json_request("dynamodb", "ListTables", host=host)).operation == "ListTables"


def test_large_requests_are_decided_quickly() -> None:
    """The work for a request grows with its size, not faster."""
    message = {"QueueUrl": f"http://h/{ACCOUNT}/q", "MessageBody": "&" * 1_000_000}
    assert needs("sqs", json_request("sqs", "SendMessage", message))
    expression = " AND ".join(f"a{number} = :v" for number in range(50_000))
    scan = {"TableName": "t", "FilterExpression": expression, "ExpressionAttributeValues": {":v": {"S": "x"}}}
    assert needs("dynamodb", json_request("dynamodb", "Scan", scan))


def test_ordinary_text_is_not_refused() -> None:
    """What looks like a form is refused only if its names are those of the operation."""
    text = "https://example.com/?a=1&name=x&Version=2;c\n&b=ä"
    assert needs(
        "sqs", json_request("sqs", "SendMessage", {"QueueUrl": f"http://h/{ACCOUNT}/q", "MessageBody": text})
    )
    assert needs("sns", form_request("Publish", TopicArn=ARN.format("sns", "a"), Message=text))
    item = {"id": {"S": text}, "ID": {"S": "other"}}
    assert needs("dynamodb", json_request("dynamodb", "PutItem", {"TableName": "a", "Item": item}))


NAMES = ("TableName", "tableName", "IndexName", "Key", "Tags", "RequestItems", "TransactItems", "Put", "x")
OPERATIONS = ("GetItem", "Query", "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "CreateTable")
scalars = st.sampled_from([None, True, 1, "", "a", "b", "a/index/b", "&Action=DeleteTable&"])
structures = st.dictionaries(st.sampled_from(NAMES), scalars | st.lists(scalars, max_size=2), max_size=2)
values = scalars | structures | st.lists(structures, max_size=2)


@given(st.sampled_from(OPERATIONS), st.dictionaries(st.sampled_from(NAMES), values, max_size=4))
def test_any_parameters_are_mapped_or_refused(operation: str, parameters: dict[str, Any]) -> None:
    try:
        found = mapped("dynamodb", json_request("dynamodb", operation, parameters))
    except (AmbiguousRequest, UnmappedRequest):
        return
    table = parameters.get("TableName")
    for permission in found.permissions:
        assert permission.resource_arn.startswith(f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/")
        if operation in ("GetItem", "Query", "CreateTable"):
            assert f":table/{str(table).rpartition('/')[2]}" in permission.resource_arn


@given(st.binary(max_size=200), st.sampled_from(["sqs", "sns", "lambda", "kms"]), st.text(max_size=40))
def test_any_body_is_mapped_or_refused(body: bytes, service: str, target: str) -> None:
    headers = {"host": "h", "authorization": "x", "content-type": "application/x-www-form-urlencoded"}
    request = ServiceRequest("POST", f"/{target}", "", headers, body)
    for candidate in (
        request,
        request._replace(path="/"),
        request._replace(path="/", headers={**headers, "x-amz-target": target}),
    ):
        with pytest.raises((AmbiguousRequest, UnmappedRequest)):
            AwsRequestMap().map_request(candidate, service, ACCOUNT, REGION)


def test_messages_are_bounded() -> None:
    for request in (describe("a" * 100_000 + "*"), raw(json.dumps({"a" * 100_000: 1}))):
        service = "secretsmanager" if "secretsmanager" in request.headers["x-amz-target"] else "dynamodb"
        with pytest.raises((AmbiguousRequest, UnmappedRequest)) as caught:
            mapped(service, request)
        assert len(str(caught.value)) < 500
