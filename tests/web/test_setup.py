"""Setting an account up by the link that the first start prints."""

import pytest

from tests import people
from tests.people import PASSWORD, Browser
from tests.servers import Account, Server


def test_a_link_sets_an_account_up_and_signs_its_root_user_in(account: Account) -> None:
    root = people.set_up(account)
    told = root.iamd.get_account()
    assert told["AccountName"] == f"Test {account.account_id}"
    assert told["RootEmail"] == root.email
    assert root.iamd.get_session()["Session"]["Arn"] == f"arn:aws:iam::{account.account_id}:root"


def test_a_link_works_once(account: Account) -> None:
    path = people.setup_path(account)
    people.set_up(account)
    said = Browser(account.server).get(path)
    assert (said.status, said.title) == (410, "This link does not work")
    assert "iamd root setup-link" in said.text


def test_no_link_is_made_any_more_once_there_is_a_root_user(account: Account) -> None:
    people.set_up(account)
    assert people.setup_path(account) == "/setup/None"


REFUSED = [
    ("a password that everybody has", "Password123!", "Password must not be a common password"),
    ("a short one", "aB3!", "minimum length of 8"),
    ("one class only", "onlysmallletters", "should have 3 of these"),
    ("made of the account's name", "Granite-1!", "must not be made of your account name"),
    ("made of the email", "founder@granite.example1A", "must not be made of your account name"),
]


@pytest.mark.parametrize(("why", "password", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_weak_root_password_is_refused_and_nothing_changes(
    account: Account, why: str, password: str, sentence: str
) -> None:
    browser, path = Browser(account.server), people.setup_path(account)
    fields = {"account_name": "Granite", "email": "founder@granite.example", "new": password}
    if why == "made of the email":
        fields["new"] = "founder@granite.example"
    said = browser.send(browser.get(path), path, **fields, again=fields["new"])
    assert (said.status, said.title) == (400, "Set up your account")
    assert sentence in said.alert
    assert browser.session is None
    assert 'value="Granite"' in said.text


def test_two_passwords_must_be_the_same(account: Account) -> None:
    browser, path = Browser(account.server), people.setup_path(account)
    said = browser.send(
        browser.get(path), path, account_name="A", email="a@b.example", new=PASSWORD, again=PASSWORD + "x"
    )
    assert said.alert == "The two new passwords are not the same."


def test_an_email_of_another_root_user_is_refused(account: Account, server: Server) -> None:
    from tests import servers

    other = people.set_up(servers.found(server))
    browser, path = Browser(account.server), people.setup_path(account)
    said = browser.send(
        browser.get(path),
        path,
        account_name="A",
        email=f" {other.email.upper()} ",
        new=PASSWORD,
        again=PASSWORD,
    )
    assert said.alert == "This email address belongs to the root user of another account."


def test_a_made_up_link_leads_nowhere(server: Server) -> None:
    assert Browser(server).get("/setup/" + "x" * 43).status == 410
