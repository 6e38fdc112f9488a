"""Connections to iamd: kept, cut, stalled, of many threads and of forked processes."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from iamd.client import Evaluation, Iamd, Resource, Subject, Unavailable
from iamd.config import Settings
from iamd.datastore import open_store
from tests import servers
from tests.certificates import write_self_signed
from tests.client import relay
from tests.client.conftest import Service
from tests.client.relay import Relay
from tests.client.test_client import to_client_request
from tests.forward_auth import recording_store
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import signed
from tests.servers import allow

BOOK = Resource("library:book", "17")
ALICE, BOB = Subject("user", "alice"), Subject("user", "bob")


@pytest.fixture
def cut(service: Service) -> Iterator[Relay]:
    """Return a relay to iamd, which knows alice, who may read, and bob, who may not."""
    service.account.key_of("alice", allow("library:read"))
    service.account.key_of("bob", allow("library:write"))
    with relay.running(service.account.server.url) as running:
        yield running


def test_connection_is_kept(cut: Relay, service: Service) -> None:
    iamd = Iamd(cut.url, service.api_key)
    for _ in range(20):
        assert iamd.evaluate(ALICE, "read", BOOK)
        assert not iamd.evaluate(BOB, "read", BOOK)
        assert iamd.evaluations([Evaluation(ALICE, "read", BOOK)]) == [True]
        with pytest.raises(ValueError, match="action"):
            iamd.evaluate(ALICE, "", BOOK)
    assert cut.count == 1
    iamd.close()
    assert iamd.evaluate(ALICE, "read", BOOK)
    assert cut.count == 2


def test_question_is_asked_again_if_the_server_has_closed_a_kept_connection(
    cut: Relay, service: Service
) -> None:
    iamd = Iamd(cut.url, service.api_key)
    for number in range(1, 6):
        assert iamd.evaluate(ALICE, "read", BOOK)
        assert cut.count == number
        cut.cut()


def test_answer_that_ends_early_is_none(cut: Relay, service: Service) -> None:
    iamd = Iamd(cut.url, service.api_key, timeout=20)
    for max_bytes in (1, 12, 60, 150):
        cut.max_response_bytes = max_bytes
        with pytest.raises(Unavailable):
            iamd.evaluate(ALICE, "read", BOOK)
    cut.max_response_bytes = None
    assert iamd.evaluate(ALICE, "read", BOOK)


def test_server_that_cannot_be_reached(service: Service) -> None:
    iamd = Iamd(f"http://127.0.0.1:{servers.free_port()}", service.api_key)
    with pytest.raises(Unavailable, match="cannot be reached"):
        iamd.evaluate(ALICE, "read", BOOK)
    request = to_client_request(signed(service.key("ann", "library:*")))
    with pytest.raises(Unavailable, match="cannot be reached"):
        iamd.authorize("library", request)
    with pytest.raises(Unavailable, match="cannot be reached"):
        Iamd("http://nothing.invalid", service.api_key).evaluate(ALICE, "read", BOOK)


def test_server_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        iamd = Iamd(f"http://127.0.0.1:{silent.getsockname()[1]}", "iamd_x", timeout=0.05)
        for _ in range(2):
            with pytest.raises(Unavailable, match=r"within 0\.05 seconds"):
                iamd.evaluate(ALICE, "read", BOOK)


def test_answer_of_another_server_is_none(service: Service) -> None:
    """A URL of another server, which answers 200 to everything, must not open the service."""
    request = to_client_request(signed(service.key("ann", "library:*")))
    with recording_store.running() as other:
        iamd = Iamd(f"http://{other.store.host}", service.api_key)
        with pytest.raises(Unavailable, match="who the caller is"):
            iamd.authorize("library", request)
        with pytest.raises(Unavailable, match="not JSON"):
            iamd.evaluate(ALICE, "read", BOOK)
        with pytest.raises(Unavailable, match="not JSON"):
            iamd.evaluations([Evaluation(ALICE, "read", BOOK)])


def test_hundred_threads(cut: Relay, service: Service) -> None:
    iamd = Iamd(cut.url, service.api_key, timeout=30)

    def ask(number: int) -> bool:
        subject = ALICE if number % 2 else BOB
        return iamd.evaluate(subject, "read", BOOK)

    with ThreadPoolExecutor(100) as threads:
        answers = list(threads.map(ask, range(1000)))
    assert answers == [number % 2 == 1 for number in range(1000)]
    assert cut.count <= 1000


FORK = """
import os, sys
from iamd.client import Iamd, Resource, Subject

iamd = Iamd(sys.argv[1], sys.argv[2])
book = Resource("library:book", "17")
assert iamd.evaluate(Subject("user", "alice"), "read", book)
child = os.fork()
name = "alice" if child else "bob"
for _ in range(200):
    assert iamd.evaluate(Subject("user", name), "read", book) is (name == "alice")
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_forked_process_has_connections_of_its_own(cut: Relay, service: Service) -> None:
    command = [sys.executable, "-c", FORK, cut.url, service.api_key]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert process.returncode == 0, process.stderr
    assert cut.count == 2


def test_certificate_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = write_self_signed(tmp_path, x509.DNSName("localhost"))
    store = open_store(Settings(data=tmp_path / "data"))
    servers.create_account_in_store(store)
    monkeypatch.setattr(servers, "wait_ready", servers.wait_listening)
    arguments = ("--data", str(tmp_path / "data"), "--tls-cert", str(certificate), "--tls-key", str(key))
    with servers.serving(store, *arguments) as server:
        account = servers.create_account(server)
        api_key = create_api_key(account, allow("iamd:EvaluateAccess"))
        account.key_of("alice", allow("library:read"))
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        iamd = Iamd(url, api_key, ca_file=str(certificate))
        assert [iamd.evaluate(ALICE, "read", BOOK) for _ in range(3)] == [True] * 3
        with pytest.raises(Unavailable, match="certificate"):
            Iamd(url, api_key).evaluate(ALICE, "read", BOOK)
        other_name = server.url.replace("http://", "https://")
        with pytest.raises(Unavailable, match="certificate"):
            Iamd(other_name, api_key, ca_file=str(certificate)).evaluate(ALICE, "read", BOOK)
        plain = Iamd(server.url, api_key)
        with pytest.raises(Unavailable):
            plain.evaluate(ALICE, "read", BOOK)
    store.database.close()
