"""An emulator of AWS's services behind Envoy and iamd: iamd's policies count, by boto3 and by hand."""

import hashlib
import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests import servers
from tests.api.test_audit import eventually
from tests.forward_auth import emulator, proxies
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.proxy import Proxy
from tests.forward_auth.s3_signing import Key, S3Request
from tests.in_process import root_client
from tests.servers import Account, allow, deny, document

REGION = "eu-central-1"
ASK = allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/aws")
FORM = "application/x-www-form-urlencoded"


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


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("emulator")
    with (
        servers.serving_new_store(folder / "data") as server,
        emulator.running(folder) as moto_url,
    ):
        account = servers.create_account(server, emulator.ACCOUNT_ID)
        options = ("--service", "aws", "--backend", moto_url)
        with proxies.running("envoy", folder, server, create_api_key(account, ASK), *options) as url:
            yield Emulator(url, moto_url, account)


def error(function: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Return the error code and the message of a call."""
    with pytest.raises(ClientError) as caught:
        function(**params)
    details = caught.value.response["Error"]
    return details["Code"], details["Message"]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{emulator.ACCOUNT_ID}:{resource}"


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
        {"QueueUrl": f"http://localhost/{emulator.ACCOUNT_ID}/orders", "MessageBody": "a=1&Name=2"},
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
        Role=f"arn:aws:iam::{emulator.ACCOUNT_ID}:role/service",
        Handler="main.handler",
        Code={"ZipFile": content.getvalue()},
    )


def create_state_machine(aws: Emulator, name: str) -> None:
    states = {"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}}
    aws.client("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps(states),
        roleArn=f"arn:aws:iam::{emulator.ACCOUNT_ID}:role/service",
    )


@pytest.fixture(scope="module")
def filled(aws: Emulator) -> Emulator:
    """Return the emulator with a resource of each service, created through Envoy."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    client(aws.direct_url, "iam", aws.admin).create_role(
        RoleName="service", AssumeRolePolicyDocument=document(trust)
    )
    for create in CREATED.values():
        create(aws)
    return aws


@pytest.mark.parametrize("service", CALLS)
def test_a_permission_on_the_resource_allows(filled: Emulator, service: str) -> None:
    method, action, parameters, resource, other = CALLS[service]
    reader = filled.user(f"{service}-reader", allow(action, resource=resource))
    stranger = filled.user(f"{service}-stranger", allow(action, resource=other), allow("iam:*"))
    getattr(filled.client(service, reader), method)(**parameters)
    code, message = error(getattr(filled.client(service, stranger), method), **parameters)
    assert code == ("AuthorizationError" if service == "sns" else "AccessDeniedException")
    assert f"user/{service}-stranger is not authorized to perform: {action} on resource: " in message
    assert message.endswith(f"because no identity-based policy allows the {action} action")


def test_region_is_that_of_the_signature(aws: Emulator) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    resource = f"arn:aws:sqs:eu-west-1:{emulator.ACCOUNT_ID}:*"
    key = aws.user("regional", allow("sqs:CreateQueue", resource=resource, Condition=condition))
    aws.client("sqs", key, "eu-west-1").create_queue(QueueName="regional")
    assert error(aws.client("sqs", key).create_queue, QueueName="regional")[0] == "AccessDeniedException"
    assert aws.client("sqs", region="eu-west-1").list_queues()["QueueUrls"][0].endswith("/regional")


def test_deny_counts(aws: Emulator) -> None:
    create_table(aws, "denied")
    key = aws.user(
        "denied", allow("dynamodb:*"), deny("dynamodb:Delete*", resource=arn("dynamodb", "table/denied"))
    )
    dynamodb = aws.client("dynamodb", key)
    dynamodb.put_item(TableName="denied", Item={"id": {"S": "1"}})
    assert "explicit deny" in error(dynamodb.delete_table, TableName="denied")[1]
    assert "explicit deny" in error(dynamodb.delete_item, TableName="denied", Key={"id": {"S": "1"}})[1]


