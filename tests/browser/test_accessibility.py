"""Accessibility: axe finds no violations, in light and dark mode, on desktop and phone."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE, Iamd
from tests.browser.steps import PendingRequests, call, member
from tests.servers import Server

SIGN_IN = ["/signin", "/signin/acme", "/signin/confirm", "/signin/forgot", "/signin/over", "/setup/used"]
NOT_FOUND = "/console/iam/nothing-here"
CONSOLE = [
    "/console",
    "/console/confirmed",
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
    "/console/iam/services",
    "/console/iam/services/create-api-key",
    "/console/iam/credential-report",
    NOT_FOUND,
]
TRUST = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""
COLOUR_SCHEMES_AND_SIZES: list[tuple[Any, Any]] = [
    ("light", DESKTOP),
    ("dark", DESKTOP),
    ("dark", PHONE),
    ("light", PHONE),
]
COLOURS = ("color-contrast", "link-in-text-block")  # the only rules that depend on colours
PROVIDER = "the page of an identity provider"


class PopulatedAccount(NamedTuple):
    """A root user's page in an account that has an entity of each kind."""

    page: Page
    provider: str  # the path of an identity provider's page
    pending_requests: PendingRequests


@pytest.fixture(scope="module")
def populated_account(chromium: Browser, shared_server: Server) -> Iterator[PopulatedAccount]:
    """Return the page of a signed-in root user whose account has an entity of each kind."""
    iamd = Iamd.create_on(shared_server)
    context = chromium.new_context(base_url=iamd.url, reduced_motion="reduce")
    steps.set_up_by_form(context, iamd.setup_link, iamd.email)
    page = context.new_page()
    pending_requests = PendingRequests(page)
    page.goto("/healthz")
    tag = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    client = {"ClientIDList.member.1": "app", "ThumbprintList.member.1": "0123456789" * 4}
    call(page, "CreateUser", UserName="alice", **tag)
    call(page, "CreateGroup", GroupName="team")
    call(page, "AddUserToGroup", UserName="alice", GroupName="team")
    call(page, "CreateRole", RoleName="deploy", AssumeRolePolicyDocument=TRUST, **tag)
    created = call(page, "CreateOpenIDConnectProvider", Url="https://id.example.com/realm", **client)
    arn = quote(member(created.text(), "OpenIDConnectProviderArn"), safe="")
    yield PopulatedAccount(page, f"/console/iam/identity-providers/details/{arn}", pending_requests)
    context.close()


@pytest.mark.parametrize("path", [*SIGN_IN, *CONSOLE, PROVIDER])
def test_page_has_no_violations_in_any_colour_scheme_and_size(
    populated_account: PopulatedAccount, path: str
) -> None:
    page = populated_account.page
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto(populated_account.provider if path == PROVIDER else path)
    steps.wait_until_rendered(page)
    populated_account.pending_requests.wait()
    assert page.get_by_text("Loading").count() == 0
    assert path == NOT_FOUND or page.get_by_role("heading", name="Page not found").count() == 0
    violations: list[str] = []
    for scheme, size in COLOUR_SCHEMES_AND_SIZES:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        steps.wait_until_drawn(page)
        # The test injects axe, which the Content Security Policy would block as a script of the page.
        rules = COLOURS if scheme == "dark" else ()
        violations += [f"{scheme}, {size}: {violation}" for violation in steps.violations(page, *rules)]
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        violations += [f"{scheme}, {size}: {overflow} pixels wider than the window"] if overflow > 0 else []
    assert "\n".join(violations) == ""
