"""Clock and time formats of the wire protocols; always UTC, always passed in as a value."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

Clock = Callable[[], datetime]

_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)


def now() -> datetime:
    """Return the current time; the only place where the server reads the wall clock."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return a UTC time as ISO 8601 text, to the second, as in IAM's replies: `2026-11-23T09:30:00Z`."""
    return _iso_second(moment.replace(microsecond=0))


@lru_cache(maxsize=16)  # a request formats the current second several times
def _iso_second(second: datetime) -> str:
    return second.isoformat(timespec="seconds")[:19] + "Z"


def basic(moment: datetime) -> str:
    """Return a UTC time in ISO 8601 basic format, as in SigV4: `20261123T093000Z`."""
    return iso(moment).replace("-", "").replace(":", "")


def parse_basic(text: str) -> datetime:
    """Parse ISO 8601 basic format; raise ValueError for anything else."""
    match = _BASIC.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
