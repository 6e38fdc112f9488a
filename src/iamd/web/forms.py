"""Forms that only our own pages can send: a token bound to a cookie, and the browser's word on its origin."""

import hmac
import secrets
from typing import NamedTuple

import flask

from iamd.api import cookies
from iamd.web import door

FIELD = "form_token"


class Forged(Exception):
    """A form came from somewhere else, or from a page that is too old."""


class Pair(NamedTuple):
    """The cookie of a browser, and what its forms must hold."""

    cookie: str
    field: str


def pair() -> Pair:
    """Return this browser's pair, a new one where it has none."""
    held = door.cookie(cookies.FORM) or secrets.token_urlsafe(24)
    return Pair(held, _field(held))


def _field(cookie: str) -> str:
    return hmac.digest(door.desk().key, b"form\0" + cookie.encode(), "sha256").hex()


def require_ours() -> None:
    """Refuse a form that another site made a browser send; Forged says no more."""
    headers, request = flask.request.headers, flask.request
    if headers.get("Origin", door.origin()) != door.origin():
        raise Forged
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forged
    cookie = door.cookie(cookies.FORM)
    if not cookie or not hmac.compare_digest(request.form.get(FIELD, "").encode(), _field(cookie).encode()):
        raise Forged


def text(name: str, most: int = 512) -> str:
    """Return a field of the form, cut where nobody's would end."""
    return flask.request.form.get(name, "")[:most]
