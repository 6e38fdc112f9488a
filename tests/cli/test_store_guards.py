"""Opening a store is refused with a clear error if the master key or the database does not fit."""

import base64
import json
import sqlite3
from pathlib import Path

import pytest

from tests import iamd_command
from tests.iamd_command import CompletedCommand


def iamd(folder: Path, *arguments: str, **env: str) -> CompletedCommand:
    return iamd_command.run(*arguments, cwd=folder, **env)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a store `d` that has one account."""
    iamd(tmp_path, "init", "--data", "d", "--account-id", "111122223333")
    return tmp_path


def opening_error(folder: Path, **env: str) -> str:
    result = iamd(folder, "account", "list", "--data", "d", **env)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_missing_master_key_is_not_recreated(folder: Path) -> None:
    (folder / "d.key").unlink()
    assert "d.key cannot be read: No such file" in opening_error(folder)
    assert not (folder / "d.key").exists()


def test_master_key_of_another_store_is_refused(folder: Path) -> None:
    (folder / "d.key").write_bytes(base64.b64encode(bytes(32)))
    assert "does not match the store" in opening_error(folder)


def test_master_key_readable_by_others_is_refused(folder: Path) -> None:
    (folder / "d.key").chmod(0o644)
    assert "other users can read the master key" in opening_error(folder)


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(bytes(31)).decode(), "é" * 44])
def test_malformed_master_key_is_refused(folder: Path, key: str) -> None:
    (folder / "d.key").write_text(key)
    assert "does not contain a master key" in opening_error(folder)


def test_master_key_from_the_environment(folder: Path) -> None:
    key = (folder / "d.key").read_text().strip()
    (folder / "d.key").unlink()
    result = iamd(folder, "account", "list", "--data", "d", "--json", IAMD_MASTER_KEY=key)
    assert json.loads(result.stdout)["accounts"][0]["account_id"] == "111122223333"


def test_store_of_a_newer_version_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / "d" / "iamd.sqlite3") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    assert "the store has schema 9999, written by a newer version of iamd" in opening_error(folder)


def test_damaged_store_is_refused(folder: Path) -> None:
    file = folder / "d" / "iamd.sqlite3"
    file.write_bytes(b"not a database" * 1000)
    assert "damaged" in opening_error(folder)
    assert file.read_bytes().startswith(b"not a database")
