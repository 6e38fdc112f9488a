"""Opening a store is refused with a clear error if the master key or the database does not fit."""

import base64
import json
import os
import pwd
import sqlite3
from pathlib import Path

import pytest

from iamd.config import Settings
from iamd.crypto.master_key import MasterKeyError
from iamd.datastore import master_key_path
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


def test_master_key_writable_by_others_is_refused(folder: Path) -> None:
    (folder / "d.key").chmod(0o620)
    assert "other users can write the master key" in opening_error(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize(("mode", "error"), [(0o440, ""), (0o444, ""), (0o400, ""), (0o464, "can write")])
def test_mounted_master_key_of_another_owner(folder: Path, mode: int, error: str) -> None:
    (folder / "d.key").chmod(mode)
    os.chown(folder / "d.key", 12345, 12345)
    result = iamd(folder, "account", "list", "--data", "d", "--json")
    assert result.returncode == (1 if error else 0), result.stderr
    assert error in result.stderr


def test_master_key_is_not_created_outside_the_volume_of_a_container(tmp_path: Path) -> None:
    volume = Path("/proc")  # a mount point, in which nothing can be created
    result = iamd(tmp_path, "init", "--data", str(volume))
    assert (result.returncode, result.stdout) == (1, "")
    assert "would be created at /proc.key, outside the volume /proc, and be lost" in result.stderr
    key_file = tmp_path / "keys" / "master.key"
    result = iamd(tmp_path, "init", "--data", str(volume), IAMD_MASTER_KEY_FILE=str(key_file))
    assert "would be created" not in result.stderr


def test_user_without_home_directory_must_set_the_master_key_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def getpwuid(_: int) -> None:
        raise KeyError("no entry in /etc/passwd")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", getpwuid)
    settings = Settings(database="postgresql://db/iamd")
    with pytest.raises(
        MasterKeyError, match="no home directory for the master key: set IAMD_MASTER_KEY_FILE"
    ):
        master_key_path(settings)


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
