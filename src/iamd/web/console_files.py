"""Static files of the console: the single-page application and its content-hashed assets."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from wsgiref.types import StartResponse

Headers = list[tuple[str, str]]

BUILD_DIR = Path(__file__).parent / "console"

_ASSETS_PATH = "/console/assets/"
_ENCODINGS = {".br": "br", ".gz": "gzip"}  # in order of preference
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_SECURITY_HEADERS = [
    ("Content-Security-Policy", _CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]
_HSTS = ("Strict-Transport-Security", "max-age=31536000")
_PAGE_HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
_TEXT_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
_IMMUTABLE = ("Cache-Control", "public, max-age=31536000, immutable")

_ZERO_QVALUE = re.compile(r"q=0(\.0*)?")
_NOT_BUILT_MESSAGE = (
    "This installation does not include the console. Run `make install`, or install a wheel.\n"
)


class _Asset(NamedTuple):
    """An asset, with its precompressed variants by content encoding."""

    content_type: str
    content: bytes
    compressed: Mapping[str, bytes]

    def negotiate(self, accept_encoding: str) -> tuple[str | None, bytes]:
        """Return the preferred encoding that the client accepts (None: identity) and the encoded content."""
        encodings = _accepted_encodings(accept_encoding)
        for encoding, content in self.compressed.items():
            if encoding in encodings:
                return encoding, content
        return None, self.content


class _Response(NamedTuple):
    status: HTTPStatus
    headers: Headers
    body: bytes


class ConsoleFiles:
    """Serves `/console`: assets by name, and for every other path the page, which does client-side routing.

    All files (4 MB) are read into memory at start. So there is no path traversal, and an upgrade of the
    installation under a running server does not mix old and new files.
    """

    def __init__(self, folder: Path = BUILD_DIR) -> None:
        page = folder / "index.html"
        self._page = page.read_bytes() if page.is_file() else None
        self._assets = _load_assets(folder / "assets")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        status, headers, body = self._respond(environ)
        response_headers = [*headers, ("Content-Length", str(len(body))), *_SECURITY_HEADERS]
        if environ.get("wsgi.url_scheme") == "https":
            response_headers.append(_HSTS)
        start_response(f"{status.value} {status.phrase}", response_headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _respond(self, environ: dict[str, Any]) -> _Response:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            headers = [*_TEXT_HEADERS, ("Allow", "GET, HEAD")]
            return _Response(HTTPStatus.METHOD_NOT_ALLOWED, headers, b"Only GET and HEAD are allowed.\n")
        if self._page is None:
            return _Response(HTTPStatus.SERVICE_UNAVAILABLE, _TEXT_HEADERS, _NOT_BUILT_MESSAGE.encode())
        path: str = environ["PATH_INFO"]
        if path.startswith(_ASSETS_PATH):
            return self._serve_asset(path.removeprefix(_ASSETS_PATH), environ.get("HTTP_ACCEPT_ENCODING", ""))
        return _Response(HTTPStatus.OK, _PAGE_HEADERS, self._page)

    def _serve_asset(self, name: str, accept_encoding: str) -> _Response:
        asset = self._assets.get(name)
        if asset is None:
            return _Response(HTTPStatus.NOT_FOUND, _TEXT_HEADERS, b"File not found.\n")
        encoding, content = asset.negotiate(accept_encoding)
        headers = [("Content-Type", asset.content_type), _IMMUTABLE, ("Vary", "Accept-Encoding")]
        if encoding is not None:
            headers.append(("Content-Encoding", encoding))
        return _Response(HTTPStatus.OK, headers, content)


def _load_assets(folder: Path) -> dict[str, _Asset]:
    contents = {file.name: file.read_bytes() for file in folder.iterdir()} if folder.is_dir() else {}
    return {
        name: _Asset(
            _CONTENT_TYPES.get(Path(name).suffix, "application/octet-stream"),
            content,
            {
                encoding: contents[name + suffix]
                for suffix, encoding in _ENCODINGS.items()
                if name + suffix in contents
            },
        )
        for name, content in contents.items()
        if Path(name).suffix not in _ENCODINGS
    }


def _accepted_encodings(accept_encoding: str) -> set[str]:
    """Return the encodings in `Accept-Encoding` with a nonzero qvalue (RFC 9110, section 12.5.3)."""
    items = (item.partition(";") for item in accept_encoding.lower().split(","))
    return {encoding.strip() for encoding, _, qvalue in items if not _ZERO_QVALUE.fullmatch(qvalue.strip())}
