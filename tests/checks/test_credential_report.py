"""Writing and reading of the credential report."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.checks import credential_report
from iamd.checks.credential_report import COLUMNS, ROOT, AccessKeyEntry, ReportRow

TIMESTAMP = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
names = st.text(st.sampled_from("abZ09_+=,.@-"), min_size=1, max_size=64)
timestamps = st.integers(1_600_000_000, 2_200_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
words = st.none() | st.sampled_from(["us-east-1", "iam", "=cmd", "a,b", '"quoted"'])
keys = st.builds(AccessKeyEntry, st.booleans(), timestamps, st.none() | timestamps, words, words)


def user(
    name: str,
    *access_keys: AccessKeyEntry,
    password_changed: datetime | None = None,
    password_used: datetime | None = None,
) -> ReportRow:
    arn = f"arn:aws:iam::111122223333:user/{name}"
    return ReportRow(
        name,
        arn,
        TIMESTAMP,
        password_changed is not None,
        password_used,
        password_changed,
        None,
        False,
        access_keys,
    )


def cells(row: ReportRow) -> dict[str, str]:
    (row_cells,) = csv.DictReader(io.StringIO(credential_report.write([row])))
    return row_cells


@given(names, st.lists(keys, max_size=2), st.none() | timestamps)
def test_report_round_trip(
    name: str, access_keys: list[AccessKeyEntry], password_changed: datetime | None
) -> None:
    without_last_use = [key._replace(last_used_region=None, last_used_service=None) for key in access_keys]
    row = user(name, *without_last_use, password_changed=password_changed)
    assert credential_report.read(credential_report.write([row])) == [row]


@given(names, st.lists(keys, max_size=2))
def test_names_are_exact_even_if_they_begin_like_formulas(
    name: str, access_keys: list[AccessKeyEntry]
) -> None:
    row_cells = cells(user(f"={name}", *access_keys))
    assert list(row_cells) == list(COLUMNS)
    assert row_cells["user"] == f"={name}"
    for number, key in enumerate(access_keys, 1):
        assert row_cells[f"access_key_{number}_last_used_region"] == (key.last_used_region or "N/A")


def test_cells_of_a_user_without_credentials() -> None:
    row_cells = cells(user("bob"))
    assert (row_cells["password_enabled"], row_cells["password_last_used"]) == ("false", "N/A")
    assert (row_cells["password_last_changed"], row_cells["password_next_rotation"]) == ("N/A", "N/A")
    assert {row_cells[name] for name in COLUMNS[8:]} == {"false", "N/A"}


def test_cells_of_a_user_with_password_and_access_keys() -> None:
    key = AccessKeyEntry(True, TIMESTAMP, TIMESTAMP, "us-east-1", "iam")
    row_cells = cells(user("bob", key, AccessKeyEntry(False, TIMESTAMP), password_changed=TIMESTAMP))
    assert row_cells["user_creation_time"] == "2026-11-24T09:30:00+00:00"
    assert row_cells["password_last_used"] == "no_information"
    assert row_cells["access_key_1_active"] == "true"
    assert row_cells["access_key_1_last_used_service"] == "iam"
    assert row_cells["access_key_2_active"] == "false"
    assert row_cells["access_key_2_last_rotated"] == "2026-11-24T09:30:00+00:00"


def test_cells_of_the_root_user() -> None:
    root = ReportRow(ROOT, "arn:aws:iam::111122223333:root", TIMESTAMP, True, None, TIMESTAMP, None, True, ())
    row_cells = cells(root)
    assert row_cells["user"] == "<root_account>"
    assert row_cells["password_next_rotation"] == "not_supported"
    assert credential_report.read(credential_report.write([root])) == [root]


# AWS report formats over the years: UTC offsets or Z, and different values for the root user's password.
@pytest.mark.parametrize("enabled", ["not_supported", "true", "TRUE"])
@pytest.mark.parametrize("timestamp", ["2026-11-24T09:30:00+00:00", "2026-11-24T09:30:00Z"])
def test_aws_report_is_read(enabled: str, timestamp: str) -> None:
    header = ",".join(COLUMNS[:-1])
    line = f"<root_account>,arn:aws:iam::1:root,{timestamp},{enabled},{timestamp},not_supported,not_supported"
    line += ",true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    (row,) = credential_report.read(f"{header}\n{line}")
    assert row == ReportRow(ROOT, "arn:aws:iam::1:root", TIMESTAMP, True, TIMESTAMP, None, None, True, ())


@pytest.mark.parametrize("text", ["", "user,arn\nbob,x", "<html>"])
def test_text_that_is_not_a_report_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="lacks the columns"):
        credential_report.read(text)
