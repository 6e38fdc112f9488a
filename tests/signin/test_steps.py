"""The steps of signing in: their order, how long each may take, and when sessions end."""

from typing import Any

import pytest

from iamd.core import session_stages
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
from tests.console_users import OTHER_PASSWORD, PASSWORD
from tests.signin.conftest import SignInContext, client

pytestmark = pytest.mark.both_databases


SEED = b"0123456789abcdefghij"


def is_valid_session(context: SignInContext, token: str) -> bool:
    with context.services.dependencies.database.read() as tx:
        try:
            console_sessions.authenticate(
                tx, context.services.session_limits, ConsoleCredentials(token), context.services.epoch()
            )
        except ExpiredToken:
            return False
    return True


def add_mfa_device(context: SignInContext) -> str:
    """Assign an authenticator app to alice; return its serial number."""
    serial = f"arn:aws:iam::{context.account_id}:mfa/alice"
    with context.services.dependencies.database.write() as tx:
        alice = identity.find_user(tx, context.account_id, "alice")
        assert alice.account is not None
        data_key = context.services.data_key(alice.account)
        sealed = mfa_codes.seal_seed(data_key, context.account_id, serial, SEED)
        device = MfaDevice(serial, "virtual", context.user_id, sealed, -1, 0, None, "now", "now", None)
        mfa_devices.add(tx, context.account_id, device)
        codes = [recovery_codes.hash_code(data_key, code) for code in ("ABCDE-FGHJK", "LMNPQ-RSTUV")]
        recovery_code_store.replace(tx, context.account_id, context.user_id, codes, "now")
    return serial


