"""Multi-factor authentication: a code, a passkey or a recovery code, and confirming that it is you."""

import flask

from iamd.api import cookies
from iamd.api.signin import confirm, second
from iamd.api.signin.desk import Outcome, Step
from iamd.api.signin.second import Shown
from iamd.web import door, forms
from iamd.web.pages import page
from iamd.web.signin.outcome import go_on, redirect

_WRONG = "That was not accepted. A code works once: wait for the next one, then try again."


routes = flask.Blueprint("second", __name__)


@routes.get("/signin/mfa")
def mfa() -> flask.Response:
    return _mfa()


@routes.post("/signin/mfa")
def proved() -> flask.Response:
    forms.require_ours()
    outcome = _prove()
    return _mfa(wrong=_WRONG) if outcome.step is Step.REFUSED else go_on(outcome)


@routes.get("/signin/confirm")
def confirming() -> flask.Response:
    return _confirm()


@routes.post("/signin/confirm")
def confirmed() -> flask.Response:
    forms.require_ours()
    outcome = _prove_again()
    if outcome.step is Step.REFUSED:
        return _confirm(wrong=_WRONG if forms.text("way") != "password" else "That is not your password.")
    return go_on(outcome)


def _mfa(wrong: str = "") -> flask.Response:
    token = door.cookie(cookies.SESSION)
    shown = second.shown(door.desk(), token)
    if shown is None:
        return redirect("/signin")
    options = second.options(door.desk(), token, door.origin())
    return _devices("mfa.html", shown, options, wrong)


def _confirm(wrong: str = "") -> flask.Response:
    token = door.cookie(cookies.SESSION)
    shown = confirm.shown(door.desk(), token)
    if shown is None:
        return redirect("/signin")
    options = confirm.options(door.desk(), token, door.origin())
    return _devices("confirm.html", shown, options, wrong)


def _devices(template: str, shown: Shown, options: str | None, wrong: str) -> flask.Response:
    codes = [device.serial_number for device in shown.devices if device.kind != "passkey"]
    chosen = flask.request.values.get("device", "")
    return page(
        template,
        scripts=True,
        status=403 if wrong else 200,
        wrong=wrong,
        shown=shown,
        codes=codes,
        chosen=chosen if chosen in codes else (codes[0] if codes else ""),
        options=options,
        way=flask.request.values.get("way", "code" if codes else "passkey"),
    )


def _prove() -> Outcome:
    desk, token, visitor = door.desk(), door.cookie(cookies.SESSION), door.visitor()
    way = forms.text("way")
    if way == "recovery":
        return second.by_recovery_code(desk, token, forms.text("code", 64), visitor)
    if way == "passkey":
        return second.by_passkey(desk, token, forms.text("answer", 16_384), visitor)
    return second.by_code(desk, token, forms.text("device"), _code(), visitor)


def _prove_again() -> Outcome:
    desk, token, visitor = door.desk(), door.cookie(cookies.SESSION), door.visitor()
    way = forms.text("way")
    if way == "password":
        return confirm.by_password(desk, token, forms.text("password", 1024), visitor)
    if way == "passkey":
        return confirm.by_passkey(desk, token, forms.text("answer", 16_384), visitor)
    return confirm.by_code(desk, token, forms.text("device"), _code(), visitor)


def _code() -> str:
    return forms.text("code", 16).replace(" ", "")
