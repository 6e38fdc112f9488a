"""Throttling of sign-in attempts: a growing delay, then a captcha, then a temporary lockout."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from iamd.crypto import seal
from iamd.domain import throttle_keys
from iamd.domain.throttle_keys import user_counter_key
from iamd.signin import captcha, device_cookies, identity, password
from iamd.signin.password import PasswordForm
from iamd.signin.services import SignInResult, Step
from iamd.store import attempt_counters, login_profiles
from iamd.store.query import Query
from iamd.store.schema import attempts as table
from tests.signin.conftest import SignInContext, client

pytestmark = pytest.mark.both_databases


WRONG = "Wrong-Password-1"


def solve_captcha(context: SignInContext) -> dict[str, str]:
    """Return the form fields of a new captcha with its right answer."""
    challenge = captcha.make_picture(context.services)
    sealed = json.loads(
        seal.unseal(
            context.services.sealing_key, base64.urlsafe_b64decode(challenge.sealed_answer), "security check"
        )
    )
    return {"captcha": challenge.sealed_answer, "captcha_answer": sealed["answer"]}


def fail(context: SignInContext, count: int, **options: Any) -> SignInResult:
    """Fail to sign in `count` times, 31 seconds apart and with a solved captcha."""
    outcome = SignInResult(Step.OPEN)
    for _ in range(count):
        context.clock.advance(seconds=31)
        outcome = context.try_user(WRONG, **(solve_captcha(context) | options))
    return outcome


def test_captcha_is_required_only_after_failures(context: SignInContext) -> None:
    assert not fail(context, 2).captcha_required
    assert fail(context, 1).captcha_required
    context.clock.advance(seconds=31)
    assert context.try_user().step is Step.CAPTCHA
    context.clock.advance(seconds=5)
    assert context.try_user(**solve_captcha(context)).step is Step.OPEN
    assert context.try_user().step is Step.OPEN


def test_captcha_is_no_longer_required_after_the_window(context: SignInContext) -> None:
    fail(context, 3)
    assert context.try_user().step is Step.CAPTCHA
    context.clock.advance(minutes=16)
    assert context.try_user().step is Step.OPEN


def test_captcha_answer_works_once(context: SignInContext) -> None:
    fail(context, 3)
    answer = solve_captcha(context)
    context.clock.advance(seconds=31)
    assert context.try_user(WRONG, **answer).step is Step.REFUSED
    context.clock.advance(seconds=31)
    assert context.try_user(**answer).step is Step.CAPTCHA


@pytest.mark.parametrize(
    "break_answer",
    [
        lambda answer: answer | {"captcha_answer": "WRONG"},
        lambda answer: answer | {"captcha": answer["captcha"][:-8] + "AAAAAAA="},
        lambda answer: answer | {"captcha": ""},
        lambda answer: answer | {"captcha": "not base64 at all!"},
    ],
)
def test_wrong_or_malformed_captcha_is_refused(context: SignInContext, break_answer: Any) -> None:
    fail(context, 3)
    context.clock.advance(seconds=31)
    assert context.try_user(**break_answer(solve_captcha(context))).step is Step.CAPTCHA


def test_expired_captcha_is_refused(context: SignInContext) -> None:
    fail(context, 3)
    answer = solve_captcha(context)
    context.clock.advance(seconds=601)
    assert context.try_user(**answer).step is Step.CAPTCHA


def test_failures_delay_the_next_attempt(context: SignInContext) -> None:
    context.try_user(WRONG)
    context.try_user(WRONG)
    assert context.try_user().step is Step.REFUSED  # too early, though the password is right
    context.clock.advance(seconds=31)
    assert context.try_user(**solve_captcha(context)).step is Step.OPEN


def test_lockout_ends_after_its_duration(context: SignInContext) -> None:
    context.settings(lockout_attempts=5, lockout_minutes=10)
    fail(context, 5)
    context.clock.advance(minutes=9)
    assert context.try_user(address="198.51.100.7", **solve_captcha(context)).step is Step.REFUSED
    context.clock.advance(minutes=2)
    assert context.try_user(address="198.51.100.7", **solve_captcha(context)).step is Step.OPEN


def test_attempts_during_a_lockout_do_not_extend_it(context: SignInContext) -> None:
    context.settings(lockout_attempts=5, lockout_minutes=10)
    fail(context, 5)
    for _ in range(9):
        context.clock.advance(minutes=1)
        context.try_user(WRONG, address="198.51.100.7", **solve_captcha(context))
    context.clock.advance(minutes=2)
    assert context.try_user(address="192.0.2.1", **solve_captcha(context)).step is Step.OPEN


def test_resetting_the_counter_ends_the_lockout(context: SignInContext) -> None:
    context.settings(lockout_attempts=5, lockout_minutes=60)
    fail(context, 5)
    with context.services.dependencies.database.write() as tx:
        throttle_keys.reset(tx, user_counter_key(context.account_id, "alice"))
    context.clock.advance(seconds=31)
    assert context.try_user(address="198.51.100.7").step is Step.OPEN


@pytest.mark.parametrize("name", ["ALICE", " alice ", "Alice"])
def test_spellings_of_a_user_name_share_one_counter(context: SignInContext, name: str) -> None:
    fail(context, 3)
    context.clock.advance(seconds=31)
    assert context.try_user(name=name).step is Step.CAPTCHA


def test_known_device_is_not_locked_out_by_others(context: SignInContext) -> None:
    device = context.try_user().device_cookie
    context.settings(lockout_attempts=3, lockout_minutes=600)
    fail(context, 6, address="198.51.100.7")
    assert context.try_user(address="192.0.2.1").step in (Step.REFUSED, Step.CAPTCHA)
    assert context.try_user(address="192.0.2.1", device=device).step is Step.OPEN


def test_forged_or_foreign_device_cookie_does_not_bypass_lockout(context: SignInContext) -> None:
    device = context.try_user().device_cookie
    forged = seal.seal(
        context.services.sealing_key,
        b'{"user": ["1", "2", ""], "device": "x", "until": 9999999999}',
        "known device",
    )
    context.settings(lockout_attempts=3)
    fail(context, 4)
    for other in (base64.urlsafe_b64encode(forged).decode(), device[:-8], "x"):
        assert (
            context.try_user(device=other, address="192.0.2.1", **solve_captcha(context)).step is Step.REFUSED
        )


def test_root_user_is_not_locked_out_for_other_addresses(context: SignInContext) -> None:
    def root(typed: str, address: str) -> SignInResult:
        with context.services.dependencies.database.read() as tx:
            email = identity.find_user(tx, context.account_id, "alice").account.root_email  # type: ignore[union-attr]
        return password.sign_in(
            context.services,
            lambda tx: identity.find_root(tx, email),
            PasswordForm(typed, **solve_captcha(context)),
            client(context.unique_address(address)),
        )

    for _ in range(30):
        context.clock.advance(seconds=31)
        root(WRONG, "198.51.100.7")
    context.clock.advance(seconds=31)
    assert root("Quiet-Harbor-7291", "198.51.100.7").step is Step.REFUSED
    assert root("Quiet-Harbor-7291", "192.0.2.1").step is Step.OPEN


def test_attempts_of_an_address_are_counted_across_user_names(context: SignInContext) -> None:
    for number in range(11):
        context.try_user(WRONG, name=f"user-{number}")
    assert context.try_user(WRONG, name="user-12").step is Step.CAPTCHA


def test_concurrent_attempts_are_all_counted(context: SignInContext) -> None:
    verified: list[str] = []
    context.settings(lockout_attempts=5)
    hasher = _RecordingHasher(verified)
    services = context.services._replace(dependencies=context.services.dependencies._replace(hasher=hasher))  # type: ignore[arg-type]

    def attempt(number: int) -> SignInResult:
        form = PasswordForm(f"guess-{number}", **solve_captcha(context))
        address = f"198.51.100.{number}"
        return password.sign_in(
            services,
            lambda tx: identity.find_user(tx, context.account_id, "alice"),
            form,
            client(context.unique_address(address)),
        )

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(attempt, range(50)))
    assert {outcome.step for outcome in outcomes} <= {Step.REFUSED, Step.CAPTCHA}
    context.clock.advance(seconds=31)
    assert context.try_user(address="192.0.2.1", **solve_captcha(context)).step is Step.REFUSED
    with context.services.dependencies.database.read() as tx:
        tries = attempt_counters.get(
            tx, user_counter_key(context.account_id, "alice"), context.services.epoch(), 900
        )
    assert tries.tries == 51


def test_successes_and_attempts_at_the_same_time_do_not_block_each_other(context: SignInContext) -> None:
    with ThreadPoolExecutor(8) as threads:
        steps = list(threads.map(lambda _: context.try_user(**solve_captcha(context)).step, range(64)))
    assert set(steps) <= {Step.OPEN, Step.REFUSED}


class _RecordingHasher:
    """A hasher that rejects every password and records it."""

    def __init__(self, passwords: list[str]) -> None:
        self._passwords = passwords

    def require_room_for_stranger(self) -> None:
        pass

    def verify(self, _hashed: str | None, typed: str, *, is_stranger: bool) -> bool:
        self._passwords.append(typed)
        return False


def test_attempts_without_captcha_do_not_cause_a_lockout(context: SignInContext) -> None:
    context.settings(lockout_attempts=5)
    fail(context, 3)
    for _ in range(20):
        assert context.try_user(WRONG, address="198.51.100.7").step is Step.CAPTCHA
    context.clock.advance(seconds=31)
    assert context.try_user(address="192.0.2.1", **solve_captcha(context)).step is Step.OPEN


def test_throttled_address_creates_no_counters(context: SignInContext) -> None:
    for number in range(101):
        context.try_user(WRONG, name=f"user-{number % 3}", address="198.51.100.7")
    before = count_attempt_rows(context)
    for number in range(20):
        assert context.try_user(name=f"fresh-{number}", address="198.51.100.7").step is Step.REFUSED
    assert count_attempt_rows(context) == before


def count_attempt_rows(context: SignInContext) -> int:
    count = Query(sa.select(sa.func.count()).select_from(table), lambda row: int(row[0]))
    with context.services.dependencies.database.read() as tx:
        return count.first(tx) or 0


def test_wrong_answer_invalidates_the_captcha(context: SignInContext) -> None:
    fail(context, 3)
    answer = solve_captcha(context)
    context.clock.advance(seconds=31)
    assert context.try_user(**answer | {"captcha_answer": "WRONG"}).step is Step.CAPTCHA
    assert context.try_user(**answer).step is Step.CAPTCHA


def test_device_cookie_expires_after_90_days_and_with_a_password_change(context: SignInContext) -> None:
    device = context.try_user().device_cookie
    renewed = context.try_user(device=device).device_cookie
    assert find_known_device(context, device) is not None
    assert find_known_device(context, renewed) == find_known_device(context, device)
    context.clock.advance(days=91)
    assert find_known_device(context, device) is None
    assert not device_cookies.is_authentic(context.services.sealing_key, device, context.services.epoch())
    context.clock.advance(days=-90)
    with context.services.dependencies.database.write() as tx:
        profile = login_profiles.find(tx, context.account_id, context.user_id)
        assert profile is not None
        login_profiles.update(tx, context.account_id, profile._replace(change_date="2026-11-25T00:00:00Z"))
    assert find_known_device(context, device) is None


def find_known_device(context: SignInContext, cookie: str) -> str | None:
    with context.services.dependencies.database.read() as tx:
        alice = identity.find_user(tx, context.account_id, "alice")
    return device_cookies.verify(context.services.sealing_key, cookie, alice, context.services.epoch())
