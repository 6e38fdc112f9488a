"""MFA at sign-in: recovery codes, choice of device, hardware tokens, and accounts that require MFA."""

import re
from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from tests import iamd_command
from tests.browser import steps
from tests.browser.conftest import Iamd
from tests.browser.steps import FIRST_PASSWORD, code

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def assign_app(page: Page, folder: Path, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """Assign an authenticator app; return it and the recovery codes."""
    page.goto("/console/iam/security-credentials/assign-mfa")
    page.get_by_label("Device name").fill(name)
    page.get_by_text("Authenticator app", exact=True).click()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Show QR code").click()
    app = steps.read_qr(page.get_by_alt_text("QR code for your authenticator app"), folder)
    page.get_by_label("MFA code 1").fill(code(app, -1))
    page.get_by_label("MFA code 2").fill(code(app))
    page.get_by_role("button", name="Add MFA").click()
    code_texts = page.get_by_text(re.compile(r"^[A-Z0-9]{5}-[A-Z0-9]{5}$"))
    expect(code_texts).to_have_count(10)
    recovery_codes = code_texts.all_inner_texts()
    page.get_by_role("button", name="I have saved my recovery codes").click()
    return app, recovery_codes


def submit_recovery_code(page: Page, recovery_code: str) -> None:
    page.get_by_text("Try another MFA method").click()
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(recovery_code)
    page.get_by_role("button", name="Submit").click()


def test_recovery_code_signs_in_once(root: Page, iamd: Iamd, tmp_path: Path) -> None:
    _, recovery_codes = assign_app(root, tmp_path, "phone")
    for _ in range(2):
        steps.sign_out(root, "Acme")
        steps.sign_in_root(root, FIRST_PASSWORD, iamd.email)
        submit_recovery_code(root, recovery_codes[0].lower())
        if root.get_by_role("alert").count() == 0:
            expect(root.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(root.get_by_role("alert")).to_be_visible()
    root.get_by_label("Recovery code").fill(recovery_codes[1])
    root.get_by_role("button", name="Submit").click()
    root.goto("/console/iam/security-credentials")
    expect(root.get_by_text("8 recovery codes remaining")).to_be_visible()


def test_hardware_token_is_assigned_and_selected_at_sign_in(root: Page, iamd: Iamd, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.csv"
    tokens.write_text(f"GAHT12345678,{SEED}\n")
    account_arguments = (*iamd.account.server.arguments, "--account-id", iamd.account.account_id)
    imported = iamd_command.run("tokens", "import", str(tokens), *account_arguments)
    assert imported.stdout == "1 tokens were imported, 0 already existed.\n"
    app, _ = assign_app(root, tmp_path, "phone")
    steps.sign_out(root, "Acme")
    steps.sign_in_root(root, FIRST_PASSWORD, iamd.email)
    root.get_by_label("MFA code").fill(code(app, 1))
    root.get_by_role("button", name="Submit").click()
    expect(root.get_by_role("heading", name="Welcome")).to_be_visible()
    token = pyotp.TOTP(SEED)
    root.goto("/console/iam/security-credentials/assign-mfa")
    root.get_by_label("Device name").fill("safe")
    root.get_by_text("Hardware TOTP token", exact=True).click()
    root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_label("Serial number").fill("GAHT12345678")
    root.get_by_label("MFA code 1").fill(code(token, -1))
    root.get_by_label("MFA code 2").fill(code(token))
    root.get_by_role("button", name="Add MFA").click()
    expect(root.get_by_role("heading", name="Multi-factor authentication (MFA) (2)")).to_be_visible()
    steps.sign_out(root, "Acme")
    steps.sign_in_root(root, FIRST_PASSWORD, iamd.email)
    root.get_by_label("MFA device").select_option("GAHT12345678")
    root.get_by_label("MFA code").fill(code(token, 1))
    root.get_by_role("button", name="Submit").click()
    expect(root.get_by_role("heading", name="Welcome")).to_be_visible()


def test_required_mfa_must_be_set_up_before_anything_else(root: Page, iamd: Iamd, tmp_path: Path) -> None:
    headers = {"X-Iamd-Console": "1", "Origin": iamd.url}
    form: dict[str, str | float | bool] = {
        "Action": "PutSecuritySettings",
        "Version": "2026-11-24",
        "RequireMFA": "true",
    }
    assert root.request.post("/", headers=headers, form=form).ok
    root.goto("/console")
    steps.sign_out(root, "Acme")
    steps.sign_in_root(root, FIRST_PASSWORD, iamd.email)
    expect(root.get_by_label("Device name")).to_be_visible()
    root.goto("/console/iam/users")
    expect(root.get_by_label("Device name")).to_be_visible()
    users: dict[str, str | float | bool] = {"Action": "ListUsers", "Version": "2010-05-08"}
    assert root.request.post("/", headers=headers, form=users).status == 403
    root.get_by_label("Device name").fill("phone")
    root.get_by_text("Authenticator app", exact=True).click()
    root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_role("button", name="Show QR code").click()
    app = steps.read_qr(root.get_by_alt_text("QR code for your authenticator app"), tmp_path)
    root.get_by_label("MFA code 1").fill(code(app, -1))
    root.get_by_label("MFA code 2").fill(code(app))
    root.get_by_role("button", name="Add MFA").click()
    root.get_by_role("button", name="I have saved my recovery codes").click()
    root.get_by_role("button", name=re.compile("Sign in again|Sign out")).first.click()
    steps.sign_in_root(root, FIRST_PASSWORD, iamd.email)
    root.get_by_label("MFA code").fill(code(app, 1))
    root.get_by_role("button", name="Submit").click()
    expect(root.get_by_role("heading", name="Welcome")).to_be_visible()
