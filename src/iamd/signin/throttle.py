"""How often somebody may try: first a wait that doubles, then the security check, then a lock that passes.

A try is counted before its password is looked at, so that tries in parallel are all counted. Strangers are
counted by the name they type and by their address; a device that signed in before is counted by itself, so
that no stranger keeps the owner out. Root users are never locked by name, only for an address.

A try that will not be looked at, for its address or for want of an answer to the security check, counts for
the address alone: it locks nobody's name and leaves nothing behind.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from iamd.domain.throttle_keys import captcha_counter_key
from iamd.signin.identity import SignInIdentity
from iamd.store import attempt_counters
from iamd.store.query import Tx

FREE_ATTEMPTS = 3  # wrong passwords before the security check is asked for
_FREE_ATTEMPTS_PER_ADDRESS = 10
_BACKOFF_AFTER_ATTEMPTS = 2
_MAX_BACKOFF_SECONDS = 4  # seconds: by then the security check is asked for, which takes a person longer
_MAX_ROOT_ATTEMPTS_PER_ADDRESS = 10  # by one address
_MAX_ATTEMPTS_PER_DEVICE = 10  # then the device is a stranger again
_MAX_ATTEMPTS_PER_ADDRESS = 100
_WINDOW_SECONDS = 15 * 60
_IPV6_PREFIX_LENGTH = 64  # bits of an IPv6 address that one subscriber has all addresses under


class ThrottleDecision(NamedTuple):
    """What becomes of a try: `turned_away` by its address, `blocked` by its name, or asked the `check`."""

    address_blocked: bool = False
    name_blocked: bool = False
    captcha_required: bool = False


class Attempt(NamedTuple):
    """The subjects that a try was counted under, and what that says."""

    decision: ThrottleDecision
    counter_keys: tuple[str, ...] = ()
    address_key: str = ""


def address_group(address: str) -> str:
    """Return what an address is counted by: IPv6 gives everybody a whole network of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_PREFIX_LENGTH), strict=False))
    return str(parsed)


def allow(tx: Tx, kind: str, address: str, epoch: int, limit: int) -> bool:
    """Count something that costs work, by address; False beyond `most` in a quarter of an hour."""
    return (
        attempt_counters.increment(
            tx, attempt_counters.counter_key(kind, address_group(address)), epoch, _WINDOW_SECONDS, limit
        ).tries
        <= limit
    )


def count_attempt(
    tx: Tx, identity: SignInIdentity, address: str, device_id: str | None, epoch: int, *, captcha_solved: bool
) -> Attempt:
    """Count a try at signing in; `checked` says that it answered the security check."""
    if device_id is not None:
        device_key = attempt_counters.counter_key("device", device_id)
        tries = attempt_counters.increment(
            tx, device_key, epoch, _WINDOW_SECONDS, _MAX_ATTEMPTS_PER_DEVICE
        ).tries
        if tries <= _MAX_ATTEMPTS_PER_DEVICE:
            captcha_required = tries > FREE_ATTEMPTS and not captcha_solved
            return Attempt(
                ThrottleDecision(captcha_required=captcha_required),
                (device_key, identity.throttle_key, captcha_counter_key(identity.throttle_key)),
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
    max_attempts, window = _lockout(identity)
    captcha_key = captcha_counter_key(identity.throttle_key)
    pair_key = attempt_counters.counter_key("pair", identity.throttle_key, address)
    previous = attempt_counters.get(tx, pair_key, epoch, _WINDOW_SECONDS)
    name_tries = attempt_counters.increment(tx, identity.throttle_key, epoch, window, max_attempts).tries
    tries = attempt_counters.increment(tx, captcha_key, epoch, _WINDOW_SECONDS).tries
    pair_tries = attempt_counters.increment(
        tx, pair_key, epoch, _WINDOW_SECONDS, _MAX_ROOT_ATTEMPTS_PER_ADDRESS
    ).tries
    counter_keys = (identity.throttle_key, captcha_key, pair_key)
    if (
        tries > FREE_ATTEMPTS and not captcha_solved
    ):  # others came at the same moment, and used up what is free
        _uncount(tx, counter_keys)
        return Attempt(ThrottleDecision(captcha_required=True))
    must_wait = epoch < previous.last_at + _backoff_seconds(previous.tries)
    locked = (
        pair_tries > _MAX_ROOT_ATTEMPTS_PER_ADDRESS
        if identity.is_root
        else bool(max_attempts) and name_tries > max_attempts
    )
    return Attempt(ThrottleDecision(name_blocked=must_wait or locked), counter_keys, address_key)


def _lockout(identity: SignInIdentity) -> tuple[int, int]:
    """Return after how many failures a name is locked (0: never), and for how many seconds."""
    return (
        0 if identity.is_root else identity.security_settings.lockout_attempts
    ), identity.security_settings.lockout_minutes * 60


def _backoff_seconds(tries: int) -> int:
    """Return how many seconds to wait after so many failures: 1, 2, then 4."""
    return (
        0
        if tries < _BACKOFF_AFTER_ATTEMPTS
        else min(2 ** (tries - _BACKOFF_AFTER_ATTEMPTS), _MAX_BACKOFF_SECONDS)
    )


def _uncount(tx: Tx, counter_keys: tuple[str, ...]) -> None:
    for counter_key in counter_keys:
        attempt_counters.decrement(tx, counter_key)


def reset_counters(tx: Tx, attempt: Attempt) -> None:
    """Take a try back that was right; failures by its name and its device begin anew."""
    for counter_key in attempt.counter_keys:
        attempt_counters.reset(tx, counter_key)
    if attempt.address_key:
        attempt_counters.decrement(tx, attempt.address_key)


def is_captcha_due(tx: Tx, identity: SignInIdentity, epoch: int) -> bool:
    """Say whether the next try by this name must answer the security check."""
    return (
        attempt_counters.get(tx, captcha_counter_key(identity.throttle_key), epoch, _WINDOW_SECONDS).tries
        >= FREE_ATTEMPTS
    )
