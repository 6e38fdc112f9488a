"""Outages of the store in the log."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from iamd.config import Settings
from iamd.core.errors import ServiceUnavailable
from iamd.core.logs import LOGGER, JsonFormatter
from iamd.datastore import open_store
from iamd.store import accounts
from iamd.store.outage import Outage
from iamd.store.sqlite import FILE_NAME


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Return the messages that are logged during a test."""
    messages: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(JsonFormatter())
    handler.emit = lambda record: messages.append(json.loads(handler.format(record))["event"])  # type: ignore[method-assign]
    level = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    yield messages
    LOGGER.removeHandler(handler)
    LOGGER.setLevel(level)


def test_outage_is_logged_once_a_minute_and_when_it_ends(log: list[str]) -> None:
    clock = Clock()
    outage = Outage("written", clock)
    outage.end()
    assert log == []
    for _ in range(3):
        outage.report(OSError("database or disk is full\nand more"))
    clock.now += 61
    outage.report(OSError("database or disk is full"))
    assert log == ["the store cannot be written: database or disk is full"] * 2
    outage.end()
    outage.end()
    assert log[2:] == ["the store can be written again"]


def test_damaged_sqlite_file_is_an_outage(tmp_path: Path, log: list[str]) -> None:
    data = tmp_path / "data"
    store = open_store(Settings(data=data))
    store.database.close()
    (data / FILE_NAME).write_bytes(b"x" * 40_000)
    for _ in range(3):
        with pytest.raises(ServiceUnavailable), store.database.read() as tx:
            accounts.list_all(tx)
    assert log == ["the store cannot be read: file is not a database"]
