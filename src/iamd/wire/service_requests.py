"""Requests of services that ask iamd: their bodies, within what an address may have at the same time."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from iamd.gate.client_info import ClientInfo, ProxySettings
from iamd.gate.concurrency_limits import AddressLimits
from iamd.gate.request_bodies import SMALL_BODY_BYTES, RequestBodies, parse_length
from iamd.gate.request_context import MAX_USER_AGENT_LENGTH, RequestContext

_REGION = "us-east-1"


class ServiceRequests(NamedTuple):
    """Receives requests of services; the limits are those of a worker process."""

    proxy_settings: ProxySettings
    execution_slots: AbstractContextManager[None]
    request_bodies: RequestBodies
    address_limits: AddressLimits

    @contextlib.contextmanager
    def received(
        self,
        environ: Mapping[str, Any],
        request_id: str,
        max_bytes: int,
        check_credentials: Callable[[str], None],
    ) -> Iterator[tuple[bytes, RequestContext]]:
        """Yield the body and the context of a request, which is handled in the block.

        `check_credentials` gets the service's address and raises a Fault if it cannot be authenticated: a
        large body is read after that only.
        """
        client_info = self.proxy_settings.client_info(environ)
        body = self._body(environ, client_info, max_bytes, check_credentials)
        context = RequestContext(
            request_id,
            client_info.source_ip,
            str(environ.get("HTTP_USER_AGENT", ""))[:MAX_USER_AGENT_LENGTH],
            "",
            client_info.secure,
            _REGION,
            peer=client_info.source_ip,
        )
        with self.address_limits.limited(client_info.source_ip, len(body)), self.execution_slots:
            yield body, context

    def _body(
        self,
        environ: Mapping[str, Any],
        client_info: ClientInfo,
        max_bytes: int,
        check_credentials: Callable[[str], None],
    ) -> bytes:
        length = parse_length(environ, max_bytes)
        if not length:
            return b""
        if length > SMALL_BODY_BYTES:
            with self.execution_slots:
                check_credentials(client_info.source_ip)
        read = environ["wsgi.input"].read
        return self.request_bodies.receive(client_info.source_ip, client_info.peer, length, read)
