"""Password checks shared by API, sign-in and account setup: rules, reuse, current password, expiration."""

from datetime import datetime, timedelta
from typing import NamedTuple

from iamd.core.errors import AccessDenied, EntityTemporarilyUnmodifiable, PasswordPolicyViolation
from iamd.core.records import Account, LoginProfile, User
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.crypto.passwords import Hasher
from iamd.domain import password_rules
from iamd.domain.password_rules import PasswordRules
from iamd.store import attempt_counters, login_profiles, security_settings
from iamd.store.database import Database
from iamd.store.query import Tx

MAX_WRONG_PASSWORDS = 10
WINDOW_SECONDS = 15 * 60

COMMON_PASSWORD = "Password must not be a common or breached password"  # noqa: S105 - a message
BASED_ON_NAME = "Password must not be based on your account name, email address or user name"
REUSED_PASSWORD = "Policy constraint violation with password reuse prevention during password change"  # noqa: S105 - a message
CHANGED_MEANWHILE = "The password was changed by another request at the same time. Try again."
SAME_PASSWORD = "Password must not be the same as the current password"  # noqa: S105 - a message


class VerifiedPassword(NamedTuple):
    """A current password that was verified; `hash` is the stored hash that it matched."""

    hash: str


def get_rules(tx: Tx, account_id: str, user_id: str) -> PasswordRules:
    """Return the rules for a user's next password; `user_id` is the account ID for the root user.

    Common passwords are always rejected for the root user.
    """
    policy, settings = (
        security_settings.find_password_policy(tx, account_id),
        security_settings.get_settings(tx, account_id),
    )
    effective = password_rules.effective_rules(policy, settings)
    return effective._replace(refuse_common_passwords=True) if user_id == account_id else effective


def personal_names(account: Account, user: User | None) -> tuple[str, ...]:
    """Return the names that a password must not be based on."""
    user_names = (user.user_name,) if user is not None else ()
    return (*user_names, account.name, account.root_email)


def violations(
    tx: Tx, account_id: str, user_id: str, names: tuple[str, ...], password: str, blocklist: PasswordBlocklist
) -> list[str]:
    """Return a sentence for each rule that a password violates, except reuse of earlier passwords."""
    effective_rules = get_rules(tx, account_id, user_id)
    messages = password_rules.violations(effective_rules, password)
    if effective_rules.refuse_common_passwords and blocklist.contains(password):
        messages.append(COMMON_PASSWORD)
    if password_rules.is_name_variant(password, names):
        messages.append(BASED_ON_NAME)
    return messages


def enforce(
    tx: Tx,
    account_id: str,
    names: tuple[str, ...],
    password: str,
    blocklist: PasswordBlocklist,
    hasher: Hasher,
    user_id: str,
    *,
    current_hash: str | None = None,
) -> None:
    """Raise PasswordPolicyViolation, with every violated rule, if a password violates any.

    `current_hash` is the hash of a password that the new one must differ from. Hashes of earlier passwords
    are slow to verify, so they are checked only if all else is fine.
    """
    messages = violations(tx, account_id, user_id, names, password, blocklist)
    if messages:
        raise PasswordPolicyViolation(", ".join(messages))
    if current_hash is not None and hasher.verify(current_hash, password):
        raise PasswordPolicyViolation(SAME_PASSWORD)
    count = get_rules(tx, account_id, user_id).reuse_prevention
    earlier_hashes = login_profiles.list_password_history(tx, account_id, user_id, count) if count else []
    if any(
        hasher.verify(earlier_hash, password)
        for earlier_hash in earlier_hashes
        if earlier_hash != current_hash
    ):
        raise PasswordPolicyViolation(REUSED_PASSWORD)


def verify_current(
    database: Database, hasher: Hasher, account_id: str, profile: LoginProfile, password: str, epoch: int
) -> VerifiedPassword:
    """Verify the password that is to be replaced; AccessDenied if it is wrong.

    Each attempt is counted in a transaction of its own before the password is verified. After
    `MAX_WRONG_PASSWORDS` wrong ones within `WINDOW_SECONDS`, raises EntityTemporarilyUnmodifiable until the
    window has passed. `epoch` is in seconds since 1970.
    """
    counter_key = attempt_counters.counter_key("password", account_id, profile.user_id)
    with database.write() as tx:
        tries = attempt_counters.increment(tx, counter_key, epoch, WINDOW_SECONDS, MAX_WRONG_PASSWORDS).tries
    if tries > MAX_WRONG_PASSWORDS:
        raise EntityTemporarilyUnmodifiable(
            "The old password was incorrect too many times. Wait 15 minutes, then try again."
        )
    if not hasher.verify(profile.hash, password):
        raise AccessDenied("The old password was incorrect.")
    with database.write() as tx:
        attempt_counters.reset(tx, counter_key)
    return VerifiedPassword(profile.hash)


def expiry_date(profile: LoginProfile, max_password_age: int | None) -> datetime | None:
    """Return when a password expires; None if it never does. `max_password_age` is in days."""
    if not max_password_age:
        return None
    return datetime.fromisoformat(profile.change_date) + timedelta(days=max_password_age)


def is_expired(profile: LoginProfile, max_password_age: int | None, epoch: int) -> bool:
    """Return whether a password has expired; `max_password_age` is in days, `epoch` in seconds since 1970."""
    expiry = expiry_date(profile, max_password_age)
    return expiry is not None and expiry.timestamp() <= epoch
