"""The console's calls: a session cookie instead of a signature, and only from our own pages.

A cookie goes along with every request to this host, whoever made the browser send it. So it proves a caller
only with POST, an exact `Origin`, a header that no other site's script can set, and no credentials beside it.
"""

from iamd.core.errors import ExpiredToken, MissingAuthenticationToken
from iamd.gate import cookies
from iamd.gate.client_info import ClientInfo
from iamd.gate.credentials import ConsoleCredentials
from iamd.wire.request import Request


def read_credentials(request: Request, client_info: ClientInfo) -> ConsoleCredentials | None:
    """Return the session that the console calls with; None where a request is none of the console's.

    MissingAuthenticationToken when it says that it is, and is not; ExpiredToken when it has no session.
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
