"""The tutorial from first start to a secured account, in a real browser.

It takes the screenshots of docs/secure-your-account.md (`make pictures`), so that they stay current.
"""

import base64
import csv
import re
from pathlib import Path

import boto3
import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.camera import Camera
from tests.browser.conftest import FirstStart
from tests.browser.steps import EMAIL, FIRST_PASSWORD, code

STRONG_PASSWORD = "Slate-Orchard-58-RIVER"
INITIAL_PASSWORD_OF_ALICE = "Copper-Lantern-41-Moss"
PASSWORD_OF_ALICE = "Velvet-Anchor-67-Pine"


@pytest.fixture
def base_url(first_start: FirstStart) -> str:
    return first_start.url


def test_tutorial_from_first_start_to_a_secured_account(
    page: Page, first_start: FirstStart, camera: Camera, tmp_path: Path
) -> None:
    iamd = first_start
    set_up(page, iamd, camera)
    sign_in_as_root(page, camera)
    view_security_recommendations(page, camera)
    set_a_strong_password_policy(page, camera)
    change_the_root_password(page, camera)
    app, used_code = activate_mfa(page, camera, tmp_path)
    sign_back_in_with_mfa(page, camera, app, used_code)
    create_user_for_daily_work(page, camera)
    sign_in_as_the_user(page, camera, "acme-corp")
    secret = create_access_key(page, iamd, camera, tmp_path)
    cookies = [str(cookie["value"]) for cookie in page.context.cookies()]
    secrets = [
        FIRST_PASSWORD,
        STRONG_PASSWORD,
        INITIAL_PASSWORD_OF_ALICE,
        PASSWORD_OF_ALICE,
        secret,
        app.secret,
        *cookies,
    ]
    check_secrets_are_not_stored_or_logged(iamd, [*secrets, base64.b32decode(app.secret).decode("latin-1")])


def check_secrets_are_not_stored_or_logged(iamd: FirstStart, secrets: list[str]) -> None:
    """Check that no secret is in the server's output or its data files."""
    output = (iamd.start_output.replace(iamd.setup_link, "") + iamd.stop()).encode()
    data = b"".join(file.read_bytes() for file in (iamd.folder / "iamd-data").iterdir())
    for secret in secrets:
        assert secret.encode("latin-1") not in output
        assert secret.encode("latin-1") not in data


def picture(page: Page, camera: Camera, name: str) -> None:
    """Take a screenshot for the tutorial; check that axe finds no violations on the page."""
    camera.take(page, name)
    assert steps.violations(page) == []


def set_up(page: Page, iamd: FirstStart, camera: Camera) -> None:
    page.goto(iamd.setup_link)
    page.get_by_label("Account name").fill("Acme")
    page.get_by_label("Root user email address").fill(EMAIL)
    page.get_by_label("Root user password").fill("short")
    expect(page.locator("li[data-rule=length]")).to_have_class("not-met")
    page.get_by_label("Root user password").fill(FIRST_PASSWORD)
    expect(page.locator("li[data-rule=length]")).to_have_class("met")
    page.get_by_label("Confirm password").fill(FIRST_PASSWORD)
    picture(page, camera, "01-set-up")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    steps.sign_out(page, "Acme")


