"""Cross-site requests in the browser of a signed-in user have no effect and return nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.conftest import Iamd

FORM_PAGE = """<!doctype html><title>evil</title>
<form method="post" action="{target}" enctype="application/x-www-form-urlencoded">
  <input name="Action" value="CreateUser"><input name="Version" value="2010-05-08">
  <input name="UserName" value="eve"><input name="form_token" value="guess">
</form><script>document.forms[0].submit()</script>"""
FETCH_PAGE = """<!doctype html><title>evil</title><p id="said">waiting</p><script>
fetch("{target}", {{method: "POST", credentials: "include", headers: {{"X-Iamd-Console": "1"}},
  body: new URLSearchParams({{Action: "CreateUser", Version: "2010-05-08", UserName: "eve"}})}})
  .then(() => said.textContent = "answered", () => said.textContent = "stopped")
</script>"""
FRAME_PAGE = '<!doctype html><title>evil</title><iframe src="{target}" name="framed"></iframe>'


@pytest.fixture
def attacker_url() -> Iterator[str]:
    """Return the URL of another site, which serves an attack page by path."""
    attack_pages = {"form": FORM_PAGE, "fetch": FETCH_PAGE, "frame": FRAME_PAGE}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, target = self.path[1:].partition("?")
            body = (
                attack_pages.get(kind, "").replace("{{", "{").replace("}}", "}").replace("{target}", target)
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def root(page: Page, iamd: Iamd) -> Page:
    steps.set_up_by_form(page.context, iamd.setup_link, iamd.email)
    return page


def list_users(page: Page, iamd: Iamd) -> str:
    """Call ListUsers as the console does, which also checks that the session is valid."""
    response = page.request.post(
        f"{iamd.url}/",
        headers={"X-Iamd-Console": "1", "Origin": iamd.url},
        form={"Action": "ListUsers", "Version": "2010-05-08"},
    )
    assert response.ok
    return response.text()


@pytest.mark.parametrize("path", ["/", "/signout", "/signin/confirm"])
def test_cross_site_form_changes_nothing(root: Page, iamd: Iamd, attacker_url: str, path: str) -> None:
    root.goto(f"{attacker_url}/form?{iamd.url}{path}")
    root.wait_for_url(f"{iamd.url}{path}*")
    assert "eve" not in list_users(root, iamd)


def test_cross_site_fetch_is_blocked(root: Page, iamd: Iamd, attacker_url: str) -> None:
    root.goto(f"{attacker_url}/fetch?{iamd.url}/")
    expect(root.locator("#said")).to_have_text("stopped")
    assert "eve" not in list_users(root, iamd)


def test_cross_site_link_sends_no_session_cookie(root: Page, iamd: Iamd, attacker_url: str) -> None:
    root.goto(f"{attacker_url}/nothing")
    with root.expect_request(f"{iamd.url}/console") as request:
        root.evaluate("url => location.assign(url)", f"{iamd.url}/console")
    assert "iamd-session" not in (request.value.header_value("cookie") or "")


@pytest.mark.parametrize("path", ["/signin", "/console"])
def test_pages_cannot_be_framed(chromium: Browser, iamd: Iamd, attacker_url: str, path: str) -> None:
    page = chromium.new_page()
    page.goto(f"{attacker_url}/frame?{iamd.url}{path}")
    page.wait_for_load_state("networkidle")
    framed = page.frame("framed")
    assert framed is None or framed.url.startswith(("chrome-error:", "about:"))
    page.context.close()
