"""Which permissions requests to AWS's services need: actions, resources, condition keys."""

import json
from typing import Any

import pytest

from iamd.services.service_request import ServiceRequest
from tests.services.aws_requests import (
    ACCOUNT,
    REGION,
    form_request,
    json_request,
    mapped,
    needs,
    permission,
    rest_request,
    sent_by_boto3,
)

QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hello"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"

NEEDS: dict[str, tuple[str, ServiceRequest, list[tuple[str, str]]]] = {
    "a table": (
        "dynamodb",
        json_request("dynamodb", "DescribeTable", {"TableName": "books"}),
        [("dynamodb:DescribeTable", ":table/books")],
    ),
    "a table by its ARN": (
        "dynamodb",
        json_request(
            "dynamodb", "DescribeTable", {"TableName": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/b"}
        ),
        [("dynamodb:DescribeTable", ":table/b")],
    ),
    "an index": (
        "dynamodb",
        json_request("dynamodb", "Scan", {"TableName": "books", "IndexName": "by-year"}),
        [("dynamodb:Scan", ":table/books/index/by-year")],
    ),
    "an index of a table's ARN": (
        "dynamodb",
        json_request(
            "dynamodb",
            "Scan",
            {"TableName": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/b", "IndexName": "i"},
        ),
        [("dynamodb:Scan", ":table/b/index/i")],
    ),
    "a stream": (
        "dynamodb",
        json_request(
            "DynamoDBStreams_20120810",
            "DescribeStream",
            {"StreamArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/b/stream/2026-01-01T00:00:00.000"},
        ),
        [("dynamodb:DescribeStream", ":table/b/stream/2026-01-01T00:00:00.000")],
    ),
    "a transaction": (
        "dynamodb",
        json_request(
            "dynamodb",
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "a", "Item": {"id": {"S": "1"}}}},
                    {"Delete": {"TableName": "b", "Key": {"id": {"S": "1"}}}},
                    {"ConditionCheck": {"TableName": "c", "Key": {"id": {"S": "1"}}}},
                ]
            },
        ),
        [
            ("dynamodb:PutItem", ":table/a"),
            ("dynamodb:DeleteItem", ":table/b"),
            ("dynamodb:ConditionCheckItem", ":table/c"),
        ],
    ),
    "two tables of a batch": (
        "dynamodb",
        json_request(
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {"a": {"Keys": [{"id": {"S": "1"}}]}, "b": {"Keys": [{"id": {"S": "1"}}]}}},
        ),
        [("dynamodb:BatchGetItem", ":table/a"), ("dynamodb:BatchGetItem", ":table/b")],
    ),
    "a queue": (
        "sqs",
        json_request("sqs", "DeleteMessageBatch", {"QueueUrl": QUEUE, "Entries": []}),
        [("sqs:DeleteMessage", ":orders")],
    ),
    "a queue in a form": (
        "sqs",
        form_request("SendMessage", QueueUrl=QUEUE),
        [("sqs:SendMessage", ":orders")],
    ),
    "a queue of LocalStack": (
        "sqs",
        json_request(
            "sqs",
            "PurgeQueue",
            {"QueueUrl": f"http://sqs.{REGION}.localhost.localstack.cloud:4566/{ACCOUNT}/orders.fifo"},
        ),
        [("sqs:PurgeQueue", ":orders.fifo")],
    ),
    "a topic": ("sns", form_request("Publish", TopicArn=TOPIC), [("sns:Publish", ":news")]),
    "a topic as a target": ("sns", form_request("Publish", TargetArn=TOPIC), [("sns:Publish", ":news")]),
    "a phone number": ("sns", form_request("Publish", PhoneNumber="+1"), [("sns:Publish", "*")]),
    "a subscription": (
        "sns",
        form_request("Unsubscribe", SubscriptionArn=f"{TOPIC}:{KEY_ID}"),
        [("sns:Unsubscribe", ":news")],
    ),
    "a function": (
        "lambda",
        rest_request("POST", "/2015-03-31/functions/hello/invocations", b"anything"),
        [("lambda:InvokeFunction", ":function:hello")],
    ),
    "a function's version": (
        "lambda",
        rest_request("POST", "/2015-03-31/functions/hello/invocations?Qualifier=1", b""),
        [("lambda:InvokeFunction", ":function:hello:1")],
    ),
    "a function by its ARN": (
        "lambda",
        rest_request("GET", f"/2015-03-31/functions/{FUNCTION.replace(':', '%3A')}%3Alive"),
        [("lambda:GetFunction", ":function:hello:live")],
    ),
    "a function in a body": (
        "lambda",
        rest_request("POST", "/2015-03-31/functions/", {"FunctionName": "hello"}),
        [("lambda:CreateFunction", ":function:hello")],
    ),
    "a layer": (
        "lambda",
        rest_request("GET", "/2018-10-31/layers/l/versions/3"),
        [("lambda:GetLayerVersion", ":layer:l:3")],
    ),
    "a secret": (
        "secretsmanager",
        json_request("secretsmanager", "GetSecretValue", {"SecretId": "app/db"}),
        [("secretsmanager:GetSecretValue", ":secret:app/db-??????")],
    ),
    "a secret by its ARN": (
        "secretsmanager",
        json_request(
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app/db-AbCdEf"},
        ),
        [("secretsmanager:GetSecretValue", ":secret:app/db-AbCdEf")],
    ),
    "several secrets": (
        "secretsmanager",
        json_request("secretsmanager", "BatchGetSecretValue", {"SecretIdList": ["a"]}),
        [("secretsmanager:GetSecretValue", ":secret:a-??????"), ("secretsmanager:BatchGetSecretValue", "*")],
    ),
    "secrets by a filter": (
        "secretsmanager",
        json_request(
            "secretsmanager", "BatchGetSecretValue", {"Filters": [{"Key": "name", "Values": ["a"]}]}
        ),
        [("secretsmanager:GetSecretValue", "*"), ("secretsmanager:BatchGetSecretValue", "*")],
    ),
    "messages that move": (
        "sqs",
        json_request(
            "sqs", "StartMessageMoveTask", {"SourceArn": QUEUE_ARN, "DestinationArn": f"{QUEUE_ARN}2"}
        ),
        [
            ("sqs:StartMessageMoveTask", ":orders"),
            ("sqs:ReceiveMessage", ":orders"),
            ("sqs:DeleteMessage", ":orders"),
            ("sqs:SendMessage", ":orders2"),
        ],
    ),
    "another ciphertext": (
        "kms",
        json_request("kms", "ReEncrypt", {"SourceKeyId": KEY_ID, "DestinationKeyId": KEY_ID}),
        [("kms:ReEncryptFrom", "*"), ("kms:ReEncryptTo", f":key/{KEY_ID}")],
    ),
    "a key": ("kms", json_request("kms", "Encrypt", {"KeyId": KEY_ID}), [("kms:Encrypt", f":key/{KEY_ID}")]),
    "the alias of a key": (
        "kms",
        json_request("kms", "Encrypt", {"KeyId": "alias/a"}),
        [("kms:Encrypt", "*")],
    ),
    "an alias": (
        "kms",
        json_request("kms", "CreateAlias", {"AliasName": "alias/a", "TargetKeyId": KEY_ID}),
        [("kms:CreateAlias", ":alias/a"), ("kms:CreateAlias", f":key/{KEY_ID}")],
    ),
    "a ciphertext": (
        "kms",
        json_request("kms", "Decrypt", {"CiphertextBlob": "eA=="}),
        [("kms:Decrypt", "*")],
    ),
    "a parameter": (
        "ssm",
        json_request("ssm", "GetParameter", {"Name": "/app/a:3"}),
        [("ssm:GetParameter", ":parameter/app/a")],
    ),
    "several parameters": (
        "ssm",
        json_request("ssm", "GetParameters", {"Names": ["a", "/b"]}),
        [("ssm:GetParameters", ":parameter/a"), ("ssm:GetParameters", ":parameter/b")],
    ),
    "all parameters": (
        "ssm",
        json_request("ssm", "GetParametersByPath", {"Path": "/"}),
        [("ssm:GetParametersByPath", ":parameter/")],
    ),
    "a parameter of AWS": (
        "ssm",
        json_request("ssm", "GetParameter", {"Name": "/aws/service/ami/x"}),
        [("ssm:GetParameter", f"arn:aws:ssm:{REGION}::parameter/aws/service/ami/x")],
    ),
    "a tagged parameter": (
        "ssm",
        json_request(
            "ssm", "AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "/a", "Tags": []}
        ),
        [("ssm:AddTagsToResource", ":parameter/a")],
    ),
    "an instance": (
        "ssm",
        json_request("ssm", "StartSession", {"Target": "i-0123"}),
        [
            ("ssm:StartSession", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0123"),
            ("ssm:StartSession", ":document/SSM-SessionManagerRunShell"),
        ],
    ),
    "a data stream": (
        "kinesis",
        json_request("kinesis", "PutRecords", {"StreamName": "s", "Records": []}),
        [("kinesis:PutRecords", ":stream/s")],
    ),
    "a data stream by both names": (
        "kinesis",
        json_request(
            "kinesis",
            "PutRecords",
            {"StreamName": "s", "StreamARN": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"},
        ),
        [("kinesis:PutRecords", ":stream/s")],
    ),
    "a shard iterator": (
        "kinesis",
        json_request("kinesis", "GetRecords", {"ShardIterator": "x"}),
        [("kinesis:GetRecords", "*")],
    ),
    "a rule": (
        "events",
        json_request("events", "DeleteRule", {"Name": "r"}),
        [("events:DeleteRule", ":rule/r")],
    ),
    "a rule of the default bus": (
        "events",
        json_request("events", "DeleteRule", {"Name": "r", "EventBusName": "default"}),
        [("events:DeleteRule", ":rule/r")],
    ),
    "a rule of another bus": (
        "events",
        json_request(
            "events",
            "DeleteRule",
            {"Name": "r", "EventBusName": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"},
        ),
        [("events:DeleteRule", ":rule/b/r")],
    ),
    "two buses": (
        "events",
        json_request("events", "PutEvents", {"Entries": [{"Source": "x"}, {"EventBusName": "b"}]}),
        [("events:PutEvents", ":event-bus/default"), ("events:PutEvents", ":event-bus/b")],
    ),
    "a state machine's version": (
        "states",
        json_request("states", "StartExecution", {"stateMachineArn": f"{MACHINE}:3"}),
        [("states:StartExecution", ":stateMachine:m")],
    ),
}


@pytest.mark.parametrize("name", NEEDS)
def test_actions_and_resources(name: str) -> None:
    service, request, expected = NEEDS[name]
    assert needs(service, request) == expected


def table_keys(operation: str, **parameters: Any) -> list[dict[str, Any]]:
    found = mapped("dynamodb", json_request("dynamodb", operation, {"TableName": "t", **parameters}))
    return [
        {key.removeprefix("dynamodb:"): value for key, value in item.context.items()}
        for item in found.permissions
    ]


def test_leading_key_and_attributes() -> None:
    (keys,) = table_keys(
        "GetItem",
        Key={"id": {"S": "a"}},
        ProjectionExpression="id, #n.x[0]",
        ExpressionAttributeNames={"#n": "name"},
    )
    assert keys == {"leadingkeys": ("a",), "attributes": ("id", "name"), "select": "SPECIFIC_ATTRIBUTES"}
    (keys,) = table_keys(
        "Query",
        KeyConditionExpression="#i = :i AND begins_with(sort, :s)",
        FilterExpression="NOT (size(body) > :n) OR tag IN (:i, :s)",
        ExpressionAttributeNames={"#i": "id"},
        ExpressionAttributeValues={":i": {"S": "a"}, ":s": {"S": "b"}, ":n": {"N": "1"}},
    )
    assert keys["leadingkeys"] == ("a",)
    assert sorted(keys["attributes"]) == ["body", "id", "sort", "tag"]
    assert keys["select"] == "ALL_ATTRIBUTES"
    (keys,) = table_keys(
        "UpdateItem",
        Key={"id": {"N": "1"}},
        UpdateExpression="SET a = if_not_exists(b, :v), c.d = :v REMOVE e ADD f :v DELETE g :v",
        ConditionExpression="attribute_exists(h)",
        ExpressionAttributeValues={":v": {"N": "1"}},
        ReturnValues="ALL_OLD",
    )
    (minus,) = table_keys("Scan", FilterExpression="a-b > :v", ExpressionAttributeValues={":v": {"N": "1"}})
    assert minus["attributes"] == ("a", "b")
    assert sorted(keys["attributes"]) == ["a", "b", "c", "e", "f", "g", "h", "id"]
    assert keys["returnvalues"] == "ALL_OLD"


def test_leading_key_that_is_not_certain_must_be_allowed_for_each_value() -> None:
    key = {"id": {"S": "a"}, "sort": {"S": "b"}}
    assert [keys["leadingkeys"] for keys in table_keys("GetItem", Key=key)] == [("a",), ("b",)]
    item = {**key, "list": {"L": []}, "flag": {"BOOL": True}}
    assert [keys["leadingkeys"] for keys in table_keys("PutItem", Item=item)] == [("a",), ("b",)]
    values = {":a": {"S": "a"}, ":b": {"S": "b"}}
    query = table_keys(
        "Query", KeyConditionExpression="(a = :a) AND :b = b", ExpressionAttributeValues=values
    )
    assert [keys["leadingkeys"] for keys in query] == [("a",), ("b",)]


def test_leading_keys_of_a_batch() -> None:
    requests = {
        "t": [{"PutRequest": {"Item": {"id": {"S": "a"}}}}, {"DeleteRequest": {"Key": {"id": {"S": "b"}}}}]
    }
    found = mapped("dynamodb", json_request("dynamodb", "BatchWriteItem", {"RequestItems": requests}))
    assert [item.context["dynamodb:leadingkeys"] for item in found.permissions] == [("a",), ("b",)]
    conditions = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}
    (keys,) = table_keys("Query", KeyConditions=conditions)
    assert (keys["leadingkeys"], keys["attributes"]) == (("a",), ("id",))


CONTEXTS: dict[str, tuple[str, ServiceRequest, dict[str, Any]]] = {
    "tags": (
        "dynamodb",
        json_request("dynamodb", "CreateTable", {"TableName": "t", "Tags": [{"Key": "Team", "Value": "a"}]}),
        {"aws:requesttag/team": "a", "aws:tagkeys": ("Team",)},
    ),
    "tags as a map": (
        "sqs",
        json_request("sqs", "CreateQueue", {"QueueName": "q", "tags": {"a": "", "b": "c"}}),
        {"aws:requesttag/a": "", "aws:requesttag/b": "c", "aws:tagkeys": ("a", "b")},
    ),
    "tags in a form": (
        "sns",
        form_request("CreateTopic", Name="n", Tags_member_1_Key="a", Tags_member_1_Value="b"),
        {"aws:requesttag/a": "b", "aws:tagkeys": ("a",)},
    ),
    "tags in a flat form": (
        "sqs",
        form_request("CreateQueue", QueueName="n", Tag_1_Key="a", Tag_1_Value="b"),
        {"aws:requesttag/a": "b", "aws:tagkeys": ("a",)},
    ),
    "keys of tags": (
        "kms",
        json_request("kms", "UntagResource", {"KeyId": KEY_ID, "TagKeys": ["a", "b"]}),
        {"aws:tagkeys": ("a", "b")},
    ),
    "keys of tags in a query": (
        "lambda",
        rest_request("DELETE", "/2017-03-31/tags/" + FUNCTION + "?tagKeys=a&tagKeys=b%20c"),
        {"aws:tagkeys": ("a", "b c")},
    ),
    "a subscription": (
        "sns",
        form_request("Subscribe", TopicArn=TOPIC, Protocol="https", Endpoint="https://example.com/"),
        {"sns:protocol": "https", "sns:endpoint": "https://example.com/"},
    ),
    "an encryption context": (
        "kms",
        json_request("kms", "Decrypt", {"KeyId": "alias/a", "EncryptionContext": {"App": "x"}}),
        {
            "kms:encryptioncontext:app": "x",
            "kms:encryptioncontextkeys": ("App",),
            "kms:requestalias": "alias/a",
        },
    ),
    "a Boolean and a number": (
        "secretsmanager",
        json_request(
            "secretsmanager",
            "DeleteSecret",
            {"SecretId": "s", "ForceDeleteWithoutRecovery": True, "RecoveryWindowInDays": 7},
        ),
        {
            "secretsmanager:secretid": "s",
            "secretsmanager:forcedeletewithoutrecovery": "true",
            "secretsmanager:recoverywindowindays": "7",
        },
    ),
    "an event": (
        "events",
        json_request("events", "PutEvents", {"Entries": [{"Source": "a", "DetailType": "b"}]}),
        {"events:source": "a", "events:detail-type": "b"},
    ),
    "an event pattern": (
        "events",
        json_request(
            "events", "PutRule", {"Name": "r", "EventPattern": json.dumps({"source": ["a", {"prefix": "b"}]})}
        ),
        {"events:source": ("a", '{"prefix": "b"}')},
    ),
    "a function": (
        "lambda",
        rest_request("POST", "/2015-03-31/event-source-mappings", {"FunctionName": "hello"}),
        {"lambda:functionarn": FUNCTION},
    ),
    "a qualifier": (
        "states",
        json_request("states", "StartExecution", {"stateMachineArn": f"{MACHINE}:live"}),
        {"states:statemachinequalifier": "live"},
    ),
}


@pytest.mark.parametrize("name", CONTEXTS)
def test_condition_keys(name: str) -> None:
    service, request, expected = CONTEXTS[name]
    assert permission(service, request).context == expected


def test_queue_of_older_clients() -> None:
    """boto3 sends the URL of a queue as a parameter, to the path /."""
    request = sent_by_boto3("sqs", "SendMessage", {"QueueUrl": QUEUE, "MessageBody": "x"})
    assert request.path == "/"
    assert needs("sqs", request) == [("sqs:SendMessage", ":orders")]
