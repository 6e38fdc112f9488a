"""Page rendering: templates with CSRF token and security headers."""

from typing import Any

import flask

from iamd.gate import cookies
from iamd.web import context, forms, security_headers


def render_page(
    template: str, *, allow_scripts: bool = False, status: int = 200, **variables: Any
) -> flask.Response:
    """Render a template; `allow_scripts` allows our own scripts in the Content-Security-Policy."""
    csrf_tokens = forms.csrf_tokens()
    html = flask.render_template(
        template,
        form_token=csrf_tokens.form_token,
        next=context.next_path(),
        scripts=allow_scripts,
        **variables,
    )
    response = flask.Response(html, status=status)
    response.headers.update(
        security_headers.page_headers(allow_scripts=allow_scripts, secure=context.client_info().secure)
    )
    if context.get_cookie(cookies.FORM) != csrf_tokens.cookie_token:
        context.set_cookie(response, cookies.FORM, csrf_tokens.cookie_token)
    return response
