"""Requests that iamd sends to the store itself, because it needs their bodies or their results."""

import hashlib
import http.client
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple

from iamd.core.errors import ServiceUnavailable
from iamd.forward_auth import store_signature
from iamd.forward_auth.backend import Backend
from iamd.wire.request import Request

_TIMEOUT_SECONDS = 60
_SENT_PREFIXES = ("x-amz-", "if-")
_MAX_RESPONSE_BYTES = 8 * 1024 * 1024


class StoreResponse(NamedTuple):
    """The store's response to a request."""

    status: int
    content_type: str
    body: bytes


class StoreClient:
    """Sends signed requests to the store; `suspended` releases the execution slot meanwhile."""

    def __init__(self, backend: Backend, suspended: Callable[[], AbstractContextManager[None]]) -> None:
        self._backend = backend
        self._suspended = suspended

    def send(self, request: Request, path: str, now: datetime) -> StoreResponse:
        """Send a client's request with its body, signed for the store.

        `path` is the path-style path, percent-encoded. Raises ServiceUnavailable if the store cannot be
        reached.
        """
        digest = hashlib.sha256(request.body).hexdigest()
        headers = {**request.headers, "x-amz-content-sha256": digest}
        signature = store_signature.sign(request._replace(headers=headers), path, self._backend, now)
        sent_headers = {
            **{name: value for name, value in headers.items() if name.startswith(_SENT_PREFIXES)},
            "host": self._backend.host,
            "authorization": signature.authorization,
            "x-amz-date": signature.date,
        }
        sent_headers.pop("x-amz-security-token", None)
        if request.body:
            md5 = hashlib.md5(request.body, usedforsecurity=False).digest()
            sent_headers |= {"content-type": "application/xml", "content-md5": b64encode(md5).decode()}
        with self._suspended():
            return self._exchange(request.method, signature.target, request.body, sent_headers)

    def _exchange(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> StoreResponse:
        connection = self._connect()
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read(_MAX_RESPONSE_BYTES)
            return StoreResponse(response.status, response.headers.get("Content-Type", ""), content)
        except (OSError, http.client.HTTPException) as error:
            raise ServiceUnavailable("The store cannot be reached.") from error
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        if self._backend.scheme == "http":
            return http.client.HTTPConnection(self._backend.host, timeout=_TIMEOUT_SECONDS)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._backend.host, timeout=_TIMEOUT_SECONDS, context=context)
