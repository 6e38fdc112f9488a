"""Where each outcome of a step leads, and what it is called on a page."""

from urllib.parse import urlencode

import flask

from iamd.api.signin.desk import Outcome, Step
from iamd.api.signin.password import WRONG
from iamd.web import door

_PATHS = {Step.MFA: "/signin/mfa", Step.PASSWORD: "/signin/new-password"}
_CHECK = "Type the characters of the security check too, then try again."
_WAIT = " After several failures wait a little before you try again."
_MESSAGES = {Step.EXPIRED: "/signin/expired", Step.GONE: "/signin/over"}


def go_on(outcome: Outcome) -> flask.Response:
    """Lead to the next step, giving the browser what the last one ended with."""
    path = _MESSAGES.get(outcome.step) or _PATHS.get(outcome.step)
    response = redirect(_with_next(path) if path else door.next_path())
    door.remember(response, outcome)
    return response


def _with_next(path: str) -> str:
    wanted = door.next_path()
    return path if wanted == door.HOME else f"{path}?{urlencode({'next': wanted})}"


def redirect(path: str) -> flask.Response:
    """Lead to a path of ours; never to what a request named unchecked."""
    response = flask.Response(status=303)
    response.headers["Location"] = path
    return response


def refusal(outcome: Outcome | None) -> str:
    """Return what a page says of a try that failed: one text, whatever was wrong."""
    if outcome is None:
        return ""
    if outcome.step is Step.CHECK:
        return _CHECK
    return WRONG + (_WAIT if outcome.check else "")