def sign_in_as_root(page: Page, camera: Camera) -> None:
    page.goto("/signin")
    page.get_by_text("Root user", exact=True).click()
    page.get_by_label("Root user email address").fill(EMAIL)
    picture(page, camera, "02-sign-in")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("Password", exact=True).fill(FIRST_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    picture(page, camera, "03-console-home")


def view_security_recommendations(page: Page, camera: Camera) -> None:
    page.get_by_role("button", name="Services").click()
    page.get_by_role("menuitem", name=re.compile("IAM")).click()
    expect(page.get_by_role("heading", name=re.compile("Security recommendations"))).to_be_visible()
    for title in ("Add MFA for root user", "Set a password policy", "Create an administrator"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    picture(page, camera, "04-dashboard")


def set_a_strong_password_policy(page: Page, camera: Camera) -> None:
    page.get_by_role("link", name=re.compile("Edit password policy")).click()
    page.get_by_text("Custom", exact=True).click()
    page.get_by_label("Password minimum length").fill("14")
    for rule in (
        "Require at least one uppercase letter from the Latin alphabet (A-Z)",
        "Require at least one lowercase letter from the Latin alphabet (a-z)",
        "Require at least one number",
        "Allow users to change their own password",
        "Prevent password reuse",
    ):
        page.get_by_label(rule).check()
    page.get_by_label("Minimum digits").fill("2")
    page.get_by_label("Minimum uppercase letters").fill("2")
    page.get_by_label("Minimum lowercase letters").fill("2")
    page.get_by_label("Minimum symbols").fill("1")
    picture(page, camera, "05-password-policy")
    page.get_by_role("button", name="Save changes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile("No users are affected immediately"))).to_be_visible()
    picture(page, camera, "06-whom-it-affects")
    dialog.get_by_role("button", name="Set custom").click()
    expect(page.get_by_text("Password policy updated.")).to_be_visible()
    expect(page.get_by_text("Password minimum length is 14 characters")).to_be_visible()
    picture(page, camera, "07-policy-saved")


def change_the_root_password(page: Page, camera: Camera) -> None:
    page.get_by_role("button", name=re.compile("Acme")).click()
    page.get_by_role("menuitem", name="Security credentials").click()
    steps.click_button(page, "Change password")
    page.get_by_label("Current password").fill(FIRST_PASSWORD)
    page.get_by_label("New password", exact=True).fill("Slate-Orchard-5")
    page.get_by_label("New password", exact=True).fill(STRONG_PASSWORD)
    page.get_by_label("Confirm new password").fill(STRONG_PASSWORD)
    picture(page, camera, "08-change-password")
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("button", name="Sign in again").click()
    steps.sign_in_root(page, STRONG_PASSWORD)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()


def activate_mfa(page: Page, camera: Camera, folder: Path) -> tuple[pyotp.TOTP, str]:
    """Assign an authenticator app; return it and the second code that was used."""
    page.goto("/console/iam")
    page.get_by_role("link", name=re.compile("Add MFA")).click()
    page.get_by_label("Device name").fill("founders-phone")
    page.get_by_text("Authenticator app", exact=True).click()
    picture(page, camera, "09-select-mfa-device")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Show QR code").click()
    qr = page.get_by_alt_text("QR code for your authenticator app")
    app = steps.read_qr(qr, folder)
    used_code = code(app)
    page.get_by_label("MFA code 1").fill(code(app, -1))
    page.get_by_label("MFA code 2").fill(used_code)
    picture(page, camera, "10-two-codes")
    page.get_by_role("button", name="Add MFA").click()
    expect(page.get_by_text(re.compile("MFA device assigned"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"^[A-Z0-9]{5}-[A-Z0-9]{5}$"))).to_have_count(10)
    picture(page, camera, "11-recovery-codes")
    page.get_by_role("button", name="I have saved my recovery codes").click()
    expect(page.get_by_role("heading", name="Multi-factor authentication (MFA) (1)")).to_be_visible()
    picture(page, camera, "12-mfa-assigned")
    steps.sign_out(page, "Acme")
    return app, used_code


def sign_back_in_with_mfa(page: Page, camera: Camera, app: pyotp.TOTP, used_code: str) -> None:
    steps.sign_in_root(page, STRONG_PASSWORD)
    expect(page.get_by_role("heading", name="Multi-factor authentication")).to_be_visible()
    page.get_by_label("MFA code").fill(used_code)
    picture(page, camera, "13-sign-in-with-mfa")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_be_visible()  # this code was used to add the device
    page.get_by_label("MFA code").fill(code(app, 1))
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()


def create_user_for_daily_work(page: Page, camera: Camera) -> None:
    page.goto("/console/iam")
    expect(page.get_by_role("heading", name="Create an administrator")).to_be_visible()
    for title in ("Add MFA for root user", "Set a password policy"):
        expect(page.get_by_role("heading", name=title)).to_be_hidden()
    page.get_by_role("button", name="Create account alias").click()
    page.get_by_label("Preferred alias").fill("acme-corp")
    page.get_by_role("button", name="Create alias").click()
    expect(page.get_by_text(re.compile("/signin/acme-corp")).first).to_be_visible()

    page.get_by_role("link", name="Users").first.click()
    steps.click_button(page, "Create user")
    page.get_by_label("User name").fill("alice")
    page.get_by_label(re.compile("Provide user access to the")).check()
    page.get_by_text("Custom password", exact=True).click()
    page.get_by_label("Custom password", exact=True).last.fill(INITIAL_PASSWORD_OF_ALICE)
    picture(page, camera, "14-user-details")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Create group").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User group name").fill("Administrators")
    dialog.get_by_placeholder(re.compile("Search|Find")).fill("AdministratorAccess")
    dialog.get_by_role("row", name=re.compile("AdministratorAccess ")).get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Create user group").click()
    expect(page.get_by_role("row", name=re.compile("Choose Administrators"))).to_be_visible()
    picture(page, camera, "15-permissions")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Create user", exact=True).click()
    expect(page.get_by_text("Console sign-in details")).to_be_visible()
    expect(page.get_by_text("/signin/acme-corp")).to_be_visible()
    picture(page, camera, "16-retrieve-password")
    steps.sign_out(page, "Acme")


def sign_in_as_the_user(page: Page, camera: Camera, alias: str) -> None:
    page.goto(f"/signin/{alias}")
    page.get_by_label("IAM username").fill("alice")
    page.get_by_label("Password", exact=True).fill(INITIAL_PASSWORD_OF_ALICE)
    picture(page, camera, "17-sign-in-as-user")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Reset required")).to_be_visible()
    page.get_by_label("Old password").fill(INITIAL_PASSWORD_OF_ALICE)
    page.get_by_label("New password", exact=True).fill(PASSWORD_OF_ALICE)
    page.get_by_label("Retype new password").fill(PASSWORD_OF_ALICE)
    picture(page, camera, "18-reset-required")
    page.get_by_role("button", name="Confirm password change").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()


def create_access_key(page: Page, iamd: FirstStart, camera: Camera, folder: Path) -> str:
    page.goto("/console/iam/security-credentials")
    steps.click_button(page, "Create access key")
    page.get_by_role("button", name="Create access key").click()
    picture(page, camera, "19-access-key")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .csv file").click()
    file = folder / "key.csv"
    download.value.save_as(file)
    (row,) = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    identity = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=iamd.url,
        aws_access_key_id=row["Access key ID"],
        aws_secret_access_key=row["Secret access key"],
    ).get_caller_identity()
    assert identity["Arn"].endswith(":user/alice")
    return row["Secret access key"]
