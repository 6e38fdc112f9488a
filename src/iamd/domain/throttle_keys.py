"""What failures at signing in are counted by, so that those who count and those who unlock agree."""

from iamd.store import attempt_counters
from iamd.store.accounts import normalize_email
from iamd.store.query import Tx


def user_counter_key(account_id: str, user_name: str) -> str:
    """Name an IAM user's failures; the case of a name does not matter, so it starts no new count."""
    return attempt_counters.counter_key("signin", account_id, user_name.lower())


def root_counter_key(email: str) -> str:
    """Name a root user's failures by the email address in its normal form."""
    return attempt_counters.counter_key("signin-root", normalize_email(email))


def captcha_counter_key(throttle_key: str) -> str:
    """Name the count that decides on the security check; its window is the same for every account."""
    return attempt_counters.counter_key("check", throttle_key)


def reset(tx: Tx, throttle_key: str) -> None:
    """Forget somebody's failures."""
    attempt_counters.reset(tx, throttle_key)
    attempt_counters.reset(tx, captcha_counter_key(throttle_key))
