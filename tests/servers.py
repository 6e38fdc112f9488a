"""Servers for the tests: `iamd serve` processes, and accounts in their stores."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from iamd.admin import account_creation
from iamd.admin.account_creation import AccountSpec, NewAccount
from iamd.config import Settings
from iamd.core import clock
from iamd.datastore import Store, open_store
from tests import iamd_client
from tests.in_process import root_client

_POLL_SECONDS = 0.01  # between readiness checks; a busy loop would slow the server's start


class Server(NamedTuple):
    """A running `iamd serve` and its store, which is open in this process too."""

    url: str
    store: Store
    process: subprocess.Popen[str]
    arguments: tuple[str, ...]


class Account(NamedTuple):
    """An account with an administrator."""

    account_id: str
    access_key_id: str
    secret_access_key: str
    server: Server

    def client(self, service: str, key: tuple[str, str] | None = None) -> Any:
        """Return a boto3 client of the administrator or of another access key (ID and secret)."""
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
        """Create a user whose inline policy has these statements; return its IAM client."""
        return self.client("iam", self.key_of(name, *statements))

    def key_of(self, name: str, *statements: dict[str, Any]) -> tuple[str, str]:
        """Create a user whose inline policy has these statements; return its access key."""
        with root_client(self.server.store, self.account_id) as iam:
            iam.create_user(UserName=name)
            if statements:
                iam.put_user_policy(UserName=name, PolicyName="test", PolicyDocument=document(*statements))
            key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]


def document(*statements: dict[str, Any]) -> str:
    """Return a policy document of these statements as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, resource: str | list[str] = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **elements}


def deny(*actions: str, resource: str | list[str] = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": resource, **elements}


@lru_cache(maxsize=256)
def client(url: str, service: str, key: tuple[str, str]) -> Any:
    """Return a boto3 client of a key (its ID and its secret), which does not retry."""
    return iamd_client.client(url, service, key)


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return different ports on which nothing listens.

    They are below those that Linux gives to clients: a connection could take one before its server does.
    """
    with contextlib.ExitStack() as probes:
        ports: list[int] = []
        while len(ports) < count:
            port = random.randrange(10_000, 32_768)
            probe = probes.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # somebody listens there
                probe.bind(("127.0.0.1", port))
                ports.append(port)
    return ports


def command(*arguments: str) -> list[str]:
    """Return the command line of `iamd`."""
    return [sys.executable, "-m", "iamd", *arguments]


def cheap_command(*arguments: str) -> list[str]:
    """Return the command line of an `iamd` with password hashes of minimal cost."""
    return [sys.executable, "-P", str(Path(__file__).with_name("cheap_hashes.py")), *arguments]


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without settings of AWS and iamd, or one that slows imports."""
    excluded = ("AWS_", "IAMD_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(excluded)}
    return {**inherited, "AWS_EC2_METADATA_DISABLED": "true", **variables}


@contextlib.contextmanager
def serving(store: Store, *arguments: str, port: int | None = None, **env: str) -> Iterator[Server]:
    """Serve a store that has an account until the block ends; password hashes have minimal cost."""
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


@contextlib.contextmanager
def serving_new_store(data: Path, **env: str) -> Iterator[Server]:
    """Serve a new SQLite store in a folder, with an account, until the block ends."""
    store = open_store(Settings(data=data))
    create_account_in_store(store)  # otherwise the server creates one and prints its setup link
    with serving(store, "--data", str(data), port=None, **env) as server:
        yield server
    store.database.close()


def wait_ready(server: Server) -> None:
    """Wait until a server is ready; fail with its output if it exits."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(server.process.communicate()[0])
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
            return
        time.sleep(_POLL_SECONDS)
    raise AssertionError("the server did not get ready")


def wait_listening(server: Server) -> None:
    """Wait until a server accepts TCP connections, with or without TLS."""
    port = int(server.url.rpartition(":")[2])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(server.process.communicate()[0])
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(_POLL_SECONDS)
    raise AssertionError("the server did not get ready")


def wait_for_port(port: int, process: subprocess.Popen[str]) -> None:
    """Wait until a process accepts connections to a port of 127.0.0.1; fail with its output if it exits."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(_POLL_SECONDS)
    raise AssertionError("the process did not get ready")


def wait_for_answer(url: str, process: subprocess.Popen[Any], seconds: float) -> None:
    """Wait until a server answers, whatever it does; fail if its process ends, or after some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server at {url} has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(_POLL_SECONDS)
    raise AssertionError(f"the server at {url} did not start")


def create_account(server: Server, account_id: str | None = None) -> Account:
    """Create an account in the server's store."""
    new_account = create_account_in_store(server.store, account_id)
    return Account(
        new_account.account.account_id,
        new_account.access_key_id or "",
        new_account.secret_access_key or "",
        server,
    )


def create_account_in_store(store: Store, account_id: str | None = None) -> NewAccount:
    return account_creation.create(
        store.database, store.vault, AccountSpec(account_id, None, None, "admin"), clock.now()
    )