def code(context: SignInContext, ahead: int = 0) -> str:
    return totp.generate_code(SEED, context.services.epoch() // 30 + ahead)


def test_password_alone_signs_in_without_further_requirements(context: SignInContext) -> None:
    outcome = context.try_user()
    assert outcome.step is Step.OPEN
    assert is_valid_session(context, outcome.session_token)


def test_session_expires_by_idle_timeout_and_by_maximum_age(context: SignInContext) -> None:
    outcome = context.try_user()
    context.clock.advance(minutes=59)
    assert is_valid_session(context, outcome.session_token)
    context.clock.advance(minutes=2)
    assert not is_valid_session(context, outcome.session_token)

    outcome = context.try_user()
    for _ in range(14):
        context.clock.advance(minutes=50)
        with context.services.dependencies.database.write() as tx:
            sessions.record_last_use(tx, sessions.hash_token(outcome.session_token), context.services.epoch())
    assert is_valid_session(context, outcome.session_token)
    context.clock.advance(minutes=25)
    assert not is_valid_session(context, outcome.session_token)


def test_session_is_invalid_before_its_start_time(context: SignInContext) -> None:
    outcome = context.try_user()
    context.clock.advance(days=-365)
    assert not is_valid_session(context, outcome.session_token)


def test_mfa_follows_the_password_and_a_code_works_once(context: SignInContext) -> None:
    serial = add_mfa_device(context)
    pending = context.try_user()
    assert pending.step is Step.MFA
    assert not is_valid_session(context, pending.session_token)
    other_pending = context.try_user()
    signed_in = mfa.submit_code(context.services, pending.session_token, serial, code(context), client())
    assert signed_in.step is Step.OPEN
    assert is_valid_session(context, signed_in.session_token)
    assert (
        mfa.submit_code(context.services, pending.session_token, serial, code(context, 1), client()).step
        is Step.GONE
    )
    assert (
        mfa.submit_code(context.services, other_pending.session_token, serial, code(context), client()).step
        is Step.REFUSED
    )
    assert (
        mfa.submit_code(
            context.services, other_pending.session_token, serial, code(context, 1), client()
        ).step
        is Step.OPEN
    )


def test_wrong_mfa_codes_are_limited_across_sign_ins(context: SignInContext) -> None:
    serial = add_mfa_device(context)
    for _ in range(10):
        pending = context.try_user()
        assert (
            mfa.submit_code(context.services, pending.session_token, serial, "000000", client()).step
            is Step.REFUSED
        )
    pending = context.try_user()
    assert (
        mfa.submit_code(context.services, pending.session_token, serial, code(context), client()).step
        is Step.REFUSED
    )
    context.clock.advance(minutes=16)
    pending = context.try_user()
    assert (
        mfa.submit_code(context.services, pending.session_token, serial, code(context), client()).step
        is Step.OPEN
    )


def test_recovery_code_works_once(context: SignInContext) -> None:
    add_mfa_device(context)
    first, second = context.try_user(), context.try_user()
    assert (
        mfa.submit_recovery_code(context.services, first.session_token, "abcde fghjk", client()).step
        is Step.OPEN
    )
    assert (
        mfa.submit_recovery_code(context.services, second.session_token, "ABCDE-FGHJK", client()).step
        is Step.REFUSED
    )
    assert (
        mfa.submit_recovery_code(context.services, second.session_token, "LMNPQRSTUV", client()).step
        is Step.OPEN
    )


def test_mfa_device_of_another_user_is_refused(context: SignInContext) -> None:
    add_mfa_device(context)
    pending = context.try_user()
    other = f"arn:aws:iam::{context.account_id}:mfa/other"
    assert (
        mfa.submit_code(context.services, pending.session_token, other, code(context), client()).step
        is Step.REFUSED
    )


def test_pending_sign_in_expires(context: SignInContext) -> None:
    serial = add_mfa_device(context)
    pending = context.try_user()
    context.clock.advance(minutes=11)
    assert (
        mfa.submit_code(context.services, pending.session_token, serial, code(context), client()).step
        is Step.GONE
    )


def test_expired_password_must_be_changed_at_sign_in(context: SignInContext) -> None:
    context.policy(max_password_age=1)
    context.clock.advance(days=2)
    pending = context.try_user()
    assert pending.step is Step.PASSWORD
    result = new_password.change_password(
        context.services, pending.session_token, PASSWORD, OTHER_PASSWORD, client()
    )
    assert result.step is Step.OPEN
    assert context.try_user(OTHER_PASSWORD).step is Step.OPEN


def test_hard_expiry_blocks_a_user_but_never_the_root_user(context: SignInContext) -> None:
    context.policy(max_password_age=1, hard_expiry=1)
    context.clock.advance(days=2)
    assert context.try_user().step is Step.EXPIRED
    with context.services.dependencies.database.read() as tx:
        account = identity.find_user(tx, context.account_id, "alice").account
    assert account is not None
    root = password.sign_in(
        context.services,
        lambda tx: identity.find_root(tx, account.root_email),
        PasswordForm(PASSWORD),
        client(),
    )
    assert root.step is Step.PASSWORD


def test_mfa_precedes_a_required_password_change(context: SignInContext) -> None:
    serial = add_mfa_device(context)
    with context.services.dependencies.database.write() as tx:
        profile = login_profiles.find(tx, context.account_id, context.user_id)
        assert profile is not None
        login_profiles.update(tx, context.account_id, profile._replace(password_reset_required=True))
    pending = context.try_user()
    assert pending.step is Step.MFA
    assert (
        new_password.change_password(
            context.services, pending.session_token, PASSWORD, OTHER_PASSWORD, client()
        ).step
        is Step.GONE
    )
    password_step = mfa.submit_code(context.services, pending.session_token, serial, code(context), client())
    assert password_step.step is Step.PASSWORD
    assert not is_valid_session(context, password_step.session_token)


def test_session_without_mfa_is_in_the_enroll_stage_where_mfa_is_required(context: SignInContext) -> None:
    context.settings(require_mfa=1)
    outcome = context.try_user()
    with context.services.dependencies.database.read() as tx:
        session = sessions.find(tx, sessions.hash_token(outcome.session_token))
    assert session is not None
    assert session.stage == session_stages.ENROLL
    add_mfa_device(context)
    assert context.try_user().step is Step.MFA


def test_existing_and_unknown_users_cost_the_same_queries_and_hashes(
    context: SignInContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries: list[Any] = []
    execute = Query._execute

    def record_query(self: Any, tx: Any, values: Any) -> Any:
        queries.append(id(self))
        return execute(self, tx, values)

    verifications: list[bool] = []
    verify = context.services.dependencies.hasher.verify

    def count_verification(password_hash: str | None, form: str, *, is_stranger: bool) -> bool:
        verifications.append(True)
        return verify(password_hash, form, is_stranger=is_stranger)

    monkeypatch.setattr(Query, "_execute", record_query)
    monkeypatch.setattr(context.services.dependencies.hasher, "verify", count_verification)
    counts = []
    for name in ("alice", "nobody"):
        queries.clear()
        verifications.clear()
        context.try_user("Wrong-1-Password", name=name, address=f"192.0.2.{len(name)}")
        counts.append((list(queries), len(verifications)))
    for account in ("999999999999", "no-such-alias"):
        queries.clear()
        verifications.clear()
        form = PasswordForm("Wrong-1-Password")

        def find_identity(tx: Tx, account_name: str = account) -> SignInIdentity:
            return identity.find_user(tx, account_name, "alice")

        password.sign_in(context.services, find_identity, form, client(context.unique_address(account)))
        counts.append((list(queries), len(verifications)))
    assert counts.count(counts[0]) == len(counts)


def test_sign_in_steps_write_audit_events_without_secrets(context: SignInContext) -> None:
    serial = add_mfa_device(context)
    pending = context.try_user()
    mfa.submit_code(context.services, pending.session_token, serial, "000000", client())
    mfa.submit_code(context.services, pending.session_token, serial, code(context), client())
    with context.services.dependencies.database.read() as tx:
        events = {event.event_name: event.record for event in audit.list_recent(tx, context.account_id, 20)}
    assert {"CheckMfa", "ConsoleLogin"} <= events.keys()
    assert '"MFAUsed":"Yes"' in events["ConsoleLogin"]
    assert all(
        secret not in "".join(events.values()) for secret in (PASSWORD, "000000", pending.session_token)
    )
