"""What the pages say when something is refused, and what they leave behind: nothing."""

import re
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser import steps
from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD, call, code


def open_wizard(page: Page, folder: Path) -> pyotp.TOTP:
    """Go as far in the wizard as the two codes; return the app that scanned the QR code."""
    page.goto("/console/iam/security-credentials/assign-mfa")
    page.get_by_label("Device name").fill("phone")
    page.get_by_text("Authenticator app", exact=True).click()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Show QR code").click()
    return steps.read_qr(page.get_by_alt_text("QR code for your authenticator app"), folder)


def add(page: Page, first: str, second: str) -> None:
    page.get_by_label("MFA code 1").fill(first)
    page.get_by_label("MFA code 2").fill(second)
    page.get_by_role("button", name="Add MFA").click()


def test_codes_that_are_wrong_equal_or_apart_say_so(root: Page, tmp_path: Path) -> None:
    app = open_wizard(root, tmp_path)
    add(root, code(app), code(app))
    expect(root.get_by_text(re.compile("Both codes are the same")).first).to_be_visible()
    add(root, code(app, -3), code(app))
    expect(root.get_by_text(re.compile("the two codes are not consecutive"))).to_be_visible()
    add(root, "000000", "111111")
    expect(root.get_by_text(re.compile("is not valid")).first).to_be_visible()
    add(root, code(app, -1), code(app))
    expect(root.get_by_text(re.compile("MFA device assigned")).first).to_be_visible()


@pytest.mark.parametrize("how", ["cancel", "leave"])
def test_an_abandoned_wizard_leaves_nothing_behind(root: Page, tmp_path: Path, how: str) -> None:
    open_wizard(root, tmp_path)
    assert ":mfa/phone" in call(root, "ListVirtualMFADevices").text()
    with root.expect_response(lambda answer: "DeleteVirtualMFADevice" in (answer.request.post_data or "")):
        if how == "cancel":
            root.get_by_role("button", name="Cancel").click()
        else:
            root.get_by_role("link", name="Security credentials").first.click()
    assert ":mfa/phone" not in call(root, "ListVirtualMFADevices").text()


def test_the_secret_key_is_the_one_of_the_qr_code(root: Page, tmp_path: Path) -> None:
    app = open_wizard(root, tmp_path)
    root.get_by_role("button", name="Show secret key").click()
    shown = (
        root.locator("code, .awsui-text-code").or_(root.get_by_text(re.compile(r"^[A-Z2-7 ]{30,}$"))).first
    )
    assert app.secret in shown.inner_text().replace(" ", "")


def test_a_root_access_key_is_refused(root: Page) -> None:
    root.goto("/console/iam/security-credentials/create-access-key")
    root.get_by_label(re.compile("I understand creating a root access key")).check()
    root.get_by_role("button", name="Create access key").click()
    expect(root.get_by_text(re.compile("switched on|operator"))).to_be_visible()
    assert "<AccessKeyId>" not in call(root, "ListAccessKeys").text()


def test_a_weak_password_is_told_rule_by_rule(root: Page) -> None:
    root.goto("/console/iam/security-credentials/change-password")
    root.get_by_label("Current password").fill(FIRST_PASSWORD)
    for field in ("New password", "Confirm new password"):
        root.get_by_label(field, exact=True).fill("Password123!")
    root.get_by_role("button", name="Change password").click()
    expect(root.get_by_text(re.compile("must not be a common password"))).to_be_visible()


def test_a_wrong_current_password_is_told(root: Page) -> None:
    root.goto("/console/iam/security-credentials/change-password")
    root.get_by_label("Current password").fill("Wrong-Password-1")
    for field in ("New password", "Confirm new password"):
        root.get_by_label(field, exact=True).fill("Fresh-Winter-8812")
    root.get_by_role("button", name="Change password").click()
    expect(root.get_by_text(re.compile("The old password was incorrect"))).to_be_visible()


def test_before_saving_it_is_said_whom_it_affects(root: Page) -> None:
    call(root, "CreateUser", UserName="bob")
    call(root, "CreateLoginProfile", UserName="bob", Password="Copper-Lantern-41-Moss")
    root.goto("/console/iam/account-settings/password-policy")
    root.get_by_label("Require MFA to use the console").check()
    root.get_by_role("button", name="Save changes").click()
    expect(root.get_by_role("dialog")).to_contain_text("bob")


def test_a_session_that_is_over_leads_to_sign_in_and_back(root: Page) -> None:
    root.goto("/console/iam/users")
    expect(root.get_by_role("heading", name=re.compile("^Users"))).to_be_visible()
    root.wait_for_load_state("networkidle")
    root.context.clear_cookies()
    root.get_by_role("link", name="User groups").first.click()
    expect(root.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=%2Fconsole%2Fiam%2Fgroups" in root.url or "next=/console/iam/groups" in root.url


HOSTILE = "<img src=x onerror=alert(1)>"


def test_nothing_that_was_typed_runs(root: Page, iamd: Iamd) -> None:
    dialogs: list[str] = []

    def noted(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    root.on("dialog", noted)
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
    hostile = root.request.post("/", headers=headers, form={**form, "AccountName": HOSTILE})
    assert hostile.status == 400
    for path in (
        "",
        "/users",
        "/users/details/%3Dcmd%40x",
        "/groups",
        "/groups/details/a%3Db%40c",
        "/credential-report",
    ):
        root.goto(f"/console/iam{path}")
        root.get_by_role("heading", level=1).first.wait_for()
        root.wait_for_load_state("networkidle")
    expect(root.get_by_text("=cmd@x").first).to_be_visible()
    assert dialogs == []
    assert root.locator("img[src=x], svg[onload]").count() == 0
