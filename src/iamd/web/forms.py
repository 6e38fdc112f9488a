"""Forms that only our own pages can send: a token bound to a cookie, and the browser's word on its origin."""

import hmac
import secrets
from typing import NamedTuple

import flask

from iamd.gate import cookies
from iamd.web import context

CSRF_FIELD = "form_token"


class CsrfError(Exception):
    """A form came from somewhere else, or from a page that is too old."""


class CsrfTokens(NamedTuple):
    """The cookie of a browser, and what its forms must hold."""

    cookie_token: str
    form_token: str


def csrf_tokens() -> CsrfTokens:
    """Return this browser's pair, a new one where it has none."""
    cookie_token = context.get_cookie(cookies.FORM) or secrets.token_urlsafe(24)
    return CsrfTokens(cookie_token, _form_token(cookie_token))


def _form_token(cookie: str) -> str:
    return hmac.digest(context.services().sealing_key, b"form\0" + cookie.encode(), "sha256").hex()


def check_csrf() -> None:
    """Refuse a form that another site made a browser send; Forged says no more."""
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
    """Return a field of the form, cut where nobody's would end."""
    return flask.request.form.get(name, "")[:max_length]
