"""Which step follows which, how long each waits, and what ends."""

from typing import Any

import pytest

from iamd.core.errors import ExpiredToken
from iamd.core.records import MfaDevice
from iamd.crypto import recovery_codes, totp
from iamd.domain import mfa_codes
from iamd.gate import console_sessions
from iamd.gate.credentials import ConsoleCredentials
from iamd.signin import identity, mfa, new_password, password
from iamd.signin.identity import SignInIdentity
from iamd.signin.password import PasswordForm
from iamd.signin.services import Step
from iamd.store import audit, login_profiles, mfa_devices, sessions
from iamd.store import recovery_codes as recovery_code_store
from iamd.store.query import Query, Tx
from tests.people import OTHER_PASSWORD, PASSWORD
from tests.signin.conftest import Place, visitor

pytestmark = pytest.mark.both_databases


SEED = b"0123456789abcdefghij"


def usable(place: Place, token: str) -> bool:
    with place.desk.dependencies.database.read() as tx:
        try:
            console_sessions.authenticate(
                tx, place.desk.session_limits, ConsoleCredentials(token), place.desk.epoch()
            )
        except ExpiredToken:
            return False
    return True


def with_device(place: Place) -> str:
    """Give alice an authenticator app; return its serial number."""
    serial = f"arn:aws:iam::{place.account_id}:mfa/alice"
    with place.desk.dependencies.database.write() as tx:
        seen = identity.find_user(tx, place.account_id, "alice")
        assert seen.account is not None
        data_key = place.desk.data_key(seen.account)
        sealed = mfa_codes.seal_seed(data_key, place.account_id, serial, SEED)
        device = MfaDevice(serial, "virtual", place.user_id, sealed, -1, 0, None, "now", "now", None)
        mfa_devices.add(tx, place.account_id, device)
        codes = [recovery_codes.hash_code(data_key, code) for code in ("ABCDE-FGHJK", "LMNPQ-RSTUV")]
        recovery_code_store.replace(tx, place.account_id, place.user_id, codes, "now")
    return serial


