"""Setting up and signing in work with JavaScript off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD


@pytest.fixture
def plain(chromium: Browser, iamd: Iamd) -> Iterator[Page]:
    context = chromium.new_context(base_url=iamd.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_from_the_link_to_a_session(plain: Page, iamd: Iamd) -> None:
    plain.goto(iamd.setup_link)
    expect(plain.get_by_text("At least 8 characters")).to_be_visible()
    plain.get_by_label("Account name").fill("Acme")
    plain.get_by_label("Root user email address").fill(iamd.email)
    plain.get_by_label("Root user password").fill(FIRST_PASSWORD)
    plain.get_by_label("Confirm password").fill(FIRST_PASSWORD)
    plain.get_by_role("button", name="Create account").click()
    plain.goto("/signin")
    expect(plain.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    plain.get_by_text("IAM user", exact=True).click()
    expect(plain.get_by_label("Root user email address")).to_be_hidden()
    plain.get_by_text("Root user", exact=True).click()
    plain.get_by_label("Root user email address").fill(iamd.email)
    plain.get_by_role("button", name="Next").click()
    plain.get_by_label("Password", exact=True).fill(FIRST_PASSWORD)
    plain.get_by_role("button", name="Sign in").click()
    plain.goto("/signin/confirm")
    plain.get_by_label("Password", exact=True).fill(FIRST_PASSWORD)
    plain.get_by_role("button", name="Confirm").click()
    assert plain.url == f"{iamd.url}/console"


def test_the_security_check_after_failures_can_be_seen_and_heard(plain: Page, iamd: Iamd) -> None:
    plain.goto("/signin")
    plain.get_by_label("Root user email address").fill(iamd.email)
    plain.get_by_role("button", name="Next").click()
    for _ in range(3):
        expect(plain.get_by_text("Security check")).to_be_hidden()
        plain.get_by_label("Password", exact=True).fill("Wrong-Password-1")
        plain.get_by_role("button", name="Sign in").click()
    expect(plain.get_by_label("Type the characters seen in the image above")).to_be_visible()
    plain.get_by_role("button", name="Hear digits").click()
    expect(plain.get_by_label("Type the six digits that you hear")).to_be_visible()
    source = plain.locator("audio").get_attribute("src") or ""
    assert source.startswith("data:audio/wav;base64,")
    plain.get_by_label("Type the six digits that you hear").fill("000000")
    plain.get_by_label("Password", exact=True).fill("Wrong-Password-1")
    plain.get_by_role("button", name="Sign in").click()
    expect(plain.get_by_role("alert")).to_contain_text("security check")
