"""The web application: a WSGI callable that serves the Flask pages and the console's static files."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse

import flask
from werkzeug.exceptions import HTTPException

from iamd.core.errors import Fault, MalformedInput, Throttling
from iamd.core.execution_slots import ExecutionSlots
from iamd.core.logs import LOGGER
from iamd.gate import cookies
from iamd.gate.client_info import ClientInfo, ProxySettings, console_hosts
from iamd.gate.request_bodies import RequestBodies
from iamd.signin import device_cookies
from iamd.web import security_headers
from iamd.web.console_files import ConsoleFiles
from iamd.web.context import CONSOLE_PATH, WebContext
from iamd.web.forms import CsrfError
from iamd.web.signin import mfa, new_password, sign_in, sign_out

Environ = dict[str, Any]

_MAX_BODY_BYTES = 64 * 1024
_MAX_LENGTH_DIGITS = 6
_STATIC_MAX_AGE_SECONDS = 3600


class WebApp:
    """Serves requests for this server's host names; other hosts get 421.

    The body is read before an execution slot is acquired, so that slow clients do not occupy one.
    """

    def __init__(
        self,
        web_context: WebContext,
        proxy_settings: ProxySettings,
        execution_slots: ExecutionSlots,
        request_bodies: RequestBodies,
    ) -> None:
        self._services = web_context.services
        self._proxy_settings = proxy_settings
        self._execution_slots = execution_slots
        self._request_bodies = request_bodies
        self._console_hosts = console_hosts(web_context.base_url)
        self._flask_app = create_flask_app(web_context)
        self._console_files = ConsoleFiles()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        client_info = self._client_info(environ)
        if client_info is None:
            return _text_response(start_response, "421 Misdirected Request", _MISDIRECTED_MESSAGE)
        length = _content_length(environ)
        if length is None:
            return _text_response(start_response, "413 Content Too Large", "The form is too large.\n")
        try:
            body = self._request_bodies.receive(
                client_info.source_ip, client_info.peer, length, environ["wsgi.input"].read
            )
        except Throttling as fault:
            return _text_response(start_response, "503 Service Unavailable", f"{fault.message}\n")
        except MalformedInput as fault:
            return _text_response(start_response, "400 Bad Request", f"{fault.message}\n")
        scheme = "https" if client_info.secure else "http"
        if _contains_nul(body, environ["QUERY_STRING"]):
            return _text_response(
                start_response, "400 Bad Request", "The request contains a NUL character.\n"
            )
        environ |= {
            "iamd.client_info": client_info,
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": scheme,
        }
        path = environ["PATH_INFO"]
        if path == CONSOLE_PATH or path.startswith(f"{CONSOLE_PATH}/"):
            return self._console_files(environ, start_response)
        known = self._is_known_device(environ, client_info)
        try:
            with self._execution_slots if known else self._execution_slots.for_stranger():
                return list(self._flask_app(environ, start_response))
        except Throttling as fault:
            return _text_response(start_response, "503 Service Unavailable", f"{fault.message}\n")

    def _is_known_device(self, environ: Environ, client_info: ClientInfo) -> bool:
        """Return whether any user signed in on the client's device before; nothing is looked up for that."""
        name = cookies.name(cookies.DEVICE, secure=client_info.secure)
        cookie = cookies.read(environ.get("HTTP_COOKIE", ""), name)
        return device_cookies.is_authentic(self._services.sealing_key, cookie, self._services.epoch())

    def _client_info(self, environ: Environ) -> ClientInfo | None:
        """Return the client info; None if the host is not this server's or a proxy header is invalid."""
        try:
            client_info = self._proxy_settings.client_info(environ)
        except Fault:
            return None
        return client_info if client_info.host.lower() in self._console_hosts else None


_MISDIRECTED_MESSAGE = (
    "This server is not configured for this host name. Open the address it printed, or set IAMD_PUBLIC_URL.\n"
)


def _content_length(environ: Environ) -> int | None:
    """Return the length of the form; None if it is too large or unknown."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in environ or not length.isdecimal() or len(length) > _MAX_LENGTH_DIGITS:
        return None
    return int(length) if int(length) <= _MAX_BODY_BYTES else None


def _contains_nul(body: bytes, query: str) -> bool:
    """Return whether there is a NUL, plain or percent-encoded; PostgreSQL cannot store it in text."""
    return b"\0" in body or b"%00" in body or "%00" in query


def _text_response(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    body = text.encode()
    response_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(
        status, [*response_headers, *security_headers.page_headers(allow_scripts=False, secure=False).items()]
    )
    return [body]


class FlaskApp(flask.Flask):
    """A Flask application that logs exceptions by route, since paths may contain one-time tokens."""

    def log_exception(self, exc_info: Any) -> None:
        LOGGER.error("page %s failed", flask.request.url_rule, exc_info=exc_info)


def create_flask_app(web_context: WebContext) -> flask.Flask:
    """Create the Flask application of the sign-in pages."""
    folder = Path(__file__).parent
    app = FlaskApp(__name__, root_path=str(folder), static_folder="static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BODY_BYTES, SEND_FILE_MAX_AGE_DEFAULT=_STATIC_MAX_AGE_SECONDS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["iamd"] = web_context
    for module in (sign_in, mfa, new_password, sign_out):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(CsrfError, _handle_csrf_error)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(Fault, _handle_fault)
    app.after_request(_add_security_headers)
    return app


def _add_security_headers(response: flask.Response) -> flask.Response:
    secure = flask.request.environ["iamd.client_info"].secure
    for name, value in security_headers.page_headers(allow_scripts=False, secure=secure).items():
        if name == "Cache-Control" and flask.request.endpoint == "static":
            continue
        response.headers.setdefault(name, value)
    return response


def _handle_csrf_error(_error: CsrfError) -> flask.Response:
    return _render_message("stale-form", 403)


def _handle_http_error(error: HTTPException) -> flask.Response:
    status = error.code or 400
    if status >= 500:
        return _render_message("busy", status)
    return _render_message("not-found" if status == 404 else "bad-request", status)


def _handle_fault(fault: Fault) -> flask.Response:
    return _render_message(
        "busy", 503 if fault.code in ("Throttling", "ServiceUnavailable") else fault.status
    )


def _render_message(message: str, status: int) -> flask.Response:
    html = flask.render_template("message.html", message=message, scripts=False, next=CONSOLE_PATH)
    return flask.Response(html, status=status)
