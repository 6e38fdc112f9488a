"""Pages of required password changes, forgotten root passwords, and account setup."""

import flask

from iamd.core.records import Account
from iamd.gate import cookies
from iamd.signin import links, new_password
from iamd.signin.links import RESET, SETUP
from iamd.signin.new_password import AccountSetup
from iamd.signin.services import Step
from iamd.web import context, forms
from iamd.web.rendering import render_page
from iamd.web.signin.responses import redirect, redirect_to_next_step

_MISMATCH_MESSAGE = "The passwords do not match."


blueprint = flask.Blueprint("new_password", __name__)


@blueprint.get("/signin/new-password")
def show_new_password() -> flask.Response:
    return _new_password_page()


@blueprint.post("/signin/new-password")
def submit_new_password() -> flask.Response:
    forms.check_csrf()
    if _passwords_differ():
        return _new_password_page((_MISMATCH_MESSAGE,))
    old, new = forms.get_text("old", 1024), forms.get_text("new", 1024)
    outcome = new_password.change_password(
        context.services(), context.get_cookie(cookies.SESSION), old, new, context.client()
    )
    return (
        _new_password_page(outcome.errors) if outcome.step is Step.REFUSED else redirect_to_next_step(outcome)
    )


@blueprint.get("/signin/forgot")
def show_forgot_password() -> flask.Response:
    return render_page("forgot.html", mail=context.services().mailer is not None, sent=False)


@blueprint.post("/signin/forgot")
def submit_forgot_password() -> flask.Response:
    forms.check_csrf()
    links.mail_reset_link(
        context.services(), forms.get_text("email").strip(), context.base_url(), context.client()
    )
    return render_page("forgot.html", mail=context.services().mailer is not None, sent=True)


@blueprint.get("/signin/reset/<link>")
def show_reset_password(link: str) -> flask.Response:
    return _reset_password_page(link)


@blueprint.post("/signin/reset/<link>")
def submit_reset_password(link: str) -> flask.Response:
    forms.check_csrf()
    if _passwords_differ():
        return _reset_password_page(link, (_MISMATCH_MESSAGE,))
    outcome = new_password.reset_root_password(
        context.services(), link, forms.get_text("new", 1024), context.client()
    )
    if outcome.step is Step.REFUSED:
        return _reset_password_page(link, outcome.errors)
    if outcome.step is Step.GONE:
        return _used_link_page()
    response = render_page("message.html", message="password-changed")
    context.set_outcome_cookies(response, outcome)
    return response


@blueprint.get("/setup/<link>")
def show_setup(link: str) -> flask.Response:
    return _setup_page(link)


@blueprint.post("/setup/<link>")
def submit_setup(link: str) -> flask.Response:
    forms.check_csrf()
    if _passwords_differ():
        return _setup_page(link, (_MISMATCH_MESSAGE,))
    account_setup = AccountSetup(
        forms.get_text("account_name"), forms.get_text("email"), forms.get_text("new", 1024)
    )
    outcome = new_password.set_up_account(context.services(), link, account_setup, context.client())
    if outcome.step is Step.REFUSED:
        return _setup_page(link, outcome.errors)
    return _used_link_page() if outcome.step is Step.GONE else redirect_to_next_step(outcome)


def _passwords_differ() -> bool:
    return forms.get_text("new", 1024) != forms.get_text("again", 1024)


def _new_password_page(errors: tuple[str, ...] = ()) -> flask.Response:
    view = new_password.prompt(context.services(), context.get_cookie(cookies.SESSION))
    if view is None:
        return redirect("/signin")
    return render_page(
        "new_password.html", allow_scripts=True, status=400 if errors else 200, errors=errors, prompt=view
    )


def _reset_password_page(link: str, errors: tuple[str, ...] = ()) -> flask.Response:
    account = links.find_account(context.services(), link, RESET)
    return _used_link_page() if account is None else _password_page("reset.html", account, errors)


def _setup_page(link: str, errors: tuple[str, ...] = ()) -> flask.Response:
    account = links.find_account(context.services(), link, SETUP)
    return _used_link_page() if account is None else _password_page("setup.html", account, errors)


def _password_page(template: str, account: Account, errors: tuple[str, ...]) -> flask.Response:
    return render_page(
        template,
        allow_scripts=True,
        status=400 if errors else 200,
        errors=errors,
        account=account,
        form=flask.request.form,
        rules=new_password.root_password_rules(context.services(), account),
    )


def _used_link_page() -> flask.Response:
    return render_page("message.html", status=410, message="used-link")
