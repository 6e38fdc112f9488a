"""Another site, in the browser of somebody who is signed in, gets nothing done and learns nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.conftest import Iamd

FORM = """<!doctype html><title>evil</title>
<form method="post" action="{target}" enctype="application/x-www-form-urlencoded">
  <input name="Action" value="CreateUser"><input name="Version" value="2010-05-08">
  <input name="UserName" value="eve"><input name="form_token" value="guess">
</form><script>document.forms[0].submit()</script>"""
FETCH = """<!doctype html><title>evil</title><p id="said">waiting</p><script>
fetch("{target}", {{method: "POST", credentials: "include", headers: {{"X-Iamd-Console": "1"}},
  body: new URLSearchParams({{Action: "CreateUser", Version: "2010-05-08", UserName: "eve"}})}})
  .then(() => said.textContent = "answered", () => said.textContent = "stopped")
</script>"""
FRAME = '<!doctype html><title>evil</title><iframe src="{target}" name="framed"></iframe>'


@pytest.fixture
def evil() -> Iterator[str]:
    """Return the address of another site, which serves what is in its path."""
    served = {"form": FORM, "fetch": FETCH, "frame": FRAME}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, target = self.path[1:].partition("?")
            body = served.get(kind, "").replace("{{", "{").replace("}}", "}").replace("{target}", target)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def root(page: Page, iamd: Iamd) -> Page:
    steps.set_up_at_once(page.context, iamd.setup_link, iamd.email)
    return page


def users(page: Page, iamd: Iamd) -> str:
    """Return the users, asked for as the console asks; it also shows that the session is still there."""
    answer = page.request.post(
        f"{iamd.url}/",
        headers={"X-Iamd-Console": "1", "Origin": iamd.url},
        form={"Action": "ListUsers", "Version": "2010-05-08"},
    )
    assert answer.ok
    return answer.text()


@pytest.mark.parametrize("path", ["/", "/signout", "/signin/confirm"])
def test_a_form_of_another_site_changes_nothing(root: Page, iamd: Iamd, evil: str, path: str) -> None:
    root.goto(f"{evil}/form?{iamd.url}{path}")
    root.wait_for_url(f"{iamd.url}{path}*")
    assert "eve" not in users(root, iamd)


def test_a_script_of_another_site_is_not_answered(root: Page, iamd: Iamd, evil: str) -> None:
    root.goto(f"{evil}/fetch?{iamd.url}/")
    expect(root.locator("#said")).to_have_text("stopped")
    assert "eve" not in users(root, iamd)


def test_a_link_from_another_site_carries_no_cookie(root: Page, iamd: Iamd, evil: str) -> None:
    root.goto(f"{evil}/nothing")
    with root.expect_request(f"{iamd.url}/console") as asked:
        root.evaluate("url => location.assign(url)", f"{iamd.url}/console")
    assert "iamd-session" not in (asked.value.header_value("cookie") or "")


@pytest.mark.parametrize("path", ["/signin", "/console"])
def test_no_page_can_be_framed(chromium: Browser, iamd: Iamd, evil: str, path: str) -> None:
    page = chromium.new_page()
    page.goto(f"{evil}/frame?{iamd.url}{path}")
    page.wait_for_load_state("networkidle")
    framed = page.frame("framed")
    assert framed is None or framed.url.startswith(("chrome-error:", "about:"))
    page.context.close()
