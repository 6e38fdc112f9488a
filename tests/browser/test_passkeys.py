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
    """Add a virtual authenticator to the browser, which verifies its user without a prompt."""
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
def page_with_passkey(root: Page, authenticator: tuple[CDPSession, str]) -> Page:
    """Register a passkey for the root user, then sign out."""
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


def test_passkey_signs_in_without_password(page_with_passkey: Page) -> None:
    page_with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(page_with_passkey.get_by_role("heading", name="Welcome")).to_be_visible()


def test_passkey_is_a_second_factor_and_confirms_identity(page_with_passkey: Page, iamd: Iamd) -> None:
    steps.sign_in_root(page_with_passkey, FIRST_PASSWORD, iamd.email)
    page_with_passkey.get_by_role("button", name="Use your passkey").click()
    expect(page_with_passkey.get_by_role("heading", name="Welcome")).to_be_visible()
    page_with_passkey.goto("/signin/confirm?next=/console/iam")
    page_with_passkey.get_by_role("button", name="Use your passkey").click()
    expect(page_with_passkey.get_by_role("heading", name="IAM Dashboard")).to_be_visible()


def test_password_alone_does_not_sign_in_a_user_with_a_passkey(page_with_passkey: Page, iamd: Iamd) -> None:
    steps.sign_in_root(page_with_passkey, FIRST_PASSWORD, iamd.email)
    expect(page_with_passkey.get_by_role("heading", name="Multi-factor authentication")).to_be_visible()
    page_with_passkey.goto("/console")
    expect(page_with_passkey.get_by_role("heading", name="Sign in")).to_be_visible()


def test_passkey_without_user_verification_is_refused(
    page_with_passkey: Page, authenticator: tuple[CDPSession, str]
) -> None:
    session, authenticator_id = authenticator
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator_id, "isUserVerified": False})
    page_with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(page_with_passkey.get_by_role("heading", name="Sign in")).to_be_visible()


def test_cloned_passkey_is_detected_by_its_signature_counter(
    page_with_passkey: Page, authenticator: tuple[CDPSession, str]
) -> None:
    session, authenticator_id = authenticator
    credential = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator_id})[
        "credentials"
    ][0]
    clone = {**credential, "signCount": 0}
    page_with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(page_with_passkey.get_by_role("heading", name="Welcome")).to_be_visible()
    steps.sign_out(page_with_passkey, "Acme")
    session.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator_id})
    session.send("WebAuthn.addCredential", {"authenticatorId": authenticator_id, "credential": clone})
    page_with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(page_with_passkey.get_by_role("alert")).to_be_visible()


def test_passkey_does_not_skip_a_required_password_change(page_with_passkey: Page, iamd: Iamd) -> None:
    account_id = iamd.account.account_id
    with iamd.account.server.store.database.write() as tx:
        profile = login_profiles.find(tx, account_id, account_id)
        assert profile is not None
        login_profiles.update(tx, account_id, profile._replace(password_reset_required=True))
    page_with_passkey.get_by_role("button", name="Sign in with a passkey").click()
    expect(page_with_passkey.get_by_role("heading", name="Reset required")).to_be_visible()
