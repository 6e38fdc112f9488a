"""The public documents of issuers: a WSGI application for OpenID Connect Discovery 1.0, section 4.

Everybody may read them, so a request costs two look-ups by unique keys and tells nothing but what is
published: an issuer that is disabled looks like one that never was.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from iamd.core import ids
from iamd.core.errors import Fault, InternalFailure
from iamd.core.logs import LOGGER
from iamd.gate.client_info import ProxySettings
from iamd.gate.concurrency_limits import AddressLimits
from iamd.gate.issuers import CONFIGURATION_PATH, JWKS_PATH, PATH_PREFIX, Document, IssuerDirectory

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Verifiers fetch the keys again for a key ID that they do not know, and a new key is published for a day
# before it signs. So this only determines how soon they notice that a key is no longer there.
_CACHED = "public, max-age=900"
_NOT_CACHED = "no-store"
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PATH = re.compile(
    rf"{PATH_PREFIX}({_UUID})({re.escape(CONFIGURATION_PATH)}|{re.escape(JWKS_PATH)})", re.ASCII
)


class _Response(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = (("Cache-Control", _NOT_CACHED),)


_METHOD_NOT_ALLOWED = _Response(
    HTTPStatus.METHOD_NOT_ALLOWED,
    b"Only GET and HEAD are allowed.\n",
    headers=(("Allow", "GET, HEAD"), ("Cache-Control", _NOT_CACHED)),
)


class DiscoveryEndpoint:
    """Serves the configuration and the keys of issuers."""

    def __init__(
        self,
        issuer_directory: IssuerDirectory,
        proxy_settings: ProxySettings,
        execution_slots: AbstractContextManager[None],
        address_limits: AddressLimits,
    ) -> None:
        self._issuer_directory = issuer_directory
        self._proxy_settings = proxy_settings
        self._execution_slots = execution_slots
        self._address_limits = address_limits

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = self._respond(environ)
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("X-Content-Type-Options", "nosniff"),
            *response.headers,
        ]
        start_response(f"{response.status} {response.status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _respond(self, environ: Environ) -> _Response:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _METHOD_NOT_ALLOWED
        try:
            document = self._find_document(environ)
        except Fault as fault:
            return _Response(HTTPStatus(fault.status), f"{fault.message}\n".encode())
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as a failure
            LOGGER.exception("request %s failed", ids.request())
            return _Response(HTTPStatus(InternalFailure.status), b"The request failed. Try again later.\n")
        if document is None:
            return _Response(HTTPStatus.NOT_FOUND, b"Not found.\n")
        body = orjson.dumps(document)
        return _Response(HTTPStatus.OK, body, "application/json", (("Cache-Control", _CACHED),))

    def _find_document(self, environ: Environ) -> Document | None:
        match = _PATH.fullmatch(environ["PATH_INFO"])
        if match is None:
            return None
        issuer_id, path = match.groups()
        find = (
            self._issuer_directory.find_keys
            if path == JWKS_PATH
            else self._issuer_directory.find_configuration
        )
        address = self._proxy_settings.client_info(environ).source_ip
        with self._address_limits.limited(address, 0), self._execution_slots:
            return find(issuer_id)
