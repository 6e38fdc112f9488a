"""Resetting a forgotten root password: by email if SMTP is configured, otherwise by the host's operator."""

import email
import email.policy
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from iamd.config import Settings
from iamd.datastore import Store, open_store
from tests import console_users, iamd_command, servers
from tests.console_users import OTHER_PASSWORD, PASSWORD, Browser
from tests.iamd_command import CompletedCommand
from tests.servers import Account, Server, free_port


class Inbox:
    """An SMTP server that stores the mails that it receives."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.received = threading.Event()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        self.received.set()
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    smtp_inbox = Inbox()
    controller = Controller(smtp_inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield smtp_inbox, int(controller.port)
    controller.stop()


@pytest.fixture
def account_with_smtp(tmp_path: Path, inbox: tuple[Inbox, int]) -> Iterator[Account]:
    """Return an account on a server with SMTP configured."""
    store: Store = open_store(Settings(data=tmp_path / "data"))
    servers.create_account_in_store(store)
    url = f"smtp://127.0.0.1:{inbox[1]}"
    with servers.serving(
        store, "--data", str(tmp_path / "data"), IAMD_SMTP_URL=url, IAMD_MAIL_FROM="iamd@example.org"
    ) as server:
        yield servers.create_account(server)
    store.database.close()


def request_reset(server: Server, address: str) -> str:
    browser = Browser(server)
    page = browser.send(browser.get("/signin/forgot"), "/signin/forgot", email=address)
    return page.text.replace(page.hidden("form_token") if "form_token" in page.text else "", "")


def wait_for_link(inbox: Inbox) -> str:
    """Wait for the mail; return the path of its link."""
    assert inbox.received.wait(10)
    (mail,) = inbox.mails
    text = email.message_from_bytes(mail.content, policy=email.policy.default).get_content()
    match = re.search(r"http://localhost:\d+(/signin/reset/\S+)", text)
    assert match
    return match[1]


def test_mailed_reset_link_works_once_and_does_not_skip_mfa(
    account_with_smtp: Account, inbox: tuple[Inbox, int]
) -> None:
    root = console_users.sign_in_root(account_with_smtp)
    device = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="root")["VirtualMFADevice"]
    app = console_users.App(device["Base32StringSeed"].decode())
    root.iamd.enable_root_mfa_device(
        SerialNumber=device["SerialNumber"], AuthenticationCode1=app.code(-1), AuthenticationCode2=app.code()
    )
    request_reset(account_with_smtp.server, root.email.upper())
    path = wait_for_link(inbox[0])
    browser = Browser(account_with_smtp.server)
    fields = {"new": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    weak = browser.send(browser.get(path), path, new="password", again="password")
    assert weak.status == 400
    changed = browser.send(browser.get(path), path, **fields)
    assert changed.title == "Password changed"
    assert browser.session is None
    assert browser.get(path).status == 410
    assert browser.sign_in_root(root.email, PASSWORD).status == 403
    assert browser.sign_in_root(root.email, OTHER_PASSWORD).title == "Multi-factor authentication"


def test_reset_request_does_not_reveal_whether_an_email_exists(
    account_with_smtp: Account, inbox: tuple[Inbox, int]
) -> None:
    root = console_users.set_up(account_with_smtp)
    existing, missing = (
        request_reset(account_with_smtp.server, root.email),
        request_reset(account_with_smtp.server, "nobody@example.org"),
    )
    assert existing == missing
    wait_for_link(inbox[0])


def test_host_header_does_not_appear_in_the_mail(
    account_with_smtp: Account, inbox: tuple[Inbox, int]
) -> None:
    root = console_users.set_up(account_with_smtp)
    browser = Browser(account_with_smtp.server)
    page = browser.get("/signin/forgot")
    poisoned = browser.http.post(
        f"{browser.base}/signin/forgot",
        {"form_token": page.hidden("form_token"), "email": root.email},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert poisoned.status_code == 421
    browser.http.post(
        f"{browser.base}/signin/forgot",
        {"form_token": page.hidden("form_token"), "email": root.email},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    wait_for_link(inbox[0])
    assert b"evil" not in inbox[0].mails[0].content


def test_without_smtp_the_page_names_the_reset_command(server: Server) -> None:
    page = Browser(server).get("/signin/forgot")
    assert "iamd root reset-password" in page.text


def run(account: Account, *arguments: str) -> CompletedCommand:
    return iamd_command.run(*arguments, *account.server.arguments, "--account-id", account.account_id)


def test_operator_creates_setup_and_reset_links(account: Account) -> None:
    too_early = run(account, "root", "reset-password")
    assert (too_early.returncode, too_early.stdout) == (1, "")
    assert "no root password yet" in too_early.stderr
    assert "/setup/" in run(account, "root", "setup-link").stdout
    root = console_users.sign_in_root(account)
    too_late = run(account, "root", "setup-link")
    assert too_late.stderr == f"iamd: account {account.account_id} already has a root user\n"
    path = re.sub(r"^http://[^/]+", "", run(account, "root", "reset-password").stdout.strip())
    browser = Browser(account.server)
    changed = browser.send(browser.get(path), path, new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    assert changed.title == "Password changed"
    assert browser.http.cookies.get("iamd-device")
    browser.sign_in_root(root.email, OTHER_PASSWORD)
    assert browser.session


def test_operator_removes_a_lost_mfa_device(account: Account) -> None:
    root = console_users.sign_in_root(account)
    device = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="lost")["VirtualMFADevice"]
    app = console_users.App(device["Base32StringSeed"].decode())
    root.iamd.enable_root_mfa_device(
        SerialNumber=device["SerialNumber"], AuthenticationCode1=app.code(-1), AuthenticationCode2=app.code()
    )
    browser = Browser(account.server)
    assert browser.sign_in_root(root.email, PASSWORD).title == "Multi-factor authentication"
    assert "Removed one MFA device" in run(account, "root", "reset-mfa").stdout
    browser = Browser(account.server)
    browser.sign_in_root(root.email, PASSWORD)
    assert browser.iamd.get_session()["Session"]["MFAAuthenticated"] is False
