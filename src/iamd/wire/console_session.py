"""API requests of the web console: session cookie instead of a signature, with CSRF protection.

A browser sends the cookie with every request to this host, including those caused by other sites. So the
cookie is accepted only with POST, this server's exact `Origin`, a custom header that scripts of other sites
cannot set, and without any other credentials.
"""

from iamd.core.errors import ExpiredToken, MissingAuthenticationToken
from iamd.gate import cookies
from iamd.gate.client_info import ClientInfo
from iamd.gate.credentials import ConsoleCredentials
from iamd.wire.request import Request


def read_credentials(request: Request, client_info: ClientInfo) -> ConsoleCredentials | None:
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
        and request.method == "POST"
        and headers.get("origin") == origin
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and "authorization" not in headers
        and "x-amz-" not in request.query.lower()
    )
    if not is_same_origin:
        raise MissingAuthenticationToken("Request is missing Authentication Token")
    token = cookies.read(headers.get("cookie", ""), cookies.name(cookies.SESSION, secure=client_info.secure))
    if not token:
        raise ExpiredToken("You are not signed in.")
    return ConsoleCredentials(token)
