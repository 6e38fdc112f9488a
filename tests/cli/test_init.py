"""`iamd init` and `iamd account …`: creating accounts on the host; help, settings and errors of commands."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests import iamd_command
from tests.iamd_command import CompletedCommand

RunIamd = Callable[..., CompletedCommand]


@pytest.fixture
def iamd(tmp_path: Path) -> RunIamd:
    """Return `iamd` run in a temporary folder."""

    return partial(iamd_command.run, cwd=tmp_path)


def test_init_prints_one_json_object(iamd: RunIamd) -> None:
    result = iamd("init", "--data", "d", "--account-id", "111122223333", "--admin", "alice", "--json")
    account = json.loads(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    assert account["account_id"] == "111122223333"
    assert account["user_name"] == "alice"
    assert account["access_key_id"].startswith("AKIA")
    assert len(account["access_key_id"]) == 20
    assert len(account["secret_access_key"]) == 40
    assert "@" in account["root_email"]


def test_account_id_is_random_by_default(iamd: RunIamd) -> None:
    ids = {json.loads(iamd("init", "--data", "d", "--json").stdout)["account_id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(account_id) == 12 and account_id.isdecimal() for account_id in ids)


def test_init_without_admin_creates_no_user(iamd: RunIamd) -> None:
    account = json.loads(iamd("init", "--data", "d", "--json").stdout)
    assert (account["user_name"], account["access_key_id"], account["secret_access_key"]) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("duplicate", "message"),
    [
        (("--account-id", "111122223333"), "iamd: account 111122223333 already exists\n"),
        (
            ("--root-email", "Root@Example.com "),
            "iamd: another account already has the root email Root@Example.com\n",
        ),
    ],
)
def test_duplicate_account_id_or_root_email_is_refused(
    iamd: RunIamd, duplicate: tuple[str, str], message: str
) -> None:
    first = ("--account-id", "111122223333", "--root-email", "root@example.com")
    iamd("init", "--data", "d", *first)
    before = iamd("account", "list", "--data", "d").stdout
    result = iamd("init", "--data", "d", "--admin", "eve", *duplicate)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.split() == message.split()
    assert iamd("account", "list", "--data", "d").stdout == before


def test_store_with_several_accounts(iamd: RunIamd) -> None:
    iamd("init", "--data", "d", "--account-id", "111122223333", "--account-name", "one")
    iamd("account", "create", "--data", "d", "--account-id", "222233334444", "--account-name", "two")
    accounts = json.loads(iamd("account", "list", "--data", "d", "--json").stdout)["accounts"]
    assert [(account["account_id"], account["account_name"]) for account in accounts] == [
        ("111122223333", "one"),
        ("222233334444", "two"),
    ]


def test_files_are_private_and_the_master_key_is_outside_the_data_folder(
    iamd: RunIamd, tmp_path: Path
) -> None:
    iamd("init", "--data", "d")
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "d.key").stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "d").glob("*key*"))
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "d").iterdir())


def test_secrets_are_not_stored_in_plain_text(iamd: RunIamd, tmp_path: Path) -> None:
    account = json.loads(iamd("init", "--data", "d", "--admin", "alice", "--json").stdout)
    secret = account["secret_access_key"].encode()
    assert all(secret not in file.read_bytes() for file in (tmp_path / "d").iterdir())


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("init", "--data", "d", "--account-id", "12"), 1, "an account ID must have 12 digits, not '12'"),
        (("init", "--data", "d", "--account-id", "١٢٣٤٥٦٧٨٩٠١٢"), 1, "an account ID must have 12 digits"),
        (("init", "--data", "d", "--root-email", "nobody"), 1, "'nobody' is not a valid email address"),
        (("init", "--data", "d", "--admin", "a b"), 1, "a user name must have 1 to 64 letters"),
        (("init", "--database", "mysql://x"), 1, "postgresql://"),
        (("init", "--database", "postgresql://nobody@127.0.0.1:1/x"), 1, "the database cannot be reached"),
        (("init", "--data", "/dev/null/d"), 1, "the folder /dev/null/d cannot be used"),
        (("init", "--data", "d", "--database", "postgresql://x"), 2, "mutually exclusive"),
        (("init", "--no-such-option"), 2, "No such option"),
        (("nonsense",), 2, "No such command"),
        (("serve", "--port", "0"), 2, "port"),
        (("serve", "--port", "many"), 2, "port"),
        (("serve", "--workers", "0"), 2, "workers"),
        (("serve", "--tls-cert", "x.pem"), 2, "must be used together"),
        (("serve", "--tls-cert", "x.pem", "--tls-key", "y.pem"), 1, "TLS certificate"),
        (("serve", "--public-url", "example.com"), 2, "public URL"),
        (("serve", "--trusted-proxies", "everybody"), 2, "everybody"),
        (("serve", "--host", "192.0.2.1"), 1, "cannot listen on 192.0.2.1"),
        (("serve", "--data", "/dev/null/d"), 1, "cannot be used"),
    ],
)
def test_errors_are_one_line_with_an_exit_status(
    iamd: RunIamd, arguments: tuple[str, ...], status: int, message: str
) -> None:
    result = iamd(*arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert result.stderr.startswith("iamd: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("serve",), ("init",), ("account",), ("account", "create"), ("account", "list"), ("version",)],
)
def test_every_command_has_help(iamd: RunIamd, arguments: tuple[str, ...]) -> None:
    result = iamd(*arguments, "--help")
    assert result.returncode == 0
    assert arguments in ((), ("account",)) or "Example: iamd" in result.stdout


def test_version(iamd: RunIamd) -> None:
    assert iamd("version").stdout.startswith("iamd 0.")


def test_flags_override_environment_and_environment_overrides_file(iamd: RunIamd, tmp_path: Path) -> None:
    (tmp_path / "iamd.toml").write_text('data = "from-file"\n')
    iamd("init")
    iamd("init", IAMD_DATA="from-env")
    iamd("init", "--data", "from-flag", IAMD_DATA="from-env")
    data_folders = {folder.name for folder in tmp_path.iterdir() if folder.is_dir()}
    assert data_folders == {"from-file", "from-env", "from-flag"}


def test_unknown_setting_is_reported(iamd: RunIamd, tmp_path: Path) -> None:
    (tmp_path / "iamd.toml").write_text("dta = 'typo'\n")
    result = iamd("init")
    assert result.returncode == 2
    assert "dta" in result.stderr
