"""Confirmation of identity in another tab, while the page that needs it keeps what was entered."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import console_users
from tests.browser import steps
from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD, call, member

QUESTION = "Confirm your identity"
ERROR = "Confirm your identity and try again."


@pytest.fixture
def policy_form(root: Page) -> Page:
    """Return a page with a filled-in inline policy of alice."""
    call(root, "CreateUser", UserName="alice")
    root.goto("/console/iam/users/details/alice")
    root.get_by_role("button", name="Add permissions").click()
    root.get_by_role("menuitem", name="Create inline policy").click()
    form = root.get_by_role("dialog", name="Create inline policy")
    form.get_by_label("Policy name").fill("buckets")
    editor = form.get_by_label("Policy document (JSON)")
    editor.fill(editor.input_value().replace('"Action": []', '"Action": ["s3:ListAllMyBuckets"]'))
    return root


def submit_too_late(page: Page, iamd: Iamd, button: str = "Create policy") -> None:
    """Submit a form when the last confirmation is too old."""
    console_users.forget_confirmation(iamd.account)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("dialog", name=QUESTION)).to_be_visible()


def open_tab(page: Page) -> Page:
    """Open the tab in which the identity is confirmed."""
    dialog = page.get_by_role("dialog", name=QUESTION)
    with page.expect_popup() as opened:
        dialog.get_by_role("button", name="Confirm in a new tab").click()
    expect(dialog.get_by_text("Waiting for your confirmation in the other tab")).to_be_visible()
    return opened.value


def confirm(page: Page, in_tab: Callable[[Page], None]) -> None:
    """Confirm the identity in the other tab, which then closes itself."""
    tab = open_tab(page)
    with tab.expect_event("close"):
        in_tab(tab)
    expect(page.get_by_role("dialog", name=QUESTION)).to_be_hidden()


def cancel(page: Page) -> None:
    page.get_by_role("dialog", name=QUESTION).get_by_role("button", name="Cancel").click()


def by_password(tab: Page) -> None:
    steps.confirm_by_password(tab, FIRST_PASSWORD)


def test_form_goes_on_after_confirmation_by_password(policy_form: Page, iamd: Iamd) -> None:
    page = policy_form
    submit_too_late(page, iamd)
    assert "buckets" not in call(page, "ListUserPolicies", UserName="alice").text()
    confirm(page, by_password)
    expect(page.get_by_text("Policy buckets saved.")).to_be_visible()
    policy = call(page, "GetUserPolicy", UserName="alice", PolicyName="buckets").text()
    assert "s3%3AListAllMyBuckets" in member(policy, "PolicyDocument")
    page.get_by_role("tab", name="Security credentials").click()
    steps.click_button(page, "Create access key")
    expect(page.get_by_role("heading", name="Create access key")).to_be_visible()  # asks no second time


def test_form_goes_on_after_confirmation_by_authenticator_app(policy_form: Page, iamd: Iamd) -> None:
    page = policy_form
    device = call(page, "CreateVirtualMFADevice", VirtualMFADeviceName="phone").text()
    app = console_users.App(base64.b64decode(member(device, "Base32StringSeed")).decode())
    codes = {"AuthenticationCode1": app.code(-1), "AuthenticationCode2": app.code()}
    serial = member(device, "SerialNumber")
    assert call(page, "EnableRootMFADevice", Version="2026-11-24", SerialNumber=serial, **codes).ok

    def by_code(tab: Page) -> None:
        tab.get_by_label("MFA code").fill(app.code(1))
        tab.get_by_role("button", name="Confirm").click()

    submit_too_late(page, iamd)
    confirm(page, by_code)
    expect(page.get_by_text("Policy buckets saved.")).to_be_visible()


def test_cancel_keeps_what_was_entered_and_shows_the_error(policy_form: Page, iamd: Iamd) -> None:
    page = policy_form
    form = page.get_by_role("dialog", name="Create inline policy")
    for leave in (cancel, lambda _: page.keyboard.press("Escape")):
        submit_too_late(page, iamd)
        leave(page)
        expect(page.get_by_role("dialog", name=QUESTION)).to_be_hidden()
        expect(form.get_by_text(ERROR)).to_be_visible()
        expect(form.get_by_label("Policy name")).to_have_value("buckets")
    submit_too_late(page, iamd)
    confirm(page, by_password)
    expect(page.get_by_text("Policy buckets saved.")).to_be_visible()


def test_wizard_that_is_not_confirmed_creates_nothing(root: Page, iamd: Iamd) -> None:
    root.goto("/console/iam/groups/create")
    root.get_by_label("User group name").fill("team")
    root.get_by_placeholder("Search policies").fill("IAMReadOnlyAccess")
    root.get_by_role("checkbox", name="Choose IAMReadOnlyAccess", exact=True).check()
    submit_too_late(root, iamd, "Create user group")
    cancel(root)
    expect(root.get_by_text(ERROR)).to_be_visible()
    assert "team" not in call(root, "ListGroups").text()
    submit_too_late(root, iamd, "Create user group")
    confirm(root, by_password)
    expect(root.get_by_text("User group team created.")).to_be_visible()
    assert "IAMReadOnlyAccess" in call(root, "ListAttachedGroupPolicies", GroupName="team").text()


def test_form_is_not_submitted_in_the_name_of_another_user(policy_form: Page, iamd: Iamd) -> None:
    page = policy_form
    call(page, "CreateLoginProfile", UserName="alice", Password="Copper-Lantern-41-Moss")
    submit_too_late(page, iamd)
    submitted: list[str] = []
    page.on("request", lambda request: submitted.append(request.post_data or ""))
    tab = open_tab(page)
    tab.goto(f"/signin/{iamd.account.account_id}?next=/console/confirmed")
    tab.get_by_label("IAM username").fill("alice")
    tab.get_by_label("Password", exact=True).fill("Copper-Lantern-41-Moss")
    with tab.expect_event("close"):
        tab.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="alice @")).to_be_visible()
    assert not any("PutUserPolicy" in form for form in submitted)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialog_has_no_violations(policy_form: Page, iamd: Iamd, scheme: str) -> None:
    page = policy_form
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    submit_too_late(page, iamd)
    open_tab(page)
    assert steps.violations(page) == []
