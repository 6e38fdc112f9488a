"""An S3 gateway: a real store, iamd, and nginx with the configuration that iamd writes."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests import servers, service_client
from tests.forward_auth import emulator, proxies, seaweedfs
from tests.forward_auth import library as library_service
from tests.forward_auth.emulator import Emulator
from tests.forward_auth.library import Library
from tests.forward_auth.proxy import ASK, STORE, Proxy
from tests.forward_auth.s3_signing import HOST, Key
from tests.forward_auth.seaweedfs import ObjectStore
from tests.in_process import root_client
from tests.servers import Account, Server, allow

REGION = "us-east-1"
ACCOUNT_IDS = [str(100_000_000_000 + number) for number in range(400)]


class Gateway(NamedTuple):
    """A gateway for the buckets of an account."""

    url: str
    account: Account
    store: ObjectStore
    api_key: str

    def s3(self, key: tuple[str, str] | None = None, token: str | None = None, **config: Any) -> Any:
        """Return a boto3 client of the administrator or another access key that uses the gateway."""
        key = key or (self.account.access_key_id, self.account.secret_access_key)
        return s3_client(self.url, key, token, **config)

    @property
    def direct(self) -> Any:
        """A boto3 client with the store's own credentials, past the gateway."""
        return s3_client(f"http://{self.store.host}", (seaweedfs.ACCESS_KEY, seaweedfs.SECRET_KEY))


def s3_client(url: str, key: tuple[str, str], token: str | None = None, **config: Any) -> Any:
    """Return a boto3 client that does not retry and uses path-style addresses."""
    addressing = config.pop("addressing_style", "path")
    return boto3.Session().client(
        "s3",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        aws_session_token=token,
        config=Config(
            signature_version="s3v4",
            retries={"total_max_attempts": 1},
            s3={"addressing_style": addressing},
            **config,
        ),
    )


def error_code(function: Any, **params: Any) -> str:
    """Return the error code of an S3 call, or the status if the response has no body."""
    with pytest.raises(ClientError) as caught:
        function(**params)
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """Return a running store."""
    with seaweedfs.running(tmp_path_factory.mktemp("seaweedfs")) as store:
        yield store


@pytest.fixture(scope="session")
def s3_server(object_store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return an iamd that knows the store."""
    data = tmp_path_factory.mktemp("iamd") / "data"
    accounts = ",".join(ACCOUNT_IDS)
    with servers.serving_new_store(
        data, IAMD_S3_STORE=object_store.url, IAMD_S3_ACCOUNTS=accounts
    ) as running:
        yield running


@pytest.fixture(scope="session")
def account_ids() -> Iterator[str]:
    """Return the IDs of accounts that the store belongs to, once they are created."""
    return iter(ACCOUNT_IDS)


@pytest.fixture
def s3_account(s3_server: Server, account_ids: Iterator[str]) -> Account:
    """Return a new account on that iamd, to which the store belongs."""
    return servers.create_account(s3_server, next(account_ids))


def create_api_key(account: Account, *statements: dict[str, Any], name: str = "gateway") -> str:
    """Create a user with a policy of these statements, and return an API key of it."""
    return service_client.create_api_key(account, name, *statements)


def root_key(account: Account) -> tuple[str, str]:
    """Create an access key of an account's root user, for a server with IAMD_ROOT_ACCESS_KEYS."""
    with root_client(account.server.store, account.account_id) as iam:
        key = iam.create_access_key()["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


@contextlib.contextmanager
def running_nginx(
    folder: Path, server: Server, store: ObjectStore, api_key: str, **env: str
) -> Iterator[str]:
    """Run nginx in front of a store; yield its URL."""
    with proxies.running("nginx", folder, server, api_key, IAMD_S3_STORE=store.url, **env) as url:
        yield url


@pytest.fixture
def gateway(s3_account: Account, object_store: ObjectStore, tmp_path: Path) -> Iterator[Gateway]:
    """Return a running gateway for a new account."""
    api_key = create_api_key(
        s3_account, allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3")
    )
    with running_nginx(tmp_path, s3_account.server, object_store, api_key) as url:
        yield Gateway(url, s3_account, object_store, api_key)


@pytest.fixture(scope="session")
def storeless_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return an iamd that knows a store and hosts, of which none exists."""
    data = tmp_path_factory.mktemp("iamd") / "data"
    settings = {"IAMD_S3_STORE": STORE, "IAMD_S3_HOSTS": HOST, "IAMD_S3_ACCOUNTS": ",".join(ACCOUNT_IDS)}
    with servers.serving_new_store(data, **settings) as running:
        yield running


@pytest.fixture
def proxy(storeless_server: Server, account_ids: Iterator[str]) -> Proxy:
    """Return a proxy of a new account that asks that iamd."""
    account = servers.create_account(storeless_server, next(account_ids))
    return Proxy(account, create_api_key(account, ASK))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Return an emulator of AWS's services behind Envoy and iamd."""
    folder = tmp_path_factory.mktemp("emulator")
    with (
        servers.serving_new_store(folder / "data") as server,
        emulator.running(folder) as moto_url,
    ):
        account = servers.create_account(server, emulator.ACCOUNT_ID)
        options = ("--service", "aws", "--backend", moto_url)
        api_key = create_api_key(account, emulator.ASK)
        with proxies.running("envoy", folder, server, api_key, *options) as url:
            yield Emulator(url, moto_url, account)


@pytest.fixture(scope="session")
def filled(aws: Emulator) -> Emulator:
    """Return that emulator with a resource of each service."""
    emulator.create_everything(aws)
    return aws


@pytest.fixture(scope="module")
def library_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return an iamd that knows a service of one's own."""
    with library_service.serving(tmp_path_factory.mktemp("library")) as server:
        yield server


@pytest.fixture(scope="module", params=proxies.NAMES)
def library(
    request: pytest.FixtureRequest, library_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """Return that service behind each proxy, for a new account."""
    with library_service.running(request.param, tmp_path_factory.mktemp("proxy"), library_server) as running:
        yield running


@pytest.fixture(scope="module")
def reader(library: Library) -> Key:
    """Return the key of a user who may do everything in that service."""
    return library.key("reader", "library:*")
