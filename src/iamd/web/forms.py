"""CSRF protection of forms: a token bound to a cookie, and the Origin and Sec-Fetch-Site headers."""

import hmac
import secrets
from typing import NamedTuple

import flask

from iamd.gate import cookies
from iamd.web import context

CSRF_FIELD = "form_token"


class CsrfError(Exception):
    """A form without a valid token: from another site, or from an outdated page."""


class CsrfTokens(NamedTuple):
    """The token in the browser's cookie, and the token that its forms must send."""

    cookie_token: str
    form_token: str


def csrf_tokens() -> CsrfTokens:
    """Return the CSRF tokens of this browser; new ones if it has no cookie."""
    cookie_token = context.get_cookie(cookies.FORM) or secrets.token_urlsafe(24)
    return CsrfTokens(cookie_token, _form_token(cookie_token))


def _form_token(cookie: str) -> str:
    return hmac.digest(context.services().sealing_key, b"form\0" + cookie.encode(), "sha256").hex()


def check_csrf() -> None:
    """Raise CsrfError if the form was not sent by one of our own pages in this browser."""
    headers, request = flask.request.headers, flask.request
    if headers.get("Origin", context.origin()) != context.origin():
        raise CsrfError
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise CsrfError
    cookie = context.get_cookie(cookies.FORM)
    if not cookie or not hmac.compare_digest(
        request.form.get(CSRF_FIELD, "").encode(), _form_token(cookie).encode()
    ):
        raise CsrfError


def get_text(name: str, max_length: int = 512) -> str:
    """Return a form field, truncated to `max_length` characters; "" if it is missing."""
    return flask.request.form.get(name, "")[:max_length]
