"""Sign-in throttling and lockout: exponential backoff, then a captcha, then a temporary lockout.

An attempt is counted before its password is verified, so that parallel attempts all count. Attempts from
unknown devices are counted by user and by client address. A device with a valid device cookie is counted
separately, so that others cannot lock out its user. Root users are never locked out by name, only for a
client address; after many attempts from all addresses together, only one in 30 seconds is verified.

An attempt that is rejected because of its address or a missing captcha answer counts for the address only: it
does not contribute to a lockout and is not audited.
"""

from typing import NamedTuple

from iamd.core.client_addresses import address_group
from iamd.domain.throttle_keys import captcha_counter_key
from iamd.signin.identity import SignInIdentity
from iamd.store import attempt_counters
from iamd.store.query import Tx

FREE_ATTEMPTS = 3  # failed attempts before a captcha is required
_FREE_ATTEMPTS_PER_ADDRESS = 10
_BACKOFF_AFTER_ATTEMPTS = 2
_MAX_BACKOFF_SECONDS = 4  # enough, since by then a captcha is required, which takes longer to solve
_MAX_ROOT_ATTEMPTS_PER_ADDRESS = 10  # for one root user
_MAX_ROOT_ATTEMPTS = 20  # for one root user from all addresses, then one in `_ROOT_INTERVAL_SECONDS`
_ROOT_INTERVAL_SECONDS = 30
_MAX_ATTEMPTS_PER_DEVICE = 10  # then the device is treated as unknown
_MAX_ATTEMPTS_PER_ADDRESS = 100
_WINDOW_SECONDS = 15 * 60


class ThrottleDecision(NamedTuple):
    """Whether an attempt is blocked by its client address or its user, or needs a captcha answer."""

    address_blocked: bool = False
    user_blocked: bool = False
    captcha_required: bool = False


class Attempt(NamedTuple):
    """The decision on an attempt, and the counters that it was counted by, to reset after success.

    The counters are in the order in which every transaction locks their rows, so that there are no deadlocks.
    `is_stranger` is whether it came from an unknown device, or from one that had used up its own attempts.
    """

    decision: ThrottleDecision
    counter_keys: tuple[str, ...] = ()
    address_key: str = ""
    is_stranger: bool = True


def allow(tx: Tx, kind: str, address: str, epoch: int, limit: int) -> bool:
    """Count a costly request by its kind and client address; False beyond `limit` of them in 15 minutes."""
    counter_key = attempt_counters.counter_key(kind, address_group(address))
    return attempt_counters.increment(tx, counter_key, epoch, _WINDOW_SECONDS, limit).tries <= limit


def count_attempt(
    tx: Tx, identity: SignInIdentity, address: str, device_id: str | None, epoch: int, *, captcha_solved: bool
) -> Attempt:
    """Count a sign-in attempt and decide on it; call it before the password is verified.

    `device_id` is that of a valid device cookie. `epoch` is in seconds since 1970.
    """
    if device_id is not None:
        device_key = attempt_counters.counter_key("device", device_id)
        tries = attempt_counters.increment(
            tx, device_key, epoch, _WINDOW_SECONDS, _MAX_ATTEMPTS_PER_DEVICE
        ).tries
        if tries <= _MAX_ATTEMPTS_PER_DEVICE:
            captcha_required = tries > FREE_ATTEMPTS and not captcha_solved
            return Attempt(
                ThrottleDecision(captcha_required=captcha_required),
                (device_key, captcha_counter_key(identity.throttle_key), identity.throttle_key),
                is_stranger=False,
            )
    return _count_from_unknown_device(
        tx, identity, address_group(address), epoch, captcha_solved=captcha_solved
    )


def _count_from_unknown_device(
    tx: Tx, identity: SignInIdentity, address: str, epoch: int, *, captcha_solved: bool
) -> Attempt:
    address_key = attempt_counters.counter_key("address", address)
    address_tries = attempt_counters.increment(
        tx, address_key, epoch, _WINDOW_SECONDS, _MAX_ATTEMPTS_PER_ADDRESS
    ).tries
    captcha_key = captcha_counter_key(identity.throttle_key)
    captcha_due = (
        attempt_counters.get(tx, captcha_key, epoch, _WINDOW_SECONDS).tries >= FREE_ATTEMPTS
        or address_tries > _FREE_ATTEMPTS_PER_ADDRESS
    )
    if address_tries > _MAX_ATTEMPTS_PER_ADDRESS:
        return Attempt(ThrottleDecision(address_blocked=True, captcha_required=captcha_due))
    if captcha_due and not captcha_solved:
        return Attempt(ThrottleDecision(captcha_required=True))
    return _count_password_check(tx, identity, address, address_key, epoch, captcha_solved=captcha_solved)


