"""What the pages share: the desk that signs people in, and the request in hand."""

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
    """`base_url` is how links lead here; it never comes from a request."""

    services: SignInServices
    base_url: str


def _web_context() -> WebContext:
    web_context: WebContext = flask.current_app.extensions["iamd"]
    return web_context


def services() -> SignInServices:
    """Return the desk that signs people in."""
    return _web_context().services


def base_url() -> str:
    """Return how links lead here."""
    return _web_context().base_url


def client_info() -> ClientInfo:
    """Return where the request in hand came from."""
    info: ClientInfo = flask.request.environ["iamd.client_info"]
    return info


def origin() -> str:
    """Return the scheme and host that the browser is at."""
    info = client_info()
    return f"{'https' if info.secure else 'http'}://{info.host}"


def get_cookie(kind: str) -> str:
    """Return one of our cookies, empty where there is none."""
    return cookies.read(
        flask.request.headers.get("Cookie", ""), cookies.name(kind, secure=client_info().secure)
    )


def client() -> Client:
    """Return who knocks."""
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
    """Return where to go afterwards: a path of the console, whatever else was asked for."""
    path = flask.request.values.get("next", "")
    if len(path) > _MAX_NEXT_LENGTH or ".." in path:
        return CONSOLE_PATH
    return path if _CONSOLE_URL_PATTERN.fullmatch(path) else CONSOLE_PATH


def set_cookie(response: flask.Response, kind: str, value: str, seconds: int | None = None) -> None:
    """Set one of our cookies; without `seconds` it ends with the browser, with 0 at once."""
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
    """Give the browser what a step ended with."""
    if outcome.session_token:
        set_cookie(response, cookies.SESSION, outcome.session_token)
    if outcome.device_cookie:
        set_cookie(response, cookies.DEVICE, outcome.device_cookie, device_cookies.LIFETIME_SECONDS)


def set_account_cookie(response: flask.Response, account: str) -> None:
    """Keep an account's ID or alias for the next sign-in, or forget it when empty."""
    set_cookie(response, cookies.ACCOUNT, account, _ACCOUNT_COOKIE_SECONDS if account else 0)
