"""What people do on the pages, in their words."""

import re
from datetime import timedelta
from pathlib import Path

import pyotp
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import APIResponse, Locator, Page

from iamd.core import clock

FIRST_PASSWORD = "Quiet-Harbor-7291"
EMAIL = "founder@acme.example"


def set_up(page: Page, link: str, password: str = FIRST_PASSWORD) -> None:
    """Follow the set-up link and make the account's root user."""
    page.goto(link)
    page.get_by_label("Account name").fill("Acme")
    page.get_by_label("Root user email address").fill(EMAIL)
    page.get_by_label("Root user password").fill(password)
    page.get_by_label("Confirm password").fill(password)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", name="Welcome").wait_for()


def call(page: Page, action: str, **params: str) -> APIResponse:
    """Call the API as the console does."""
    return page.request.post(
        "/",
        headers={"X-Iamd-Console": "1", "Origin": page.url.split("/console")[0]},
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


def sign_in_root(page: Page, password: str) -> None:
    """Sign in from the first page of signing in, as far as the password goes."""
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    page.get_by_label("Root user email address").fill(EMAIL)
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


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page as it is."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}" for one in found]
