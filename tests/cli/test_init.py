"""`iamd init`, `iamd account …`: accounts made on the host."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests import running
from tests.running import Done

Iamd = Callable[..., Done]


@pytest.fixture
def iamd(tmp_path: Path) -> Iamd:
    """Run `iamd` in a folder of the test's own."""

    return partial(running.iamd, cwd=tmp_path)


def test_init_tells_one_json_object(iamd: Iamd) -> None:
    done = iamd("init", "--data", "d", "--account-id", "111122223333", "--admin", "alice", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert told["account_id"] == "111122223333"
    assert told["user_name"] == "alice"
    assert told["access_key_id"].startswith("AKIA")
    assert len(told["access_key_id"]) == 20
    assert len(told["secret_access_key"]) == 40
    assert "@" in told["root_email"]


def test_an_account_id_is_random_unless_it_is_given(iamd: Iamd) -> None:
    ids = {json.loads(iamd("init", "--data", "d", "--json").stdout)["account_id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(account_id) == 12 and account_id.isdecimal() for account_id in ids)


def test_without_admin_no_user_is_made(iamd: Iamd) -> None:
    told = json.loads(iamd("init", "--data", "d", "--json").stdout)
    assert (told["user_name"], told["access_key_id"], told["secret_access_key"]) == (None, None, None)


@pytest.mark.parametrize(
    ("again", "sentence"),
    [
        (("--account-id", "111122223333"), "iamd: account 111122223333 exists already\n"),
        (
            ("--root-email", "Root@Example.com "),
            "iamd: another account has the root email Root@Example.com already\n",
        ),
    ],
)
def test_what_is_taken_is_refused_and_nothing_changes(
    iamd: Iamd, again: tuple[str, str], sentence: str
) -> None:
    first = ("--account-id", "111122223333", "--root-email", "root@example.com")
    iamd("init", "--data", "d", *first)
    before = iamd("account", "list", "--data", "d").stdout
    done = iamd("init", "--data", "d", "--admin", "eve", *again)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.split() == sentence.split()
    assert iamd("account", "list", "--data", "d").stdout == before


def test_one_store_holds_many_accounts(iamd: Iamd) -> None:
    iamd("init", "--data", "d", "--account-id", "111122223333", "--account-name", "one")
    iamd("account", "create", "--data", "d", "--account-id", "222233334444", "--account-name", "two")
    listed = json.loads(iamd("account", "list", "--data", "d", "--json").stdout)["accounts"]
    assert [(held["account_id"], held["account_name"]) for held in listed] == [
        ("111122223333", "one"),
        ("222233334444", "two"),
    ]


def test_files_are_the_owners_alone_and_the_key_is_outside_the_data(iamd: Iamd, tmp_path: Path) -> None:
    iamd("init", "--data", "d")
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "d.key").stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "d").glob("*key*"))
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "d").iterdir())


def test_secrets_are_nowhere_in_the_data(iamd: Iamd, tmp_path: Path) -> None:
    told = json.loads(iamd("init", "--data", "d", "--admin", "alice", "--json").stdout)
    secret = told["secret_access_key"].encode()
    assert all(secret not in file.read_bytes() for file in (tmp_path / "d").iterdir())


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("init", "--data", "d", "--account-id", "12"), 1, "an account ID has 12 digits, not '12'"),
        (("init", "--data", "d", "--account-id", "١٢٣٤٥٦٧٨٩٠١٢"), 1, "an account ID has 12 digits"),
        (("init", "--data", "d", "--root-email", "nobody"), 1, "'nobody' is no email address"),
        (("init", "--data", "d", "--admin", "a b"), 1, "a user name has 1 to 64 letters"),
        (("init", "--database", "mysql://x"), 1, "postgresql://"),
        (("init", "--database", "postgresql://nobody@127.0.0.1:1/x"), 1, "the database cannot be reached"),
        (("init", "--data", "/dev/null/d"), 1, "the folder /dev/null/d cannot be used"),
        (("init", "--data", "d", "--database", "postgresql://x"), 2, "exclude each other"),
        (("init", "--no-such-option"), 2, "No such option"),
        (("nonsense",), 2, "No such command"),
        (("serve", "--port", "0"), 2, "port"),
        (("serve", "--port", "many"), 2, "port"),
        (("serve", "--workers", "0"), 2, "workers"),
        (("serve", "--tls-cert", "x.pem"), 2, "go together"),
        (("serve", "--tls-cert", "x.pem", "--tls-key", "y.pem"), 1, "TLS certificate"),
        (("serve", "--public-url", "example.com"), 2, "public URL"),
        (("serve", "--trusted-proxies", "everybody"), 2, "everybody"),
        (("serve", "--host", "192.0.2.1"), 1, "cannot listen on 192.0.2.1"),
        (("serve", "--data", "/dev/null/d"), 1, "cannot be used"),
    ],
)
def test_errors_are_one_line_and_a_status(
    iamd: Iamd, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    done = iamd(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("iamd: ")
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("serve",), ("init",), ("account",), ("account", "create"), ("account", "list"), ("version",)],
)
def test_every_command_has_help(iamd: Iamd, arguments: tuple[str, ...]) -> None:
    done = iamd(*arguments, "--help")
    assert done.returncode == 0
    assert arguments in ((), ("account",)) or "Example: iamd" in done.stdout


def test_version(iamd: Iamd) -> None:
    assert iamd("version").stdout.startswith("iamd 0.")


def test_settings_come_from_flags_then_environment_then_file(iamd: Iamd, tmp_path: Path) -> None:
    (tmp_path / "iamd.toml").write_text('data = "from-file"\n')
    iamd("init")
    iamd("init", IAMD_DATA="from-env")
    iamd("init", "--data", "from-flag", IAMD_DATA="from-env")
    made = {folder.name for folder in tmp_path.iterdir() if folder.is_dir()}
    assert made == {"from-file", "from-env", "from-flag"}


def test_a_setting_that_does_not_exist_is_said(iamd: Iamd, tmp_path: Path) -> None:
    (tmp_path / "iamd.toml").write_text("dta = 'typo'\n")
    done = iamd("init")
    assert done.returncode == 2
    assert "dta" in done.stderr
