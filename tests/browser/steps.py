"""Steps that users take on the pages."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pyotp
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import APIResponse, BrowserContext, Locator, Page, Request

from iamd.core import clock

FIRST_PASSWORD = "Quiet-Harbor-7291"
EMAIL = "founder@acme.example"


def set_up_by_form(context: BrowserContext, link: str, email: str) -> None:
    """Set up an account by posting the form, without opening the page."""
    html = context.request.get(link).text()
    token = re.search('name="form_token" value="([^"]*)"', html)
    assert token, html
    form: dict[str, str | float | bool] = {"account_name": "Acme", "email": email, "new": FIRST_PASSWORD}
    response = context.request.post(
        link,
        headers={"Origin": "/".join(link.split("/")[:3])},
        form={**form, "form_token": unescape(token[1]), "again": FIRST_PASSWORD},
    )
    assert response.ok, response.text()


def call(page: Page, action: str, **params: str) -> APIResponse:
    """Call the API as the console does."""
    return page.request.post(
        "/",
        headers={"X-Iamd-Console": "1", "Origin": "/".join(page.url.split("/")[:3])},
        form={"Action": action, "Version": "2010-05-08", **params},
    )


def member(response: str, name: str) -> str:
    """Return the text of the first element with that name."""
    match = re.search(f"<{name}>(.*?)</{name}>", response, re.DOTALL)
    assert match, response
    return match[1]


class PendingRequests:
    """The unfinished requests of a page. Playwright's `networkidle` waits 500 ms longer for each page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._requests: set[Request] = set()
        page.on("request", self._add)
        page.on("requestfinished", self._discard)
        page.on("requestfailed", self._discard)

    def _add(self, request: Request) -> None:
        self._requests.add(request)

    def _discard(self, request: Request) -> None:
        self._requests.discard(request)

    def wait(self) -> None:
        """Wait until all responses have arrived, were rendered, and led to no further requests."""
        draws_without_requests = 0
        while draws_without_requests < _QUIET_DRAWS:
            wait_until_drawn(self._page)
            draws_without_requests = 0 if self._requests else draws_without_requests + 1


_QUIET_DRAWS = 3


def wait_until_rendered(page: Page) -> None:
    """Wait until a page has its heading. Unlike locators, this checks at each frame."""
    page.wait_for_function("() => document.querySelector('h1') !== null")


def wait_until_drawn(page: Page) -> None:
    """Wait until the browser has drawn two frames."""
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def click_button(page: Page, name: str | re.Pattern[str]) -> None:
    """Click a button, or a link that looks like one."""
    button, link = page.get_by_role("button", name=name), page.get_by_role("link", name=name)
    button.or_(link).first.click()


def sign_out(page: Page, menu: str) -> None:
    """Sign out with the account menu, found by its label."""
    page.get_by_role("button", name=re.compile(menu)).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def sign_in_root(page: Page, password: str, email: str = EMAIL) -> None:
    """Sign in as the root user from the first sign-in page, up to the password."""
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    page.get_by_label("Root user email address").fill(email)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def confirm_by_password(page: Page, password: str) -> None:
    """Confirm the user's identity with the password."""
    page.get_by_role("heading", name="Confirm your identity").wait_for()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Confirm").click()


def read_qr(code: Locator, folder: Path) -> pyotp.TOTP:
    """Read a QR code from a screenshot; return the authenticator app that it configures."""
    screenshot = folder / "qr.png"
    code.screenshot(path=screenshot)
    with Image.open(screenshot) as image:
        (barcode,) = zxingcpp.read_barcodes(image)
    app = pyotp.parse_uri(barcode.text)
    assert isinstance(app, pyotp.TOTP)
    return app


def code(app: pyotp.TOTP, ahead: int = 0) -> str:
    """Return the code of the time step `ahead` steps from now."""
    return app.at(clock.now() + timedelta(seconds=30 * ahead))


def violations(page: Page, *rules: str) -> list[str]:
    """Return the violations that axe finds on a page, by some rules or by all."""
    axe = Axe()
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe.axe_script)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    results = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{violation['id']}: {violation['help']} {[node['target'] for node in violation['nodes']][:3]}"
        for violation in results
    ]
