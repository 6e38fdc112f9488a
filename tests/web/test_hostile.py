"""What was found by attacking the people's door, each pinned."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamd.core.logs import LOGGER
from iamd.store import accounts, audit
from iamd.web.app import FlaskApp
from tests import people, servers
from tests.people import OTHER_PASSWORD, PASSWORD, Browser, Root
from tests.servers import Account, Server, allow


def code_of(client: Any, operation: str, **params: Any) -> str:
    """Return the code of a refusal, or nothing where there was none."""
    try:
        getattr(client, operation)(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_an_alias_does_not_stand_for_another_accounts_id(account: Account, server: Server) -> None:
    evil = servers.found(server)
    assert code_of(evil.iam, "create_account_alias", AccountAlias=account.account_id) == "InvalidInput"
    with server.store.database.write() as tx:  # as if it had been taken before that was refused
        accounts.set_alias(tx, evil.account_id, account.account_id)
    browser = people.person(account, "alice")
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
def test_a_stolen_cookie_makes_no_way_back_in(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    account.iam.create_user(UserName="ghost")
    account.iam.create_login_profile(UserName="admin", Password=PASSWORD)
    browser = Browser(account.server)
    browser.sign_in_user(account.account_id, "admin", PASSWORD)
    assert code_of(browser.iam, operation, **params) == "ConfirmationRequired"


def test_sessions_from_before_mfa_end_when_it_is_there(account: Account) -> None:
    key = account.key_of("alice", allow("iam:*"))
    account.client("iam", key)
    account.iam.create_login_profile(UserName="alice", Password=PASSWORD)
    thief, owner = Browser(account.server), Browser(account.server)
    for browser in (thief, owner):
        browser.sign_in_user(account.account_id, "alice", PASSWORD)
        browser.confirm()
    made = owner.iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
    app = people.App(made["Base32StringSeed"].decode())
    owner.iam.enable_mfa_device(
        UserName="alice",
        SerialNumber=made["SerialNumber"],
        AuthenticationCode1=app.code(-1),
        AuthenticationCode2=app.code(),
    )
    assert len(owner.iamd.create_recovery_codes()["RecoveryCodes"]) == 10
    assert code_of(thief.iamd, "create_recovery_codes") == "ExpiredToken"


def test_signing_in_with_mfa_confirms_and_with_a_password_alone_does_not(account: Account) -> None:
    account.key_of("alice", allow("iam:*"))
    account.iam.create_login_profile(UserName="alice", Password=PASSWORD)
    app, serial = people.enrol(account, "alice")
    browser = Browser(account.server)
    page = browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.send(page, "/signin/mfa", method="code", device=serial, code=app.code(1))
    assert browser.iam.create_access_key()["AccessKey"]["Status"] == "Active"


def test_signing_in_again_leaves_no_session_behind(account: Account) -> None:
    browser = people.person(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert len(browser.iamd.list_sessions()["Sessions"]) == 1


def test_another_picture_is_no_failure(account: Account) -> None:
    browser = people.person(account, "alice")
    page = browser.get(f"/signin/{account.account_id}")
    for _ in range(5):
        page = browser.send(
            page, "/signin/user", account=account.account_id, user_name="alice", refresh="1", password="x"
        )
    assert page.status == 200
    assert account.iamd.get_sign_in_status(UserName="alice")["FailedAttempts"] == 0


def test_nobodys_account_cannot_be_made(server: Server) -> None:
    from iamd.admin.account_creation import AccountCreationError

    with pytest.raises(AccountCreationError):
        servers.make_account(server.store, "000000000000")


HOSTILE = ["//[", "http://[", "//\u2100a/", "/console\u2028", "/console?" + "a" * 9000, "%00"]


@pytest.mark.parametrize("wanted", HOSTILE)
def test_no_place_to_go_breaks_a_page(server: Server, wanted: str) -> None:
    answer = Browser(server).http.get(f"{Browser(server).base}/signin", params={"next": wanted})
    assert answer.status_code in (200, 400)
    assert 'name="next" value="/console"' in answer.text or answer.status_code == 400


ANSWERS = ['{"id":"\\ud800"}', '{"id":"\\u0000"}', '{"id":' + "[" * 8000, "[]", '{"id":7}', "", "null"]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_no_passkey_answer_breaks_signing_in(server: Server, answer: str) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    said = browser.send(page, "/signin/passkey", challenge=page.hidden("challenge"), answer=answer)
    assert (said.status, said.alert) == (
        400,
        "This passkey was not accepted. Try again, or sign in another way.",
    )


@pytest.mark.parametrize("field", ["email", "account", "user_name", "password"])
def test_a_nul_is_refused_in_every_field(server: Server, field: str) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    fields = {"email": "a@b.example", "account": "a", "user_name": "b", "password": "c", field: "x\0y"}
    for path in ("/signin/root", "/signin/user", "/signin/forgot"):
        assert browser.send(page, path, **fields).status == 400


def test_a_user_agent_does_not_fill_the_log(root: Root) -> None:
    browser = Browser(root.account.server, **{"User-Agent": '"' * 15_000})
    browser.sign_in_root(root.email, PASSWORD)
    with root.account.server.store.database.read() as tx:
        records = [event.record for event in audit.list_recent(tx, root.account.account_id, 50)]
    assert max(map(len, records)) < 5_000


def test_who_must_set_mfa_up_has_one_device_at_a_time(root: Root) -> None:
    people.person(root.account, "low")
    root.iamd.put_security_settings(RequireMFA=True)
    browser = Browser(root.account.server)
    browser.sign_in_user(root.account.account_id, "low", PASSWORD)
    refused = code_of(browser.iam, "create_virtual_mfa_device", VirtualMFADeviceName="a", Path="/x/")
    assert refused == "AccessDenied"
    for name in ("a", "b", "c"):
        browser.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)
    held = root.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert [device["SerialNumber"] for device in held] == [f"arn:aws:iam::{root.account.account_id}:mfa/c"]


def test_a_token_of_a_link_does_not_get_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = FlaskApp("pages")

    @app.get("/setup/<link>")
    def broken(link: str) -> str:
        raise RuntimeError

    LOGGER.propagate = True
    assert app.test_client().get("/setup/a-secret-token").status_code == 500
    assert "page /setup/<link> failed" in caplog.text
    assert "a-secret-token" not in caplog.text
