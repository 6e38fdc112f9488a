"""ASGI middleware (version 3.0): asks iamd about every request before the application gets it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from iamd.client.client import Iamd
from iamd.client.client_request import ClientRequest, is_for_service
from iamd.client.errors import Denied, Unavailable, bad_request
from iamd.client.middleware import (
    DEFAULT_MAX_BODY,
    check_max_body,
    headers_of,
    parse_length,
    too_large,
    unavailable,
)
from iamd.client.target import encoded_path

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = dict[str, str]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CALLER = "iamd.caller"
_LOGGER = logging.getLogger("iamd.client")
_HTTP_SCHEMES = {"ws": "http", "wss": "https"}
_SINGLE = ("host", "authorization", "content-length", "content-type")
_WEBSOCKET_RESPONSE = "websocket.http.response"  # the extension by which a handshake is refused with a body


class _Disconnected(Exception):
    """The client has left before its request was complete."""


class IamdMiddleware:
    """An application that passes on what iamd allows, with the caller in `scope["iamd.caller"]`.

    `service` is the name of the service's definition. Bodies are read before the question, up to `max_body`
    bytes. The handshake of a WebSocket is decided as the GET request that it is; what is sent afterwards is
    not. The application gets neither the client's credentials nor headers that only proxies may set, nor
    headers with underscores in their names, which other programs read as hyphens: a middleware that reads
    X-Forwarded-For and its like belongs around this one, not inside.
    """

    def __init__(self, app: Application, iamd: Iamd, service: str, max_body: int = DEFAULT_MAX_BODY) -> None:
        self._app = app
        self._iamd = iamd
        self._service = service
        self._max_body = check_max_body(max_body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve_http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._serve_websocket(scope, receive, send)
        else:
            raise ValueError(f"requests of the type {scope['type']} cannot be decided")

    async def _serve_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = _merged_headers(scope)
            body = await _read_body(headers, receive, self._max_body)
            request = _read_request(scope, scope["method"], headers, body)
            own_scope = await self._authorize(scope, request)
        except _Disconnected:
            return
        except Denied as denied:
            await _refuse_http(scope, send, denied)
            return
        await self._app(own_scope, _replay({"type": "http.request", "body": body}, receive), send)

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connect = await receive()
        try:
            own_scope = await self._authorize(scope, _read_request(scope, "GET", _merged_headers(scope), b""))
        except Denied as denied:
            await _refuse_websocket(scope, send, denied)
            return
        await self._app(own_scope, _replay(connect, receive), send)

    async def _authorize(self, scope: Scope, request: ClientRequest) -> Scope:
        """Return the scope that the application gets; Denied if it gets none."""
        try:
            caller = await asyncio.to_thread(self._iamd.authorize, self._service, request)
        except Unavailable as error:
            _LOGGER.warning("iamd: %s", error)
            raise unavailable() from error
        return {**_service_scope(scope, request), CALLER: caller}


def _read_request(scope: Scope, method: str, headers: Headers, body: bytes) -> ClientRequest:
    """Return the client's request; Denied if it is not certain what it is."""
    path, query = _path(scope), scope.get("query_string", b"").decode("latin-1")
    scheme = str(scope.get("scheme", "http"))
    return ClientRequest(
        method,
        f"{path}?{query}" if query else path,
        headers.get("host", ""),
        _HTTP_SCHEMES.get(scheme, scheme),
        str((scope.get("client") or ("",))[0]),
        tuple(headers.items()),
        body,
    )


def _path(scope: Scope) -> str:
    root, path, raw_path = scope.get("root_path", ""), scope["path"], scope.get("raw_path")
    if root.rstrip("/") and not f"{path}/".startswith(f"{root.rstrip('/')}/"):
        raise bad_request("The path is not below the path of the application.")
    try:
        decoded = path.encode()
    except UnicodeEncodeError:
        raise bad_request("The path is not valid UTF-8.") from None
    return encoded_path(decoded, None if raw_path is None else raw_path.decode("latin-1"))


def _merged_headers(scope: Scope) -> Headers:
    """Return the values of headers by their names in lower case, without names that have an underscore.

    Values of a repeated header become one, as iamd reads them: an application that takes the first or the
    last one would get another value than the one that was decided.
    """
    headers: Headers = {}
    for encoded_name, encoded_value in scope["headers"]:
        name, value = encoded_name.decode("latin-1").lower(), encoded_value.decode("latin-1")
        if name in headers and name in _SINGLE:
            raise bad_request(f"The request must have one {name.title()} header.")
        if "_" not in name:
            separator = "; " if name == "cookie" else ","
            headers[name] = f"{headers[name]}{separator}{value}" if name in headers else value
    return headers


def _service_scope(scope: Scope, request: ClientRequest) -> Scope:
    """Return what the application gets: the request that was decided, and no other."""
    path, _, query = request.target.partition("?")
    headers = {name: value for name, value in request.headers if is_for_service(name)}
    if scope["type"] == "http":
        headers.pop("transfer-encoding", None)
        headers["content-length"] = str(len(request.body))
    return {
        **scope,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
    }


async def _read_body(headers: Headers, receive: Receive, max_body: int) -> bytes:
    """Read the body; Denied if it is too large or has another length than the client says."""
    length = _content_length(headers)
    if length is not None and length > max_body:
        raise too_large(max_body)
    body, is_complete = bytearray(), False
    while not is_complete:
        message = await receive()
        if message["type"] != "http.request":
            raise _Disconnected
        body += message.get("body", b"")
        if len(body) > max_body:
            raise too_large(max_body)
        is_complete = not message.get("more_body", False)
    if length is not None and len(body) != length:
        raise bad_request("The body does not have the length of the Content-Length header.")
    return bytes(body)


def _content_length(headers: Headers) -> int | None:
    text = headers.get("content-length")
    if text is None:
        return None
    if "transfer-encoding" in headers:
        raise bad_request("The request must not have a Content-Length and a Transfer-Encoding.")
    return parse_length(text)


def _replay(first: Message, receive: Receive) -> Receive:
    """Return a `receive` whose first message is one that has been received before."""
    messages = [first]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


async def _refuse_http(scope: Scope, send: Send, denied: Denied) -> None:
    body = b"" if scope["method"] == "HEAD" else denied.body
    await _send_response(send, "http.response", denied, body)


async def _refuse_websocket(scope: Scope, send: Send, denied: Denied) -> None:
    """Refuse a handshake; a server without the extension answers 403 without a body."""
    if _WEBSOCKET_RESPONSE in (scope.get("extensions") or {}):
        await _send_response(send, _WEBSOCKET_RESPONSE, denied, denied.body)
    else:
        await send({"type": "websocket.close", "code": 1008})


async def _send_response(send: Send, kind: str, denied: Denied, body: bytes) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers_of(denied, body)]
    await send({"type": f"{kind}.start", "status": denied.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