def test_each_table_of_a_batch_needs_a_permission(aws: Emulator) -> None:
    create_table(aws, "mine")
    create_table(aws, "yours")
    dynamodb = aws.client(
        "dynamodb", aws.user("batch", allow("dynamodb:*", resource=arn("dynamodb", "table/mine")))
    )
    put = {"PutRequest": {"Item": {"id": {"S": "1"}}}}
    dynamodb.batch_write_item(RequestItems={"mine": [put]})
    assert "table/yours" in error(dynamodb.batch_write_item, RequestItems={"mine": [put], "yours": [put]})[1]
    transaction = [{"Put": {"TableName": name, "Item": {"id": {"S": "2"}}}} for name in ("mine", "yours")]
    dynamodb.transact_write_items(TransactItems=transaction[:1])
    assert "dynamodb:PutItem" in error(dynamodb.transact_write_items, TransactItems=transaction)[1]
    assert aws.client("dynamodb").scan(TableName="yours")["Count"] == 0


def test_leading_keys(aws: Emulator) -> None:
    create_table(aws, "rows")
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    dynamodb = aws.client(
        "dynamodb", aws.user("row", allow("dynamodb:*Item", "dynamodb:Query", Condition=condition))
    )
    dynamodb.put_item(TableName="rows", Item={"id": {"S": "row"}})
    assert dynamodb.get_item(TableName="rows", Key={"id": {"S": "row"}})["Item"]
    for key in ("admin", "Row"):
        error(dynamodb.get_item, TableName="rows", Key={"id": {"S": key}})
    query = {"TableName": "rows", "KeyConditionExpression": "id = :i"}
    dynamodb.query(**query, ExpressionAttributeValues={":i": {"S": "row"}})
    error(dynamodb.query, **query, ExpressionAttributeValues={":i": {"S": "admin"}})


