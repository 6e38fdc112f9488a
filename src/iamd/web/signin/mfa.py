"""Pages of MFA at sign-in (code, passkey, recovery code) and of identity confirmation."""

import flask

from iamd.gate import cookies
from iamd.signin import confirmation, mfa
from iamd.signin.mfa import MfaPrompt
from iamd.signin.services import SignInResult, Step
from iamd.web import context, forms
from iamd.web.rendering import render_page
from iamd.web.signin.responses import redirect, redirect_to_next_step

_MFA_ERROR = "The code was rejected. Each code works once: wait for the next one and try again."


blueprint = flask.Blueprint("mfa", __name__)


@blueprint.get("/signin/mfa")
def show_mfa() -> flask.Response:
    return _mfa_page()


@blueprint.post("/signin/mfa")
def submit_mfa() -> flask.Response:
    forms.check_csrf()
    outcome = _verify_mfa()
    return _mfa_page(error=_MFA_ERROR) if outcome.step is Step.REFUSED else redirect_to_next_step(outcome)


@blueprint.get("/signin/confirm")
def show_confirm() -> flask.Response:
    return _confirm_page()


@blueprint.post("/signin/confirm")
def submit_confirm() -> flask.Response:
    forms.check_csrf()
    outcome = _verify_confirmation()
    if outcome.step is Step.REFUSED:
        return _confirm_page(
            error=_MFA_ERROR if forms.get_text("method") != "password" else "Incorrect password."
        )
    return redirect_to_next_step(outcome)


def _mfa_page(error: str = "") -> flask.Response:
    token = context.get_cookie(cookies.SESSION)
    view = mfa.prompt(context.services(), token)
    if view is None:
        return redirect("/signin")
    options = mfa.passkey_request_options(context.services(), token, context.origin())
    return _device_page("mfa.html", view, options, error)


def _confirm_page(error: str = "") -> flask.Response:
    token = context.get_cookie(cookies.SESSION)
    view = confirmation.prompt(context.services(), token)
    if view is None:
        return redirect("/signin")
    options = confirmation.passkey_request_options(context.services(), token, context.origin())
    return _device_page("confirm.html", view, options, error)


def _device_page(template: str, view: MfaPrompt, options: str | None, error: str) -> flask.Response:
    totp_serial_numbers = [device.serial_number for device in view.devices if device.kind != "passkey"]
    selected_serial_number = flask.request.values.get("device", "")
    return render_page(
        template,
        allow_scripts=True,
        status=403 if error else 200,
        errors=error,
        prompt=view,
        totp_devices=totp_serial_numbers,
        selected_device=selected_serial_number
        if selected_serial_number in totp_serial_numbers
        else (totp_serial_numbers[0] if totp_serial_numbers else ""),
        options=options,
        method=flask.request.values.get("method", "code" if totp_serial_numbers else "passkey"),
    )


def _verify_mfa() -> SignInResult:
    services, token, client = context.services(), context.get_cookie(cookies.SESSION), context.client()
    method = forms.get_text("method")
    if method == "recovery":
        return mfa.submit_recovery_code(services, token, forms.get_text("code", 64), client)
    if method == "passkey":
        return mfa.submit_passkey(services, token, forms.get_text("answer", 16_384), client)
    return mfa.submit_code(services, token, forms.get_text("device"), _get_code(), client)


def _verify_confirmation() -> SignInResult:
    services, token, client = context.services(), context.get_cookie(cookies.SESSION), context.client()
    method = forms.get_text("method")
    if method == "password":
        return confirmation.submit_password(services, token, forms.get_text("password", 1024), client)
    if method == "passkey":
        return confirmation.submit_passkey(services, token, forms.get_text("answer", 16_384), client)
    return confirmation.submit_code(services, token, forms.get_text("device"), _get_code(), client)


def _get_code() -> str:
    return forms.get_text("code", 16).replace(" ", "")
