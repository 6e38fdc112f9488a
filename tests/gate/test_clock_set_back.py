"""Credentials, sessions and confirmations that had ended when the clock was set back: they stay ended."""

from collections.abc import Iterator

import pytest

from iamd.core.errors import ConfirmationRequired, InvalidIdentityToken
from iamd.datastore import Store
from iamd.gate.credentials import Credentials
from tests.gate.process import ABSOLUTE, HOUR, IDLE, Process, running


@pytest.fixture
def process(store: Store) -> Iterator[Process]:
    with running(store) as process:
        yield process


def test_expired_temporary_credentials_stay_expired(process: Process) -> None:
    short, long = process.issue_token(HOUR), process.issue_token(12 * HOUR)
    assert process.accepts(short)
    process.clock.move(2 * HOUR)
    assert process.accepts(process.access_key)  # any request shows the process the time
    process.clock.move(-2 * HOUR + 60)
    assert not process.accepts(short)
    assert process.accepts(long)
    assert process.accepts(process.issue_token(HOUR))


def test_credentials_that_nobody_used_meanwhile_stay_expired(process: Process) -> None:
    token = process.issue_token(HOUR)
    process.clock.move(2 * HOUR)
    process.accepts(process.access_key)
    process.clock.move(-90 * 60)
    process.accepts(process.access_key)
    process.clock.move(10 * 60)
    assert not process.accepts(token)


def test_unsigned_request_shows_the_time_too(process: Process) -> None:
    token, role = process.issue_token(HOUR), f"arn:aws:iam::{process.account_id}:role/none"
    process.clock.move(2 * HOUR)
    with pytest.raises(InvalidIdentityToken):
        process.call("sts", "AssumeRoleWithWebIdentity", None, role_arn=role, web_identity_token="none")
    process.clock.move(-2 * HOUR + 60)
    assert not process.accepts(token)


def test_valid_credentials_stay_valid(process: Process) -> None:
    """A clock that was ahead of the time by less than their lifetime, and is corrected."""
    token, session = process.issue_token(HOUR), process.open_session()
    process.clock.move(30 * 60)
    assert process.accepts(token)
    process.clock.move(-20 * 60)
    assert process.accepts(token)
    assert process.accepts(session)


@pytest.mark.parametrize("idle_seconds", [IDLE + 60, ABSOLUTE + 60])
def test_ended_console_session_stays_ended(process: Process, idle_seconds: int) -> None:
    session = process.open_session()
    process.clock.move(idle_seconds)
    assert not process.accepts(session)
    process.clock.move(60 - idle_seconds)
    assert not process.accepts(session)
    assert process.accepts(process.open_session())


def test_confirmation_that_had_lapsed_stays_lapsed(process: Process) -> None:
    session = process.open_session(confirmed_at=process.clock.epoch)
    process.clock.move(20 * 60)
    assert is_confirmation_required(process, session)
    process.clock.move(-19 * 60)
    assert is_confirmation_required(process, session)
    confirmed = process.open_session(confirmed_at=process.clock.epoch)
    assert not is_confirmation_required(process, confirmed)


def test_confirmation_in_the_future_is_none(process: Process) -> None:
    """A session of hours ago, confirmed just before the clock was set back to shortly after its start."""
    session = process.open_session(confirmed_at=process.clock.epoch + 2 * HOUR)
    assert is_confirmation_required(process, session)


def is_confirmation_required(process: Process, session: Credentials) -> bool:
    """Try to create an access key in a session, which requires a confirmation; delete it again."""
    try:
        key = process.call("iam", "CreateAccessKey", session, user_name="admin")["AccessKey"]
    except ConfirmationRequired:
        return True
    process.call("iam", "DeleteAccessKey", session, user_name="admin", access_key_id=key["AccessKeyId"])
    return False