def test_session_policy_counts(filled: Emulator) -> None:
    user = filled.user("federating", allow("sqs:*", "sts:GetFederationToken"))
    sts = filled.account.client("sts", (user.access_key_id, user.secret_access_key))
    policy = document(allow("sqs:GetQueueAttributes"))
    session = sts.get_federation_token(Name="guest", Policy=policy)["Credentials"]
    sqs = filled.client(
        "sqs", Key(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    )
    queue = CALLS["sqs"][2]["QueueUrl"]
    sqs.get_queue_attributes(QueueUrl=queue)
    code, message = error(sqs.send_message, QueueUrl=queue, MessageBody="x")
    assert (code, "no session policy allows" in message) == ("AccessDeniedException", True)


def test_deleted_key_is_dead(aws: Emulator) -> None:
    key = aws.user("leaver", allow("sqs:ListQueues"))
    sqs = aws.client("sqs", key)
    sqs.list_queues()
    with root_client(aws.account.server.store, aws.account.account_id) as iam:
        iam.delete_access_key(UserName="leaver", AccessKeyId=key.access_key_id)
    assert error(sqs.list_queues)[0] == "InvalidClientTokenId"


def test_another_account_is_denied(aws: Emulator) -> None:
    stranger = servers.create_account(aws.account.server)
    key = Key(stranger.access_key_id, stranger.secret_access_key)
    for service, method in (("sqs", "list_queues"), ("sns", "list_topics"), ("lambda", "list_functions")):
        code, _ = error(getattr(aws.client(service, key), method))
        assert code.startswith("A")  # AccessDenied… or AuthorizationError


def test_decisions_are_recorded(filled: Emulator) -> None:
    recorded = filled.user("recorded", allow("sqs:SendMessage"))
    sqs = filled.client("sqs", recorded)
    sqs.send_message(**CALLS["sqs"][2])
    error(sqs.purge_queue, QueueUrl=CALLS["sqs"][2]["QueueUrl"])
    (denied,) = eventually(filled.account, "PurgeQueue")
    assert (denied["eventSource"], denied["errorCode"]) == ("sqs.amazonaws.com", "AccessDenied")
    assert denied["awsRegion"] == REGION
    assert denied["requestParameters"]["resource"] == arn("sqs", "orders")


# What an emulator would read differently. The client may list queues, tables and functions, and nothing else.


class Sent(NamedTuple):
    """A request as a client signs it."""

    service: str
    headers: dict[str, str]
    body: bytes = b"{}"
    method: str = "POST"
    target: str = "/"

    def send(self, url: str, key: Key, changed: dict[str, str] | None = None) -> tuple[int, bytes]:
        request = AWSRequest(self.method, url + self.target, self.headers, self.body)
        SigV4Auth(Credentials(*key), self.service, REGION).add_auth(request)
        headers = {**dict(request.headers.items()), **(changed or {})}
        sent = urllib.request.Request(url + self.target, self.body or None, headers, method=self.method)
        try:
            with urllib.request.urlopen(sent, timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()


def json_call(service: str, target: str, content: Any = None, **headers: str) -> Sent:
    names = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
    names.update({name.replace("__", "-"): value for name, value in headers.items()})
    return Sent(service, names, content if isinstance(content, bytes) else json.dumps(content or {}).encode())


LIST_TABLES = "DynamoDB_20120810.ListTables"
SECRET = b'{"SecretId": "app/open"%s}'
OTHER_SECRET = {"SecretId": "app/db"}
FORM_HEADERS = {"Content-Type": f"{FORM}; charset=utf-8"}
TRICKS: dict[str, Sent] = {
    "an action in the query": json_call("dynamodb", LIST_TABLES)._replace(
        target="/?Action=DeleteTable&TableName=precious"
    ),
    "an action in JSON that looks like a form": json_call(
        "dynamodb", LIST_TABLES, b'{"TableName":"precious","x":"&Action=DeleteTable&"}'
    ),
    "an action in a header": Sent(
        "lambda", {"Action": "DeleteFunction"}, b"", "GET", "/2015-03-31/functions/"
    ),
    "a parameter in JSON that looks like a form": json_call(
        "secretsmanager", "secretsmanager.GetSecretValue", SECRET % b', "x": "&SecretId=app/db&y="'
    ),
    "a parameter that is encoded in it": json_call(
        "secretsmanager", "secretsmanager.GetSecretValue", SECRET % b', "x": "&%53ecretId=app/db&y="'
    ),
    "a parameter twice": json_call(
        "secretsmanager", "secretsmanager.GetSecretValue", SECRET % b', "SecretId": "app/db"'
    ),
    "a parameter in another case": json_call(
        "secretsmanager", "secretsmanager.GetSecretValue", SECRET % b', "secretId": "app/db"'
    ),
    "a target with another target": json_call("dynamodb", f"{LIST_TABLES},DynamoDB_20120810.DeleteTable"),
    "a target with two operations": json_call("dynamodb", "DynamoDB_20120810.ListTables.DeleteTable"),
    "another account": json_call("dynamodb", LIST_TABLES, x__moto__account__id="999999999999"),
    "another Region by the user agent": json_call("dynamodb", LIST_TABLES, User__Agent="x region/us-east-1"),
    "another Region by the host": json_call("dynamodb", LIST_TABLES, Host="dynamodb.us-east-1.amazonaws.com"),
    "another service by the host": json_call("dynamodb", LIST_TABLES, Host="s3.amazonaws.com"),
    "a target for a REST service": Sent(
        "lambda", {"X-Amz-Target": "x.DeleteFunction"}, b"", "GET", "/2015-03-31/functions"
    ),
    "an action for a REST service": Sent(
        "lambda", {}, b"", "GET", "/2015-03-31/functions?Action=DeleteFunction&FunctionName=hello"
    ),
    "actions in query and body": Sent(
        "sns", FORM_HEADERS, b"Action=ListTopics", target="/?Action=DeleteTopic"
    ),
    "two actions in the body": Sent("sns", FORM_HEADERS, b"Action=ListTopics&Action=DeleteTopic"),
    "an action in another case": Sent("sns", FORM_HEADERS, b"Action=ListTopics&action=DeleteTopic"),
    "a form to a path of another queue": Sent(
        "sqs", FORM_HEADERS, b"Action=ListQueues", target=f"/{emulator.ACCOUNT_ID}/orders"
    ),
    "a page of the emulator": Sent("s3", {}, b"", "POST", "/moto-api/reset"),
    "a page of the emulator, for a REST service": Sent("lambda", {}, b"", "POST", "/moto-api/reset"),
    "a service that is not mapped": Sent("ec2", FORM_HEADERS, b"Action=DescribeInstances"),
    "PartiQL": json_call(
        "dynamodb", "DynamoDB_20120810.ExecuteStatement", {"Statement": "SELECT * FROM books"}
    ),
    "dot segments": Sent("lambda", {}, b"", "GET", "/2015-03-31/x/../functions"),
    "compression": json_call("dynamodb", LIST_TABLES, Content__Encoding="gzip"),
    "no JSON": json_call("dynamodb", LIST_TABLES, b"Action=DeleteTable&TableName=precious"),
}


@pytest.fixture(scope="module")
def lister(filled: Emulator) -> Key:
    lists = ("dynamodb:ListTables", "sqs:ListQueues", "sns:ListTopics", "lambda:ListFunctions")
    secret = arn("secretsmanager", "secret:app/open-??????")
    return filled.user("lister", allow(*lists), allow("secretsmanager:GetSecretValue", resource=secret))


@pytest.mark.parametrize("name", TRICKS)
def test_request_that_an_emulator_reads_differently_is_refused(
    filled: Emulator, lister: Key, name: str
) -> None:
    assert json_call("dynamodb", LIST_TABLES).send(filled.url, lister)[0] == 200
    status, body = TRICKS[name].send(filled.url, lister)
    assert status in (400, 403, 404), body
    assert b"books" not in body


def test_forged_requests_are_refused(filled: Emulator, lister: Key) -> None:
    call = json_call("dynamodb", LIST_TABLES)
    assert call.send(filled.url, lister._replace(secret_access_key="x" * 40))[0] == 403
    assert call.send(filled.url, Key("AKIAAAAAAAAAAAAAAAAA", "x" * 40))[0] == 403
    assert call._replace(service="sqs").send(filled.url, lister)[0] == 403
    for header in ("X-Amz-Target", "X-Amz-Date", "Host", "Authorization"):
        assert call.send(filled.url, lister, {header: "x"})[0] in (400, 403, 404)
    underscored = {"X_Amz_Target": "DynamoDB_20120810.DeleteTable"}
    assert json.loads(call.send(filled.url, lister, underscored)[1])["TableNames"]
    unsigned = urllib.request.Request(filled.url, urlencode({"Action": "ListTopics"}).encode())
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(unsigned, timeout=20)
    with refused.value:
        assert b"<Code>MissingAuthenticationToken</Code>" in refused.value.read()


def test_large_body_is_refused(filled: Emulator, lister: Key) -> None:
    """Envoy reads up to 1 MiB; what it does not pass to iamd, it does not pass to the emulator."""
    call = json_call("dynamodb", LIST_TABLES, b'{"x": "' + b"a" * 1_100_000 + b'"}')
    assert call.send(filled.url, lister)[0] == 413


def test_traefik_passes_bodies_on_too(filled: Emulator, lister: Key, tmp_path: Path) -> None:
    options = ("--service", "aws", "--backend", filled.direct_url)
    api_key = create_api_key(filled.account, ASK, name="traefik")
    with proxies.running("traefik", tmp_path, filled.account.server, api_key, *options) as url:
        through_traefik = filled._replace(url=url)
        assert "books" in through_traefik.client("dynamodb", lister).list_tables()["TableNames"]
        assert through_traefik.client("sns", lister).list_topics()["Topics"]
        code, message = error(through_traefik.client("dynamodb", lister).delete_table, TableName="books")
        assert (code, "dynamodb:DeleteTable" in message) == ("AccessDeniedException", True)
        code, _ = error(through_traefik.client("lambda", lister).delete_function, FunctionName="hello")
        assert code == "AccessDeniedException"


def test_proxy_that_passes_no_bodies_on(filled: Emulator, lister: Key) -> None:
    """The refusal says what to use instead."""
    request = AWSRequest("POST", "http://localhost/", {"X-Amz-Target": LIST_TABLES}, b"{}")
    request.headers["X-Amz-Content-Sha256"] = hashlib.sha256(b"{}").hexdigest()
    SigV4Auth(Credentials(*lister), "dynamodb", REGION).add_auth(request)
    headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
    asker = Proxy(filled.account, create_api_key(filled.account, ASK, name="bodiless"))
    described = asker.headers(S3Request("POST", "/", {**headers, "host": "localhost"}))
    response = asker.ask("/forward-auth/aws", {**described, "X-Original-Content-Length": "2"})
    error_document = json.loads(response.body)
    assert (response.status, response.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert "Envoy and Traefik do" in error_document["message"]


def test_asker_needs_the_permission(filled: Emulator, lister: Key) -> None:
    other = allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3")
    asker = Proxy(filled.account, create_api_key(filled.account, other, name="other"))
    response = asker.ask("/forward-auth/aws", asker.headers(S3Request("POST", "/", {"host": "localhost"})))
    assert (response.status, json.loads(response.body)["__type"]) == (403, "AccessDeniedException")