def code(place: Place, ahead: int = 0) -> str:
    return totp.generate_code(SEED, place.desk.epoch() // 30 + ahead)


def test_without_more_to_ask_a_password_opens_the_console(place: Place) -> None:
    outcome = place.try_user()
    assert outcome.step is Step.OPEN
    assert usable(place, outcome.session_token)


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(place: Place) -> None:
    outcome = place.try_user()
    place.clock.forward(minutes=59)
    assert usable(place, outcome.session_token)
    place.clock.forward(minutes=2)
    assert not usable(place, outcome.session_token)

    outcome = place.try_user()
    for _ in range(14):
        place.clock.forward(minutes=50)
        with place.desk.dependencies.database.write() as tx:
            sessions.record_last_use(tx, sessions.hash_token(outcome.session_token), place.desk.epoch())
    assert usable(place, outcome.session_token)
    place.clock.forward(minutes=25)
    assert not usable(place, outcome.session_token)


def test_a_clock_that_goes_back_revives_no_session(place: Place) -> None:
    outcome = place.try_user()
    place.clock.forward(days=-365)
    assert not usable(place, outcome.session_token)


def test_mfa_is_asked_for_after_the_password_and_a_code_works_once(place: Place) -> None:
    serial = with_device(place)
    waiting = place.try_user()
    assert waiting.step is Step.MFA
    assert not usable(place, waiting.session_token)
    other = place.try_user()
    opened = mfa.submit_code(place.desk, waiting.session_token, serial, code(place), visitor())
    assert opened.step is Step.OPEN
    assert usable(place, opened.session_token)
    assert (
        mfa.submit_code(place.desk, waiting.session_token, serial, code(place, 1), visitor()).step
        is Step.GONE
    )
    assert (
        mfa.submit_code(place.desk, other.session_token, serial, code(place), visitor()).step is Step.REFUSED
    )
    assert (
        mfa.submit_code(place.desk, other.session_token, serial, code(place, 1), visitor()).step is Step.OPEN
    )


def test_wrong_codes_are_limited_whatever_the_sign_in(place: Place) -> None:
    serial = with_device(place)
    for _ in range(10):
        waiting = place.try_user()
        assert (
            mfa.submit_code(place.desk, waiting.session_token, serial, "000000", visitor()).step
            is Step.REFUSED
        )
    waiting = place.try_user()
    assert (
        mfa.submit_code(place.desk, waiting.session_token, serial, code(place), visitor()).step
        is Step.REFUSED
    )
    place.clock.forward(minutes=16)
    waiting = place.try_user()
    assert (
        mfa.submit_code(place.desk, waiting.session_token, serial, code(place), visitor()).step is Step.OPEN
    )


def test_a_recovery_code_works_once(place: Place) -> None:
    with_device(place)
    first, again = place.try_user(), place.try_user()
    assert (
        mfa.submit_recovery_code(place.desk, first.session_token, "abcde fghjk", visitor()).step is Step.OPEN
    )
    assert (
        mfa.submit_recovery_code(place.desk, again.session_token, "ABCDE-FGHJK", visitor()).step
        is Step.REFUSED
    )
    assert (
        mfa.submit_recovery_code(place.desk, again.session_token, "LMNPQRSTUV", visitor()).step is Step.OPEN
    )


def test_a_device_of_somebody_else_proves_nothing(place: Place) -> None:
    with_device(place)
    waiting = place.try_user()
    other = f"arn:aws:iam::{place.account_id}:mfa/other"
    assert (
        mfa.submit_code(place.desk, waiting.session_token, other, code(place), visitor()).step is Step.REFUSED
    )


def test_a_sign_in_does_not_wait_for_ever(place: Place) -> None:
    serial = with_device(place)
    waiting = place.try_user()
    place.clock.forward(minutes=11)
    assert (
        mfa.submit_code(place.desk, waiting.session_token, serial, code(place), visitor()).step is Step.GONE
    )


def test_an_expired_password_must_be_changed_and_shuts_nobody_out(place: Place) -> None:
    place.policy(max_password_age=1)
    place.clock.forward(days=2)
    waiting = place.try_user()
    assert waiting.step is Step.PASSWORD
    done = new_password.change_password(
        place.desk, waiting.session_token, PASSWORD, OTHER_PASSWORD, visitor()
    )
    assert done.step is Step.OPEN
    assert place.try_user(OTHER_PASSWORD).step is Step.OPEN


def test_hard_expiry_shuts_a_user_out_and_never_a_root_user(place: Place) -> None:
    place.policy(max_password_age=1, hard_expiry=1)
    place.clock.forward(days=2)
    assert place.try_user().step is Step.EXPIRED
    with place.desk.dependencies.database.read() as tx:
        seen = identity.find_user(tx, place.account_id, "alice").account
    assert seen is not None
    root = password.sign_in(
        place.desk, lambda tx: identity.find_root(tx, seen.root_email), PasswordForm(PASSWORD), visitor()
    )
    assert root.step is Step.PASSWORD


def test_mfa_comes_before_a_new_password(place: Place) -> None:
    serial = with_device(place)
    with place.desk.dependencies.database.write() as tx:
        held = login_profiles.find(tx, place.account_id, place.user_id)
        assert held is not None
        login_profiles.update(tx, place.account_id, held._replace(password_reset_required=True))
    waiting = place.try_user()
    assert waiting.step is Step.MFA
    assert (
        new_password.change_password(
            place.desk, waiting.session_token, PASSWORD, OTHER_PASSWORD, visitor()
        ).step
        is Step.GONE
    )
    forced = mfa.submit_code(place.desk, waiting.session_token, serial, code(place), visitor())
    assert forced.step is Step.PASSWORD
    assert not usable(place, forced.session_token)


def test_a_session_may_only_set_mfa_up_where_the_account_requires_it(place: Place) -> None:
    place.settings(require_mfa=1)
    outcome = place.try_user()
    with place.desk.dependencies.database.read() as tx:
        held = sessions.find(tx, sessions.hash_token(outcome.session_token))
    assert held is not None
    assert held.stage == console_sessions.ENROLL
    with_device(place)
    assert place.try_user().step is Step.MFA


def test_the_same_statements_and_hashes_whoever_it_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    original = Query._execute

    def noting(self: Any, tx: Any, values: Any) -> Any:
        seen.append(id(self))
        return original(self, tx, values)

    hashed: list[bool] = []
    verify = place.desk.dependencies.hasher.verify

    def counting(stored: str | None, typed: str) -> bool:
        hashed.append(True)
        return verify(stored, typed)

    monkeypatch.setattr(Query, "_execute", noting)
    monkeypatch.setattr(place.desk.dependencies.hasher, "verify", counting)
    asked = []
    for name in ("alice", "nobody"):
        seen.clear()
        hashed.clear()
        place.try_user("Wrong-1-Password", name=name, at=f"192.0.2.{len(name)}")
        asked.append((list(seen), len(hashed)))
    for account in ("999999999999", "no-such-alias"):
        seen.clear()
        hashed.clear()
        typed = PasswordForm("Wrong-1-Password")

        def stranger(tx: Tx, at: str = account) -> SignInIdentity:
            return identity.find_user(tx, at, "alice")

        password.sign_in(place.desk, stranger, typed, visitor(place.address(account)))
        asked.append((list(seen), len(hashed)))
    assert asked.count(asked[0]) == len(asked)


def test_every_step_leaves_its_event(place: Place) -> None:
    serial = with_device(place)
    waiting = place.try_user()
    mfa.submit_code(place.desk, waiting.session_token, serial, "000000", visitor())
    mfa.submit_code(place.desk, waiting.session_token, serial, code(place), visitor())
    with place.desk.dependencies.database.read() as tx:
        events = {event.event_name: event.record for event in audit.list_recent(tx, place.account_id, 20)}
    assert {"CheckMfa", "ConsoleLogin"} <= events.keys()
    assert '"MFAUsed": "Yes"' in events["ConsoleLogin"]
    assert all(
        secret not in "".join(events.values()) for secret in (PASSWORD, "000000", waiting.session_token)
    )
