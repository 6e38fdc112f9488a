"""Forms of the sign-in pages: CSRF protection, host checks, redirects after sign-in, and security headers."""

import pytest

from tests import console_users
from tests.console_users import PASSWORD, Browser
from tests.servers import Account, Server


def test_form_without_its_csrf_token_is_refused(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD}
    browser.get("/signin")
    for token in ("", "0" * 64):
        response = browser.post("/signin/user", form_token=token, **fields)
        assert (response.status, response.title) == (403, "Form expired")
    assert browser.session is None


def test_csrf_token_of_another_browser_is_refused(account: Account) -> None:
    other_page = Browser(account.server).get("/signin")
    browser = console_users.create_user(account, "alice")
    browser.get("/signin")
    response = browser.send(other_page, "/signin", kind="root", email="a@b.example")
    assert response.status == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_cross_origin_form_is_refused(server: Server, headers: dict[str, str]) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    browser.http.headers.update(headers)
    assert browser.send(page, "/signin", kind="root", email="a@b.example").status == 403


def test_cross_site_sign_out_is_refused(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.http.headers["Origin"] = "https://evil.example"
    assert browser.post("/signout").status == 403
    browser.http.headers["Origin"] = browser.base
    assert browser.iamd.get_session()["Session"]["UserName"] == "alice"


FORBIDDEN_TARGETS = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/console/../../evil",
    "/console\r\nX-Evil: 1",
    "javascript:alert(1)",
    "/consoleevil",
    "/signin",
]


@pytest.mark.parametrize("target", FORBIDDEN_TARGETS)
def test_next_outside_the_console_is_ignored(account: Account, target: str) -> None:
    browser = console_users.create_user(account, "alice")
    page = browser.get(f"/signin/{account.account_id}")
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD, "next": target}
    response = browser.send_without_redirect(page, "/signin/user", **fields)
    assert (response.status, response.headers["Location"]) == (303, "/console")


def test_next_returns_to_the_requested_page(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    page = browser.get(f"/signin/{account.account_id}?next=/console/iam/users")
    assert page.hidden("next") == "/console/iam/users"
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD}
    response = browser.send_without_redirect(page, "/signin/user", **fields, next=page.hidden("next"))
    assert response.headers["Location"] == "/console/iam/users"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost", "[::2]:80", "a,b"])
def test_unknown_host_header_is_refused(server: Server, host: str) -> None:
    response = Browser(server).get("/signin", Host=host)
    assert response.status in (400, 421)
    assert "evil" not in response.text


PAGES = [
    "/signin",
    "/signin/123456789012",
    "/signin/forgot",
    "/signin/over",
    "/signin/nothing/here",
    "/setup/x",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_security_headers(server: Server, path: str) -> None:
    headers = Browser(server).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_only_pages_with_a_script_allow_scripts(server: Server) -> None:
    browser = Browser(server)
    assert "script-src 'self'" in browser.get("/signin").headers["Content-Security-Policy"]
    assert "script-src" not in browser.get("/signin/123456789012").headers["Content-Security-Policy"]


XSS = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>{{7*7}}"


def test_form_input_is_escaped(server: Server) -> None:
    browser = Browser(server)
    page = browser.send(browser.get("/signin"), "/signin", kind="root", email=XSS)
    root_page = browser.send(page, "/signin/root", email=XSS, password="wrong")
    user_page = browser.send(page, "/signin/user", account=XSS, user_name=XSS, password="wrong")
    for response in (page, root_page, user_page):
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        assert "{{7*7}}" in response.text


def test_oversized_form_is_refused(server: Server) -> None:
    response = Browser(server).post("/signin", email="x" * 70_000)
    assert response.status == 413
