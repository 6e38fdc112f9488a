"""WSGI middleware (PEP 3333): asks iamd about every request before the application gets it."""

import io
import logging
from collections.abc import Callable, Iterable, Iterator
from http.client import responses
from typing import Any

from iamd.client.client import Iamd
from iamd.client.client_request import ClientRequest, is_for_service
from iamd.client.errors import Denied, Unavailable, bad_request, refusal
from iamd.client.middleware import (
    DEFAULT_MAX_BODY,
    check_max_body,
    headers_of,
    parse_length,
    too_large,
    unavailable,
)
from iamd.client.target import encoded_path

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

CALLER = "iamd.caller"
_LOGGER = logging.getLogger("iamd.client")
_TARGETS = ("RAW_URI", "REQUEST_URI")  # names under which servers tell what the client sent
# Gunicorn takes the mount point from a header, by which a client could choose what is left of the path.
_MOUNTING = ("HTTP_SCRIPT_NAME", "HTTP_PATH_INFO")
# Some servers name headers with underscores so: the real ones are CONTENT_LENGTH and CONTENT_TYPE.
_MISNAMED = ("HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE")
_LEFT_OUT = (*_MISNAMED, "HTTP_TRANSFER_ENCODING")  # the application gets the decoded body
_READ_BYTES = 64 * 1024


class IamdMiddleware:
    """An application that passes on what iamd allows, with the caller in `environ["iamd.caller"]`.

    `service` is the name of the service's definition. Bodies are read before the question, up to `max_body`
    bytes. The application gets neither the client's credentials nor headers that only proxies may set: a
    middleware that reads X-Forwarded-For and its like belongs around this one, not inside.
    """

    def __init__(self, app: Application, iamd: Iamd, service: str, max_body: int = DEFAULT_MAX_BODY) -> None:
        self._app = app
        self._iamd = iamd
        self._service = service
        self._max_body = check_max_body(max_body)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            request = _read_request(environ, self._max_body)
            caller = self._iamd.authorize(self._service, request)
        except Denied as denied:
            return _refuse(environ, start_response, denied)
        except Unavailable as error:
            _LOGGER.warning("iamd: %s", error)
            return _refuse(environ, start_response, unavailable())
        return self._app({**_service_environ(environ, request), CALLER: caller}, start_response)


def _refuse(environ: Environ, start_response: StartResponse, denied: Denied) -> list[bytes]:
    body = b"" if environ.get("REQUEST_METHOD") == "HEAD" else denied.body
    start_response(f"{denied.status} {responses.get(denied.status, 'Refused')}", headers_of(denied, body))
    return [body]


def _read_request(environ: Environ, max_body: int) -> ClientRequest:
    """Return the client's request; Denied if it is too large, incomplete or not certain."""
    path, query = _path(environ), environ.get("QUERY_STRING", "")
    return ClientRequest(
        environ["REQUEST_METHOD"],
        f"{path}?{query}" if query else path,
        environ.get("HTTP_HOST", ""),
        environ["wsgi.url_scheme"],
        environ.get("REMOTE_ADDR", ""),
        tuple(_headers(environ)),
        _read_body(environ, max_body),
    )


def _path(environ: Environ) -> str:
    root, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
    for name in _MOUNTING:
        if name in environ:
            raise bad_request(f"The header {_header_name(name)} could change the path of the request.")
    if path and not path.startswith("/"):
        raise bad_request("The request target must be a path.")
    try:
        decoded = (root + path or "/").encode("latin-1")
    except UnicodeEncodeError:
        raise bad_request("The request target must be a path.") from None
    sent = next((environ[name] for name in _TARGETS if environ.get(name)), None)
    return encoded_path(decoded, sent and str(sent).partition("?")[0])


def _headers(environ: Environ) -> Iterator[tuple[str, str]]:
    """Return the headers; names that have underscores cannot be told from those with hyphens."""
    for name, value in environ.items():
        if name.startswith("HTTP_") and name not in _MISNAMED:
            yield _header_name(name), value
    if environ.get("CONTENT_TYPE"):
        yield "content-type", environ["CONTENT_TYPE"]


def _header_name(name: str) -> str:
    return name[5:].lower().replace("_", "-")


def _service_environ(environ: Environ, request: ClientRequest) -> Environ:
    """Return what the application gets: the request that was decided, and no other."""
    own = {
        name: value
        for name, value in environ.items()
        if not name.startswith("HTTP_") or (name not in _LEFT_OUT and is_for_service(_header_name(name)))
    }
    targets = {name: request.target for name in _TARGETS if name in environ}
    return {
        **own,
        **targets,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
    }


# The body.


def _read_body(environ: Environ, max_body: int) -> bytes:
    length = _content_length(environ)
    if length is not None and length > max_body:
        raise too_large(max_body)
    if environ.get("wsgi.input_terminated"):
        body = _read(environ["wsgi.input"], max_body + 1)
    elif "HTTP_TRANSFER_ENCODING" in environ:
        raise refusal(411, "MissingContentLength", "The request must have a Content-Length.")
    else:
        body = _read(environ["wsgi.input"], length or 0)
    if len(body) > max_body:
        raise too_large(max_body)
    if length is not None and len(body) != length:
        raise bad_request("The body does not have the length of the Content-Length header.")
    return body


def _content_length(environ: Environ) -> int | None:
    """Return the declared length of the body, None if there is none."""
    text = str(environ.get("CONTENT_LENGTH") or "")
    if not text:
        return None
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise bad_request("The request must not have a Content-Length and a Transfer-Encoding.")
    return parse_length(text)


def _read(stream: Any, max_bytes: int) -> bytes:
    """Read until the end, or up to `max_bytes`."""
    chunks, missing = [], max_bytes
    while missing and (chunk := stream.read(min(missing, _READ_BYTES))):
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)
