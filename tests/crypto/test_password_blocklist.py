"""Passwords that others know: the list, an operator's own, and a range look-up at a real HTTP server."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from iamd.core import common
from iamd.crypto.password_blocklist import PasswordBlocklist, read_password_list

BREACHED = "correct horse battery staple 9"


class Ranges(BaseHTTPRequestHandler):
    """Answers a range look-up as the Pwned Passwords API does; keeps the paths that it was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        digest = hashlib.sha1(BREACHED.encode()).hexdigest().upper()
        lines = [f"{digest[5:]}:42", "0018A45C4D1DEF81644B54AB7F969B88D65:1", f"{'F' * 35}:0"]
        body = "\r\n".join(lines).encode()
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def ranges() -> Iterator[str]:
    Ranges.asked = []
    server = HTTPServer(("127.0.0.1", 0), Ranges)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_ten_thousand_common_passwords_are_known() -> None:
    blocklist = PasswordBlocklist()
    assert len(common.passwords()) >= 10_000
    assert all(blocklist.contains(word) for word in common.passwords())


@pytest.mark.parametrize("password", ["password", "PASSWORD", "Password123!", "qwerty2026", "Dragon!!"])
def test_dressing_a_common_password_up_does_not_help(password: str) -> None:
    assert PasswordBlocklist().contains(password)


@pytest.mark.parametrize("password", ["Quiet-Harbor-7291", "x9$Lm2!vTq", "correct horse battery staple"])
def test_a_good_password_is_not_known(password: str) -> None:
    assert not PasswordBlocklist().contains(password)


def test_an_operator_may_add_to_the_list(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("AcmeCorp\nsummer in the city\n")
    blocklist = PasswordBlocklist(read_password_list(file))
    assert blocklist.contains("acmecorp2026")
    assert blocklist.contains("Summer in the City")
    assert not blocklist.contains("winter in the country")


def test_a_range_look_up_tells_five_digits_only(ranges: str) -> None:
    blocklist = PasswordBlocklist(range_url=ranges)
    assert blocklist.contains(BREACHED)
    digest = hashlib.sha1(BREACHED.encode()).hexdigest().upper()
    assert Ranges.asked == [f"/{digest[:5]}"]
    assert not blocklist.contains("another good one 77")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "{ranges}/broken"])
def test_a_look_up_that_fails_says_nothing(ranges: str, url: str) -> None:
    assert not PasswordBlocklist(range_url=url.format(ranges=ranges)).contains(BREACHED)
