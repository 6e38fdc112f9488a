"""Regression tests of attacks on the sign-in pages and the console."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamd.core.logs import LOGGER
from iamd.store import accounts, audit
from iamd.web.app import FlaskApp
from tests import console_users, servers
from tests.console_users import OTHER_PASSWORD, PASSWORD, Browser, Root
from tests.servers import Account, Server, allow

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ALLOW_ALL = servers.document(allow("*"))


def error_code_of(client: Any, operation: str, **params: Any) -> str:
    """Return the error code of a call, or an empty string if it succeeds."""
    try:
        getattr(client, operation)(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def stolen_session(account: Account) -> Browser:
    """Return a browser with an administrator's session, whose last confirmation was too long ago."""
    account.iam.create_user(UserName="ghost")
    account.iam.create_login_profile(UserName="admin", Password=PASSWORD)
    browser = Browser(account.server)
    browser.sign_in_user(account.account_id, "admin", PASSWORD)
    browser.forget_confirmation()
    return browser


def test_alias_cannot_impersonate_another_account_id(account: Account, server: Server) -> None:
    attacker = servers.create_account(server)
    assert (
        error_code_of(attacker.iam, "create_account_alias", AccountAlias=account.account_id) == "InvalidInput"
    )
    with server.store.database.write() as tx:  # as if it had been set before this was refused
        accounts.set_alias(tx, attacker.account_id, account.account_id)
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert browser.iamd.get_session()["Session"]["AccountId"] == account.account_id


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("create_login_profile", {"UserName": "ghost", "Password": OTHER_PASSWORD}),
        ("update_login_profile", {"UserName": "admin", "Password": OTHER_PASSWORD}),
        ("update_access_key", {"UserName": "ghost", "AccessKeyId": "A" * 20, "Status": "Active"}),
        ("create_access_key", {"UserName": "ghost"}),
    ],
)
def test_stolen_cookie_cannot_create_credentials_without_confirmation(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    browser = stolen_session(account)
    assert error_code_of(browser.iam, operation, **params) == "ConfirmationRequired"


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("iam", "attach_user_policy", {"UserName": "ghost", "PolicyArn": ADMINISTRATOR}),
        ("iam", "put_user_policy", {"UserName": "ghost", "PolicyName": "p", "PolicyDocument": ALLOW_ALL}),
        ("iam", "detach_user_policy", {"UserName": "ghost", "PolicyArn": ADMINISTRATOR}),  # may be a deny
        ("iam", "delete_user_policy", {"UserName": "ghost", "PolicyName": "p"}),
        ("iam", "add_user_to_group", {"UserName": "ghost", "GroupName": "admins"}),
        ("iam", "delete_user_permissions_boundary", {"UserName": "ghost"}),
        ("iam", "create_role", {"RoleName": "back", "AssumeRolePolicyDocument": ALLOW_ALL}),
        ("iam", "tag_user", {"UserName": "ghost", "Tags": [{"Key": "team", "Value": "root"}]}),
        ("iam", "delete_account_password_policy", {}),
        ("iam", "update_account_password_policy", {"MinimumPasswordLength": 6}),
        ("iam", "create_open_id_connect_provider", {"Url": "https://id.example.com"}),
        ("iamd", "put_security_settings", {"RequireMFA": False}),
        ("iamd", "unlock_user", {"UserName": "ghost"}),
    ],
)
def test_stolen_cookie_cannot_widen_access_or_weaken_sign_in_without_confirmation(
    account: Account, service: str, operation: str, params: dict[str, Any]
) -> None:
    browser = stolen_session(account)
    assert error_code_of(browser.client(service), operation, **params) == "ConfirmationRequired"


def test_enabling_mfa_ends_earlier_sessions(account: Account) -> None:
    key = account.key_of("alice", allow("iam:*"))
    account.client("iam", key)
    account.iam.create_login_profile(UserName="alice", Password=PASSWORD)
    thief, owner = Browser(account.server), Browser(account.server)
    for browser in (thief, owner):
        browser.sign_in_user(account.account_id, "alice", PASSWORD)
        browser.confirm()
    device = owner.iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
    app = console_users.App(device["Base32StringSeed"].decode())
    owner.iam.enable_mfa_device(
        UserName="alice",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=app.code(-1),
        AuthenticationCode2=app.code(),
    )
    assert len(owner.iamd.create_recovery_codes()["RecoveryCodes"]) == 10
    assert error_code_of(thief.iamd, "create_recovery_codes") == "ExpiredToken"


