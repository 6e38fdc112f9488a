"""Sign in: root user or IAM user, then the password. Nothing is looked up before a password is there."""

import flask

from iamd.api import cookies
from iamd.api.signin import checks, password, second, who
from iamd.api.signin.desk import Outcome, Step
from iamd.api.signin.password import Find, Typed
from iamd.web import door, forms
from iamd.web.pages import page
from iamd.web.signin.outcome import go_on, refusal

routes = flask.Blueprint("start", __name__)


@routes.get("/signin")
def start() -> flask.Response:
    return _start()


@routes.post("/signin")
def chosen() -> flask.Response:
    forms.require_ours()
    if forms.text("kind") == "root":
        email = forms.text("email").strip()
        return _root() if email else _start(wrong="Enter the root user email address.")
    account = forms.text("account").strip()
    return _user(account) if account else _start(wrong="Enter an account ID or alias.")


@routes.get("/signin/<account>")
def of_account(account: str) -> flask.Response:
    return _user(account[:63])


@routes.post("/signin/root")
def root() -> flask.Response:
    forms.require_ours()
    if forms.text("listen") or forms.text("refresh"):
        return _root()
    email = forms.text("email").strip()
    outcome = _try(lambda tx: who.root(tx, email))
    if outcome.step in (Step.REFUSED, Step.CHECK):
        return _root(outcome)
    return go_on(outcome)


@routes.post("/signin/user")
def user() -> flask.Response:
    forms.require_ours()
    account, name = forms.text("account").strip(), forms.text("user_name").strip()
    if forms.text("listen") or forms.text("refresh"):
        return _user(account)
    outcome = _try(lambda tx: who.user(tx, account, name))
    if outcome.step in (Step.REFUSED, Step.CHECK):
        return _user(account, outcome)
    response = go_on(outcome)
    if outcome.step is not Step.EXPIRED:
        door.remember_account(response, account if forms.text("remember") else "")
    return response


@routes.post("/signin/passkey")
def passkey() -> flask.Response:
    forms.require_ours()
    answer = forms.text("answer", 16_384)
    outcome = second.alone(door.desk(), forms.text("challenge", 1024), answer, door.visitor())
    if outcome.step is Step.REFUSED:
        return _start(wrong="This passkey was not accepted. Try again, or sign in another way.")
    return go_on(outcome)


def _try(find: Find) -> Outcome:
    typed = Typed(forms.text("password", 1024), forms.text("check", 1024), forms.text("answer", 32))
    return password.sign_in(door.desk(), find, typed, door.visitor())


def _start(wrong: str = "") -> flask.Response:
    return page(
        "start.html",
        scripts=True,
        status=400 if wrong else 200,
        wrong=wrong,
        kind=forms.text("kind") or "root",
        email=forms.text("email"),
        account=forms.text("account") or door.cookie(cookies.ACCOUNT),
        invitation=second.invite(door.desk(), door.origin()),
    )


def _root(outcome: Outcome | None = None) -> flask.Response:
    return page(
        "root.html",
        status=403 if outcome else 200,
        wrong=refusal(outcome),
        email=forms.text("email").strip(),
        check=_check(outcome),
        mail=door.desk().mailer is not None,
    )


def _user(account: str, outcome: Outcome | None = None) -> flask.Response:
    return page(
        "user.html",
        status=403 if outcome else 200,
        wrong=refusal(outcome),
        account=account,
        user_name=forms.text("user_name"),
        remember=bool(forms.text("remember") or door.cookie(cookies.ACCOUNT)),
        check=_check(outcome),
    )


def _check(outcome: Outcome | None) -> checks.Check | None:
    """Return the security check to show: where one is due, and another where somebody asks for it."""
    if forms.text("listen"):
        return checks.to_hear(door.desk(), door.visitor())
    due = outcome is not None and outcome.check
    return checks.to_see(door.desk()) if due or forms.text("refresh") else None
