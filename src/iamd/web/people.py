"""The people's door: a WSGI callable in front of the pages and the console's files."""

import io
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse

import flask
from werkzeug.exceptions import HTTPException

from iamd.api.origin import Origin, Seen
from iamd.core.errors import Fault
from iamd.core.logs import LOGGER
from iamd.web import headers
from iamd.web.console_files import ConsoleFiles
from iamd.web.door import HOME, Door
from iamd.web.forms import Forged
from iamd.web.signin import leave, renew, second, start

Environ = dict[str, Any]

_MOST_BYTES = 64 * 1024
_LENGTH_DIGITS = 6
_STATIC_SECONDS = 3600
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class People:
    """Serves pages on the hosts that are ours; a request's bytes are read before a turn is taken."""

    def __init__(self, here: Door, origin: Origin, turn: AbstractContextManager[None]) -> None:
        self._origin = origin
        self._turn = turn
        self._hosts = _hosts(here.base_url)
        self._pages = pages(here)
        self._console = ConsoleFiles()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        seen = self._seen(environ)
        if seen is None:
            return _plain(start_response, "421 Misdirected Request", _MISDIRECTED)
        body = _body(environ)
        if body is None:
            return _plain(start_response, "413 Content Too Large", "The form is too large.\n")
        secure = "https" if seen.secure else "http"
        if _holds_nul(body, environ["QUERY_STRING"]):
            return _plain(start_response, "400 Bad Request", "The form holds what no form may hold.\n")
        environ |= {"iamd.seen": seen, "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": secure}
        path = environ["PATH_INFO"]
        if path == HOME or path.startswith(f"{HOME}/"):
            return self._console(environ, start_response)
        with self._turn:
            return list(self._pages(environ, start_response))

    def _seen(self, environ: Environ) -> Seen | None:
        """Return where a request came from; None when it was sent to a host that is not ours."""
        try:
            seen = self._origin.see(environ)
        except Fault:
            return None
        return seen if seen.host.lower() in self._hosts else None


def _hosts(base_url: str) -> frozenset[str]:
    """Return the hosts that we go by: the public one, or on a loopback address each name of it."""
    here = urlsplit(base_url)
    port = f":{here.port}" if here.port else ""
    names = _LOOPBACK if here.hostname in ("localhost", "127.0.0.1", "::1") else ()
    return frozenset({here.netloc.lower(), *(f"{name}{port}" for name in names)})


_MISDIRECTED = "This is no host of this server's. Open the address that it printed, or set IAMD_PUBLIC_URL.\n"


def _body(environ: Environ) -> bytes | None:
    length = environ.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in environ or not length.isdecimal() or len(length) > _LENGTH_DIGITS:
        return None
    if int(length) > _MOST_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def _holds_nul(body: bytes, query: str) -> bool:
    """Say whether there is a NUL, plain or encoded, which PostgreSQL cannot keep in a text."""
    return b"\0" in body or b"%00" in body or "%00" in query


def _plain(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    body = text.encode()
    told = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status, [*told, *headers.of_page(scripts=False, secure=False).items()])
    return [body]


class Pages(flask.Flask):
    """Logs what goes wrong by the route that it went wrong on: a path may hold the token of a link."""

    def log_exception(self, exc_info: Any) -> None:
        LOGGER.error("page %s failed", flask.request.url_rule, exc_info=exc_info)


def pages(here: Door) -> flask.Flask:
    """Return the application that renders the pages."""
    folder = Path(__file__).parent
    app = Pages(__name__, root_path=str(folder), static_folder="static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=_MOST_BYTES, SEND_FILE_MAX_AGE_DEFAULT=_STATIC_SECONDS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["iamd"] = here
    for module in (start, second, renew, leave):
        app.register_blueprint(module.routes)
    app.register_error_handler(Forged, _forged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Fault, _fault)
    app.after_request(_with_headers)
    return app


def _with_headers(response: flask.Response) -> flask.Response:
    secure = flask.request.environ["iamd.seen"].secure
    for name, value in headers.of_page(scripts=False, secure=secure).items():
        if name == "Cache-Control" and flask.request.endpoint == "static":
            continue
        response.headers.setdefault(name, value)
    return response


def _forged(_error: Forged) -> flask.Response:
    return _message("stale-form", 403)


def _http_error(error: HTTPException) -> flask.Response:
    status = error.code or 400
    if status >= 500:
        return _message("busy", status)
    return _message("not-found" if status == 404 else "bad-request", status)


def _fault(fault: Fault) -> flask.Response:
    return _message("busy", 503 if fault.code in ("Throttling", "ServiceUnavailable") else fault.status)


def _message(message: str, status: int) -> flask.Response:
    html = flask.render_template("message.html", message=message, scripts=False, next=HOME)
    return flask.Response(html, status=status)
