"""What the middleware of WSGI and that of ASGI have in common: limits of bodies, and refusals."""

from typing import Final

from iamd.client.errors import Denied, bad_request, refusal

DEFAULT_MAX_BODY: Final = 1024 * 1024
_MAX_BODY: Final = 2 * 1024 * 1024  # what iamd accepts
_MAX_LENGTH_DIGITS: Final = 15


def check_max_body(max_body: int) -> int:
    """Return the maximum of a body, in bytes; ValueError if iamd would not accept it."""
    if not 0 <= max_body <= _MAX_BODY:
        raise ValueError(f"max_body must be 0 to {_MAX_BODY} bytes")
    return max_body


def parse_length(text: str) -> int:
    """Return the value of a Content-Length header; Denied if it is not valid."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_LENGTH_DIGITS):
        raise bad_request("The Content-Length is not valid.")
    return int(text)


def unavailable() -> Denied:
    return refusal(503, "ServiceUnavailable", "Access cannot be checked at the moment. Try again.")


def too_large(max_body: int) -> Denied:
    return refusal(413, "RequestEntityTooLarge", f"The body is larger than {max_body} bytes.")


def headers_of(denied: Denied, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of a refusal with a body, which is empty in the response to HEAD."""
    return [
        ("Content-Type", denied.content_type),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
