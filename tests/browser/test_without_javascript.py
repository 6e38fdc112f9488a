"""Account setup and sign-in work without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD


@pytest.fixture
def page_without_javascript(chromium: Browser, iamd: Iamd) -> Iterator[Page]:
    context = chromium.new_context(base_url=iamd.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_set_up_sign_in_and_confirm(page_without_javascript: Page, iamd: Iamd) -> None:
    page_without_javascript.goto(iamd.setup_link)
    expect(page_without_javascript.get_by_text("At least 8 characters")).to_be_visible()
    page_without_javascript.get_by_label("Account name").fill("Acme")
    page_without_javascript.get_by_label("Root user email address").fill(iamd.email)
    page_without_javascript.get_by_label("Root user password").fill(FIRST_PASSWORD)
    page_without_javascript.get_by_label("Confirm password").fill(FIRST_PASSWORD)
    page_without_javascript.get_by_role("button", name="Create account").click()
    page_without_javascript.goto("/signin")
    expect(page_without_javascript.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page_without_javascript.get_by_text("IAM user", exact=True).click()
    expect(page_without_javascript.get_by_label("Root user email address")).to_be_hidden()
    page_without_javascript.get_by_text("Root user", exact=True).click()
    page_without_javascript.get_by_label("Root user email address").fill(iamd.email)
    page_without_javascript.get_by_role("button", name="Next").click()
    page_without_javascript.get_by_label("Password", exact=True).fill(FIRST_PASSWORD)
    page_without_javascript.get_by_role("button", name="Sign in").click()
    page_without_javascript.goto("/signin/confirm")
    page_without_javascript.get_by_label("Password", exact=True).fill(FIRST_PASSWORD)
    page_without_javascript.get_by_role("button", name="Confirm").click()
    assert page_without_javascript.url == f"{iamd.url}/console"


def test_captcha_after_failures_as_image_and_audio(page_without_javascript: Page, iamd: Iamd) -> None:
    page_without_javascript.goto("/signin")
    page_without_javascript.get_by_label("Root user email address").fill(iamd.email)
    page_without_javascript.get_by_role("button", name="Next").click()
    for _ in range(3):
        expect(page_without_javascript.get_by_text("Security check")).to_be_hidden()
        page_without_javascript.get_by_label("Password", exact=True).fill("Wrong-Password-1")
        page_without_javascript.get_by_role("button", name="Sign in").click()
    expect(
        page_without_javascript.get_by_label("Type the characters seen in the image above")
    ).to_be_visible()
    page_without_javascript.get_by_role("button", name="Hear digits").click()
    expect(page_without_javascript.get_by_label("Enter the six digits you hear")).to_be_visible()
    source = page_without_javascript.locator("audio").get_attribute("src") or ""
    assert source.startswith("data:audio/wav;base64,")
    page_without_javascript.get_by_label("Enter the six digits you hear").fill("000000")
    page_without_javascript.get_by_label("Password", exact=True).fill("Wrong-Password-1")
    page_without_javascript.get_by_role("button", name="Sign in").click()
    expect(page_without_javascript.get_by_role("alert")).to_contain_text("security check")
