"""Passkeys, with Chromium's virtual authenticator."""

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from iamd.store import login_profiles
from tests.browser import steps
from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD


@pytest.fixture
def authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the page's browser an authenticator that verifies its user and says yes at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]


@pytest.fixture
def with_passkey(root: Page, authenticator: tuple[CDPSession, str]) -> Page:
    """Give a root user a passkey; then sign out."""
    page = root
    page.goto("/console/iam/security-credentials/assign-mfa")
    page.get_by_label("Device name").fill("laptop")
    page.get_by_text("Passkey or security key", exact=True).click()
    page.get_by_role("button", name="Next", exact=True).click()
    register = page.get_by_role("button", name=re.compile("Register|Create passkey|Continue|Add MFA"))
    if register.count():
        register.first.click()
    page.get_by_role("button", name="I have saved my recovery codes").click()
    expect(page.get_by_role("heading", name="Multi-factor authentication (MFA) (1)")).to_be_visible()
    expect(page.get_by_text(re.compile(":u2f/root-account/laptop"))).to_be_visible()
    steps.sign_out(page, "Acme")
    return page


def test_a_passkey_signs_in_by_itself(with_passkey: Page) -> None:
    with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(with_passkey.get_by_role("heading", name="Welcome")).to_be_visible()


def test_a_passkey_is_a_second_factor_and_confirms(with_passkey: Page, iamd: Iamd) -> None:
    steps.sign_in_root(with_passkey, FIRST_PASSWORD, iamd.email)
    with_passkey.get_by_role("button", name="Use your passkey").click()
    expect(with_passkey.get_by_role("heading", name="Welcome")).to_be_visible()
    with_passkey.goto("/signin/confirm?next=/console/iam")
    with_passkey.get_by_role("button", name="Use your passkey").click()
    expect(with_passkey.get_by_role("heading", name="IAM Dashboard")).to_be_visible()


def test_who_has_a_passkey_gets_nowhere_with_the_password_alone(with_passkey: Page, iamd: Iamd) -> None:
    steps.sign_in_root(with_passkey, FIRST_PASSWORD, iamd.email)
    expect(with_passkey.get_by_role("heading", name="Multi-factor authentication")).to_be_visible()
    with_passkey.goto("/console")
    expect(with_passkey.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_that_does_not_verify_its_user_is_refused(
    with_passkey: Page, authenticator: tuple[CDPSession, str]
) -> None:
    session, authenticator_id = authenticator
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator_id, "isUserVerified": False})
    with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(with_passkey.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_copied_passkey_is_noticed_by_its_counter(
    with_passkey: Page, authenticator: tuple[CDPSession, str]
) -> None:
    session, authenticator_id = authenticator
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator_id})["credentials"][0]
    copied = {**held, "signCount": 0}
    with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(with_passkey.get_by_role("heading", name="Welcome")).to_be_visible()
    steps.sign_out(with_passkey, "Acme")
    session.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator_id})
    session.send("WebAuthn.addCredential", {"authenticatorId": authenticator_id, "credential": copied})
    with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(with_passkey.get_by_role("alert")).to_be_visible()


def test_a_passkey_skips_no_forced_change(with_passkey: Page, iamd: Iamd) -> None:
    account_id = iamd.account.account_id
    with iamd.account.server.store.database.write() as tx:
        held = login_profiles.find(tx, account_id, account_id)
        assert held is not None
        login_profiles.update(tx, account_id, held._replace(password_reset_required=True))
    with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(with_passkey.get_by_role("heading", name="Reset required")).to_be_visible()
