"""Throttling of attempts to sign in as a root user from many addresses: one in 30 seconds is verified."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from iamd.signin import identity, links, new_password, password, throttle
from iamd.signin.identity import SignInIdentity
from iamd.signin.password import FindIdentity, PasswordForm
from iamd.signin.services import SignInResult, Step
from iamd.store.query import Tx
from tests.console_users import OTHER_PASSWORD, PASSWORD
from tests.signin.conftest import SignInContext, client
from tests.signin.test_throttle import WRONG, solve_captcha

pytestmark = pytest.mark.both_databases

INTERVAL = 30  # seconds; the clock starts at the beginning of one


def find_root(context: SignInContext) -> FindIdentity:
    """Return the lookup of the account's root user by its email address."""
    with context.services.dependencies.database.read() as tx:
        alice = identity.find_user(tx, context.account_id, "alice")
    assert alice.account is not None
    email = alice.account.root_email
    return lambda tx: identity.find_root(tx, email)


def try_root(context: SignInContext, typed: str, address: str, device: str = "") -> SignInResult:
    """Try to sign in as the root user, with a solved captcha."""
    form = PasswordForm(typed, **solve_captcha(context))
    return password.sign_in(
        context.services, find_root(context), form, client(context.unique_address(address), device)
    )


def guess(context: SignInContext, count: int = 20) -> None:
    """Try wrong passwords from as many addresses, all at the beginning of an interval."""
    for number in range(count):
        assert try_root(context, WRONG, f"198.51.100.{number}").step is Step.REFUSED


def test_one_attempt_in_an_interval_is_verified_after_twenty_failures(context: SignInContext) -> None:
    guess(context)
    assert try_root(context, WRONG, "192.0.2.1").step is Step.REFUSED
    assert try_root(context, PASSWORD, "192.0.2.2").step is Step.REFUSED  # though the password is right
    context.clock.advance(seconds=INTERVAL - 1)
    assert try_root(context, PASSWORD, "192.0.2.3").step is Step.REFUSED
    context.clock.advance(seconds=1)
    assert try_root(context, PASSWORD, "192.0.2.4").step is Step.OPEN


def test_nineteen_failures_slow_nobody_down(context: SignInContext) -> None:
    guess(context, 19)
    assert try_root(context, PASSWORD, "192.0.2.1").step is Step.OPEN


def test_success_ends_the_slow_down(context: SignInContext) -> None:
    guess(context)
    assert try_root(context, PASSWORD, "192.0.2.1").step is Step.OPEN
    assert try_root(context, PASSWORD, "192.0.2.2").step is Step.OPEN


def test_known_device_is_not_slowed_down(context: SignInContext) -> None:
    device = try_root(context, PASSWORD, "192.0.2.1").device_cookie
    guess(context, 25)
    assert try_root(context, PASSWORD, "192.0.2.2").step is Step.REFUSED
    assert try_root(context, PASSWORD, "192.0.2.2", device).step is Step.OPEN


def test_device_on_which_the_password_was_reset_is_not_slowed_down(context: SignInContext) -> None:
    guess(context)
    with context.services.dependencies.database.write() as tx:
        link = links.create_reset_token(tx, context.account_id, context.services.epoch())
    assert link
    outcome = new_password.reset_root_password(context.services, link, OTHER_PASSWORD, client())
    assert try_root(context, WRONG, "192.0.2.1").step is Step.REFUSED
    assert try_root(context, OTHER_PASSWORD, "192.0.2.2", outcome.device_cookie).step is Step.OPEN


def test_attempts_do_not_extend_the_slow_down(context: SignInContext) -> None:
    guess(context)
    for number in range(31):
        try_root(context, WRONG, f"198.51.101.{number}")
        try_root(context, WRONG, f"198.51.102.{number}")
        context.clock.advance(seconds=INTERVAL)
    assert try_root(context, WRONG, "192.0.2.1").step is Step.REFUSED
    assert try_root(context, PASSWORD, "192.0.2.2").step is Step.OPEN


def test_parallel_attempts_share_the_interval(context: SignInContext) -> None:
    guess(context)

    def is_verified(number: int) -> bool:
        with context.services.dependencies.database.write() as tx:
            attempt = throttle.count_attempt(
                tx,
                find_root(context)(tx),
                context.unique_address(f"192.0.2.{number}"),
                None,
                context.services.epoch(),
                captcha_solved=True,
            )
        return not attempt.decision.user_blocked

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(is_verified, range(24))) == 1


def test_root_users_that_do_not_exist_are_slowed_down_alike(context: SignInContext) -> None:
    def find(tx: Tx) -> SignInIdentity:
        return identity.find_root(tx, f"nobody-{context.account_id}@example.org")

    with context.services.dependencies.database.write() as tx:
        decisions = [
            throttle.count_attempt(
                tx,
                find(tx),
                context.unique_address(f"192.0.2.{number}"),
                None,
                context.services.epoch(),
                captcha_solved=True,
            ).decision
            for number in range(22)
        ]
    assert [decision.user_blocked for decision in decisions] == [False] * 21 + [True]
