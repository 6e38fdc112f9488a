"""Real parts for the tests: a server process, a PostgreSQL, accounts in their stores."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from botocore.config import Config

from iamd.admin import account_creation
from iamd.admin.account_creation import AccountSpec, NewAccount
from iamd.app import Store
from iamd.core import clock
from tests import iamd_client
from tests.in_process import root_client

_BETWEEN = 0.01  # seconds between two looks at a server that starts: looking on and on would keep it from it


class Server(NamedTuple):
    """A running `iamd serve` and the store behind it, open in this process too."""

    url: str
    store: Store
    process: subprocess.Popen[str]
    arguments: tuple[str, ...]


class Account(NamedTuple):
    """An account of its own for a test, with an administrator."""

    account_id: str
    access_key_id: str
    secret_access_key: str
    server: Server

    def client(self, service: str, key: tuple[str, str] | None = None) -> Any:
        """Return a boto3 client, as the administrator or with another key (its ID and its secret)."""
        return client(self.server.url, service, key or (self.access_key_id, self.secret_access_key))

    @property
    def iam(self) -> Any:
        return self.client("iam")

    @property
    def iamd(self) -> Any:
        return self.client("iamd")

    @property
    def sts(self) -> Any:
        return self.client("sts")

    def user(self, name: str, *statements: dict[str, Any]) -> Any:
        """Make a user whose inline policy has these statements; return its IAM client."""
        return self.client("iam", self.key_of(name, *statements))

    def key_of(self, name: str, *statements: dict[str, Any]) -> tuple[str, str]:
        """Make a user whose inline policy has these statements; return its access key."""
        with root_client(self.server.store, self.account_id) as iam:
            iam.create_user(UserName=name)
            if statements:
                iam.put_user_policy(UserName=name, PolicyName="test", PolicyDocument=document(*statements))
            made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]


def document(*statements: dict[str, Any]) -> str:
    """Return a policy of these statements as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": resource, **more}


@lru_cache(maxsize=256)
def client(url: str, service: str, key: tuple[str, str]) -> Any:
    """Return a boto3 client of a key; it does not retry, so that a test sees the first answer."""
    return iamd_client.session().client(
        service,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        config=Config(retries={"total_max_attempts": 1}),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: str) -> list[str]:
    """Return the command line of `iamd`."""
    return [sys.executable, "-m", "iamd", *arguments]


def cheap_command(*arguments: str) -> list[str]:
    """Return the command line of an `iamd` whose password hashes are cheap."""
    return [sys.executable, "-P", str(Path(__file__).with_name("cheaply.py")), *arguments]


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without settings of AWS's or ours, or one that slows every start."""
    dropped = ("AWS_", "IAMD_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "AWS_EC2_METADATA_DISABLED": "true", **more}


@contextlib.contextmanager
def serving(store: Store, *arguments: str, port: int | None = None, **env: str) -> Iterator[Server]:
    """Serve a store that has an account already, until the block ends; its password hashes are cheap."""
    port = port or free_port()
    process = subprocess.Popen(
        cheap_command("serve", "--port", str(port), *arguments),
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(f"http://127.0.0.1:{port}", store, process, arguments)
    try:
        wait_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)


def wait_ready(server: Server) -> None:
    """Wait until a server answers; fail with what it printed when it ends instead."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(server.process.communicate()[0])
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
            return
        time.sleep(_BETWEEN)
    raise AssertionError("the server did not get ready")


def wait_listening(server: Server) -> None:
    """Wait until a server takes connections, whatever it speaks."""
    port = int(server.url.rpartition(":")[2])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(server.process.communicate()[0])
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(_BETWEEN)
    raise AssertionError("the server did not get ready")


def found(server: Server, account_id: str | None = None) -> Account:
    """Make an account in the server's store."""
    made = make_account(server.store, account_id)
    return Account(made.account.account_id, made.access_key_id or "", made.secret_access_key or "", server)


def make_account(store: Store, account_id: str | None = None) -> NewAccount:
    return account_creation.create(
        store.database, store.vault, AccountSpec(account_id, None, None, "admin"), clock.now()
    )
