"""Password blocklist: common passwords, an operator's list, and range queries to an HTTP server."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from iamd.core import common
from iamd.crypto.password_blocklist import PasswordBlocklist, read_password_list

BREACHED = "correct horse battery staple 9"


class PwnedPasswordsHandler(BaseHTTPRequestHandler):
    """Responds to range queries like the Pwned Passwords API; records the requested paths."""

    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        digest = hashlib.sha1(BREACHED.encode()).hexdigest().upper()
        lines = [f"{digest[5:]}:42", "0018A45C4D1DEF81644B54AB7F969B88D65:1", f"{'F' * 35}:0"]
        body = "\r\n".join(lines).encode()
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def range_url() -> Iterator[str]:
    PwnedPasswordsHandler.paths = []
    server = HTTPServer(("127.0.0.1", 0), PwnedPasswordsHandler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_common_passwords_are_blocked() -> None:
    blocklist = PasswordBlocklist()
    assert len(common.passwords()) >= 10_000
    assert all(blocklist.contains(word) for word in common.passwords())


@pytest.mark.parametrize("password", ["password", "PASSWORD", "Password123!", "qwerty2026", "Dragon!!"])
def test_variant_of_a_common_password_is_blocked(password: str) -> None:
    assert PasswordBlocklist().contains(password)


@pytest.mark.parametrize("password", ["Quiet-Harbor-7291", "x9$Lm2!vTq", "correct horse battery staple"])
def test_strong_password_is_not_blocked(password: str) -> None:
    assert not PasswordBlocklist().contains(password)


def test_operator_list_is_added(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("AcmeCorp\nsummer in the city\n")
    blocklist = PasswordBlocklist(read_password_list(file))
    assert blocklist.contains("acmecorp2026")
    assert blocklist.contains("Summer in the City")
    assert not blocklist.contains("winter in the country")


def test_range_query_sends_only_five_digits_of_the_hash(range_url: str) -> None:
    blocklist = PasswordBlocklist(range_url=range_url)
    assert blocklist.contains(BREACHED)
    digest = hashlib.sha1(BREACHED.encode()).hexdigest().upper()
    assert PwnedPasswordsHandler.paths == [f"/{digest[:5]}"]
    assert not blocklist.contains("another good one 77")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "{range_url}/broken"])
def test_failed_range_query_blocks_nothing(range_url: str, url: str) -> None:
    assert not PasswordBlocklist(range_url=url.format(range_url=range_url)).contains(BREACHED)
