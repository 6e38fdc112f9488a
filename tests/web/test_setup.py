"""Setting up an account with the link that the first start prints."""

import pytest

from tests import console_users, servers
from tests.console_users import PASSWORD, Browser
from tests.servers import Account, Server


def test_setup_link_sets_up_the_account_and_signs_the_root_user_in(account: Account) -> None:
    root = console_users.set_up(account)
    settings = root.iamd.get_account()
    assert settings["AccountName"] == f"Test {account.account_id}"
    assert settings["RootEmail"] == root.email
    assert root.iamd.get_session()["Session"]["Arn"] == f"arn:aws:iam::{account.account_id}:root"


def test_setup_link_works_once(account: Account) -> None:
    path = console_users.setup_path(account)
    console_users.set_up(account)
    response = Browser(account.server).get(path)
    assert (response.status, response.title) == (410, "Link expired")
    assert "iamd root setup-link" in response.text


def test_no_setup_link_for_an_account_that_has_a_root_user(account: Account) -> None:
    console_users.set_up(account)
    assert console_users.setup_path(account) == "/setup/None"


REFUSED = [
    ("a common password", "Password123!", "Password must not be a common or breached password"),
    ("a short password", "aB3!", "minimum length of 8"),
    ("one character class", "onlysmallletters", "should have 3 of these"),
    ("contains the account name", "Granite-1!", "must not be based on your account name"),
    ("contains the email", "founder@granite.example1A", "must not be based on your account name"),
]


@pytest.mark.parametrize(("case", "password", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_weak_root_password_is_refused_and_nothing_changes(
    account: Account, case: str, password: str, message: str
) -> None:
    browser, path = Browser(account.server), console_users.setup_path(account)
    fields = {"account_name": "Granite", "email": "founder@granite.example", "new": password}
    if case == "contains the email":
        fields["new"] = "founder@granite.example"
    response = browser.send(browser.get(path), path, **fields, again=fields["new"])
    assert (response.status, response.title) == (400, "Set up your account")
    assert message in response.alert
    assert browser.session is None
    assert 'value="Granite"' in response.text


def test_password_confirmation_must_match(account: Account) -> None:
    browser, path = Browser(account.server), console_users.setup_path(account)
    response = browser.send(
        browser.get(path), path, account_name="A", email="a@b.example", new=PASSWORD, again=PASSWORD + "x"
    )
    assert response.alert == "The passwords do not match."


def test_email_of_another_root_user_is_refused(account: Account, server: Server) -> None:
    other = console_users.set_up(servers.create_account(server))
    browser, path = Browser(account.server), console_users.setup_path(account)
    response = browser.send(
        browser.get(path),
        path,
        account_name="A",
        email=f" {other.email.upper()} ",
        new=PASSWORD,
        again=PASSWORD,
    )
    assert response.alert == "This email address cannot be used."


def test_refused_email_addresses_are_counted_with_those_of_update_root_email(
    account: Account, server: Server
) -> None:
    browser, path = Browser(account.server), console_users.setup_path(account)

    def try_email(email: str) -> str:
        form = {"account_name": "A", "email": email, "new": PASSWORD, "again": PASSWORD}
        return browser.send(browser.get(path), path, **form).alert

    for _ in range(3):
        other = console_users.set_up(servers.create_account(server))
        assert try_email(other.email) == "This email address cannot be used."
    assert try_email("free@granite.example").startswith("Too many email addresses could not be used.")
    assert browser.session is None


def test_unknown_setup_link_is_gone(server: Server) -> None:
    assert Browser(server).get("/setup/" + "x" * 43).status == 410
