"""Error messages on the pages, and that refused or abandoned actions leave nothing behind."""

import re
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser import steps
from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD, call, code


def open_mfa_wizard(page: Page, folder: Path) -> pyotp.TOTP:
    """Open the MFA wizard up to the two codes; return the authenticator app that scanned the QR code."""
    page.goto("/console/iam/security-credentials/assign-mfa")
    page.get_by_label("Device name").fill("phone")
    page.get_by_text("Authenticator app", exact=True).click()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Show QR code").click()
    return steps.read_qr(page.get_by_alt_text("QR code for your authenticator app"), folder)


def submit_codes(page: Page, first: str, second: str) -> None:
    page.get_by_label("MFA code 1").fill(first)
    page.get_by_label("MFA code 2").fill(second)
    page.get_by_role("button", name="Add MFA").click()


def test_wrong_equal_or_nonconsecutive_codes_are_reported(root: Page, tmp_path: Path) -> None:
    app = open_mfa_wizard(root, tmp_path)
    submit_codes(root, code(app), code(app))
    expect(root.get_by_text(re.compile("Both codes are the same")).first).to_be_visible()
    submit_codes(root, code(app, -3), code(app))
    expect(root.get_by_text(re.compile("the two codes are not consecutive"))).to_be_visible()
    submit_codes(root, "000000", "111111")
    expect(root.get_by_text(re.compile("is not valid")).first).to_be_visible()
    submit_codes(root, code(app, -1), code(app))
    expect(root.get_by_text(re.compile("MFA device assigned")).first).to_be_visible()


@pytest.mark.parametrize("exit_by", ["cancel", "leave"])
def test_abandoned_mfa_wizard_deletes_the_device(root: Page, tmp_path: Path, exit_by: str) -> None:
    open_mfa_wizard(root, tmp_path)
    assert ":mfa/phone" in call(root, "ListVirtualMFADevices").text()
    with root.expect_response(
        lambda response: "DeleteVirtualMFADevice" in (response.request.post_data or "")
    ):
        if exit_by == "cancel":
            root.get_by_role("button", name="Cancel").click()
        else:
            root.get_by_role("link", name="Security credentials").first.click()
    assert ":mfa/phone" not in call(root, "ListVirtualMFADevices").text()


def test_secret_key_is_that_of_the_qr_code(root: Page, tmp_path: Path) -> None:
    app = open_mfa_wizard(root, tmp_path)
    root.get_by_role("button", name="Show secret key").click()
    secret_key = (
        root.locator("code, .awsui-text-code").or_(root.get_by_text(re.compile(r"^[A-Z2-7 ]{30,}$"))).first
    )
    assert app.secret in secret_key.inner_text().replace(" ", "")


def test_root_access_key_is_refused(root: Page) -> None:
    root.goto("/console/iam/security-credentials/create-access-key")
    root.get_by_label(re.compile("I understand creating a root access key")).check()
    root.get_by_role("button", name="Create access key").click()
    expect(root.get_by_text(re.compile("switched on|operator"))).to_be_visible()
    assert "<AccessKeyId>" not in call(root, "ListAccessKeys").text()


def test_weak_password_is_reported(root: Page) -> None:
    root.goto("/console/iam/security-credentials/change-password")
    root.get_by_label("Current password").fill(FIRST_PASSWORD)
    for field in ("New password", "Confirm new password"):
        root.get_by_label(field, exact=True).fill("Password123!")
    root.get_by_role("button", name="Change password").click()
    expect(root.get_by_text(re.compile("must not be a common or breached password"))).to_be_visible()


def test_wrong_current_password_is_reported(root: Page) -> None:
    root.goto("/console/iam/security-credentials/change-password")
    root.get_by_label("Current password").fill("Wrong-Password-1")
    for field in ("New password", "Confirm new password"):
        root.get_by_label(field, exact=True).fill("Fresh-Winter-8812")
    root.get_by_role("button", name="Change password").click()
    expect(root.get_by_text(re.compile("The old password was incorrect"))).to_be_visible()


def test_affected_users_are_listed_before_saving(root: Page) -> None:
    call(root, "CreateUser", UserName="bob")
    call(root, "CreateLoginProfile", UserName="bob", Password="Copper-Lantern-41-Moss")
    root.goto("/console/iam/account-settings/password-policy")
    root.get_by_label("Require MFA to use the console").check()
    root.get_by_role("button", name="Save changes").click()
    expect(root.get_by_role("dialog")).to_contain_text("bob")


def test_expired_session_leads_to_sign_in_with_the_next_page(root: Page) -> None:
    pending_requests = steps.PendingRequests(root)
    root.goto("/console/iam/users")
    expect(root.get_by_role("heading", name=re.compile("^Users"))).to_be_visible()
    pending_requests.wait()
    root.context.clear_cookies()
    root.get_by_role("link", name="User groups").first.click()
    expect(root.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=%2Fconsole%2Fiam%2Fgroups" in root.url or "next=/console/iam/groups" in root.url


HTML_WITH_SCRIPT = "<img src=x onerror=alert(1)>"


def test_entity_names_and_values_are_not_executed_as_scripts(root: Page, iamd: Iamd) -> None:
    dialogs: list[str] = []

    def record_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    root.on("dialog", record_dialog)
    pending_requests = steps.PendingRequests(root)
    call(root, "CreateUser", UserName="=cmd@x", Path="/<script>alert(1)</script>/")
    call(root, "TagUser", UserName="=cmd@x", **{"Tags.member.1.Key": "note", "Tags.member.1.Value": "a=b"})
    call(root, "CreateGroup", GroupName="a=b@c", Path="/%3Csvg/onload=alert(1)%3E/")
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]}'
    )
    call(root, "PutUserPolicy", UserName="=cmd@x", PolicyName="p=1@", PolicyDocument=policy + " " * 8)
    headers = {"X-Iamd-Console": "1", "Origin": iamd.url}
    form: dict[str, Any] = {
        "Action": "PutAccountName",
        "Version": "2026-11-24",
        "AccountName": "Acme {{7*7}} onerror=alert(1)",
    }
    assert root.request.post("/", headers=headers, form=form).ok
    response = root.request.post("/", headers=headers, form={**form, "AccountName": HTML_WITH_SCRIPT})
    assert response.status == 400
    for path in (
        "",
        "/users",
        "/users/details/%3Dcmd%40x",
        "/groups",
        "/groups/details/a%3Db%40c",
        "/credential-report",
    ):
        root.goto(f"/console/iam{path}")
        steps.wait_until_rendered(root)
        pending_requests.wait()
    expect(root.get_by_text("=cmd@x").first).to_be_visible()
    assert dialogs == []
    assert root.locator("img[src=x], svg[onload]").count() == 0
