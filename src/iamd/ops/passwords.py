"""Passwords as every path that sets one checks them: the API, signing in, and setting an account up."""

from datetime import datetime, timedelta
from typing import NamedTuple

from iamd.core import password_rules
from iamd.core.errors import AccessDenied, EntityTemporarilyUnmodifiable, PasswordPolicyViolation
from iamd.core.password_rules import PasswordRules
from iamd.core.records import Account, LoginProfile, User
from iamd.keys.blocklist import PasswordBlocklist
from iamd.keys.passwords import Hasher
from iamd.store import attempts, login_profiles, security
from iamd.store.database import Database
from iamd.store.query import Tx

MOST_WRONG = 10
WINDOW = 15 * 60  # seconds

COMMON = "Password must not be a common password, or one that is known from a breach"
OF_NAME = "Password must not be made of your account name, email address or user name"
USED = "Policy constraint violation with password reuse prevention during password change"
CHANGED_MEANWHILE = "The password was changed by another request at the same time. Try again."
SAME = "Password must not be the same as the current password"


class Proved(NamedTuple):
    """An old password that was right, by the hash that it was right for."""

    hash: str


def rules(tx: Tx, account_id: str, user_id: str) -> PasswordRules:
    """Return the rules that somebody's next password must follow; root users' are never common passwords."""
    policy, settings = security.find_password_policy(tx, account_id), security.get_settings(tx, account_id)
    held = password_rules.effective_rules(policy, settings)
    return held._replace(refuse_common_passwords=True) if user_id == account_id else held


def names_of(account: Account, user: User | None) -> tuple[str, ...]:
    """Return what a password must not be made of."""
    own = (user.user_name,) if user is not None else ()
    return (*own, account.name, account.root_email)


def broken(
    tx: Tx, account_id: str, user_id: str, names: tuple[str, ...], password: str, blocklist: PasswordBlocklist
) -> list[str]:
    """Return a sentence for each rule that a password breaks, but for those that need earlier passwords."""
    held = rules(tx, account_id, user_id)
    said = password_rules.violations(held, password)
    if held.refuse_common_passwords and blocklist.contains(password):
        said.append(COMMON)
    if password_rules.is_name_variant(password, names):
        said.append(OF_NAME)
    return said


def check(
    tx: Tx,
    account_id: str,
    names: tuple[str, ...],
    password: str,
    blocklist: PasswordBlocklist,
    hasher: Hasher,
    user_id: str,
    *,
    current: str | None = None,
) -> None:
    """Refuse a password that breaks a rule; PasswordPolicyViolation says all that it breaks.

    `current` is the hash of a password that the new one must not be. Earlier passwords are tried, which takes
    a while, only when nothing else is wrong.
    """
    said = broken(tx, account_id, user_id, names, password, blocklist)
    if said:
        raise PasswordPolicyViolation(", ".join(said))
    if current is not None and hasher.verify(current, password):
        raise PasswordPolicyViolation(SAME)
    count = rules(tx, account_id, user_id).reuse_prevention
    earlier = login_profiles.list_password_history(tx, account_id, user_id, count) if count else []
    if any(hasher.verify(hashed, password) for hashed in earlier if hashed != current):
        raise PasswordPolicyViolation(USED)


def prove_old(
    database: Database, hasher: Hasher, account_id: str, profile: LoginProfile, old: str, at: int
) -> Proved:
    """Check the password that is to be replaced; AccessDenied when it is another.

    Each try is counted in a transaction of its own before it is looked at; after ten wrong ones in a quarter
    of an hour EntityTemporarilyUnmodifiable, until the time has passed.
    """
    tried = attempts.counter_key("password", account_id, profile.user_id)
    with database.write() as tx:
        tries = attempts.increment(tx, tried, at, WINDOW, MOST_WRONG).tries
    if tries > MOST_WRONG:
        raise EntityTemporarilyUnmodifiable(
            "The old password was incorrect too many times. Wait 15 minutes, then try again."
        )
    if not hasher.verify(profile.hash, old):
        raise AccessDenied("The old password was incorrect.")
    with database.write() as tx:
        attempts.reset(tx, tried)
    return Proved(profile.hash)


def expires(profile: LoginProfile, max_password_age: int | None) -> datetime | None:
    """Return when a password gets too old under a policy of so many days; None when it never does."""
    if not max_password_age:
        return None
    return datetime.fromisoformat(profile.change_date) + timedelta(days=max_password_age)


def is_expired(profile: LoginProfile, max_password_age: int | None, at: int) -> bool:
    """Say whether a password is too old; `at` is in seconds since 1970."""
    end = expires(profile, max_password_age)
    return end is not None and end.timestamp() <= at
