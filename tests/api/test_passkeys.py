"""Passkeys registered in a session, with an authenticator in software."""

import json
import re
from html import unescape
from typing import Any

import pytest

from tests import people
from tests.api.answers import refused
from tests.passkey import PRESENT, Passkey, encoded
from tests.people import PASSWORD, Browser, Root
from tests.servers import Account, allow, deny, document

NO_CHALLENGE = "No passkey registration was started in this session. Call StartPasskeyRegistration first."


@pytest.fixture
def root(account: Account) -> Root:
    """Return the root user of an account of this test's own, signed in and confirmed."""
    return people.root_of(account)


def key_for(browser: Browser, **changes: Any) -> Passkey:
    return Passkey(**{"origin": browser.base, "rp_id": "localhost", **changes})


def options(browser: Browser) -> str:
    return str(browser.iamd.start_passkey_registration()["Options"])


def register(browser: Browser, key: Passkey) -> str:
    answer = key.create(options(browser))
    return str(browser.iamd.register_passkey(DeviceName="key", Credential=answer)["SerialNumber"])


def test_a_passkey_is_an_mfa_device(root: Root) -> None:
    serial = register(root.browser, key_for(root.browser))
    assert serial.startswith(f"arn:aws:iam::{root.account.account_id}:u2f/root-account/key-")
    (shown,) = root.iam.list_mfa_devices()["MFADevices"]
    assert shown["SerialNumber"] == serial
    assert root.iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
    assert root.iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_a_user_signs_in_with_the_passkey_that_it_registered(account: Account) -> None:
    browser = people.person(account, "alice")
    account.iam.put_user_policy(
        UserName="alice", PolicyName="own", PolicyDocument=document(allow("iam:*MFADevice*"))
    )
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.confirm()
    key = key_for(browser)
    serial = register(browser, key)
    assert serial.startswith(f"arn:aws:iam::{account.account_id}:u2f/user/alice/key-")

    again = Browser(account.server)
    page = again.sign_in_user(account.account_id, "alice", PASSWORD)
    asked = re.search('data-options="([^"]*)"', page.text)
    assert asked
    again.send(page, "/signin/mfa", method="passkey", answer=key.get(unescape(asked[1])))
    assert again.iamd.get_session()["Session"]["MFAAuthenticated"] is True


def test_the_options_name_the_site_the_user_and_what_it_has(root: Root) -> None:
    key = key_for(root.browser)
    told = json.loads(options(root.browser))
    assert told["rp"]["id"] == "localhost"
    assert told["user"]["name"] == root.email
    assert told["authenticatorSelection"]["userVerification"] == "required"
    assert told["attestation"] == "none"
    assert told["excludeCredentials"] == []
    register(root.browser, key)
    said = refused(root.iamd, "StartPasskeyRegistration")
    assert "must sign in with MFA" in said.message


def test_a_challenge_serves_once(root: Root) -> None:
    key = key_for(root.browser)
    answer = key.create(options(root.browser))
    wrong = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential="{}")
    assert wrong[:2] == ("InvalidInput", 400)
    late = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=answer)
    assert late == ("InvalidInput", 400, NO_CHALLENGE)


def test_a_challenge_is_one_sessions(root: Root) -> None:
    other = Browser(root.account.server)
    other.sign_in_root(root.email, PASSWORD)
    other.confirm()
    answer = key_for(root.browser).create(options(root.browser))
    said = refused(other.iamd, "RegisterPasskey", DeviceName="key", Credential=answer)
    assert said.message == NO_CHALLENGE


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
    ],
    ids=["origin", "site", "unverified user"],
)
def test_an_answer_that_is_not_as_asked_is_refused(root: Root, changes: dict[str, Any]) -> None:
    answer = key_for(root.browser, **changes).create(options(root.browser))
    said = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=answer)
    assert said[:2] == ("InvalidInput", 400)
    assert root.iam.list_mfa_devices()["MFADevices"] == []


@pytest.mark.parametrize(
    "text", ["{}", "[]", "null", "nonsense", '{"id": 1}', '{"response": {"attestationObject": 7}}']
)
def test_what_is_no_credential_is_refused(root: Root, text: str) -> None:
    options(root.browser)
    said = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=text)
    assert said[:2] == ("InvalidInput", 400)


def test_a_changed_challenge_is_refused(root: Root) -> None:
    told = json.loads(options(root.browser))
    answer = key_for(root.browser).create(json.dumps(told | {"challenge": encoded(bytes(32))}))
    said = refused(root.iamd, "RegisterPasskey", DeviceName="key", Credential=answer)
    assert said[:2] == ("InvalidInput", 400)


def test_a_credential_is_one_persons(root: Root, other_account: Account) -> None:
    key = key_for(root.browser)
    register(root.browser, key)
    other = people.root_of(other_account)
    answer = key.create(options(other.browser))
    said = refused(other.iamd, "RegisterPasskey", DeviceName="key", Credential=answer)
    assert said == ("EntityAlreadyExists", 409, "MFA Device is already in use.")


def test_a_users_passkey_needs_leave_to_enable_mfa(account: Account) -> None:
    browser = people.person(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.confirm()
    said = refused(browser.iamd, "StartPasskeyRegistration")
    assert said.code == "AccessDenied"
    assert "iam:EnableMFADevice on resource" in said.message
    no_keys = deny("iam:EnableMFADevice", Condition={"StringEquals": {"iam:RegisterSecurityKey": "create"}})
    account.iam.put_user_policy(
        UserName="alice", PolicyName="own", PolicyDocument=document(allow("iam:*MFADevice*"), no_keys)
    )
    assert "explicit deny" in refused(browser.iamd, "StartPasskeyRegistration").message


def test_a_passkey_that_is_removed_is_gone(root: Root, account: Account) -> None:
    browser = people.person(account, "alice")
    account.iam.put_user_policy(
        UserName="alice", PolicyName="own", PolicyDocument=document(allow("iam:*MFADevice*"))
    )
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.confirm()
    key = key_for(browser)
    serial = register(browser, key)
    account.iam.deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    assert account.iam.list_mfa_devices(UserName="alice")["MFADevices"] == []
    register(browser, key)
