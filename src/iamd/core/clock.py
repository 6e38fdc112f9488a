"""Time in the forms that the wire uses; always UTC, always passed in as a value."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]

ISO = "%Y-%m-%dT%H:%M:%SZ"
BASIC = "%Y%m%dT%H%M%SZ"


def now() -> datetime:
    """Return the present moment; the one place where the server reads a clock."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return a moment to the second, as IAM prints it: `2026-11-23T09:30:00Z`."""
    return moment.strftime(ISO)


def basic(moment: datetime) -> str:
    """Return a moment in the basic form of SigV4: `20261123T093000Z`."""
    return moment.strftime(BASIC)


def read_basic(text: str) -> datetime:
    """Read the basic form; ValueError when it is anything else."""
    if len(text) != 16:
        raise ValueError(text)
    return datetime.strptime(text, BASIC).replace(tzinfo=UTC)
