"""What people do on the pages, in their words."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pyotp
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import APIResponse, BrowserContext, Locator, Page

from iamd.core import clock

FIRST_PASSWORD = "Quiet-Harbor-7291"
EMAIL = "founder@acme.example"


def set_up(page: Page, link: str, email: str = EMAIL, password: str = FIRST_PASSWORD) -> None:
    """Follow the set-up link and make the account's root user."""
    page.goto(link)
    page.get_by_label("Account name").fill("Acme")
    page.get_by_label("Root user email address").fill(email)
    page.get_by_label("Root user password").fill(password)
    page.get_by_label("Confirm password").fill(password)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", name="Welcome").wait_for()


def set_up_at_once(context: BrowserContext, link: str, email: str) -> None:
    """Set an account up and confirm who one is as `set_up` does, by the same forms but without the pages."""
    url = "/".join(link.split("/")[:3])

    def send(where: str, **fields: str) -> None:
        shown = context.request.get(where).text()
        token = re.search('name="form_token" value="([^"]*)"', shown)
        assert token, shown
        done = context.request.post(
            where, headers={"Origin": url}, form={"form_token": unescape(token[1]), **fields}
        )
        assert done.ok, done.text()

    send(link, account_name="Acme", email=email, new=FIRST_PASSWORD, again=FIRST_PASSWORD)
    send(f"{url}/signin/confirm", method="password", password=FIRST_PASSWORD)


def call(page: Page, action: str, **params: str) -> APIResponse:
    """Call the API as the console does."""
    return page.request.post(
        "/",
        headers={"X-Iamd-Console": "1", "Origin": "/".join(page.url.split("/")[:3])},
        form={"Action": action, "Version": "2010-05-08", **params},
    )


def member(answer: str, name: str) -> str:
    """Return the text of the first element of that name."""
    found = re.search(f"<{name}>(.*?)</{name}>", answer, re.DOTALL)
    assert found, answer
    return found[1]


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press what looks like a button, whether it acts or leads somewhere."""
    button, link = page.get_by_role("button", name=name), page.get_by_role("link", name=name)
    button.or_(link).first.click()


def sign_out(page: Page, menu: str) -> None:
    """Sign out by the account menu, which goes by what it says."""
    page.get_by_role("button", name=re.compile(menu)).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def sign_in_root(page: Page, password: str, email: str = EMAIL) -> None:
    """Sign in from the first page of signing in, as far as the password goes."""
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    page.get_by_label("Root user email address").fill(email)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def confirm_by_password(page: Page, password: str) -> None:
    """Answer the page that asks whether it is still you."""
    page.get_by_role("heading", name="Confirm it is you").wait_for()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Confirm").click()


def read_qr(code: Locator, folder: Path) -> pyotp.TOTP:
    """Photograph a QR code as a phone would, and return the app that scanned it."""
    picture = folder / "qr.png"
    code.screenshot(path=picture)
    with Image.open(picture) as image:
        (read,) = zxingcpp.read_barcodes(image)
    app = pyotp.parse_uri(read.text)
    assert isinstance(app, pyotp.TOTP)
    return app


def code(app: pyotp.TOTP, ahead: int = 0) -> str:
    """Return the code of now, or of some steps of 30 seconds later."""
    return app.at(clock.now() + timedelta(seconds=30 * ahead))


def violations(page: Page, *rules: str) -> list[str]:
    """Return what axe finds wrong with a page as it is, by these rules or by all."""
    axe = Axe()
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe.axe_script)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}" for one in found]
