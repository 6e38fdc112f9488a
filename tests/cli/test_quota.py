"""`iamd account quota`: showing and setting an account's quotas."""

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
from tests.api.responses import Refused, refused
from tests.servers import Account, Server


class CompletedCommand(NamedTuple):
    """The exit status and output of a command."""

    status: int
    out: str
    err: str


RunQuota = Callable[..., CompletedCommand]


@pytest.fixture
def quota_command(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[RunQuota]:
    """Return `iamd account quota` run in this process, on the store of the server."""
    monkeypatch.chdir(tmp_path)  # a folder without an iamd.toml
    mask = os.umask(0o077)

    def run(*arguments: str) -> CompletedCommand:
        monkeypatch.setattr(sys, "argv", ["iamd", "account", "quota", *server.arguments, *arguments])
        with pytest.raises(SystemExit) as caught:
            main.run()
        captured = capsys.readouterr()
        return CompletedCommand(int(caught.value.code or 0), captured.out, captured.err)

    yield run
    os.umask(mask)


@pytest.fixture
def quota(quota_command: RunQuota, account: Account) -> RunQuota:
    """Return `iamd account quota` for the test's account."""
    return lambda *arguments: quota_command(*arguments, "--account-id", account.account_id)


def test_list_all_quotas(quota: RunQuota) -> None:
    status, out, err = quota()
    assert (status, err) == (0, "")
    assert {line.split()[0]: int(line.split()[1]) for line in out.splitlines()} == DEFAULT_QUOTAS
    assert "default" not in out


def test_show_one_quota(quota: RunQuota) -> None:
    assert quota("UsersPerAccount") == CompletedCommand(0, "UsersPerAccount  5000\n", "")


def test_set_quota_and_show_it_with_the_default(quota: RunQuota) -> None:
    changed = CompletedCommand(0, "UsersPerAccount  20000 (AWS's default: 5000)\n", "")
    assert quota("UsersPerAccount", "20000") == changed
    assert quota("UsersPerAccount") == changed
    differing = [line for line in quota().out.splitlines() if "default" in line]
    assert [line.split()[:2] for line in differing] == [["UsersPerAccount", "20000"]]


def test_reset_quota_to_the_default(quota: RunQuota) -> None:
    quota("UsersPerAccount", "20000")
    for _ in range(2):
        assert quota("UsersPerAccount", "--reset") == CompletedCommand(0, "UsersPerAccount  5000\n", "")
    assert quota("UsersPerAccount") == CompletedCommand(0, "UsersPerAccount  5000\n", "")


@pytest.mark.parametrize("value", ["0", "1000000"])
def test_minimum_and_maximum_values_are_accepted(quota: RunQuota, value: str) -> None:
    assert quota("UsersPerAccount", value).out == f"UsersPerAccount  {value} (AWS's default: 5000)\n"


@pytest.mark.parametrize("arguments", [("RolesPerAccount",), ("RolesPerAccount", "7"), ()])
def test_json_output_is_one_object(quota: RunQuota, account: Account, arguments: tuple[str, ...]) -> None:
    status, out, err = quota(*arguments, "--json")
    output = json.loads(out)
    assert (status, err) == (0, "")
    assert output["account_id"] == account.account_id
    changed = {"RolesPerAccount": 7} if len(arguments) == 2 else {}
    names = arguments[:1] or tuple(DEFAULT_QUOTAS)
    assert output["quotas"] == [
        {"name": name, "value": changed.get(name, DEFAULT_QUOTAS[name]), "default": DEFAULT_QUOTAS[name]}
        for name in names
    ]


INVALID = [
    (("UserPerAccount",), "did you mean UsersPerAccount, "),
    (("userspa",), "unknown quota 'userspa': did you mean UsersPerAccount?"),
    (("tagsper",), "did you mean TagsPerUser, TagsPerRole, TagsPerInstanceProfile?"),
    (("Zebras",), "unknown quota 'Zebras': run iamd account quota for a list"),
    (("Zebras", "5"), "unknown quota 'Zebras'"),
    (("UsersPerAccount", "many"), "Invalid value for 'VALUE'"),
    (("UsersPerAccount", "1.5"), "Invalid value for 'VALUE'"),
    (("UsersPerAccount", "1000001"), "Invalid value for 'VALUE'"),
    (("UsersPerAccount", "--", "-1"), "Invalid value for 'VALUE'"),
    (("--reset",), "--reset requires NAME and takes no VALUE"),
    (("UsersPerAccount", "5", "--reset"), "--reset requires NAME and takes no VALUE"),
    (("AccountAliasesPerAccount", "2"), "AccountAliasesPerAccount is 1 and cannot be changed"),
    (("InstanceSessionsPerInstanceProfile", "2"), "is 1 and cannot be changed"),
]


@pytest.mark.parametrize(("arguments", "message"), INVALID, ids=[" ".join(row[0]) for row in INVALID])
def test_invalid_arguments_are_one_line_and_change_nothing(
    quota_command: RunQuota, account: Account, arguments: tuple[str, ...], message: str
) -> None:
    status, out, err = quota_command("--account-id", account.account_id, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("iamd: ")
    assert err.count("\n") == 1
    assert message in err
    assert list_quota_events(account) == []


def test_account_must_be_specified_if_there_are_several(
    quota_command: RunQuota, account: Account, other_account: Account
) -> None:
    ambiguous = quota_command("UsersPerAccount", "5")
    assert ambiguous.status == 2
    assert "specify one with --account-id" in ambiguous.err
    assert quota_command("--account-id", "000000000009") == CompletedCommand(
        1, "", "iamd: account 000000000009 does not exist\n"
    )


@pytest.fixture
def other_account(server: Server) -> Account:
    return servers.create_account(server)


def test_quota_applies_to_one_account_only(quota: RunQuota, other_account: Account) -> None:
    quota("UsersPerAccount", "1")
    other_account.iam.create_user(UserName="bob")


def test_changed_quota_applies_to_the_next_request_of_every_server(quota: RunQuota, account: Account) -> None:
    with servers.serving(account.server.store, *account.server.arguments) as second:
        key = (account.access_key_id, account.secret_access_key)
        nodes = [account.iam, servers.client(second.url, "iam", key)]
        limit = 1
        for iam in nodes:
            quota("UsersPerAccount", str(limit))
            for node in nodes:
                error = refused(node, "CreateUser", UserName="refused")
                assert error == Refused(
                    "LimitExceeded", 409, f"Cannot exceed quota for UsersPerAccount: {limit}"
                )
                assert node.get_account_summary()["SummaryMap"]["UsersQuota"] == limit
            limit += 1
            quota("UsersPerAccount", str(limit))
            iam.create_user(UserName=f"user-{limit}")


def test_quota_below_the_current_count_deletes_nothing(quota: RunQuota, account: Account) -> None:
    account.iam.create_user(UserName="bob")
    quota("UsersPerAccount", "0")
    assert len(account.iam.list_users()["Users"]) == 2
    account.iam.delete_user(UserName="bob")
    assert refused(account.iam, "CreateUser", UserName="bob").code == "LimitExceeded"


def list_quota_events(account: Account) -> list[Any]:
    """Return the audit records of quota changes, newest first."""
    with account.server.store.database.read() as tx:
        all_events = audit.list_recent(tx, account.account_id, 500)
    return [json.loads(event.record) for event in all_events if event.event_name == "PutAccountQuota"]


def test_quota_change_writes_an_audit_event(quota: RunQuota, account: Account) -> None:
    quota("UsersPerAccount", "7")
    (record,) = list_quota_events(account)
    assert record["eventSource"] == "iamd.amazonaws.com"
    assert record["eventType"] == "AwsServiceEvent"
    assert record["userAgent"] == "iamd on the host"
    assert record["recipientAccountId"] == account.account_id
    assert record["readOnly"] is False
    expected = {"QuotaName": "UsersPerAccount", "Value": 7, "PreviousValue": 5000}
    assert record["additionalEventData"] == expected


def test_quota_reset_writes_an_audit_event_and_reading_does_not(quota: RunQuota, account: Account) -> None:
    quota("UsersPerAccount", "7")
    quota("UsersPerAccount")
    quota()
    quota("UsersPerAccount", "--reset")
    expected = {"QuotaName": "UsersPerAccount", "Value": 5000, "PreviousValue": 7}
    assert len(list_quota_events(account)) == 2
    assert expected in [record["additionalEventData"] for record in list_quota_events(account)]
