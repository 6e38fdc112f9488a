"""The console's files: what is answered to which path, and with which headers."""

import gzip
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from iamd.web.console_files import ConsoleFiles

PAGE = b"<!doctype html><title>iamd</title>"
SCRIPT = b"export const answer = 42;\n"
ASSET = "/console/assets/index-Ab12.js"


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.partition(" ")[0])
        self.headers = dict(headers)
        self.body = body
        assert len(self.headers) == len(headers), "a header was told twice"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    assets = tmp_path / "console" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "console" / "index.html").write_bytes(PAGE)
    (tmp_path / "secret.txt").write_text("nobody may read this")
    (assets / "index-Ab12.js").write_bytes(SCRIPT)
    (assets / "index-Ab12.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "index-Ab12.js.br").write_bytes(b"as brotli has it")
    (assets / "index-Cd34.css").write_bytes(b"p{margin:0}")
    (assets / "font-0-Ef56.woff2").write_bytes(b"wOF2")
    (assets / "icon-Gh78.svg").write_bytes(b"<svg/>")
    return tmp_path / "console"


def ask(files: ConsoleFiles, path: str, method: str = "GET", **environ: str) -> Answer:
    told: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        told.extend([status, headers])

    request: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, **environ}
    setup_testing_defaults(request)
    body = b"".join(files(request, start_response))
    return Answer(told[0], told[1], body)


@pytest.mark.parametrize(
    "path",
    [
        "/console",
        "/console/",
        "/console/iam",
        "/console/iam/users/details/alice",
        "/console/assets",
        "/console/..;/x",
    ],
)
def test_every_path_that_is_no_asset_answers_the_page(built: Path, path: str) -> None:
    answer = ask(ConsoleFiles(built), path)
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("index-Ab12.js", "text/javascript; charset=utf-8"),
        ("index-Cd34.css", "text/css; charset=utf-8"),
        ("font-0-Ef56.woff2", "font/woff2"),
        ("icon-Gh78.svg", "image/svg+xml"),
    ],
)
def test_an_asset_is_kept_for_ever(built: Path, name: str, content_type: str) -> None:
    answer = ask(ConsoleFiles(built), f"/console/assets/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("br; q=0.000, gzip; q=0", None),
        ("br;q=1.0", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_an_asset_is_sent_as_it_was_compressed(built: Path, accepted: str, encoding: str | None) -> None:
    answer = ask(ConsoleFiles(built), ASSET, HTTP_ACCEPT_ENCODING=accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    if encoding == "gzip":
        assert gzip.decompress(answer.body) == SCRIPT


def test_what_was_not_compressed_is_sent_plain(built: Path) -> None:
    answer = ask(ConsoleFiles(built), "/console/assets/index-Cd34.css", HTTP_ACCEPT_ENCODING="br, gzip")
    assert answer.body == b"p{margin:0}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "unknown.js",
        "index-Ab12.js.gz",
        "index-Ab12.js.br",
        "../index.html",
        "../../secret.txt",
        "..\\..\\secret.txt",
        "/etc/passwd",
        "./index-Ab12.js",
        "index-Ab12.js\0",
        "index-Ab12.js/",
    ],
)
def test_only_names_of_assets_are_found(built: Path, name: str) -> None:
    answer = ask(ConsoleFiles(built), f"/console/assets/{name}", HTTP_ACCEPT_ENCODING="gzip")
    assert answer.status == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/console", ASSET])
def test_head_tells_what_get_would(built: Path, path: str) -> None:
    files = ConsoleFiles(built)
    got, told = ask(files, path), ask(files, path, "HEAD")
    assert (told.status, told.headers, told.body) == (got.status, got.headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/console", ASSET])
def test_other_methods_are_refused(built: Path, path: str, method: str) -> None:
    answer = ask(ConsoleFiles(built), path, method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/console", ASSET, "/console/assets/unknown.js"])
def test_every_answer_binds_the_page_to_this_site(built: Path, path: str) -> None:
    headers = ask(ConsoleFiles(built), path).headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert (
        policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["font-src"] == "'self'"
    )
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["trusted-types"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_over_tls_a_browser_is_told_to_stay_there(built: Path) -> None:
    answer = ask(ConsoleFiles(built), "/console", **{"wsgi.url_scheme": "https"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/console", ASSET])
def test_without_the_built_files_it_says_so(tmp_path: Path, path: str) -> None:
    answer = ask(ConsoleFiles(tmp_path / "nothing"), path)
    assert answer.status == 503
    assert b"was not built" in answer.body