def _count_password_check(
    tx: Tx, identity: SignInIdentity, address: str, address_key: str, epoch: int, *, captcha_solved: bool
) -> Attempt:
    captcha_key = captcha_counter_key(identity.throttle_key)
    pair_key = attempt_counters.counter_key("pair", identity.throttle_key, address)
    previous = attempt_counters.get(tx, pair_key, epoch, _WINDOW_SECONDS)
    tries = attempt_counters.increment(tx, captcha_key, epoch, _WINDOW_SECONDS).tries
    pair_tries = attempt_counters.increment(
        tx, pair_key, epoch, _WINDOW_SECONDS, _MAX_ROOT_ATTEMPTS_PER_ADDRESS
    ).tries
    if tries > FREE_ATTEMPTS and not captcha_solved:  # parallel attempts have used up the free ones
        _take_back(tx, (captcha_key, pair_key))
        return Attempt(ThrottleDecision(captcha_required=True))
    blocked = epoch < previous.last_at + _backoff_seconds(previous.tries)
    if identity.is_root:
        blocked = blocked or pair_tries > _MAX_ROOT_ATTEMPTS_PER_ADDRESS
        blocked = blocked or not _allow_root(tx, identity.throttle_key, epoch)
    else:
        blocked = _is_locked_out(tx, identity, epoch) or blocked
    return Attempt(
        ThrottleDecision(user_blocked=blocked), (captcha_key, pair_key, identity.throttle_key), address_key
    )


def _is_locked_out(tx: Tx, identity: SignInIdentity, epoch: int) -> bool:
    """Count an attempt of an IAM user; return whether the account's settings lock the user out."""
    max_attempts = identity.security_settings.lockout_attempts
    window = identity.security_settings.lockout_minutes * 60
    tries = attempt_counters.increment(tx, identity.throttle_key, epoch, window, max_attempts).tries
    return bool(max_attempts) and tries > max_attempts


def _allow_root(tx: Tx, throttle_key: str, epoch: int) -> bool:
    """Count an attempt of a root user; return whether to verify it, in view of those from other addresses.

    Beyond `_MAX_ROOT_ATTEMPTS` in the window, one attempt is verified in each interval. Those attempts do not
    extend the window.
    """
    tries = attempt_counters.increment(tx, throttle_key, epoch, _WINDOW_SECONDS, _MAX_ROOT_ATTEMPTS).tries
    if tries <= _MAX_ROOT_ATTEMPTS:
        return True
    interval_key = attempt_counters.counter_key(
        "root-interval", throttle_key, str(epoch // _ROOT_INTERVAL_SECONDS)
    )
    return attempt_counters.increment(tx, interval_key, epoch, _ROOT_INTERVAL_SECONDS).tries == 1


def _backoff_seconds(tries: int) -> int:
    """Return the seconds to wait after a number of failed attempts: 1, 2, then 4."""
    if tries < _BACKOFF_AFTER_ATTEMPTS:
        return 0
    return min(1 << (tries - _BACKOFF_AFTER_ATTEMPTS), _MAX_BACKOFF_SECONDS)


def _take_back(tx: Tx, counter_keys: tuple[str, ...]) -> None:
    for counter_key in counter_keys:
        attempt_counters.decrement(tx, counter_key)


def reset_counters(tx: Tx, attempt: Attempt) -> None:
    """Reset the counters of user and device after a successful attempt; take it back for the address."""
    if attempt.address_key:
        attempt_counters.decrement(tx, attempt.address_key)
    for counter_key in attempt.counter_keys:
        attempt_counters.reset(tx, counter_key)


def is_captcha_due(tx: Tx, identity: SignInIdentity, epoch: int) -> bool:
    """Return whether the next attempt for this user must solve a captcha."""
    return (
        attempt_counters.get(tx, captcha_counter_key(identity.throttle_key), epoch, _WINDOW_SECONDS).tries
        >= FREE_ATTEMPTS
    )
