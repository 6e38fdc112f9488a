"""New passwords: forced ones, forgotten ones, and the first of an account's root user."""

import flask

from iamd.api import cookies
from iamd.api.signin import links, renew
from iamd.api.signin.desk import Step
from iamd.api.signin.links import RESET, SETUP
from iamd.api.signin.renew import Wanted
from iamd.core.records import Account
from iamd.web import door, forms
from iamd.web.pages import page
from iamd.web.signin.outcome import go_on, redirect

_DIFFER = "The two new passwords are not the same."


routes = flask.Blueprint("renew", __name__)


@routes.get("/signin/new-password")
def forced() -> flask.Response:
    return _forced()


@routes.post("/signin/new-password")
def renewed() -> flask.Response:
    forms.require_ours()
    if _differ():
        return _forced((_DIFFER,))
    old, new = forms.text("old", 1024), forms.text("new", 1024)
    outcome = renew.choose(door.desk(), door.cookie(cookies.SESSION), old, new, door.visitor())
    return _forced(outcome.wrong) if outcome.step is Step.REFUSED else go_on(outcome)


@routes.get("/signin/forgot")
def forgot() -> flask.Response:
    return page("forgot.html", mail=door.desk().mailer is not None, sent=False)


@routes.post("/signin/forgot")
def asked() -> flask.Response:
    forms.require_ours()
    links.mail_reset(door.desk(), forms.text("email").strip(), door.base_url(), door.visitor())
    return page("forgot.html", mail=door.desk().mailer is not None, sent=True)


@routes.get("/signin/reset/<link>")
def reset(link: str) -> flask.Response:
    return _reset(link)


@routes.post("/signin/reset/<link>")
def has_reset(link: str) -> flask.Response:
    forms.require_ours()
    if _differ():
        return _reset(link, (_DIFFER,))
    outcome = renew.reset(door.desk(), link, forms.text("new", 1024), door.visitor())
    if outcome.step is Step.REFUSED:
        return _reset(link, outcome.wrong)
    return _used() if outcome.step is Step.GONE else page("message.html", message="renewed")


@routes.get("/setup/<link>")
def setup(link: str) -> flask.Response:
    return _setup(link)


@routes.post("/setup/<link>")
def set_up(link: str) -> flask.Response:
    forms.require_ours()
    if _differ():
        return _setup(link, (_DIFFER,))
    wanted = Wanted(forms.text("account_name"), forms.text("email"), forms.text("new", 1024))
    outcome = renew.set_up(door.desk(), link, wanted, door.visitor())
    if outcome.step is Step.REFUSED:
        return _setup(link, outcome.wrong)
    return _used() if outcome.step is Step.GONE else go_on(outcome)


def _differ() -> bool:
    return forms.text("new", 1024) != forms.text("again", 1024)


def _forced(wrong: tuple[str, ...] = ()) -> flask.Response:
    shown = renew.shown(door.desk(), door.cookie(cookies.SESSION))
    if shown is None:
        return redirect("/signin")
    return page("new_password.html", scripts=True, status=400 if wrong else 200, wrong=wrong, shown=shown)


def _reset(link: str, wrong: tuple[str, ...] = ()) -> flask.Response:
    account = links.look(door.desk(), link, RESET)
    return _used() if account is None else _choose("reset.html", account, wrong)


def _setup(link: str, wrong: tuple[str, ...] = ()) -> flask.Response:
    account = links.look(door.desk(), link, SETUP)
    return _used() if account is None else _choose("setup.html", account, wrong)


def _choose(template: str, account: Account, wrong: tuple[str, ...]) -> flask.Response:
    return page(
        template,
        scripts=True,
        status=400 if wrong else 200,
        wrong=wrong,
        account=account,
        typed=flask.request.form,
        rules=renew.rules_of_root(door.desk(), account),
    )


def _used() -> flask.Response:
    return page("message.html", status=410, message="used-link")
