"""`iamd account quota`: what an account may have, told and set, on both databases."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iamd.cli import main
from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.store import audit
from tests import servers
from tests.api.answers import Refused, refused
from tests.servers import Account, Server


class Done(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


Quota = Callable[..., Done]


@pytest.fixture
def anywhere(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Quota]:
    """Run `iamd account quota` in this process, on the store of the running server."""
    monkeypatch.chdir(tmp_path)  # away from anybody's iamd.toml
    mask = os.umask(0o077)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["iamd", "account", "quota", *server.arguments, *arguments])
        with pytest.raises(SystemExit) as ended:
            main.run()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    yield run
    os.umask(mask)


@pytest.fixture
def quota(anywhere: Quota, account: Account) -> Quota:
    """Run `iamd account quota` for the test's account."""
    return lambda *arguments: anywhere(*arguments, "--account-id", account.account_id)


def test_all_quotas_are_told(quota: Quota) -> None:
    status, out, err = quota()
    assert (status, err) == (0, "")
    assert {line.split()[0]: int(line.split()[1]) for line in out.splitlines()} == DEFAULT_QUOTAS
    assert "default" not in out


def test_one_quota_is_told(quota: Quota) -> None:
    assert quota("UsersPerAccount") == Done(0, "UsersPerAccount  5000\n", "")


def test_a_quota_is_set_and_told_beside_the_default(quota: Quota) -> None:
    set_ = Done(0, "UsersPerAccount  20000 (AWS's default: 5000)\n", "")
    assert quota("UsersPerAccount", "20000") == set_
    assert quota("UsersPerAccount") == set_
    differing = [line for line in quota().out.splitlines() if "default" in line]
    assert [line.split()[:2] for line in differing] == [["UsersPerAccount", "20000"]]


def test_a_quota_goes_back_to_the_default(quota: Quota) -> None:
    quota("UsersPerAccount", "20000")
    for _ in range(2):
        assert quota("UsersPerAccount", "--reset") == Done(0, "UsersPerAccount  5000\n", "")
    assert quota("UsersPerAccount") == Done(0, "UsersPerAccount  5000\n", "")


@pytest.mark.parametrize("value", ["0", "1000000"])
def test_the_least_and_the_most_are_taken(quota: Quota, value: str) -> None:
    assert quota("UsersPerAccount", value).out == f"UsersPerAccount  {value} (AWS's default: 5000)\n"


@pytest.mark.parametrize("arguments", [("RolesPerAccount",), ("RolesPerAccount", "7"), ()])
def test_json_is_one_object(quota: Quota, account: Account, arguments: tuple[str, ...]) -> None:
    status, out, err = quota(*arguments, "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert told["account_id"] == account.account_id
    held = {"RolesPerAccount": 7} if len(arguments) == 2 else {}
    names = arguments[:1] or tuple(DEFAULT_QUOTAS)
    assert told["quotas"] == [
        {"name": name, "value": held.get(name, DEFAULT_QUOTAS[name]), "default": DEFAULT_QUOTAS[name]}
        for name in names
    ]


WRONG = [
    (("UserPerAccount",), "did you mean UsersPerAccount, "),
    (("userspa",), "there is no quota 'userspa': did you mean UsersPerAccount?"),
    (("tagsper",), "did you mean TagsPerUser, TagsPerRole, TagsPerInstanceProfile?"),
    (("Zebras",), "there is no quota 'Zebras': iamd account quota lists all"),
    (("Zebras", "5"), "there is no quota 'Zebras'"),
    (("UsersPerAccount", "many"), "Invalid value for 'VALUE'"),
    (("UsersPerAccount", "1.5"), "Invalid value for 'VALUE'"),
    (("UsersPerAccount", "1000001"), "Invalid value for 'VALUE'"),
    (("UsersPerAccount", "--", "-1"), "Invalid value for 'VALUE'"),
    (("--reset",), "--reset takes the NAME of a quota, and no VALUE"),
    (("UsersPerAccount", "5", "--reset"), "--reset takes the NAME of a quota, and no VALUE"),
    (("AccountAliasesPerAccount", "2"), "AccountAliasesPerAccount is 1 and cannot be changed"),
    (("InstanceSessionsPerInstanceProfile", "2"), "is 1 and cannot be changed"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_what_is_asked_wrongly_is_one_line_and_changes_nothing(
    anywhere: Quota, account: Account, arguments: tuple[str, ...], sentence: str
) -> None:
    status, out, err = anywhere("--account-id", account.account_id, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("iamd: ")
    assert err.count("\n") == 1
    assert sentence in err
    assert events(account) == []


def test_which_account_must_be_clear(anywhere: Quota, account: Account, other_account: Account) -> None:
    unclear = anywhere("UsersPerAccount", "5")
    assert unclear.status == 2
    assert "name one with --account-id" in unclear.err
    assert anywhere("--account-id", "000000000009") == Done(1, "", "iamd: there is no account 000000000009\n")


@pytest.fixture
def other_account(server: Server) -> Account:
    return servers.found(server)


def test_a_quota_is_one_accounts_own(quota: Quota, other_account: Account) -> None:
    quota("UsersPerAccount", "1")
    other_account.iam.create_user(UserName="bob")


def test_every_running_server_holds_its_next_request_to_it(quota: Quota, account: Account) -> None:
    with servers.serving(account.server.store, *account.server.arguments) as second:
        key = (account.access_key_id, account.secret_access_key)
        nodes = [account.iam, servers.client(second.url, "iam", key)]
        most = 1
        for iam in nodes:
            quota("UsersPerAccount", str(most))
            for each in nodes:
                said = refused(each, "CreateUser", UserName="refused")
                assert said == Refused(
                    "LimitExceeded", 409, f"Cannot exceed quota for UsersPerAccount: {most}"
                )
                assert each.get_account_summary()["SummaryMap"]["UsersQuota"] == most
            most += 1
            quota("UsersPerAccount", str(most))
            iam.create_user(UserName=f"user-{most}")


def test_a_quota_below_what_is_there_takes_nothing_away(quota: Quota, account: Account) -> None:
    account.iam.create_user(UserName="bob")
    quota("UsersPerAccount", "0")
    assert len(account.iam.list_users()["Users"]) == 2
    account.iam.delete_user(UserName="bob")
    assert refused(account.iam, "CreateUser", UserName="bob").code == "LimitExceeded"


def events(account: Account) -> list[Any]:
    """Return the records of changed quotas, newest first."""
    with account.server.store.database.read() as tx:
        found = audit.list_recent(tx, account.account_id, 500)
    return [json.loads(event.record) for event in found if event.event_name == "PutAccountQuota"]


def test_a_change_leaves_an_event(quota: Quota, account: Account) -> None:
    quota("UsersPerAccount", "7")
    (record,) = events(account)
    assert record["eventSource"] == "iamd.amazonaws.com"
    assert record["eventType"] == "AwsServiceEvent"
    assert record["userAgent"] == "iamd on the host"
    assert record["recipientAccountId"] == account.account_id
    assert record["readOnly"] is False
    told = {"QuotaName": "UsersPerAccount", "Value": 7, "PreviousValue": 5000}
    assert record["additionalEventData"] == told


def test_going_back_leaves_an_event_and_looking_leaves_none(quota: Quota, account: Account) -> None:
    quota("UsersPerAccount", "7")
    quota("UsersPerAccount")
    quota()
    quota("UsersPerAccount", "--reset")
    told = {"QuotaName": "UsersPerAccount", "Value": 5000, "PreviousValue": 7}
    assert len(events(account)) == 2
    assert told in [record["additionalEventData"] for record in events(account)]