def test_sign_in_by_password_confirms_identity_of_a_user_without_mfa(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    policy = {"PolicyName": "keys", "PolicyDocument": servers.document(allow("iam:CreateAccessKey"))}
    account.iam.put_user_policy(UserName="alice", **policy)
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert browser.iam.create_access_key()["AccessKey"]["Status"] == "Active"


def test_sign_in_with_mfa_confirms_identity(account: Account) -> None:
    account.key_of("alice", allow("iam:*"))
    account.iam.create_login_profile(UserName="alice", Password=PASSWORD)
    app, serial = console_users.assign_authenticator(account, "alice")
    browser = Browser(account.server)
    page = browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.send(page, "/signin/mfa", method="code", device=serial, code=app.code(1))
    assert browser.iam.create_access_key()["AccessKey"]["Status"] == "Active"


def test_signing_in_again_replaces_the_session(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert len(browser.iamd.list_sessions()["Sessions"]) == 1


def test_refreshing_the_captcha_is_not_a_failed_attempt(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    page = browser.get(f"/signin/{account.account_id}")
    for _ in range(5):
        page = browser.send(
            page, "/signin/user", account=account.account_id, user_name="alice", refresh="1", password="x"
        )
    assert page.status == 200
    assert account.iamd.get_sign_in_status(UserName="alice")["FailedAttempts"] == 0


def test_account_id_of_zeros_cannot_be_created(server: Server) -> None:
    from iamd.admin.account_creation import AccountCreationError

    with pytest.raises(AccountCreationError):
        servers.create_account_in_store(server.store, "000000000000")


HOSTILE_TARGETS = ["//[", "http://[", "//\u2100a/", "/console\u2028", "/console?" + "a" * 9000, "%00"]


@pytest.mark.parametrize("target", HOSTILE_TARGETS)
def test_malformed_next_does_not_break_the_page(server: Server, target: str) -> None:
    response = Browser(server).http.get(f"{Browser(server).base}/signin", params={"next": target})
    assert response.status_code in (200, 400)
    assert 'name="next" value="/console"' in response.text or response.status_code == 400


MALFORMED_CREDENTIALS = [
    '{"id":"\\ud800"}',
    '{"id":"\\u0000"}',
    '{"id":' + "[" * 8000,
    "[]",
    '{"id":7}',
    "",
    "null",
]


@pytest.mark.parametrize("answer", MALFORMED_CREDENTIALS, ids=range(len(MALFORMED_CREDENTIALS)))
def test_malformed_passkey_credential_is_refused(server: Server, answer: str) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    response = browser.send(page, "/signin/passkey", challenge=page.hidden("challenge"), answer=answer)
    assert (response.status, response.alert) == (
        400,
        "The passkey was rejected. Try again or use another sign-in method.",
    )


@pytest.mark.parametrize("field", ["email", "account", "user_name", "password"])
def test_nul_is_refused_in_every_field(server: Server, field: str) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    fields = {"email": "a@b.example", "account": "a", "user_name": "b", "password": "c", field: "x\0y"}
    for path in ("/signin/root", "/signin/user", "/signin/forgot"):
        assert browser.send(page, path, **fields).status == 400


def test_long_user_agent_is_truncated_in_the_audit_log(root: Root) -> None:
    browser = Browser(root.account.server, **{"User-Agent": '"' * 15_000})
    browser.sign_in_root(root.email, PASSWORD)
    with root.account.server.store.database.read() as tx:
        records = [event.record for event in audit.list_recent(tx, root.account.account_id, 50)]
    assert max(map(len, records)) < 5_000


def test_session_enrolling_in_mfa_keeps_only_its_latest_device(root: Root) -> None:
    console_users.create_user(root.account, "low")
    root.iamd.put_security_settings(RequireMFA=True)
    browser = Browser(root.account.server)
    browser.sign_in_user(root.account.account_id, "low", PASSWORD)
    error_code = error_code_of(browser.iam, "create_virtual_mfa_device", VirtualMFADeviceName="a", Path="/x/")
    assert error_code == "AccessDenied"
    for name in ("a", "b", "c"):
        browser.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)
    devices = root.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert [device["SerialNumber"] for device in devices] == [f"arn:aws:iam::{root.account.account_id}:mfa/c"]


def test_token_of_a_setup_link_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = FlaskApp("pages")

    @app.get("/setup/<link>")
    def fail(link: str) -> str:
        raise RuntimeError

    LOGGER.propagate = True
    assert app.test_client().get("/setup/a-secret-token").status_code == 500
    assert "page /setup/<link> failed" in caplog.text
    assert "a-secret-token" not in caplog.text
