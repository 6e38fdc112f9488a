"""The console's static files: paths, response headers and compression."""

import gzip
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from iamd.web.console_files import ConsoleFiles

PAGE = b"<!doctype html><title>iamd</title>"
SCRIPT = b"export const answer = 42;\n"
ASSET = "/console/assets/index-Ab12.js"


class Response:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.partition(" ")[0])
        self.headers = dict(headers)
        self.body = body
        assert len(self.headers) == len(headers), "a header is repeated"


@pytest.fixture
def console_folder(tmp_path: Path) -> Path:
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


def get_file(files: ConsoleFiles, path: str, method: str = "GET", **environ: str) -> Response:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started.extend([status, headers])

    request: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, **environ}
    setup_testing_defaults(request)
    body = b"".join(files(request, start_response))
    return Response(started[0], started[1], body)


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
def test_paths_other_than_assets_serve_the_index_page(console_folder: Path, path: str) -> None:
    response = get_file(ConsoleFiles(console_folder), path)
    assert (response.status, response.body) == (200, PAGE)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("index-Ab12.js", "text/javascript; charset=utf-8"),
        ("index-Cd34.css", "text/css; charset=utf-8"),
        ("font-0-Ef56.woff2", "font/woff2"),
        ("icon-Gh78.svg", "image/svg+xml"),
    ],
)
def test_assets_are_cacheable_as_immutable(console_folder: Path, name: str, content_type: str) -> None:
    response = get_file(ConsoleFiles(console_folder), f"/console/assets/{name}")
    assert response.status == 200
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in response.headers


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
def test_accept_encoding_selects_the_compressed_file(
    console_folder: Path, accepted: str, encoding: str | None
) -> None:
    response = get_file(ConsoleFiles(console_folder), ASSET, HTTP_ACCEPT_ENCODING=accepted)
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Content-Length"] == str(len(response.body))
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    if encoding == "gzip":
        assert gzip.decompress(response.body) == SCRIPT


def test_asset_without_compressed_file_is_sent_uncompressed(console_folder: Path) -> None:
    response = get_file(
        ConsoleFiles(console_folder), "/console/assets/index-Cd34.css", HTTP_ACCEPT_ENCODING="br, gzip"
    )
    assert response.body == b"p{margin:0}"


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
def test_unknown_asset_or_path_traversal_is_not_found(console_folder: Path, name: str) -> None:
    response = get_file(ConsoleFiles(console_folder), f"/console/assets/{name}", HTTP_ACCEPT_ENCODING="gzip")
    assert response.status == 404
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/console", ASSET])
def test_head_has_the_status_and_headers_of_get(console_folder: Path, path: str) -> None:
    files = ConsoleFiles(console_folder)
    get_response, head_response = get_file(files, path), get_file(files, path, "HEAD")
    assert (head_response.status, head_response.headers, head_response.body) == (
        get_response.status,
        get_response.headers,
        b"",
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/console", ASSET])
def test_other_methods_are_not_allowed(console_folder: Path, path: str, method: str) -> None:
    response = get_file(ConsoleFiles(console_folder), path, method)
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/console", ASSET, "/console/assets/unknown.js"])
def test_every_response_has_security_headers(console_folder: Path, path: str) -> None:
    headers = get_file(ConsoleFiles(console_folder), path).headers
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


def test_hsts_is_sent_over_tls(console_folder: Path) -> None:
    response = get_file(ConsoleFiles(console_folder), "/console", **{"wsgi.url_scheme": "https"})
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/console", ASSET])
def test_missing_console_build_is_service_unavailable(tmp_path: Path, path: str) -> None:
    response = get_file(ConsoleFiles(tmp_path / "nothing"), path)
    assert response.status == 503
    assert b"does not include the console" in response.body
