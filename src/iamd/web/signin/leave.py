"""Signing out, and the pages that say that something is over."""

import flask

from iamd.api import cookies
from iamd.api.signin.leave import sign_out
from iamd.web import door, forms
from iamd.web.pages import page
from iamd.web.signin.outcome import redirect

routes = flask.Blueprint("leave", __name__)


@routes.post("/signout")
def leave() -> flask.Response:
    by_script = _from_console()
    if not by_script:
        forms.require_ours()
    sign_out(door.desk(), door.cookie(cookies.SESSION), door.visitor())
    response = flask.Response(status=204) if by_script else redirect("/signin")
    door.set_cookie(response, cookies.SESSION, "", 0)
    return response


@routes.get("/signin/expired")
def expired() -> flask.Response:
    return page("message.html", message="expired")


@routes.get("/signin/over")
def over() -> flask.Response:
    return page("message.html", message="over")


def _from_console() -> bool:
    """Say whether the console's own script sends this: no other site's can set the header or the origin."""
    headers = flask.request.headers
    return headers.get(cookies.CONSOLE_HEADER) == "1" and headers.get("Origin") == door.origin()
