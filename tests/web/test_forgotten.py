"""A forgotten root password: by mail where there is SMTP, else by the host's operator."""

import email
import email.policy
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from iamd.app import Store, open_store
from iamd.config import Settings
from tests import people, running, servers
from tests.people import OTHER_PASSWORD, PASSWORD, Browser
from tests.running import Done
from tests.servers import Account, Server, free_port


class Inbox:
    """An SMTP server that keeps what it is sent."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.got_one = threading.Event()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        self.got_one.set()
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    held = Inbox()
    controller = Controller(held, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield held, int(controller.port)
    controller.stop()


@pytest.fixture
def mailing(tmp_path: Path, inbox: tuple[Inbox, int]) -> Iterator[Account]:
    """Return an account on a server that sends mail, whose root user is set up."""
    store: Store = open_store(Settings(data=tmp_path / "data"))
    servers.make_account(store)
    url = f"smtp://127.0.0.1:{inbox[1]}"
    with servers.serving(
        store, "--data", str(tmp_path / "data"), IAMD_SMTP_URL=url, IAMD_MAIL_FROM="iamd@example.org"
    ) as server:
        yield servers.found(server)
    store.database.close()


def asked(server: Server, address: str) -> str:
    browser = Browser(server)
    page = browser.send(browser.get("/signin/forgot"), "/signin/forgot", email=address)
    return page.text.replace(page.hidden("form_token") if "form_token" in page.text else "", "")


def arrived(inbox: Inbox) -> str:
    """Wait for a mail; return the path of its link."""
    assert inbox.got_one.wait(10)
    (mail,) = inbox.mails
    text = email.message_from_bytes(mail.content, policy=email.policy.default).get_content()
    found = re.search(r"http://localhost:\d+(/signin/reset/\S+)", text)
    assert found
    return found[1]


def test_a_mailed_link_sets_a_new_password_once_and_skips_no_mfa(
    mailing: Account, inbox: tuple[Inbox, int]
) -> None:
    root = people.root_of(mailing)
    made = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="root")["VirtualMFADevice"]
    app = people.App(made["Base32StringSeed"].decode())
    root.iamd.enable_root_mfa_device(
        SerialNumber=made["SerialNumber"], AuthenticationCode1=app.code(-1), AuthenticationCode2=app.code()
    )
    asked(mailing.server, root.email.upper())
    path = arrived(inbox[0])
    browser = Browser(mailing.server)
    fields = {"new": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    weak = browser.send(browser.get(path), path, new="password", again="password")
    assert weak.status == 400
    done = browser.send(browser.get(path), path, **fields)
    assert done.title == "Password changed"
    assert browser.session is None
    assert browser.get(path).status == 410
    assert browser.sign_in_root(root.email, PASSWORD).status == 403
    assert browser.sign_in_root(root.email, OTHER_PASSWORD).title == "Multi-factor authentication"


def test_nobody_learns_who_is_there(mailing: Account, inbox: tuple[Inbox, int]) -> None:
    root = people.set_up(mailing)
    there, missing = asked(mailing.server, root.email), asked(mailing.server, "nobody@example.org")
    assert there == missing
    arrived(inbox[0])


def test_a_host_in_the_request_does_not_get_into_the_mail(mailing: Account, inbox: tuple[Inbox, int]) -> None:
    root = people.set_up(mailing)
    browser = Browser(mailing.server)
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
    arrived(inbox[0])
    assert b"evil" not in inbox[0].mails[0].content


def test_without_mail_the_page_tells_the_operators_command(server: Server) -> None:
    said = Browser(server).get("/signin/forgot")
    assert "iamd root reset-password" in said.text


def run(account: Account, *arguments: str) -> Done:
    return running.iamd(*arguments, *account.server.arguments, "--account-id", account.account_id)


def test_the_operator_makes_links_on_the_host(account: Account) -> None:
    early = run(account, "root", "reset-password")
    assert (early.returncode, early.stdout) == (1, "")
    assert "no root password yet" in early.stderr
    assert "/setup/" in run(account, "root", "setup-link").stdout
    root = people.root_of(account)
    late = run(account, "root", "setup-link")
    assert late.stderr == f"iamd: account {account.account_id} has its root user already\n"
    path = re.sub(r"^http://[^/]+", "", run(account, "root", "reset-password").stdout.strip())
    browser = Browser(account.server)
    done = browser.send(browser.get(path), path, new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    assert done.title == "Password changed"
    browser.sign_in_root(root.email, OTHER_PASSWORD)
    assert browser.session


def test_the_operator_takes_a_lost_device_away(account: Account) -> None:
    root = people.root_of(account)
    made = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="lost")["VirtualMFADevice"]
    app = people.App(made["Base32StringSeed"].decode())
    root.iamd.enable_root_mfa_device(
        SerialNumber=made["SerialNumber"], AuthenticationCode1=app.code(-1), AuthenticationCode2=app.code()
    )
    browser = Browser(account.server)
    assert browser.sign_in_root(root.email, PASSWORD).title == "Multi-factor authentication"
    assert "it had one" in run(account, "root", "reset-mfa").stdout
    browser = Browser(account.server)
    browser.sign_in_root(root.email, PASSWORD)
    assert browser.iamd.get_session()["Session"]["MFAAuthenticated"] is False
