"""API requests of the web console: session cookie instead of a signature, with CSRF protection.

A browser sends the cookie with every request to this host, including those caused by other sites. So the
cookie is accepted only with POST, this server's exact `Origin`, a custom header that scripts of other sites
cannot set, and without any other credentials.
"""

import re

from iamd.core.errors import ExpiredToken, MissingAuthenticationToken
from iamd.gate import cookies
from iamd.gate.client_info import ClientInfo
from iamd.gate.credentials import ConsoleCredentials
from iamd.wire.request import Request

_CREDENTIAL_HEADERS = frozenset({"authorization", "x-amz-security-token"})
_SIGNATURE_PARAMETER = re.compile(rb"(^|&)x-amz-", re.IGNORECASE)


def read_credentials(
    request: Request, client_info: ClientInfo, console_hosts: frozenset[str]
) -> ConsoleCredentials | None:
    """Return the session credentials of a console request; None if the console header is absent.

    Raises MissingAuthenticationToken if a request with the console header fails the CSRF checks, ExpiredToken
    if it has no session cookie.
    """
    headers = request.headers
    if cookies.CONSOLE_HEADER not in headers:
        return None
    origin = f"{'https' if client_info.secure else 'http'}://{client_info.host}"
    is_same_origin = (
        headers[cookies.CONSOLE_HEADER] == "1"
        and client_info.host.lower() in console_hosts
        and request.method == "POST"
        and headers.get("origin") == origin
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and not _has_other_credentials(request)
    )
    if not is_same_origin:
        raise MissingAuthenticationToken("Request is missing Authentication Token")
    token = cookies.read(headers.get("cookie", ""), cookies.name(cookies.SESSION, secure=client_info.secure))
    if not token:
        raise ExpiredToken("You are not signed in.")
    return ConsoleCredentials(token)


def _has_other_credentials(request: Request) -> bool:
    """Return whether a request has a signature or a session token, in its headers, its query or its body.

    Other headers that begin with X-Amz- are none: CloudFront adds some to each request.
    """
    parameters = (request.query.encode("latin-1", "replace"), request.body)
    return not _CREDENTIAL_HEADERS.isdisjoint(request.headers) or any(
        _SIGNATURE_PARAMETER.search(text) for text in parameters
    )
