"""Sign-out, and the pages for expired passwords and expired sign-ins."""

import flask

from iamd.gate import cookies
from iamd.signin.sign_out import sign_out
from iamd.web import context, forms
from iamd.web.rendering import render_page
from iamd.web.signin.responses import redirect

blueprint = flask.Blueprint("sign_out", __name__)


@blueprint.post("/signout")
def submit_sign_out() -> flask.Response:
    from_console = _is_from_console()
    if not from_console:
        forms.check_csrf()
    sign_out(context.services(), context.get_cookie(cookies.SESSION), context.client())
    response = flask.Response(status=204) if from_console else redirect("/signin")
    context.set_cookie(response, cookies.SESSION, "", 0)
    return response


@blueprint.get("/signin/expired")
def show_expired() -> flask.Response:
    return render_page("message.html", message="password-expired")


@blueprint.get("/signin/over")
def show_over() -> flask.Response:
    return render_page("message.html", message="sign-in-expired")


def _is_from_console() -> bool:
    """Return whether the console's script sent the request: other sites cannot set its header or origin."""
    headers = flask.request.headers
    return headers.get(cookies.CONSOLE_HEADER) == "1" and headers.get("Origin") == context.origin()
