"""moto, an emulator of AWS's services, which enforces nothing; behind a proxy and iamd it has policies."""

import contextlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests import servers
from tests.forward_auth.s3_signing import Key
from tests.servers import Account, allow, document

REGION = "eu-central-1"
ASK = allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/aws")


ACCOUNT_ID = "123456789012"  # moto's own


@contextlib.contextmanager
def running(folder: Path, **env: str) -> Iterator[str]:
    """Run moto until the block ends; yield its URL."""
    port = servers.free_port()
    with (folder / "moto.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from moto.server import main; main()",
                "-H",
                "127.0.0.1",
                "-p",
                str(port),
            ],
            env=servers.environment(**env),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        servers.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


class Emulator(NamedTuple):
    """moto behind Envoy, and the account of iamd whose resources it has."""

    url: str
    direct_url: str
    account: Account

    @property
    def admin(self) -> Key:
        return Key(self.account.access_key_id, self.account.secret_access_key)

    def user(self, name: str, *statements: dict[str, Any]) -> Key:
        return Key(*self.account.key_of(name, *statements))

    def client(self, service: str, key: Key | None = None, region: str = REGION) -> Any:
        return client(self.url, service, key or self.admin, region)


def client(url: str, service: str, key: Key, region: str = REGION) -> Any:
    return boto3.Session().client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=key.token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def error(function: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Return the error code and the message of a call."""
    with pytest.raises(ClientError) as caught:
        function(**params)
    details = caught.value.response["Error"]
    return details["Code"], details["Message"]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}"


CREATED: dict[str, Callable[[Emulator], object]] = {
    "dynamodb:CreateTable": lambda aws: create_table(aws, "books"),
    "sqs:CreateQueue": lambda aws: aws.client("sqs").create_queue(QueueName="orders"),
    "sns:CreateTopic": lambda aws: aws.client("sns").create_topic(Name="news"),
    "lambda:CreateFunction": lambda aws: create_function(aws, "hello"),
    "secretsmanager:CreateSecret": lambda aws: aws.client("secretsmanager").create_secret(
        Name="app/db", SecretString="x"
    ),
    "kms:CreateKey": lambda aws: aws.client("kms").create_key(),
    "ssm:PutParameter": lambda aws: aws.client("ssm").put_parameter(Name="/app/a", Value="x", Type="String"),
    "kinesis:CreateStream": lambda aws: aws.client("kinesis").create_stream(StreamName="log", ShardCount=1),
    "events:PutRule": lambda aws: aws.client("events").put_rule(
        Name="rule", EventPattern='{"source": ["x"]}'
    ),
    "states:CreateStateMachine": lambda aws: create_state_machine(aws, "machine"),
}
# A call of each service, the resource that it needs a permission on, and another.
CALLS: dict[str, tuple[str, str, dict[str, Any], str, str]] = {
    "dynamodb": (
        "get_item",
        "dynamodb:GetItem",
        {"TableName": "books", "Key": {"id": {"S": "1"}}},
        arn("dynamodb", "table/books"),
        arn("dynamodb", "table/other"),
    ),
    "sqs": (
        "send_message",
        "sqs:SendMessage",
        {"QueueUrl": f"http://localhost/{ACCOUNT_ID}/orders", "MessageBody": "a=1&Name=2"},
        arn("sqs", "orders"),
        arn("sqs", "order"),
    ),
    "sns": (
        "publish",
        "sns:Publish",
        {"TopicArn": arn("sns", "news"), "Message": "ä & b=1;\n"},
        arn("sns", "news"),
        arn("sns", "other"),
    ),
    "lambda": (
        "get_function",
        "lambda:GetFunction",
        {"FunctionName": "hello"},
        arn("lambda", "function:hello"),
        arn("lambda", "function:hell"),
    ),
    "secretsmanager": (
        "get_secret_value",
        "secretsmanager:GetSecretValue",
        {"SecretId": "app/db"},
        arn("secretsmanager", "secret:app/db-??????"),
        arn("secretsmanager", "secret:app/x-??????"),
    ),
    "kms": ("list_aliases", "kms:ListAliases", {}, "*", arn("kms", "key/1")),
    "ssm": (
        "get_parameter",
        "ssm:GetParameter",
        {"Name": "/app/a"},
        arn("ssm", "parameter/app/*"),
        arn("ssm", "parameter/other/*"),
    ),
    "kinesis": (
        "put_record",
        "kinesis:PutRecord",
        {"StreamName": "log", "Data": b"x", "PartitionKey": "1"},
        arn("kinesis", "stream/log"),
        arn("kinesis", "stream/other"),
    ),
    "events": (
        "put_events",
        "events:PutEvents",
        {"Entries": [{"Source": "x", "DetailType": "y", "Detail": "{}"}]},
        arn("events", "event-bus/default"),
        arn("events", "event-bus/other"),
    ),
    "stepfunctions": (
        "start_execution",
        "states:StartExecution",
        {"stateMachineArn": arn("states", "stateMachine:machine")},
        arn("states", "stateMachine:machine"),
        arn("states", "stateMachine:other"),
    ),
}


def create_table(aws: Emulator, name: str) -> None:
    aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def create_function(aws: Emulator, name: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", "def handler(event, context):\n    return 1\n")
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT_ID}:role/service",
        Handler="main.handler",
        Code={"ZipFile": content.getvalue()},
    )


def create_state_machine(aws: Emulator, name: str) -> None:
    states = {"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}}
    aws.client("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps(states),
        roleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/service",
    )


def create_everything(aws: Emulator) -> None:
    """Create a resource of each service through the proxy, and the role that some have."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    client(aws.direct_url, "iam", aws.admin).create_role(
        RoleName="service", AssumeRolePolicyDocument=document(trust)
    )
    for create in CREATED.values():
        create(aws)
