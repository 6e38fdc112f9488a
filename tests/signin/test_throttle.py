"""How often somebody may try: a wait, then the security check, then a lock that passes."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from iamd.crypto import seal
from iamd.domain import throttle_keys
from iamd.domain.throttle_keys import user_counter_key
from iamd.signin import captcha, device_cookies, identity, password, throttle
from iamd.signin.password import PasswordForm
from iamd.signin.services import SignInResult, Step
from iamd.store import attempt_counters, login_profiles
from iamd.store.query import Query
from iamd.store.schema import attempts as table
from tests.signin.conftest import Place, visitor

pytestmark = pytest.mark.both_databases


WRONG = "Wrong-Password-1"


def answered(place: Place) -> dict[str, str]:
    """Return the right answer to a new security check."""
    check = captcha.make_picture(place.desk)
    inside = json.loads(
        seal.unseal(place.desk.sealing_key, base64.urlsafe_b64decode(check.sealed_answer), "security check")
    )
    return {"captcha": check.sealed_answer, "captcha_answer": inside["answer"]}


def fail(place: Place, count: int, **more: Any) -> SignInResult:
    """Fail so often, slowly, with the security check answered where it is asked for."""
    outcome = SignInResult(Step.OPEN)
    for _ in range(count):
        place.clock.forward(seconds=31)
        outcome = place.try_user(WRONG, **(answered(place) | more))
    return outcome


def test_the_security_check_is_asked_for_after_failures_and_never_before(place: Place) -> None:
    assert not fail(place, 2).captcha_required
    assert fail(place, 1).captcha_required
    place.clock.forward(seconds=31)
    assert place.try_user().step is Step.CAPTCHA
    place.clock.forward(seconds=5)
    assert place.try_user(**answered(place)).step is Step.OPEN
    assert place.try_user().step is Step.OPEN


def test_an_answer_to_the_security_check_serves_once(place: Place) -> None:
    fail(place, 3)
    answer = answered(place)
    place.clock.forward(seconds=31)
    assert place.try_user(WRONG, **answer).step is Step.REFUSED
    place.clock.forward(seconds=31)
    assert place.try_user(**answer).step is Step.CAPTCHA


@pytest.mark.parametrize(
    "spoil",
    [
        lambda answer: answer | {"captcha_answer": "WRONG"},
        lambda answer: answer | {"captcha": answer["captcha"][:-8] + "AAAAAAA="},
        lambda answer: answer | {"captcha": ""},
        lambda answer: answer | {"captcha": "not base64 at all!"},
    ],
)
def test_a_wrong_answer_is_none(place: Place, spoil: Any) -> None:
    fail(place, 3)
    place.clock.forward(seconds=31)
    assert place.try_user(**spoil(answered(place))).step is Step.CAPTCHA


def test_an_answer_that_is_late_is_none(place: Place) -> None:
    fail(place, 3)
    answer = answered(place)
    place.clock.forward(seconds=601)
    assert place.try_user(**answer).step is Step.CAPTCHA


def test_a_wait_doubles_with_each_failure(place: Place) -> None:
    place.try_user(WRONG)
    place.try_user(WRONG)
    assert place.try_user().step is Step.REFUSED  # at once, though the password is right
    place.clock.forward(seconds=31)
    assert place.try_user(**answered(place)).step is Step.OPEN


def test_a_user_is_locked_and_the_lock_passes(place: Place) -> None:
    place.settings(lockout_attempts=5, lockout_minutes=10)
    fail(place, 5)
    place.clock.forward(minutes=9)
    assert place.try_user(at="198.51.100.7", **answered(place)).step is Step.REFUSED
    place.clock.forward(minutes=2)
    assert place.try_user(at="198.51.100.7", **answered(place)).step is Step.OPEN


def test_trying_on_does_not_put_the_end_of_a_lock_off(place: Place) -> None:
    place.settings(lockout_attempts=5, lockout_minutes=10)
    fail(place, 5)
    for _ in range(9):
        place.clock.forward(minutes=1)
        place.try_user(WRONG, at="198.51.100.7", **answered(place))
    place.clock.forward(minutes=2)
    assert place.try_user(at="192.0.2.1", **answered(place)).step is Step.OPEN


def test_an_administrator_lifts_the_lock(place: Place) -> None:
    place.settings(lockout_attempts=5, lockout_minutes=60)
    fail(place, 5)
    with place.desk.dependencies.database.write() as tx:
        throttle_keys.reset(tx, user_counter_key(place.account_id, "alice"))
    place.clock.forward(seconds=31)
    assert place.try_user(at="198.51.100.7").step is Step.OPEN


@pytest.mark.parametrize("name", ["ALICE", " alice ", "Alice"])
def test_another_spelling_is_the_same_count(place: Place, name: str) -> None:
    fail(place, 3)
    place.clock.forward(seconds=31)
    assert place.try_user(name=name).step is Step.CAPTCHA


def test_a_stranger_does_not_lock_a_known_device_out(place: Place) -> None:
    device = place.try_user().device_cookie
    place.settings(lockout_attempts=3, lockout_minutes=600)
    fail(place, 6, at="198.51.100.7")
    assert place.try_user(at="192.0.2.1").step in (Step.REFUSED, Step.CAPTCHA)
    assert place.try_user(at="192.0.2.1", device=device).step is Step.OPEN


def test_a_known_device_of_somebody_else_is_a_stranger(place: Place) -> None:
    device = place.try_user().device_cookie
    forged = seal.seal(
        place.desk.sealing_key,
        b'{"user": ["1", "2", ""], "device": "x", "until": 9999999999}',
        "known device",
    )
    place.settings(lockout_attempts=3)
    fail(place, 4)
    for other in (base64.urlsafe_b64encode(forged).decode(), device[:-8], "x"):
        assert place.try_user(device=other, at="192.0.2.1", **answered(place)).step is Step.REFUSED


def test_no_stranger_locks_a_root_user_out(place: Place) -> None:
    def root(typed: str, at: str) -> SignInResult:
        with place.desk.dependencies.database.read() as tx:
            email = identity.find_user(tx, place.account_id, "alice").account.root_email  # type: ignore[union-attr]
        return password.sign_in(
            place.desk,
            lambda tx: identity.find_root(tx, email),
            PasswordForm(typed, **answered(place)),
            visitor(place.address(at)),
        )

    for _ in range(30):
        place.clock.forward(seconds=31)
        root(WRONG, "198.51.100.7")
    place.clock.forward(seconds=31)
    assert root("Quiet-Harbor-7291", "198.51.100.7").step is Step.REFUSED
    assert root("Quiet-Harbor-7291", "192.0.2.1").step is Step.OPEN


def test_one_address_cannot_try_many_names(place: Place) -> None:
    for number in range(11):
        place.try_user(WRONG, name=f"user-{number}")
    assert place.try_user(WRONG, name="user-12").step is Step.CAPTCHA


def test_of_many_tries_at_once_no_more_are_looked_at_than_allowed(place: Place) -> None:
    verified: list[str] = []
    place.settings(lockout_attempts=5)
    counting = _Counting(verified)
    desk = place.desk._replace(dependencies=place.desk.dependencies._replace(hasher=counting))  # type: ignore[arg-type]

    def one(number: int) -> SignInResult:
        typed = PasswordForm(f"guess-{number}", **answered(place))
        at = f"198.51.100.{number}"
        return password.sign_in(
            desk,
            lambda tx: identity.find_user(tx, place.account_id, "alice"),
            typed,
            visitor(place.address(at)),
        )

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(one, range(50)))
    assert {outcome.step for outcome in outcomes} <= {Step.REFUSED, Step.CAPTCHA}
    place.clock.forward(seconds=31)
    assert place.try_user(at="192.0.2.1", **answered(place)).step is Step.REFUSED
    with place.desk.dependencies.database.read() as tx:
        tries = attempt_counters.get(tx, user_counter_key(place.account_id, "alice"), place.desk.epoch(), 900)
    assert tries.tries == 51


class _Counting:
    """A hasher that says no, and keeps what it was asked."""

    def __init__(self, asked: list[str]) -> None:
        self._asked = asked

    def verify(self, _hashed: str | None, typed: str) -> bool:
        self._asked.append(typed)
        return False


def test_who_answers_no_check_locks_nobody(place: Place) -> None:
    place.settings(lockout_attempts=5)
    fail(place, 3)
    for _ in range(20):
        assert place.try_user(WRONG, at="198.51.100.7").step is Step.CAPTCHA
    place.clock.forward(seconds=31)
    assert place.try_user(at="192.0.2.1", **answered(place)).step is Step.OPEN


def test_an_address_that_is_turned_away_leaves_nothing_behind(place: Place) -> None:
    for number in range(101):
        place.try_user(WRONG, name=f"user-{number % 3}", at="198.51.100.7")
    before = rows(place)
    for number in range(20):
        assert place.try_user(name=f"fresh-{number}", at="198.51.100.7").step is Step.REFUSED
    assert rows(place) == before


def rows(place: Place) -> int:
    count = Query(sa.select(sa.func.count()).select_from(table), lambda row: int(row[0]))
    with place.desk.dependencies.database.read() as tx:
        return count.first(tx) or 0


def test_a_wrong_answer_spends_the_check(place: Place) -> None:
    fail(place, 3)
    answer = answered(place)
    place.clock.forward(seconds=31)
    assert place.try_user(**answer | {"captcha_answer": "WRONG"}).step is Step.CAPTCHA
    assert place.try_user(**answer).step is Step.CAPTCHA


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("no address", "no address"),
    ],
)
def test_a_whole_ipv6_network_is_one_address(address: str, counted_as: str) -> None:
    assert throttle.address_group(address) == counted_as


def test_a_known_device_ends_with_its_password_and_after_90_days(place: Place) -> None:
    device = place.try_user().device_cookie
    again = place.try_user(device=device).device_cookie
    assert known(place, device) is not None
    assert known(place, again) == known(place, device)
    place.clock.forward(days=91)
    assert known(place, device) is None
    place.clock.forward(days=-90)
    with place.desk.dependencies.database.write() as tx:
        held = login_profiles.find(tx, place.account_id, place.user_id)
        assert held is not None
        login_profiles.update(tx, place.account_id, held._replace(change_date="2026-11-25T00:00:00Z"))
    assert known(place, device) is None


def known(place: Place, cookie: str) -> str | None:
    with place.desk.dependencies.database.read() as tx:
        alice = identity.find_user(tx, place.account_id, "alice")
    return device_cookies.verify(place.desk.sealing_key, cookie, alice, place.desk.epoch())


def test_sounds_are_few_to_one_address(place: Place) -> None:
    asks = visitor(place.address("203.0.113.9"))
    heard = [captcha.make_sound(place.desk, asks).is_audio for _ in range(11)]
    assert heard == [True] * 10 + [False]
