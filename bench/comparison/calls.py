"""Signed requests to a service, and what it says to them."""

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from unittest import mock

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from tests.forward_auth.s3_signing import Key

REGION = "us-east-1"
_CODE = re.compile(rb'<Code>([^<]+)</Code>|"(?:__type|code)": ?"(?:[^"#]*#)?([^"]+)"', re.IGNORECASE)


class Call(NamedTuple):
    """A request that changes something: a message for a queue, or an object for a bucket."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Outcome(NamedTuple):
    """Whether a request was served; if not, the error code or the status that it got."""

    served: bool
    code: str = ""

    def __str__(self) -> str:
        return "**served**" if self.served else f"refused: `{self.code}`"


class SetupFailed(Exception):
    """What a case needs could not be set up."""


def send(
    url: str, call: Call, key: Key | None, *, age: timedelta = timedelta(0), sent: bytes = b""
) -> Outcome:
    """Send a request that was signed some time ago; `sent` is another body than the signed one."""
    request = AWSRequest(call.method, url + call.path, dict(call.headers), call.body)
    if key is not None:
        signer = S3SigV4Auth if call.service == "s3" else SigV4Auth
        with mock.patch("botocore.auth.get_current_datetime", return_value=datetime.now(UTC) - age):
            signer(Credentials(*key), call.service, REGION).add_auth(request)
    prepared = urllib.request.Request(
        url + call.path, sent or call.body, dict(request.headers.items()), method=call.method
    )
    try:
        with urllib.request.urlopen(prepared, timeout=30) as response:
            return Outcome(served=response.status < 300)
    except urllib.error.HTTPError as error:
        with error:
            match = _CODE.search(error.read())
            code = next((group.decode() for group in match.groups() if group), "") if match else ""
            return Outcome(served=False, code=code or str(error.code))


def outcome(function: Callable[..., Any], **parameters: Any) -> Outcome:
    """Return what a call of boto3 gets."""
    try:
        function(**parameters)
    except ClientError as error:
        return Outcome(served=False, code=_error_code(error))
    return Outcome(served=True)


def _error_code(error: ClientError) -> str:
    """Return the error code, or the status of a response without one."""
    metadata = error.response["ResponseMetadata"]
    return str(error.response.get("Error", {}).get("Code", metadata["HTTPStatusCode"]))


def set_up(function: Callable[..., Any], **parameters: Any) -> Any:
    """Return the response of a call of boto3; SetupFailed if there is none."""
    try:
        return function(**parameters)
    except ClientError as error:
        raise SetupFailed(f"`{error.operation_name}`: `{_error_code(error)}`") from error
    except (BotoCoreError, ResponseParserError) as error:
        raise SetupFailed(f"the server fails ({type(error).__name__})") from error
