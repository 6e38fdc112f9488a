"""What failures at signing in are counted by, so that those who count and those who unlock agree."""

from iamd.store import attempts
from iamd.store.accounts import normalize_email
from iamd.store.query import Tx


def user_subject(account_id: str, user_name: str) -> str:
    """Name an IAM user's failures; the case of a name does not matter, so it starts no new count."""
    return attempts.counter_key("signin", account_id, user_name.lower())


def root_subject(email: str) -> str:
    """Name a root user's failures by the email address in its normal form."""
    return attempts.counter_key("signin-root", normalize_email(email))


def check_subject(subject: str) -> str:
    """Name the count that decides on the security check; its window is the same for every account."""
    return attempts.counter_key("check", subject)


def clear(tx: Tx, subject: str) -> None:
    """Forget somebody's failures."""
    attempts.reset(tx, subject)
    attempts.reset(tx, check_subject(subject))
