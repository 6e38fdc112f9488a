"""Passkey registration in console sessions, with a software authenticator."""

import json
import re
from html import unescape
from typing import Any

import pytest

from tests import console_users
from tests.api.responses import refused
from tests.console_users import PASSWORD, Browser, Root
from tests.passkey import PRESENT, Passkey, encoded
from tests.servers import Account, allow, deny, document

NO_CHALLENGE = "No passkey registration was started in this session. Call StartPasskeyRegistration first."


@pytest.fixture
def root(account: Account) -> Root:
    """Return the root user of a new account, signed in and with a confirmed identity."""
    return console_users.sign_in_root(account)


def create_passkey(browser: Browser, **changes: Any) -> Passkey:
    return Passkey(**{"origin": browser.base, "rp_id": "localhost", **changes})


def start_registration(browser: Browser) -> str:
    """Start a passkey registration; return the WebAuthn options as JSON."""
    return str(browser.iamd.start_passkey_registration()["Options"])


def register_passkey(browser: Browser, passkey: Passkey) -> str:
    """Register a passkey in a session; return its serial number."""
    credential = passkey.create(start_registration(browser))
    return str(browser.iamd.register_passkey(DeviceName="key", Credential=credential)["SerialNumber"])


def test_registered_passkey_is_listed_as_mfa_device(root: Root) -> None:
    serial = register_passkey(root.browser, create_passkey(root.browser))
    assert serial.startswith(f"arn:aws:iam::{root.account.account_id}:u2f/root-account/key-")
    (device,) = root.iam.list_mfa_devices()["MFADevices"]
    assert device["SerialNumber"] == serial
    assert root.iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
    assert root.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_user_signs_in_with_registered_passkey(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    account.iam.put_user_policy(
        UserName="alice", PolicyName="own", PolicyDocument=document(allow("iam:*MFADevice*"))
    )
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.confirm()
    passkey = create_passkey(browser)
    serial = register_passkey(browser, passkey)
    assert serial.startswith(f"arn:aws:iam::{account.account_id}:u2f/user/alice/key-")

    new_browser = Browser(account.server)
    page = new_browser.sign_in_user(account.account_id, "alice", PASSWORD)
    options = re.search('data-options="([^"]*)"', page.text)
    assert options
    new_browser.send(page, "/signin/mfa", method="passkey", answer=passkey.get(unescape(options[1])))
    assert new_browser.iamd.get_session()["Session"]["MFAAuthenticated"] is True


def test_registration_options_name_relying_party_and_user(root: Root) -> None:
    passkey = create_passkey(root.browser)
    options = json.loads(start_registration(root.browser))
    assert options["rp"]["id"] == "localhost"
    assert options["user"]["name"] == root.email
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert options["excludeCredentials"] == []
    register_passkey(root.browser, passkey)
    error = refused(root.iamd, "StartPasskeyRegistration")
    assert "must sign in with MFA" in error.message


def test_registration_challenge_is_used_up_by_a_failed_attempt(root: Root) -> None:
    passkey = create_passkey(root.browser)
    credential = passkey.create(start_registration(root.browser))
    error = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential="{}")
    assert error[:2] == ("InvalidInput", 400)
    second_error = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=credential)
    assert second_error == ("InvalidInput", 400, NO_CHALLENGE)


def test_registration_challenge_is_valid_only_in_its_session(root: Root) -> None:
    other = Browser(root.account.server)
    other.sign_in_root(root.email, PASSWORD)
    other.confirm()
    credential = create_passkey(root.browser).create(start_registration(root.browser))
    error = refused(other.iamd, "RegisterPasskey", DeviceName="key", Credential=credential)
    assert error.message == NO_CHALLENGE


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
    ],
    ids=["origin", "relying party", "unverified user"],
)
def test_register_passkey_rejects_wrong_origin_wrong_relying_party_and_unverified_user(
    root: Root, changes: dict[str, Any]
) -> None:
    credential = create_passkey(root.browser, **changes).create(start_registration(root.browser))
    error = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=credential)
    assert error[:2] == ("InvalidInput", 400)
    assert root.iam.list_mfa_devices()["MFADevices"] == []


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "null", "nonsense", '{"id": 1}', '{"response": {"attestationObject": 7}}']
)
def test_register_passkey_rejects_malformed_credentials(root: Root, credential: str) -> None:
    start_registration(root.browser)
    error = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=credential)
    assert error[:2] == ("InvalidInput", 400)


def test_register_passkey_rejects_a_wrong_challenge(root: Root) -> None:
    options = json.loads(start_registration(root.browser))
    credential = create_passkey(root.browser).create(json.dumps(options | {"challenge": encoded(bytes(32))}))
    error = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=credential)
    assert error[:2] == ("InvalidInput", 400)


def test_passkey_in_use_cannot_be_registered_by_another_user(root: Root, other_account: Account) -> None:
    passkey = create_passkey(root.browser)
    register_passkey(root.browser, passkey)
    other = console_users.sign_in_root(other_account)
    credential = passkey.create(start_registration(other.browser))
    error = refused(other.iamd, "RegisterPasskey", DeviceName="key", Credential=credential)
    assert error == ("EntityAlreadyExists", 409, "MFA Device is already in use.")


def test_start_passkey_registration_requires_enable_mfa_device(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.confirm()
    error = refused(browser.iamd, "StartPasskeyRegistration")
    assert error.code == "AccessDenied"
    assert "iam:EnableMFADevice on resource" in error.message
    deny_security_keys = deny(
        "iam:EnableMFADevice", Condition={"StringEquals": {"iam:RegisterSecurityKey": "create"}}
    )
    account.iam.put_user_policy(
        UserName="alice",
        PolicyName="own",
        PolicyDocument=document(allow("iam:*MFADevice*"), deny_security_keys),
    )
    assert "explicit deny" in refused(browser.iamd, "StartPasskeyRegistration").message


def test_deactivated_passkey_can_be_registered_again(root: Root, account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    account.iam.put_user_policy(
        UserName="alice", PolicyName="own", PolicyDocument=document(allow("iam:*MFADevice*"))
    )
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.confirm()
    passkey = create_passkey(browser)
    serial = register_passkey(browser, passkey)
    account.iam.deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    assert account.iam.list_mfa_devices(UserName="alice")["MFADevices"] == []
    register_passkey(browser, passkey)
