"""`iamd serve` as a process: its output, its exit, and what it stores."""

import base64
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from iamd.config import Settings
from iamd.datastore import open_store
from iamd.store import login_profiles
from tests import iamd_command, servers
from tests.console_users import PASSWORD, Browser
from tests.servers import command, environment, free_port

MASTER_KEY = base64.b64encode(b"k" * 32).decode()


def start_server(*arguments: str, cwd: Path, **env: str) -> tuple[subprocess.Popen[str], str]:
    """Start `iamd serve`; when it is ready, return the process and its start output."""
    process = subprocess.Popen(
        command("serve", *arguments),
        cwd=cwd,
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = ""
    for line in process.stdout:
        output += line
        if line.startswith("Press Ctrl+C"):
            break
    # Wait: stopping a worker that does not listen yet takes seconds.
    url = re.search(r"http://localhost:(\d+)", output)
    assert url, output
    servers.wait_ready(servers.Server(f"http://127.0.0.1:{url[1]}", None, process, ()))  # type: ignore[arg-type]
    return process, output


def stop_server(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    output = process.communicate(timeout=10)[0]
    assert "Traceback" not in output
    return process.returncode


def create_administrator(cwd: Path) -> tuple[str, str]:
    """Create an account with an administrator; return its access key."""
    account = json.loads(iamd_command.run("init", "--admin", "admin", "--json", cwd=cwd).stdout)
    return account["access_key_id"], account["secret_access_key"]


def setup_path_in(output: str) -> str:
    match = re.search(r"http://localhost:\d+(/setup/\S+)", output)
    assert match
    return match[1]


def test_first_start_prints_a_setup_link(tmp_path: Path) -> None:
    port = free_port()
    process, output = start_server("--port", str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    server = servers.Server(url, None, process, ())  # type: ignore[arg-type]
    servers.wait_ready(server)
    local_url = f"http://localhost:{port}"
    assert "Every signature is verified and every policy is enforced" in output
    assert f"AWS_ENDPOINT_URL_IAM={local_url} AWS_ENDPOINT_URL_STS={local_url}" in output
    assert "aws_secret_access_key" not in output
    path = setup_path_in(output)
    browser = Browser(server)
    page = browser.get(path)
    assert page.title == "Set up your account"
    fields = {"account_name": "Acme", "email": "root@acme.example", "new": PASSWORD, "again": PASSWORD}
    browser.send(page, path, **fields)
    account_id = browser.iamd.get_account()["AccountId"]
    assert f"account {account_id}" in output
    assert stop_server(process) == 0
    assert root_password_hash(tmp_path, account_id).startswith("$argon2id$v=19$m=65536,t=3,p=1$")

    process, output = start_server("--port", str(port), cwd=tmp_path)
    assert "/setup/" not in output
    assert stop_server(process) == 0


def root_password_hash(cwd: Path, account_id: str) -> str:
    """Return the root user's password hash as a server with production settings stored it."""
    store = open_store(Settings(data=cwd / "iamd-data"))
    with store.database.read() as tx:
        profile = login_profiles.find(tx, account_id, account_id)
    store.database.close()
    assert profile is not None
    return profile.hash


def test_two_nodes_starting_concurrently_create_one_account(tmp_path: Path, postgres_url: str) -> None:
    # An empty database, which two nodes migrate and initialize at the same time.
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS together")
        connection.execute("CREATE DATABASE together")
    url = postgres_url.replace("/postgres?", "/together?")
    arguments = ("--database", url, "--master-key-file", "master.key", "--port")
    outputs: list[str] = []

    def node() -> None:
        process, output = start_server(*arguments, str(free_port()), cwd=tmp_path)
        outputs.append(output)
        stop_server(process)

    nodes = [threading.Thread(target=node) for _ in range(2)]
    for thread in nodes:
        thread.start()
    for thread in nodes:
        thread.join()
    assert all("/setup/" in output for output in outputs)
    store = open_store(Settings(database=url, master_key_file=tmp_path / "master.key"))
    from iamd.store import accounts

    with store.database.read() as tx:
        assert len(accounts.list_all(tx)) == 1
    store.database.close()


def test_acknowledged_writes_survive_sigkill(tmp_path: Path) -> None:
    port, key = free_port(), create_administrator(tmp_path)
    process, _ = start_server("--port", str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    acknowledged: list[str] = []
    enough_writes = threading.Event()

    def write(prefix: str) -> None:
        iam = servers.client(url, "iam", key)
        for number in range(10_000):
            try:
                acknowledged.append(iam.create_user(UserName=f"{prefix}-{number}")["User"]["UserName"])
            except (ClientError, BotoCoreError):
                return
            if len(acknowledged) >= 60:
                enough_writes.set()

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    assert enough_writes.wait(30)
    _kill_with_children(process.pid)
    for writer in writers:
        writer.join()
    process.communicate()

    process, _ = start_server("--port", str(port), cwd=tmp_path)
    pages = servers.client(url, "iam", key).get_paginator("list_users").paginate()
    stored = {user["UserName"] for page in pages for user in page["Users"]}
    assert set(acknowledged) <= stored
    assert stop_server(process) == 0


def _kill_with_children(pid: int) -> None:
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    for process_id in (str(pid), *children.stdout.split()):
        subprocess.run(["kill", "-9", process_id], check=False, stderr=subprocess.DEVNULL)


def test_port_in_use_is_reported(tmp_path: Path) -> None:
    port = free_port()
    process, _ = start_server("--port", str(port), cwd=tmp_path)
    result = iamd_command.run_process("serve", "--port", str(port), "--data", "other", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"iamd: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert stop_server(process) == 0


def test_reads_before_shutdown_are_in_the_audit_log(tmp_path: Path) -> None:
    port, key = free_port(), create_administrator(tmp_path)
    process, _ = start_server("--port", str(port), cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    for _ in range(5):
        response = servers.client(url, "iam", key).list_users()
    assert stop_server(process) == 0
    store = open_store(Settings(data=tmp_path / "iamd-data"))
    from iamd.store import accounts, audit

    with store.database.read() as tx:
        (account,) = accounts.list_all(tx)
        audit_log = "".join(event.record for event in audit.list_recent(tx, account.account_id, 100))
    store.database.close()
    assert response["ResponseMetadata"]["RequestId"] in audit_log


def test_several_workers_share_a_store(tmp_path: Path) -> None:
    port, key = free_port(), create_administrator(tmp_path)
    process, _ = start_server("--port", str(port), "--workers", "2", cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    for number in range(20):
        servers.client(url, "iam", key).create_user(UserName=f"user-{number}")
        servers.client(url, "iam", key).get_user(UserName=f"user-{number}")
    assert stop_server(process) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="uses prctl")
def test_worker_stops_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    port = free_port()
    process, _ = start_server("--port", str(port), cwd=tmp_path)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.01)
    raise AssertionError("a worker still serves the port")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_processes_write_no_core_file_and_show_no_secret_in_their_environment(tmp_path: Path) -> None:
    options = ("--port", str(free_port()), "--workers", "2")
    secrets = {
        "IAMD_MASTER_KEY": MASTER_KEY,
        "IAMD_S3_STORE": "http://STOREKEY:storesecret@127.0.0.1:8333",
        "IAMD_SMTP_URL": "smtp://mail:mailsecret@127.0.0.1:25",
    }
    process, _ = start_server(*options, cwd=tmp_path, IAMD_MAIL_FROM="iamd@example.com", **secrets)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    for pid in (process.pid, *children):
        assert re.search(r"Max core file size +0 +0 ", Path(f"/proc/{pid}/limits").read_text())
        variables = Path(f"/proc/{pid}/environ").read_text()
        assert [name for name, secret in secrets.items() if secret in variables] == []
    assert stop_server(process) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="uses prctl")
def test_memory_of_a_protected_process_cannot_be_read_by_its_user() -> None:
    code = (
        "import ctypes; from iamd.core.process_protection import protect_memory; protect_memory(); "
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "0\n"


def test_the_accounts_of_a_store_must_be_set_if_there_are_several(tmp_path: Path) -> None:
    iamd_command.run("init", cwd=tmp_path)
    iamd_command.run("account", "create", "--account-name", "second", cwd=tmp_path)
    store = "http://STOREKEY:storesecret@127.0.0.1:8333"
    result = iamd_command.run_process("serve", "--port", str(free_port()), cwd=tmp_path, IAMD_S3_STORE=store)
    assert result.returncode == 2
    assert result.stderr == (
        "iamd: IAMD_S3_ACCOUNTS must be set: there are several accounts, and the store behind the gateway "
        "would belong to all of them\n"
    )


def test_master_key_is_not_printed(tmp_path: Path) -> None:
    process, output = start_server("--port", str(free_port()), cwd=tmp_path, IAMD_MASTER_KEY=MASTER_KEY)
    process.send_signal(signal.SIGTERM)
    assert MASTER_KEY not in output + process.communicate(timeout=10)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_data_files_are_private(tmp_path: Path) -> None:
    process, _ = start_server("--port", str(free_port()), cwd=tmp_path)
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "iamd-data").iterdir())
    assert stop_server(process) == 0
