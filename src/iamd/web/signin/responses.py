"""Redirects to the next sign-in step, and error messages of failed attempts."""

from urllib.parse import urlencode

import flask

from iamd.signin.password import WRONG_CREDENTIALS
from iamd.signin.services import SignInResult, Step
from iamd.web import context

_STEP_PATHS = {Step.MFA: "/signin/mfa", Step.PASSWORD: "/signin/new-password"}
_CAPTCHA_MESSAGE = "Complete the security check and try again."
_RETRY_HINT = " After several failed attempts, wait a moment before you try again."
_MESSAGE_PATHS = {Step.EXPIRED: "/signin/expired", Step.GONE: "/signin/over"}


def redirect_to_next_step(outcome: SignInResult) -> flask.Response:
    """Redirect to the page of the next step, and set the cookies of the result."""
    path = _MESSAGE_PATHS.get(outcome.step) or _STEP_PATHS.get(outcome.step)
    response = redirect(_add_next_param(path) if path else context.next_path())
    context.set_outcome_cookies(response, outcome)
    return response


def _add_next_param(path: str) -> str:
    next_path = context.next_path()
    return path if next_path == context.CONSOLE_PATH else f"{path}?{urlencode({'next': next_path})}"


def redirect(path: str) -> flask.Response:
    """Redirect (303) to a path of this server; it must not be unvalidated user input."""
    response = flask.Response(status=303)
    response.headers["Location"] = path
    return response


def error_message(outcome: SignInResult | None) -> str:
    """Return the error message of a failed attempt, the same whatever was wrong; "" without an outcome."""
    if outcome is None:
        return ""
    if outcome.step is Step.CAPTCHA:
        return _CAPTCHA_MESSAGE
    return WRONG_CREDENTIALS + (_RETRY_HINT if outcome.captcha_required else "")
