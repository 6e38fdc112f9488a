"""Sign-in pages: choice of root user or IAM user, then the password.

No user is looked up before a password is submitted, so the first page does not reveal what exists.
"""

import flask

from iamd.gate import cookies
from iamd.signin import captcha, identity, mfa, password
from iamd.signin.password import FindIdentity, PasswordForm
from iamd.signin.services import SignInResult, Step
from iamd.web import context, forms
from iamd.web.rendering import render_page
from iamd.web.signin.responses import error_message, redirect_to_next_step

blueprint = flask.Blueprint("sign_in", __name__)


@blueprint.get("/signin")
def show_sign_in() -> flask.Response:
    return _sign_in_page()


@blueprint.post("/signin")
def submit_user_type() -> flask.Response:
    forms.check_csrf()
    if forms.get_text("kind") == "root":
        email = forms.get_text("email").strip()
        return _root_user_page() if email else _sign_in_page(error="Enter the root user email address.")
    account = forms.get_text("account").strip()
    return _iam_user_page(account) if account else _sign_in_page(error="Enter an account ID or alias.")


@blueprint.get("/signin/<account>")
def show_account_sign_in(account: str) -> flask.Response:
    return _iam_user_page(account[:63])


@blueprint.post("/signin/root")
def submit_root_user() -> flask.Response:
    forms.check_csrf()
    if forms.get_text("listen") or forms.get_text("refresh"):
        return _root_user_page()
    email = forms.get_text("email").strip()
    outcome = _sign_in(lambda tx: identity.find_root(tx, email))
    if outcome.step in (Step.REFUSED, Step.CAPTCHA):
        return _root_user_page(outcome)
    return redirect_to_next_step(outcome)


@blueprint.post("/signin/user")
def submit_iam_user() -> flask.Response:
    forms.check_csrf()
    account, name = forms.get_text("account").strip(), forms.get_text("user_name").strip()
    if forms.get_text("listen") or forms.get_text("refresh"):
        return _iam_user_page(account)
    outcome = _sign_in(lambda tx: identity.find_user(tx, account, name))
    if outcome.step in (Step.REFUSED, Step.CAPTCHA):
        return _iam_user_page(account, outcome)
    response = redirect_to_next_step(outcome)
    if outcome.step is not Step.EXPIRED:
        context.set_account_cookie(response, account if forms.get_text("remember") else "")
    return response


@blueprint.post("/signin/passkey")
def submit_passkey() -> flask.Response:
    forms.check_csrf()
    answer = forms.get_text("answer", 16_384)
    outcome = mfa.sign_in_with_passkey(
        context.services(), forms.get_text("challenge", 1024), answer, context.client()
    )
    if outcome.step is Step.REFUSED:
        return _sign_in_page(error="The passkey was rejected. Try again or use another sign-in method.")
    return redirect_to_next_step(outcome)


def _sign_in(find: FindIdentity) -> SignInResult:
    password_form = PasswordForm(
        forms.get_text("password", 1024), forms.get_text("captcha", 1024), forms.get_text("answer", 32)
    )
    return password.sign_in(context.services(), find, password_form, context.client())


def _sign_in_page(error: str = "") -> flask.Response:
    return render_page(
        "start.html",
        allow_scripts=True,
        status=400 if error else 200,
        errors=error,
        kind=forms.get_text("kind") or "root",
        email=forms.get_text("email"),
        account=forms.get_text("account") or context.get_cookie(cookies.ACCOUNT),
        passkey_prompt=mfa.begin_passkey_sign_in(context.services(), context.origin()),
    )


def _root_user_page(outcome: SignInResult | None = None) -> flask.Response:
    return render_page(
        "root.html",
        status=403 if outcome else 200,
        errors=error_message(outcome),
        email=forms.get_text("email").strip(),
        captcha=_new_captcha(outcome),
        mail=context.services().mailer is not None,
    )


def _iam_user_page(account: str, outcome: SignInResult | None = None) -> flask.Response:
    return render_page(
        "user.html",
        status=403 if outcome else 200,
        errors=error_message(outcome),
        account=account,
        user_name=forms.get_text("user_name"),
        remember=bool(forms.get_text("remember") or context.get_cookie(cookies.ACCOUNT)),
        captcha=_new_captcha(outcome),
    )


def _new_captcha(outcome: SignInResult | None) -> captcha.Captcha | None:
    """Return the captcha to show: if one is required, or if a new image or audio digits are requested."""
    if forms.get_text("listen"):
        return captcha.make_sound(context.services(), context.client())
    due = outcome is not None and outcome.captcha_required
    return captcha.make_picture(context.services()) if due or forms.get_text("refresh") else None
