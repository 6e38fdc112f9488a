"""Web context: the sign-in services, and the client, cookies and redirect target of the current request."""

import re
from typing import NamedTuple

import flask

from iamd.core import ids
from iamd.gate import cookies
from iamd.gate.client_info import ClientInfo
from iamd.gate.request_context import MAX_USER_AGENT_LENGTH, RequestContext
from iamd.signin import device_cookies
from iamd.signin.services import Client, SignInResult, SignInServices

CONSOLE_PATH = "/console"
_MAX_NEXT_LENGTH = 512
_CONSOLE_URL_PATTERN = re.compile(r"/console([/?][A-Za-z0-9/?_.~%&=+@:,-]*)?")
_ACCOUNT_COOKIE_SECONDS = 365 * 86_400
REGION = "us-east-1"


class WebContext(NamedTuple):
    """The sign-in services, and the base URL of links, which never comes from a request."""

    services: SignInServices
    base_url: str


def _web_context() -> WebContext:
    web_context: WebContext = flask.current_app.extensions["iamd"]
    return web_context


def services() -> SignInServices:
    """Return the sign-in services."""
    return _web_context().services


def base_url() -> str:
    """Return the base URL of links to this server, without a trailing slash."""
    return _web_context().base_url


def client_info() -> ClientInfo:
    """Return the client info of the current request."""
    info: ClientInfo = flask.request.environ["iamd.client_info"]
    return info


def origin() -> str:
    """Return the web origin of the current request (scheme and host)."""
    info = client_info()
    return f"{'https' if info.secure else 'http'}://{info.host}"


def get_cookie(kind: str) -> str:
    """Return the value of one of our cookies; "" if it is missing."""
    return cookies.read(
        flask.request.headers.get("Cookie", ""), cookies.name(kind, secure=client_info().secure)
    )


def client() -> Client:
    """Return the client of the current request, for the sign-in steps."""
    info, headers = client_info(), flask.request.headers
    request_context = RequestContext(
        ids.request(),
        info.source_ip,
        headers.get("User-Agent", "")[:MAX_USER_AGENT_LENGTH],
        headers.get("Referer", ""),
        info.secure,
        REGION,
        origin(),
    )
    return Client(request_context, get_cookie(cookies.DEVICE), get_cookie(cookies.SESSION))


def next_path() -> str:
    """Return the redirect target after sign-in: the `next` parameter if it is a console path.

    Otherwise the console's start page; this prevents open redirects.
    """
    path = flask.request.values.get("next", "")
    if len(path) > _MAX_NEXT_LENGTH or ".." in path:
        return CONSOLE_PATH
    return path if _CONSOLE_URL_PATTERN.fullmatch(path) else CONSOLE_PATH


def set_cookie(response: flask.Response, kind: str, value: str, seconds: int | None = None) -> None:
    """Set one of our cookies; without `seconds` it is a session cookie, with 0 it is deleted."""
    secure = client_info().secure
    response.set_cookie(
        cookies.name(kind, secure=secure),
        value,
        max_age=seconds,
        secure=secure,
        httponly=True,
        samesite="Strict",
        path="/",
    )


def set_outcome_cookies(response: flask.Response, outcome: SignInResult) -> None:
    """Set the session and device cookies of a step's result."""
    if outcome.session_token:
        set_cookie(response, cookies.SESSION, outcome.session_token)
    if outcome.device_cookie:
        set_cookie(response, cookies.DEVICE, outcome.device_cookie, device_cookies.LIFETIME_SECONDS)


def set_account_cookie(response: flask.Response, account: str) -> None:
    """Remember an account ID or alias for the next sign-in; forget it if `account` is empty."""
    set_cookie(response, cookies.ACCOUNT, account, _ACCOUNT_COOKIE_SECONDS if account else 0)
