"""An emulator of AWS's services behind Envoy and iamd: the policies of iamd count, with every SDK's requests."""

import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
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
from tests.forward_auth.s3_signing import Key
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


def function_code() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", "def handler(event, context):\n    return 'hello'\n")
    return content.getvalue()


def create_everything(aws: Emulator) -> None:
    """Create a resource of each service as the administrator, by boto3 and through Envoy."""
    with contextlib.suppress(ClientError):
        aws.client("dynamodb").create_table(
            TableName="books",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
