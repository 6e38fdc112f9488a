"""The credential report, written and read back."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.checks import credential_report
from iamd.checks.credential_report import COLUMNS, ROOT, AccessKeyEntry, ReportRow

MOMENT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
names = st.text(st.sampled_from("abZ09_+=,.@-"), min_size=1, max_size=64)
moments = st.integers(1_600_000_000, 2_200_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
words = st.none() | st.sampled_from(["us-east-1", "iam", "=cmd", "a,b", '"quoted"'])
keys = st.builds(AccessKeyEntry, st.booleans(), moments, st.none() | moments, words, words)


def user(
    name: str, *held: AccessKeyEntry, changed: datetime | None = None, used: datetime | None = None
) -> ReportRow:
    arn = f"arn:aws:iam::111122223333:user/{name}"
    return ReportRow(name, arn, MOMENT, changed is not None, used, changed, None, False, held)


def cells(row: ReportRow) -> dict[str, str]:
    (written,) = csv.DictReader(io.StringIO(credential_report.write([row])))
    return written


@given(names, st.lists(keys, max_size=2), st.none() | moments)
def test_what_is_written_is_read_back(
    name: str, held: list[AccessKeyEntry], changed: datetime | None
) -> None:
    harmless = [key._replace(last_used_region=None, last_used_service=None) for key in held]
    row = user(name, *harmless, changed=changed)
    assert credential_report.read(credential_report.write([row])) == [row]


@given(names, st.lists(keys, max_size=2))
def test_no_cell_is_a_formula(name: str, held: list[AccessKeyEntry]) -> None:
    written = credential_report.write([user(name, *held)])
    for line in csv.reader(io.StringIO(written)):
        assert len(line) == len(COLUMNS)
        assert all(cell[:1] not in ("=", "+", "-", "@") for cell in line)


def test_the_words_of_a_user_without_anything() -> None:
    told = cells(user("bob"))
    assert (told["password_enabled"], told["password_last_used"]) == ("false", "N/A")
    assert (told["password_last_changed"], told["password_next_rotation"]) == ("N/A", "N/A")
    assert {told[name] for name in COLUMNS[8:]} == {"false", "N/A"}


def test_the_words_of_a_user_with_everything() -> None:
    key = AccessKeyEntry(True, MOMENT, MOMENT, "us-east-1", "iam")
    told = cells(user("bob", key, AccessKeyEntry(False, MOMENT), changed=MOMENT))
    assert told["user_creation_time"] == "2026-11-24T09:30:00+00:00"
    assert told["password_last_used"] == "no_information"
    assert told["access_key_1_active"] == "true"
    assert told["access_key_1_last_used_service"] == "iam"
    assert told["access_key_2_active"] == "false"
    assert told["access_key_2_last_rotated"] == "2026-11-24T09:30:00+00:00"


def test_the_words_of_the_root_user() -> None:
    root = ReportRow(ROOT, "arn:aws:iam::111122223333:root", MOMENT, True, None, MOMENT, None, True, ())
    told = cells(root)
    assert told["user"] == "<root_account>"
    assert told["password_next_rotation"] == "not_supported"
    assert credential_report.read(credential_report.write([root])) == [root]


# Lines as AWS has given them over the years: offsets and Z, and what it says of the root user's password.
@pytest.mark.parametrize("enabled", ["not_supported", "true", "TRUE"])
@pytest.mark.parametrize("moment", ["2026-11-24T09:30:00+00:00", "2026-11-24T09:30:00Z"])
def test_reports_of_aws_are_read(enabled: str, moment: str) -> None:
    head = ",".join(COLUMNS[:-1])
    line = f"<root_account>,arn:aws:iam::1:root,{moment},{enabled},{moment},not_supported,not_supported,true"
    line += ",false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    (row,) = credential_report.read(f"{head}\n{line}")
    assert row == ReportRow(ROOT, "arn:aws:iam::1:root", MOMENT, True, MOMENT, None, None, True, ())


@pytest.mark.parametrize("text", ["", "user,arn\nbob,x", "<html>"])
def test_what_is_no_report_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="lacks the columns"):
        credential_report.read(text)
