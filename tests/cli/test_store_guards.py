"""A store that must not be opened is refused with its cause named, and never taken for an empty one."""

import base64
import json
import sqlite3
from pathlib import Path

import pytest

from tests import running
from tests.running import Done


def iamd(folder: Path, *arguments: str, **env: str) -> Done:
    return running.iamd(*arguments, cwd=folder, **env)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a store `d` that has one account."""
    iamd(tmp_path, "init", "--data", "d", "--account-id", "111122223333")
    return tmp_path


def refused(folder: Path, **env: str) -> str:
    done = iamd(folder, "account", "list", "--data", "d", **env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_missing_master_key_is_not_made_anew(folder: Path) -> None:
    (folder / "d.key").unlink()
    assert "d.key cannot be read: No such file" in refused(folder)
    assert not (folder / "d.key").exists()


def test_another_master_key_is_refused(folder: Path) -> None:
    (folder / "d.key").write_bytes(base64.b64encode(bytes(32)))
    assert "not the one that the store was founded with" in refused(folder)


def test_a_master_key_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / "d.key").chmod(0o644)
    assert "others may read the master key" in refused(folder)


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(bytes(31)).decode(), "é" * 44])
def test_what_is_no_master_key_is_refused(folder: Path, key: str) -> None:
    (folder / "d.key").write_text(key)
    assert "holds no master key" in refused(folder)


def test_the_master_key_may_come_from_the_environment(folder: Path) -> None:
    key = (folder / "d.key").read_text().strip()
    (folder / "d.key").unlink()
    done = iamd(folder, "account", "list", "--data", "d", "--json", IAMD_MASTER_KEY=key)
    assert json.loads(done.stdout)["accounts"][0]["account_id"] == "111122223333"


def test_a_store_of_a_newer_version_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / "d" / "iamd.sqlite3") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    assert "the store has schema 9999, written by a newer iamd" in refused(folder)


def test_a_damaged_store_is_refused(folder: Path) -> None:
    file = folder / "d" / "iamd.sqlite3"
    file.write_bytes(b"not a database" * 1000)
    assert "damaged" in refused(folder)
    assert file.read_bytes().startswith(b"not a database")
