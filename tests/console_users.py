"""Browsers of console users at the HTTP level: cookies, forms, and the console's API calls."""

import re
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pyotp
import requests

from iamd.core import clock
from iamd.signin import links
from iamd.store.query import Write, columns_equal
from iamd.store.schema import sessions
from tests import iamd_client
from tests.servers import Account, Server

PASSWORD = "Quiet-Harbor-7291"
OTHER_PASSWORD = "Bright-Meadow-4850"
DOMAIN = "example.org"

_AGE_CONFIRMATION = Write(
    sessions.update()
    .where(columns_equal(sessions, "account_id"))
    .values({sessions.c.confirmed_at: sessions.c.confirmed_at - 1000})
)


class Page(NamedTuple):
    """A page as the browser received it."""

    status: int
    text: str
    url: str
    headers: Any

    @property
    def title(self) -> str:
        match = re.search(r"<h1>(.*?)</h1>", self.text)
        return unescape(match[1]) if match else ""

    @property
    def alert(self) -> str:
        match = re.search(r'role="alert"[^>]*>(.*?)</div>', self.text, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", match[1])).split()) if match else ""

    def hidden(self, name: str) -> str:
        """Return a hidden field's value."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert match, f"no field {name} on {self.title}"
        return unescape(match[1])


class Browser:
    """A browser with its own cookies."""

    def __init__(self, server: Server, **headers: str) -> None:
        self.server = server
        self.base = server.url.replace("127.0.0.1", "localhost")
        self.http = requests.Session()
        self.http.headers.update({"Origin": self.base, **headers})

    def get(self, path: str, **headers: str) -> Page:
        return self._page(self.http.get(urljoin(self.base, path), headers=headers))

    def post(self, path: str, /, **fields: str) -> Page:
        """Post fields without a form token."""
        return self._page(self.http.post(urljoin(self.base, path), fields))

    def send(self, page: Page, path: str, /, **fields: str) -> Page:
        """Submit a form of a page and follow redirects."""
        return self.post(path, form_token=page.hidden("form_token"), **fields)

    def send_without_redirect(self, page: Page, path: str, /, **fields: str) -> Page:
        """Submit a form of a page without following redirects."""
        form = {"form_token": page.hidden("form_token"), **fields}
        return self._page(self.http.post(urljoin(self.base, path), form, allow_redirects=False))

    def _page(self, response: requests.Response) -> Page:
        return Page(response.status_code, response.text, response.url, response.headers)

    @property
    def session(self) -> str | None:
        """Return the session's token."""
        return self.http.cookies.get("iamd-session")

    def sign_in_root(self, email: str, password: str, **fields: str) -> Page:
        page = self.send(self.get("/signin"), "/signin", kind="root", email=email)
        return self.send(page, "/signin/root", email=email, password=password, **fields)

    def sign_in_user(self, account: str, name: str, password: str, **fields: str) -> Page:
        page = self.get(f"/signin/{account}")
        return self.send(page, "/signin/user", account=account, user_name=name, password=password, **fields)

    def forget_confirmation(self) -> None:
        """Make the session one that was confirmed too long ago: 15 minutes after sign-in, for example."""
        assert self.session is not None
        with self.server.store.database.write() as tx:
            tx.cursor.execute("UPDATE sessions SET confirmed_at = confirmed_at - 1000")

    def confirm(self, **fields: str) -> Page:
        """Confirm the user's identity with the password, or with other fields."""
        page = self.get("/signin/confirm")
        return self.send(page, "/signin/confirm", **(fields or {"method": "password", "password": PASSWORD}))

    def client(self, service: str) -> Any:
        """Return a boto3 client that authenticates as the console does: by the session cookie, unsigned."""
        client = iamd_client.unsigned_client(self.base, service)

        def as_console(request: Any, **_: Any) -> None:
            request.headers["X-Iamd-Console"] = "1"
            request.headers["Origin"] = self.base
            request.headers["Cookie"] = f"iamd-session={self.session or ''}"

        client.meta.events.register("request-created", as_console)
        return client

    @property
    def iam(self) -> Any:
        return self.client("iam")

    @property
    def iamd(self) -> Any:
        return self.client("iamd")


class Root(NamedTuple):
    """An account's root user, signed in and confirmed in a browser."""

    account: Account
    email: str
    browser: Browser

    @property
    def iam(self) -> Any:
        return self.browser.iam

    @property
    def iamd(self) -> Any:
        return self.browser.iamd


def setup_path(account: Account) -> str:
    """Return the path of a new account setup link."""
    with account.server.store.database.write() as tx:
        token = links.create_setup_token(tx, account.account_id, int(clock.now().timestamp()))
    return f"/setup/{token}"


def set_up(account: Account, password: str = PASSWORD) -> Root:
    """Set up an account, which signs its root user in."""
    browser = Browser(account.server)
    email = f"root-{account.account_id}@{DOMAIN}"
    path = setup_path(account)
    page = browser.get(path)
    response = browser.send(
        page, path, account_name=f"Test {account.account_id}", email=email, new=password, again=password
    )
    assert browser.session, response.alert
    return Root(account, email, browser)


def forget_confirmation(account: Account) -> None:
    """Make the account's sessions ones that were confirmed too long ago."""
    with account.server.store.database.write() as tx:
        assert _AGE_CONFIRMATION.execute(tx, account_id=account.account_id)


def sign_in_root(account: Account) -> Root:
    """Set up an account; return its root user with a confirmed identity."""
    root = set_up(account)
    root.browser.confirm()
    return root


class App(NamedTuple):
    """An authenticator app."""

    seed: str

    def code(self, ahead: int = 0) -> str:
        """Return the code of the time step `ahead` steps from now."""
        return str(pyotp.TOTP(self.seed).at(for_time=clock.now(), counter_offset=ahead))


def create_user(account: Account, name: str, password: str = PASSWORD, *, reset: bool = False) -> Browser:
    """Create a user with a password; return a browser in which it is not signed in."""
    account.iam.create_user(UserName=name)
    account.iam.create_login_profile(UserName=name, Password=password, PasswordResetRequired=reset)
    return Browser(account.server)


def assign_authenticator(account: Account, name: str) -> tuple[App, str]:
    """Assign an authenticator app to a user, using up the current codes; return it and its serial number."""
    device = account.iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    app = App(device["Base32StringSeed"].decode())
    account.iam.enable_mfa_device(
        UserName=name,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=app.code(-1),
        AuthenticationCode2=app.code(),
    )
    return app, device["SerialNumber"]
