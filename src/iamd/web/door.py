"""What the pages share: the desk that signs people in, and the request in hand."""

import re
from typing import NamedTuple

import flask

from iamd.api import cookies
from iamd.api.origin import Seen
from iamd.api.proof import LONGEST_USER_AGENT, Circumstances
from iamd.api.signin import devices
from iamd.api.signin.desk import Desk, Outcome, Visitor
from iamd.core import ids

HOME = "/console"
_LONGEST_NEXT = 512
_OURS = re.compile(r"/console([/?][A-Za-z0-9/?_.~%&=+@:,-]*)?")
_ACCOUNT_SECONDS = 365 * 86_400
REGION = "us-east-1"


class Door(NamedTuple):
    """`base_url` is how links lead here; it never comes from a request."""

    desk: Desk
    base_url: str


def _door() -> Door:
    here: Door = flask.current_app.extensions["iamd"]
    return here


def desk() -> Desk:
    """Return the desk that signs people in."""
    return _door().desk


def base_url() -> str:
    """Return how links lead here."""
    return _door().base_url


def seen() -> Seen:
    """Return where the request in hand came from."""
    found: Seen = flask.request.environ["iamd.seen"]
    return found


def origin() -> str:
    """Return the scheme and host that the browser is at."""
    here = seen()
    return f"{'https' if here.secure else 'http'}://{here.host}"


def cookie(kind: str) -> str:
    """Return one of our cookies, empty where there is none."""
    return cookies.read(flask.request.headers.get("Cookie", ""), cookies.name(kind, secure=seen().secure))


def visitor() -> Visitor:
    """Return who knocks."""
    here, headers = seen(), flask.request.headers
    around = Circumstances(
        ids.request(),
        here.source_ip,
        headers.get("User-Agent", "")[:LONGEST_USER_AGENT],
        headers.get("Referer", ""),
        here.secure,
        REGION,
        origin(),
    )
    return Visitor(around, cookie(cookies.DEVICE), cookie(cookies.SESSION))


def next_path() -> str:
    """Return where to go afterwards: a path of the console, whatever else was asked for."""
    wanted = flask.request.values.get("next", "")
    if len(wanted) > _LONGEST_NEXT or ".." in wanted:
        return HOME
    return wanted if _OURS.fullmatch(wanted) else HOME


def set_cookie(response: flask.Response, kind: str, value: str, seconds: int | None = None) -> None:
    """Set one of our cookies; without `seconds` it ends with the browser, with 0 at once."""
    secure = seen().secure
    response.set_cookie(
        cookies.name(kind, secure=secure),
        value,
        max_age=seconds,
        secure=secure,
        httponly=True,
        samesite="Strict",
        path="/",
    )


def remember(response: flask.Response, outcome: Outcome) -> None:
    """Give the browser what a step ended with."""
    if outcome.token:
        set_cookie(response, cookies.SESSION, outcome.token)
    if outcome.device:
        set_cookie(response, cookies.DEVICE, outcome.device, devices.SECONDS)


def remember_account(response: flask.Response, account: str) -> None:
    """Keep an account's ID or alias for the next sign-in, or forget it when empty."""
    set_cookie(response, cookies.ACCOUNT, account, _ACCOUNT_SECONDS if account else 0)
