"""Requests that an emulator of AWS's services reads differently than AWS, and forged ones."""

import hashlib
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.forward_auth import proxies
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.emulator import ACCOUNT_ID, ASK, REGION, Emulator, arn, error
from tests.forward_auth.proxy import Proxy
from tests.forward_auth.s3_signing import Key, S3Request
from tests.servers import allow

# One emulator for all of them.
pytestmark = pytest.mark.xdist_group("emulator")

FORM = "application/x-www-form-urlencoded"


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
        "sqs", FORM_HEADERS, b"Action=ListQueues", target=f"/{ACCOUNT_ID}/orders"
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


@pytest.fixture(scope="session")
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
