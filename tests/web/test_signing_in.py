"""Signing in with a user name or email and a password."""

from typing import Any

import pytest

from tests import console_users
from tests.console_users import OTHER_PASSWORD, PASSWORD, Browser, Root
from tests.servers import Account

WRONG = "Your authentication information is incorrect. Please try again."


def test_root_user_signs_in_by_email(account: Account) -> None:
    email = console_users.set_up(account).email
    browser = Browser(account.server)
    browser.sign_in_root(f" {email.upper()} ", PASSWORD)
    session = browser.iamd.get_session()["Session"]
    assert (session["Arn"], session["MFAAuthenticated"]) == (f"arn:aws:iam::{account.account_id}:root", False)
    assert browser.iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{account.account_id}:root"


@pytest.mark.parametrize("account_name", ["id", "alias"])
def test_user_signs_in_by_account_id_or_alias(account: Account, account_name: str) -> None:
    account.iam.create_account_alias(AccountAlias=f"alias-{account.account_id}")
    browser = console_users.create_user(account, "Alice")
    browser.sign_in_user(
        {"id": account.account_id, "alias": f"alias-{account.account_id}"}[account_name], "alice", PASSWORD
    )
    assert browser.iamd.get_session()["Session"]["UserName"] == "Alice"


def test_session_cookie_attributes(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    page = browser.get(f"/signin/{account.account_id}")
    fields = {"account": account.account_id, "user_name": "alice", "password": PASSWORD}
    response = browser.send_without_redirect(page, "/signin/user", **fields)
    cookies = [part.strip().lower() for part in response.headers["Set-Cookie"].split(",")]
    session = next(cookie for cookie in cookies if cookie.startswith("iamd-session="))
    assert (response.status, response.headers["Location"]) == (303, "/console")
    assert "httponly" in session
    assert "samesite=strict" in session
    assert "path=/" in session


def test_failed_sign_ins_are_indistinguishable(account: Account) -> None:
    root = console_users.set_up(account)
    console_users.create_user(account, "alice")
    account.iam.create_user(UserName="nopass")
    responses: list[Any] = [
        Browser(account.server).sign_in_root(root.email, OTHER_PASSWORD),
        Browser(account.server).sign_in_root("nobody@example.org", OTHER_PASSWORD),
        Browser(account.server).sign_in_user(account.account_id, "alice", OTHER_PASSWORD),
        Browser(account.server).sign_in_user(account.account_id, "nobody", OTHER_PASSWORD),
        Browser(account.server).sign_in_user(account.account_id, "nopass", OTHER_PASSWORD),
        Browser(account.server).sign_in_user("999999999999", "alice", OTHER_PASSWORD),
        Browser(account.server).sign_in_user("no-such-alias", "alice", OTHER_PASSWORD),
    ]
    assert {(response.status, response.alert) for response in responses} == {(403, WRONG)}
    assert {tuple(sorted(response.headers)) for response in responses} == {
        tuple(sorted(responses[0].headers))
    }


def test_remember_this_account_prefills_the_account(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD, remember="1")
    assert f'value="{account.account_id}"' in browser.get("/signin").text
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert f'value="{account.account_id}"' not in browser.get("/signin").text


def test_confirmation_replaces_the_session_token(root: Root) -> None:
    before = root.browser.session
    root.browser.confirm()
    after = root.browser.session
    assert before != after
    stale = Browser(root.account.server)
    stale.http.cookies.set("iamd-session", before or "", domain="localhost.local")
    assert stale.get("/signin/confirm").title == "Sign in"


def test_session_fixation_is_prevented(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    browser.http.cookies.set("iamd-session", "planted" * 6, domain="localhost.local", path="/")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert browser.session != "planted" * 6


def test_signing_out_ends_the_session_on_the_server(root: Root) -> None:
    session_token = root.browser.session or ""
    page = root.browser.get("/signin")
    root.browser.send(page, "/signout")
    stale = Browser(root.account.server)
    stale.http.cookies.set("iamd-session", session_token, domain="localhost.local")
    assert error_code_of(stale, "iamd", "get_session") == "ExpiredToken"


def error_code_of(browser: Browser, service: str, operation: str, **params: Any) -> str:
    """Return the error code of a call that is refused."""
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as caught:
        getattr(browser.client(service), operation)(**params)
    return str(caught.value.response["Error"]["Code"])


# Required password changes.


def test_required_password_change_precedes_everything_else(account: Account) -> None:
    browser = console_users.create_user(account, "alice", reset=True)
    page = browser.sign_in_user(account.account_id, "alice", PASSWORD)
    assert page.title == "Reset required"
    assert error_code_of(browser, "iamd", "get_session") == "ExpiredToken"
    fields = {"old": PASSWORD, "new": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    wrong = browser.send(page, "/signin/new-password", **(fields | {"old": OTHER_PASSWORD}))
    assert wrong.alert == "The old password is incorrect."
    same = browser.send(page, "/signin/new-password", **(fields | {"new": PASSWORD, "again": PASSWORD}))
    assert same.alert == "Password must not be the same as the current password"
    browser.send(page, "/signin/new-password", **fields)
    assert browser.iamd.get_session()["Session"]["UserName"] == "alice"
    assert Browser(account.server).sign_in_user(account.account_id, "alice", PASSWORD).alert == WRONG


def test_password_change_ends_sessions(account: Account) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    account.iam.update_login_profile(UserName="alice", Password=OTHER_PASSWORD)
    assert error_code_of(browser, "iamd", "get_session") == "ExpiredToken"


@pytest.mark.parametrize("operation", ["delete_login_profile", "delete_user"])
def test_session_ends_when_its_login_profile_or_user_is_deleted(account: Account, operation: str) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", PASSWORD)
    account.iam.delete_login_profile(UserName="alice")
    if operation == "delete_user":
        account.iam.delete_user(UserName="alice")
    assert error_code_of(browser, "iamd", "get_session") == "ExpiredToken"
