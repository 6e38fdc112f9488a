"""Requests to AWS's services, as clients send them, and what the map says that they need."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
from botocore.config import Config

from iamd.services.aws import AwsRequestMap
from iamd.services.service_request import MappedRequest, RequiredPermission, ServiceRequest

ACCOUNT, REGION = "123456789012", "eu-central-1"
TARGETS = {
    "dynamodb": "DynamoDB_20120810",
    "events": "AWSEvents",
    "kinesis": "Kinesis_20131202",
    "kms": "TrentService",
    "secretsmanager": "secretsmanager",
    "sqs": "AmazonSQS",
    "ssm": "AmazonSSM",
    "states": "AWSStepFunctions",
}
SIGNATURE = f"Signature={'0' * 64}"
AUTHORIZATION = (
    f"AWS4-HMAC-SHA256 Credential=A/20260101/{REGION}/{{}}/aws4_request, SignedHeaders=h, {SIGNATURE}"
)


def json_request(
    service: str, operation: str, parameters: Any = None, *, body: bytes | None = None, **headers: str
) -> ServiceRequest:
    """Return a request of a JSON protocol; header names have underscores in place of hyphens."""
    content = json.dumps(parameters or {}).encode() if body is None else body
    names = {
        "host": "localhost:5000",
        "authorization": AUTHORIZATION.format("x"),
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"{TARGETS.get(service, service)}.{operation}",
    }
    names.update({name.replace("_", "-"): value for name, value in headers.items()})
    return ServiceRequest("POST", "/", "", names, content)


def form_request(action: str, *, body: str | None = None, **parameters: str) -> ServiceRequest:
    """Return a request of the query protocol; parameters have underscores in place of dots."""
    form = {"Action": action, **{name.replace("_", "."): value for name, value in parameters.items()}}
    headers = {
        "host": "localhost:5000",
        "authorization": AUTHORIZATION.format("x"),
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    }
    content = urlencode(form) if body is None else body
    return ServiceRequest("POST", "/", "", headers, content.encode())


def rest_request(method: str, target: str, content: Any = None, **headers: str) -> ServiceRequest:
    path, _, query = target.partition("?")
    names = {"host": "localhost:5000", "authorization": AUTHORIZATION.format("x")}
    names.update({name.replace("_", "-"): value for name, value in headers.items()})
    body = b"" if content is None else content if isinstance(content, bytes) else json.dumps(content).encode()
    return ServiceRequest(method, path, query, names, body)


def mapped(service: str, request: ServiceRequest) -> MappedRequest:
    """Return what a request needs that is signed for a service."""
    headers = dict(request.headers)
    if headers.get("authorization") == AUTHORIZATION.format("x"):
        headers["authorization"] = AUTHORIZATION.format(service)
    return AwsRequestMap().map_request(request._replace(headers=headers), service, ACCOUNT, REGION)


def permission(service: str, request: ServiceRequest) -> RequiredPermission:
    """Return the only permission that a request needs."""
    (found,) = mapped(service, request).permissions
    return found


def needs(service: str, request: ServiceRequest) -> list[tuple[str, str]]:
    """Return the actions and the resources, those of the account and Region as `:NAME`."""
    prefix = f":{REGION}:{ACCOUNT}:"
    return [
        (found.action, found.resource_arn.replace(f"arn:aws:{service}{prefix}", ":"))
        for found in mapped(service, request).permissions
    ]


def sent_by_boto3(client_name: str, operation: str, parameters: Mapping[str, Any]) -> ServiceRequest:
    """Return the request that boto3 sends, without sending it."""
    try:
        _client(client_name)._make_api_call(operation, dict(parameters))
    except _SentError as sent:
        request = sent.request
    url = urlsplit(request.url)
    body = request.body or b""
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else body.encode()
    return ServiceRequest(request.method, url.path, url.query, {"host": url.netloc, **headers}, content)


class _SentError(Exception):
    """Raised in place of sending a request."""

    def __init__(self, request: Any) -> None:
        super().__init__()
        self.request = request


@lru_cache(maxsize=16)
def _client(name: str) -> Any:
    client = boto3.Session().client(
        name,
        region_name=REGION,
        endpoint_url="http://localhost:5000",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
        config=Config(parameter_validation=False),
    )
    client.meta.events.register("before-send.*.*", _capture)
    return client


def _capture(request: Any, **_: Any) -> None:
    raise _SentError(request)
