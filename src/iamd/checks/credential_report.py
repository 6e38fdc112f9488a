"""The credential report: CSV in AWS's format, written and parsed.

Columns and values are those of "Generate credential reports for your AWS account" in the IAM user guide.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import NamedTuple

ROOT = "<root_account>"
NOT_APPLICABLE = "N/A"
NO_INFORMATION = "no_information"
NOT_SUPPORTED = "not_supported"
_MAX_KEYS = 2  # per user

_KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY_COLUMNS),
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
    "additional_credentials_info",
)
_NO_CERTIFICATES = ("false", NOT_APPLICABLE) * 2


class AccessKeyEntry(NamedTuple):
    """The columns of an access key; the last use is None if the key was never used."""

    active: bool
    last_rotated: datetime | None
    last_used: datetime | None = None
    last_used_region: str | None = None
    last_used_service: str | None = None


class ReportRow(NamedTuple):
    """A row of the report: a user, or the root user. A date is None if the report has none."""

    user: str
    arn: str
    user_creation_time: datetime | None
    password_enabled: bool
    password_last_used: datetime | None
    password_last_changed: datetime | None
    password_next_rotation: datetime | None
    mfa_active: bool
    access_keys: tuple[AccessKeyEntry, ...]

    @property
    def is_root(self) -> bool:
        return self.user == ROOT


def parse_date(text: str | None) -> datetime | None:
    """Parse an ISO 8601 date; None for a placeholder such as `N/A`."""
    if not text or not text[0].isdigit():
        return None
    return datetime.fromisoformat(text)


# Writing.


def write(rows: Iterable[ReportRow]) -> str:
    """Return a report as CSV.

    Names are exact, as in AWS's report, since tools join on them. Whoever saves the report for people must
    neutralize names that spreadsheets take for formulas; the console does.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    return out.getvalue().removesuffix("\n")


def _cells(row: ReportRow) -> Iterator[str]:
    no_last_use = NO_INFORMATION if row.password_enabled or row.is_root else NOT_APPLICABLE
    no_rotation = NOT_SUPPORTED if row.is_root else NOT_APPLICABLE
    yield row.user
    yield row.arn
    yield _date(row.user_creation_time)
    yield _flag(row.password_enabled)
    yield _date(row.password_last_used, no_last_use) if row.password_enabled else no_last_use
    yield _date(row.password_last_changed)
    yield _date(row.password_next_rotation, no_rotation)
    yield _flag(row.mfa_active)
    yield from chain.from_iterable(_key_cells(row.access_keys, number) for number in range(_MAX_KEYS))
    yield from _NO_CERTIFICATES
    yield NOT_APPLICABLE


def _key_cells(keys: tuple[AccessKeyEntry, ...], number: int) -> tuple[str, ...]:
    if number >= len(keys):
        return ("false", *(NOT_APPLICABLE,) * (len(_KEY_COLUMNS) - 1))
    key = keys[number]
    return (
        _flag(key.active),
        _date(key.last_rotated),
        _date(key.last_used),
        key.last_used_region or NOT_APPLICABLE,
        key.last_used_service or NOT_APPLICABLE,
    )


def _date(value: datetime | None, default: str = NOT_APPLICABLE) -> str:
    return default if value is None else value.isoformat(timespec="seconds")


def _flag(value: bool) -> str:
    return "true" if value else "false"


# Reading.


def read(text: str) -> list[ReportRow]:
    """Parse a report of iamd or AWS; ValueError if it lacks columns or has invalid dates."""
    reader = csv.DictReader(io.StringIO(text))
    missing = set(COLUMNS[:8]).difference(reader.fieldnames or ())
    if missing:
        raise ValueError(f"the credential report lacks the columns {', '.join(sorted(missing))}")
    return [_row(cells) for cells in reader]


def _row(cells: dict[str, str]) -> ReportRow:
    keys = (_key(cells, f"access_key_{number}_") for number in (1, 2))
    is_root = cells["user"] == ROOT
    # For the root user, AWS reports not_supported or, more recently, true or false.
    password_enabled = cells["password_enabled"].lower() in (
        ("true", NOT_SUPPORTED) if is_root else ("true",)
    )
    return ReportRow(
        cells["user"],
        cells["arn"],
        parse_date(cells["user_creation_time"]),
        password_enabled,
        parse_date(cells["password_last_used"]),
        parse_date(cells["password_last_changed"]),
        parse_date(cells["password_next_rotation"]),
        cells["mfa_active"].lower() == "true",
        tuple(key for key in keys if key is not None),
    )


def _key(cells: dict[str, str], prefix: str) -> AccessKeyEntry | None:
    active = cells.get(f"{prefix}active", "").lower() == "true"
    last_rotated = parse_date(cells.get(f"{prefix}last_rotated"))
    if last_rotated is None and not active:
        return None
    return AccessKeyEntry(
        active,
        last_rotated,
        parse_date(cells.get(f"{prefix}last_used_date")),
        _value_or_none(cells.get(f"{prefix}last_used_region")),
        _value_or_none(cells.get(f"{prefix}last_used_service")),
    )


def _value_or_none(text: str | None) -> str | None:
    return None if text in (None, "", NOT_APPLICABLE) else text
