"""Sign-in while strangers flood the page: known devices come first, and strangers are refused early."""

import queue
from concurrent.futures import ThreadPoolExecutor

import pytest

from iamd.core.errors import Throttling
from iamd.core.priority_lock import Place
from iamd.crypto import passwords
from iamd.domain.throttle_keys import user_counter_key
from iamd.signin import confirmation
from iamd.signin.services import Step
from iamd.store import attempt_counters
from tests import cheap_hashes
from tests.console_users import PASSWORD
from tests.signin.conftest import SignInContext, client
from tests.signin.test_throttle import WRONG, solve_captcha
from tests.watched_lock import WatchedLock


@pytest.fixture
def lock(context: SignInContext) -> WatchedLock:
    """Return the lock of the services' hasher."""
    hasher, lock = cheap_hashes.hasher(), WatchedLock(passwords._MAX_WAITING_STRANGERS)
    hasher._lock = lock
    context.services = context.services._replace(
        dependencies=context.services.dependencies._replace(hasher=hasher)
    )
    return lock


def fill(lock: WatchedLock) -> Place:
    """Let as many strangers wait as may, and return the place of another one that hashes."""
    places = [lock.enter(is_stranger=True) for _ in range(passwords._MAX_WAITING_STRANGERS + 1)]
    lock.entered = queue.SimpleQueue()
    return places[0]


def count_attempts(context: SignInContext, name: str) -> int:
    with context.services.dependencies.database.read() as tx:
        key = user_counter_key(context.account_id, name)
        return attempt_counters.get(tx, key, context.services.epoch(), 900).tries


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_unknown_device_is_refused_at_once_and_its_attempt_is_not_counted(
    context: SignInContext, lock: WatchedLock, name: str
) -> None:
    fill(lock)
    for device in ("", "not a device cookie"):
        with pytest.raises(Throttling):
            context.try_user(name=name, device=device)
    assert count_attempts(context, name) == 0


def test_known_device_is_served_next(context: SignInContext, lock: WatchedLock) -> None:
    device = context.try_user().device_cookie
    current = fill(lock)
    with ThreadPoolExecutor() as threads:
        outcome = threads.submit(context.try_user, device=device)
        lock.entered.get(timeout=5)
        lock.leave(current)
        assert outcome.result(timeout=5).step is Step.OPEN


def test_device_that_used_up_its_attempts_is_a_stranger(context: SignInContext, lock: WatchedLock) -> None:
    device = context.try_user().device_cookie
    assert lock.entered.get().is_stranger
    for _ in range(10):
        context.try_user(WRONG, device=device, **solve_captcha(context))
        assert not lock.entered.get().is_stranger
    context.try_user(device=device, **solve_captcha(context))
    assert lock.entered.get().is_stranger


def test_device_of_another_user_is_a_stranger(context: SignInContext, lock: WatchedLock) -> None:
    device = context.try_user().device_cookie
    context.try_user(WRONG, name="nobody", device=device)
    assert [lock.entered.get().is_stranger for _ in range(2)] == [True, True]


def test_signed_in_user_is_no_stranger(context: SignInContext, lock: WatchedLock) -> None:
    outcome = context.try_user()
    lock.entered.get()
    confirmation.submit_password(context.services, outcome.session_token, PASSWORD, client())
    assert not lock.entered.get().is_stranger
