"""The check of the account's password policy.

A policy is weak if it requires fewer than 8 characters (AWS's default, and the minimum of NIST SP 800-63B),
or fewer than 14 (CIS AWS Foundations Benchmark) with fewer than three of the four character types, which is
what AWS's default requires. Having no policy at all is worse.
"""

from iamd.checks.recommendation import HIGH, MEDIUM, Recommendation
from iamd.checks.snapshot import AccountSnapshot
from iamd.core.records import PasswordPolicy

_MIN_LENGTH = 8
_RECOMMENDED_LENGTH = 14
_MIN_CHARACTER_TYPES = 3


def password_policy(snapshot: AccountSnapshot) -> Recommendation | None:
    if snapshot.password_policy is None:
        return Recommendation(
            "password-policy",
            HIGH,
            "Set a password policy",
            "The default policy applies: 8 characters of three types, no expiration, no reuse prevention.",
        )
    if not is_weak(snapshot.password_policy):
        return None
    return Recommendation(
        "password-policy",
        MEDIUM,
        "Strengthen the password policy",
        f"Require at least {_RECOMMENDED_LENGTH} characters, or {_MIN_LENGTH} with three character types.",
    )


def is_weak(policy: PasswordPolicy) -> bool:
    """Return whether a policy accepts weak passwords, as the module defines them."""
    character_types = (
        policy.require_symbols,
        policy.require_numbers,
        policy.require_uppercase_characters,
        policy.require_lowercase_characters,
    )
    length = policy.minimum_password_length
    return length < _MIN_LENGTH or (
        length < _RECOMMENDED_LENGTH and sum(character_types) < _MIN_CHARACTER_TYPES
    )


CHECKS = (password_policy,)
