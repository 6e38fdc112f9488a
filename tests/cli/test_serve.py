"""`iamd serve` as a process: what it says, how it ends, what it keeps."""

import json
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from iamd.app import open_store
from iamd.config import Settings
from iamd.store import login_profiles
from tests import running, servers
from tests.people import PASSWORD, Browser
from tests.servers import command, environment, free_port


def started(*arguments: str, cwd: Path) -> tuple[subprocess.Popen[str], str]:
    """Start `iamd serve`; return it, once it is ready, with what it says when it starts."""
    process = subprocess.Popen(
        command("serve", *arguments),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Press Ctrl+C"):
            break
    # A worker that is told to stop before it listens is waited for in vain, for seconds.
    url = re.search(r"http://localhost:(\d+)", said)
    assert url, said
    servers.wait_ready(servers.Server(f"http://127.0.0.1:{url[1]}", None, process, ()))  # type: ignore[arg-type]
    return process, said


def stopped(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=10)[0]
    assert "Traceback" not in rest
    return process.returncode


def administrator(cwd: Path) -> tuple[str, str]:
    """Make an account with an administrator; return its access key."""
    made = json.loads(running.iamd("init", "--admin", "admin", "--json", cwd=cwd).stdout)
    return made["access_key_id"], made["secret_access_key"]


def link_in(said: str) -> str:
    found = re.search(r"http://localhost:\d+(/setup/\S+)", said)
    assert found
    return found[1]


def test_the_first_start_prints_a_link_to_set_the_account_up(tmp_path: Path) -> None:
    port = free_port()
    process, said = started("--port", str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    server = servers.Server(url, None, process, ())  # type: ignore[arg-type]
    servers.wait_ready(server)
    local = f"http://localhost:{port}"
    assert "Every signature is verified and every policy is enforced" in said
    assert f"AWS_ENDPOINT_URL_IAM={local} AWS_ENDPOINT_URL_STS={local}" in said
    assert "aws_secret_access_key" not in said
    path = link_in(said)
    browser = Browser(server)
    page = browser.get(path)
    assert page.title == "Set up your account"
    fields = {"account_name": "Acme", "email": "root@acme.example", "new": PASSWORD, "again": PASSWORD}
    browser.send(page, path, **fields)
    account_id = browser.iamd.get_account()["AccountId"]
    assert f"account {account_id}" in said
    assert stopped(process) == 0
    assert hash_of_root(tmp_path, account_id).startswith("$argon2id$v=19$m=65536,t=3,p=1$")

    process, said = started("--port", str(port), cwd=tmp_path)
    assert "/setup/" not in said
    assert stopped(process) == 0


def hash_of_root(cwd: Path, account_id: str) -> str:
    """Return how a server that people would run keeps the password of its root user."""
    opened = open_store(Settings(data=cwd / "iamd-data"))
    with opened.database.read() as tx:
        held = login_profiles.find(tx, account_id, account_id)
    opened.database.close()
    assert held is not None
    return held.hash


def test_two_nodes_that_start_together_make_one_account(tmp_path: Path, postgres_url: str) -> None:
    # A database of this test's own, and two nodes that migrate and found it at the same time.
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS together")
        connection.execute("CREATE DATABASE together")
    url = postgres_url.replace("/postgres?", "/together?")
    arguments = ("--database", url, "--master-key-file", "master.key", "--port")
    said: list[str] = []

    def node() -> None:
        process, words = started(*arguments, str(free_port()), cwd=tmp_path)
        said.append(words)
        stopped(process)

    nodes = [threading.Thread(target=node) for _ in range(2)]
    for thread in nodes:
        thread.start()
    for thread in nodes:
        thread.join()
    assert all("/setup/" in words for words in said)
    opened = open_store(Settings(database=url, master_key_file=tmp_path / "master.key"))
    from iamd.store import accounts

    with opened.database.read() as tx:
        assert len(accounts.list_all(tx)) == 1
    opened.database.close()


def test_an_acknowledged_write_survives_kill_9(tmp_path: Path) -> None:
    port, key = free_port(), administrator(tmp_path)
    process, _ = started("--port", str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    acknowledged: list[str] = []
    enough = threading.Event()

    def write(prefix: str) -> None:
        iam = servers.client(url, "iam", key)
        for number in range(10_000):
            try:
                acknowledged.append(iam.create_user(UserName=f"{prefix}-{number}")["User"]["UserName"])
            except (ClientError, BotoCoreError):
                return
            if len(acknowledged) >= 60:
                enough.set()

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    assert enough.wait(30)
    _kill_family(process.pid)
    for writer in writers:
        writer.join()
    process.communicate()

    process, _ = started("--port", str(port), cwd=tmp_path)
    pages = servers.client(url, "iam", key).get_paginator("list_users").paginate()
    kept = {user["UserName"] for page in pages for user in page["Users"]}
    assert set(acknowledged) <= kept
    assert stopped(process) == 0


def _kill_family(pid: int) -> None:
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    for victim in (str(pid), *children.stdout.split()):
        subprocess.run(["kill", "-9", victim], check=False, stderr=subprocess.DEVNULL)


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    port = free_port()
    process, _ = started("--port", str(port), cwd=tmp_path)
    done = running.process("serve", "--port", str(port), "--data", "other", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"iamd: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert stopped(process) == 0


def test_what_was_read_before_a_stop_is_recorded(tmp_path: Path) -> None:
    port, key = free_port(), administrator(tmp_path)
    process, _ = started("--port", str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    for _ in range(5):
        answer = servers.client(url, "iam", key).list_users()
    assert stopped(process) == 0
    opened = open_store(Settings(data=tmp_path / "iamd-data"))
    from iamd.store import accounts, audit

    with opened.database.read() as tx:
        (account,) = accounts.list_all(tx)
        recorded = "".join(event.record for event in audit.list_recent(tx, account.account_id, 100))
    opened.database.close()
    assert answer["ResponseMetadata"]["RequestId"] in recorded


def test_several_workers_serve_one_store(tmp_path: Path) -> None:
    port, key = free_port(), administrator(tmp_path)
    process, _ = started("--port", str(port), "--workers", "2", cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    for number in range(20):
        servers.client(url, "iam", key).create_user(UserName=f"user-{number}")
        servers.client(url, "iam", key).get_user(UserName=f"user-{number}")
    assert stopped(process) == 0


def test_secrets_do_not_reach_the_workers_environment(tmp_path: Path) -> None:
    import base64

    key = base64.b64encode(b"k" * 32).decode()
    port = free_port()
    process = subprocess.Popen(
        command("serve", "--port", str(port)),
        cwd=tmp_path,
        env=environment(IAMD_MASTER_KEY=key),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    servers.wait_ready(servers.Server(f"http://127.0.0.1:{port}", None, process, ()))  # type: ignore[arg-type]
    process.send_signal(signal.SIGTERM)
    assert key not in process.communicate(timeout=10)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_process_runs_with_private_files(tmp_path: Path) -> None:
    process, _ = started("--port", str(free_port()), cwd=tmp_path)
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "iamd-data").iterdir())
    assert stopped(process) == 0
