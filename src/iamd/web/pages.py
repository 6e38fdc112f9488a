"""Pages: a template, its form token, its headers."""

from typing import Any

import flask

from iamd.api import cookies
from iamd.web import door, forms, headers


def render_page(
    template: str, *, allow_scripts: bool = False, status: int = 200, **variables: Any
) -> flask.Response:
    """Render a page; `scripts` allows those of ours."""
    csrf_tokens = forms.csrf_tokens()
    html = flask.render_template(
        template, form_token=csrf_tokens.form_token, next=door.next_path(), scripts=allow_scripts, **variables
    )
    response = flask.Response(html, status=status)
    response.headers.update(
        headers.page_headers(allow_scripts=allow_scripts, secure=door.client_info().secure)
    )
    if door.get_cookie(cookies.FORM) != csrf_tokens.cookie_token:
        door.set_cookie(response, cookies.FORM, csrf_tokens.cookie_token)
    return response
