"""Where each outcome of a step leads, and what it is called on a page."""

from urllib.parse import urlencode

import flask

from iamd.signin.password import WRONG_CREDENTIALS
from iamd.signin.services import SignInResult, Step
from iamd.web import context

_STEP_PATHS = {Step.MFA: "/signin/mfa", Step.PASSWORD: "/signin/new-password"}
_CAPTCHA_MESSAGE = "Type the characters of the security check too, then try again."
_RETRY_HINT = " After several failures wait a little before you try again."
_MESSAGE_PATHS = {Step.EXPIRED: "/signin/expired", Step.GONE: "/signin/over"}


def redirect_to_next_step(outcome: SignInResult) -> flask.Response:
    """Lead to the next step, giving the browser what the last one ended with."""
    path = _MESSAGE_PATHS.get(outcome.step) or _STEP_PATHS.get(outcome.step)
    response = redirect(_add_next_param(path) if path else context.next_path())
    context.set_outcome_cookies(response, outcome)
    return response


def _add_next_param(path: str) -> str:
    next_path = context.next_path()
    return path if next_path == context.CONSOLE_PATH else f"{path}?{urlencode({'next': next_path})}"


def redirect(path: str) -> flask.Response:
    """Lead to a path of ours; never to what a request named unchecked."""
    response = flask.Response(status=303)
    response.headers["Location"] = path
    return response


def error_message(outcome: SignInResult | None) -> str:
    """Return what a page says of a try that failed: one text, whatever was wrong."""
    if outcome is None:
        return ""
    if outcome.step is Step.CAPTCHA:
        return _CAPTCHA_MESSAGE
    return WRONG_CREDENTIALS + (_RETRY_HINT if outcome.captcha_required else "")
