"""No page has a violation that axe can find: light and dark, on a desktop and on a phone."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.conftest import PHONE, WIDE, Iamd
from tests.browser.steps import FIRST_PASSWORD, call, member

SIGN_IN = ["/signin", "/signin/acme", "/signin/confirm", "/signin/forgot", "/signin/over", "/setup/used"]
NOWHERE = "/console/iam/nothing-here"
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
    "/console/iam/users/details/alice",
    "/console/iam/users/details/alice?section=groups",
    "/console/iam/users/details/alice?section=tags",
    "/console/iam/users/details/alice?section=security_credentials",
    "/console/iam/groups",
    "/console/iam/groups/create",
    "/console/iam/groups/details/team",
    "/console/iam/roles",
    "/console/iam/roles/create",
    "/console/iam/roles/details/deploy",
    "/console/iam/roles/details/deploy?section=trust_relationships",
    "/console/iam/roles/details/deploy?section=tags",
    "/console/iam/roles/details/deploy?section=revoke_sessions",
    "/console/iam/roles/details/deploy/edit-trust-policy",
    "/console/iam/identity-providers",
    "/console/iam/identity-providers/create",
    "/console/iam/credential-report",
    NOWHERE,
]
TRUST = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""
LOOKS = [("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE)]


class Furnished(NamedTuple):
    """A server with something of everything, and a session of its root user."""

    iamd: Iamd
    state: Any
    provider: str  # the path of an identity provider's page


@pytest.fixture(scope="module")
def furnished(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """Return a server whose root user is signed in and confirmed, with one of each kind of entity."""
    iamd = Iamd(tmp_path_factory.mktemp("furnished"))
    context = chromium.new_context(base_url=iamd.url)
    page = context.new_page()
    steps.set_up(page, iamd.setup_link)
    page.goto("/signin/confirm")
    steps.confirm_by_password(page, FIRST_PASSWORD)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    tag = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    client = {"ClientIDList.member.1": "app", "ThumbprintList.member.1": "0123456789" * 4}
    call(page, "CreateUser", UserName="alice", **tag)
    call(page, "CreateGroup", GroupName="team")
    call(page, "AddUserToGroup", UserName="alice", GroupName="team")
    call(page, "CreateRole", RoleName="deploy", AssumeRolePolicyDocument=TRUST, **tag)
    made = call(page, "CreateOpenIDConnectProvider", Url="https://id.example.com/realm", **client)
    arn = quote(member(made.text(), "OpenIDConnectProviderArn"), safe="")
    yield Furnished(iamd, context.storage_state(), f"/console/iam/identity-providers/details/{arn}")
    context.close()
    iamd.stop()


@pytest.mark.parametrize(("scheme", "size"), LOOKS, ids=["light", "dark", "light-phone", "dark-phone"])
def test_no_page_has_a_violation(chromium: Browser, furnished: Furnished, scheme: Any, size: Any) -> None:
    iamd, state, provider = furnished
    context = chromium.new_context(
        base_url=iamd.url, viewport=size, color_scheme=scheme, storage_state=state, reduced_motion="reduce"
    )
    # axe is put into the page by the test, which our policy would rightly stop.
    found = [*_violations(context.new_page(), [*SIGN_IN, *CONSOLE, provider])]
    context.close()
    assert "\n".join(found) == ""


def _violations(page: Page, paths: list[str]) -> Iterator[str]:
    for path in paths:
        page.goto(path)
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_load_state("networkidle")
        if page.get_by_role("heading", name="Page not found").count() and path != NOWHERE:
            yield f"{path}: there is no such page"
        yield from (f"{path}: {violation}" for violation in steps.violations(page))
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            yield f"{path}: {overflow} pixels wider than the window"
