"""No page has a violation that axe can find: light and dark, on a desktop and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.conftest import PHONE, WIDE, Iamd
from tests.browser.steps import FIRST_PASSWORD

SIGN_IN = ["/signin", "/signin/acme", "/signin/confirm", "/signin/forgot", "/signin/over", "/setup/used"]
CONSOLE = [
    "/console",
    "/console/iam",
    "/console/iam/account-settings",
    "/console/iam/account-settings/password-policy",
    "/console/iam/security-credentials",
    "/console/iam/security-credentials/assign-mfa",
    "/console/iam/security-credentials/change-password",
    "/console/iam/security-credentials/create-access-key",
    "/console/iam/users",
    "/console/iam/users/create",
    "/console/iam/users/alice",
    "/console/iam/groups",
    "/console/iam/groups/create",
    "/console/iam/credential-report",
    "/console/iam/nothing-here",
]
LOOKS = [("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE)]


@pytest.fixture(scope="module")
def furnished(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Iamd, Any]]:
    """Return a server whose root user is signed in and confirmed, with a user and a group."""
    iamd = Iamd(tmp_path_factory.mktemp("furnished"))
    context = chromium.new_context(base_url=iamd.url)
    page = context.new_page()
    steps.set_up(page, iamd.setup_link)
    page.goto("/signin/confirm")
    steps.confirm_by_password(page, FIRST_PASSWORD)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    for action in (
        "Action=CreateUser&UserName=alice",
        "Action=CreateGroup&GroupName=team",
        "Action=AddUserToGroup&UserName=alice&GroupName=team",
    ):
        answer = page.request.post(
            "/",
            headers={
                "X-Iamd-Console": "1",
                "Origin": iamd.url,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            data=f"{action}&Version=2010-05-08",
        )
        assert answer.ok
    yield iamd, context.storage_state()
    context.close()
    iamd.stop()


@pytest.mark.parametrize(("scheme", "size"), LOOKS, ids=["light", "dark", "light-phone", "dark-phone"])
def test_no_page_has_a_violation(
    chromium: Browser, furnished: tuple[Iamd, Any], scheme: Any, size: Any
) -> None:
    iamd, state = furnished
    context = chromium.new_context(
        base_url=iamd.url, viewport=size, color_scheme=scheme, storage_state=state, reduced_motion="reduce"
    )
    # axe is put into the page by the test, which our policy would rightly stop.
    found = [*_violations(context.new_page(), [*SIGN_IN, *CONSOLE])]
    context.close()
    assert "\n".join(found) == ""


def _violations(page: Page, paths: list[str]) -> Iterator[str]:
    for path in paths:
        page.goto(path)
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_load_state("networkidle")
        yield from (f"{path}: {violation}" for violation in steps.violations(page))
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            yield f"{path}: {overflow} pixels wider than the window"
