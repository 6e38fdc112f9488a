"""The console's files, as they were built: one page, and assets whose names tell their content."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from wsgiref.types import StartResponse

Headers = list[tuple[str, str]]

BUILT = Path(__file__).parent / "console"

_ASSETS = "/console/assets/"
_ENCODINGS = {".br": "br", ".gz": "gzip"}  # the best first
_TYPES = {
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
_ALWAYS = [
    ("Content-Security-Policy", _CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]
_HSTS = ("Strict-Transport-Security", "max-age=31536000")
_PAGE = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
_PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
_FOREVER = ("Cache-Control", "public, max-age=31536000, immutable")

_ZERO = re.compile(r"q=0(\.0*)?")
_NOT_BUILT = "The console was not built into this installation. Run `make install`, or install a wheel.\n"


class _Asset(NamedTuple):
    """A file of the page, with the forms of it that were compressed when it was built."""

    content_type: str
    plain: bytes
    compressed: Mapping[str, bytes]

    def form(self, accepted: str) -> tuple[str | None, bytes]:
        """Return the best encoding that a client takes, None for none, and the bytes in it."""
        taken = _taken(accepted)
        for encoding, content in self.compressed.items():
            if encoding in taken:
                return encoding, content
        return None, self.plain


class _Answer(NamedTuple):
    status: HTTPStatus
    headers: Headers
    body: bytes


class ConsoleFiles:
    """Serves what is under `/console`: an asset by its name, and for every other path the page, which routes.

    All of it (4 MB) is read at start: no path is ever put together from a request's, and an installation that
    is renewed under a running server does not mix old and new files.
    """

    def __init__(self, folder: Path = BUILT) -> None:
        page = folder / "index.html"
        self._page = page.read_bytes() if page.is_file() else None
        self._assets = _table(folder / "assets")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        status, headers, body = self._answer(environ)
        told = [*headers, ("Content-Length", str(len(body))), *_ALWAYS]
        if environ.get("wsgi.url_scheme") == "https":
            told.append(_HSTS)
        start_response(f"{status.value} {status.phrase}", told)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: dict[str, Any]) -> _Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            headers = [*_PLAIN, ("Allow", "GET, HEAD")]
            return _Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers, b"Only GET and HEAD are served here.\n")
        if self._page is None:
            return _Answer(HTTPStatus.SERVICE_UNAVAILABLE, _PLAIN, _NOT_BUILT.encode())
        path: str = environ["PATH_INFO"]
        if path.startswith(_ASSETS):
            return self._asset(path.removeprefix(_ASSETS), environ.get("HTTP_ACCEPT_ENCODING", ""))
        return _Answer(HTTPStatus.OK, _PAGE, self._page)

    def _asset(self, name: str, accepted: str) -> _Answer:
        asset = self._assets.get(name)
        if asset is None:
            return _Answer(HTTPStatus.NOT_FOUND, _PLAIN, b"The console has no such file.\n")
        encoding, content = asset.form(accepted)
        headers = [("Content-Type", asset.content_type), _FOREVER, ("Vary", "Accept-Encoding")]
        if encoding is not None:
            headers.append(("Content-Encoding", encoding))
        return _Answer(HTTPStatus.OK, headers, content)


def _table(folder: Path) -> dict[str, _Asset]:
    content = {file.name: file.read_bytes() for file in folder.iterdir()} if folder.is_dir() else {}
    return {
        name: _Asset(
            _TYPES.get(Path(name).suffix, "application/octet-stream"),
            plain,
            {encoding: content[name + end] for end, encoding in _ENCODINGS.items() if name + end in content},
        )
        for name, plain in content.items()
        if Path(name).suffix not in _ENCODINGS
    }


def _taken(accepted: str) -> set[str]:
    """Return the encodings that `Accept-Encoding` names and does not weigh with zero (RFC 9110, 12.5.3)."""
    items = (item.partition(";") for item in accepted.lower().split(","))
    return {encoding.strip() for encoding, _, weight in items if not _ZERO.fullmatch(weight.strip())}
