"""Pages: a template, its form token, its headers."""

from typing import Any

import flask

from iamd.api import cookies
from iamd.web import door, forms, headers


def page(template: str, *, scripts: bool = False, status: int = 200, **shown: Any) -> flask.Response:
    """Render a page; `scripts` allows those of ours."""
    pair = forms.pair()
    html = flask.render_template(
        template, form_token=pair.field, next=door.next_path(), scripts=scripts, **shown
    )
    response = flask.Response(html, status=status)
    response.headers.update(headers.of_page(scripts=scripts, secure=door.seen().secure))
    if door.cookie(cookies.FORM) != pair.cookie:
        door.set_cookie(response, cookies.FORM, pair.cookie)
    return response
