"""Counter keys of failed sign-in attempts, for the sign-in throttle, lockout status and unlocking."""

from iamd.store import attempt_counters
from iamd.store.accounts import normalize_email
from iamd.store.query import Tx


def user_counter_key(account_id: str, user_name: str) -> str:
    """Return the key of an IAM user's failed attempts; user names are case-insensitive."""
    return attempt_counters.counter_key("signin", account_id, user_name.lower())


def root_counter_key(email: str) -> str:
    """Return the key of a root user's failed attempts, by normalized email address."""
    return attempt_counters.counter_key("signin-root", normalize_email(email))


def captcha_counter_key(throttle_key: str) -> str:
    """Return the key of the counter that decides on the captcha; its window is the same for every account."""
    return attempt_counters.counter_key("check", throttle_key)


def reset(tx: Tx, throttle_key: str) -> None:
    """Reset the failed attempts, and those that count for the captcha; in the order of `signin.throttle`."""
    attempt_counters.reset(tx, captcha_counter_key(throttle_key))
    attempt_counters.reset(tx, throttle_key)
