"""Forms that only our own pages can send, hosts that are ours, and places that a page may lead to."""

import pytest

from tests import people
from tests.people import PASSWORD, Browser
from tests.servers import Account, Server


def test_a_form_without_its_token_is_refused(account: Account) -> None:
    browser = people.person(account, "alice")
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD}
    browser.get("/signin")
    for token in ("", "0" * 64):
        said = browser.post("/signin/user", form_token=token, **fields)
        assert (said.status, said.title) == (403, "This form is too old")
    assert browser.session is None


def test_a_token_of_another_browser_is_refused(account: Account) -> None:
    other = Browser(account.server).get("/signin")
    browser = people.person(account, "alice")
    browser.get("/signin")
    said = browser.send(other, "/signin", kind="root", email="a@b.example")
    assert said.status == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_from_elsewhere_is_refused(server: Server, headers: dict[str, str]) -> None:
    browser = Browser(server)
    page = browser.get("/signin")
    browser.http.headers.update(headers)
    assert browser.send(page, "/signin", kind="root", email="a@b.example").status == 403


def test_a_cross_site_sign_out_is_refused(account: Account) -> None:
    browser = people.person(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    browser.http.headers["Origin"] = "https://evil.example"
    assert browser.post("/signout").status == 403
    browser.http.headers["Origin"] = browser.base
    assert browser.iamd.get_session()["Session"]["UserName"] == "alice"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/console/../../evil",
    "/console\r\nX-Evil: 1",
    "javascript:alert(1)",
    "/consoleevil",
    "/signin",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_page_leads_off_the_console(account: Account, wanted: str) -> None:
    browser = people.person(account, "alice")
    page = browser.get(f"/signin/{account.account_id}")
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD, "next": wanted}
    done = browser.send_only(page, "/signin/user", **fields)
    assert (done.status, done.headers["Location"]) == (303, "/console")


def test_a_page_leads_back_to_where_somebody_was(account: Account) -> None:
    browser = people.person(account, "alice")
    page = browser.get(f"/signin/{account.account_id}?next=/console/iam/users")
    assert page.hidden("next") == "/console/iam/users"
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD}
    done = browser.send_only(page, "/signin/user", **fields, next=page.hidden("next"))
    assert done.headers["Location"] == "/console/iam/users"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost", "[::2]:80", "a,b"])
def test_a_host_that_is_not_ours_is_refused(server: Server, host: str) -> None:
    said = Browser(server).get("/signin", Host=host)
    assert said.status in (400, 421)
    assert "evil" not in said.text


PAGES = [
    "/signin",
    "/signin/123456789012",
    "/signin/forgot",
    "/signin/over",
    "/signin/nothing/here",
    "/setup/x",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_headers(server: Server, path: str) -> None:
    headers = Browser(server).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_only_pages_with_a_script_allow_one(server: Server) -> None:
    browser = Browser(server)
    assert "script-src 'self'" in browser.get("/signin").headers["Content-Security-Policy"]
    assert "script-src" not in browser.get("/signin/123456789012").headers["Content-Security-Policy"]


XSS = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>{{7*7}}"


def test_what_was_typed_is_shown_as_text(server: Server) -> None:
    browser = Browser(server)
    page = browser.send(browser.get("/signin"), "/signin", kind="root", email=XSS)
    again = browser.send(page, "/signin/root", email=XSS, password="wrong")
    user = browser.send(page, "/signin/user", account=XSS, user_name=XSS, password="wrong")
    for shown in (page, again, user):
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
        assert "{{7*7}}" in shown.text


def test_a_form_that_is_too_large_is_refused(server: Server) -> None:
    said = Browser(server).post("/signin", email="x" * 70_000)
    assert said.status == 413
