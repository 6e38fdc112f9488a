"""Password rules: AWS's password policy and iamd's security settings combined, and checks against them.

The default and its wording are those of "Set an account password policy for IAM users" in the IAM user guide.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from iamd.core.records import PasswordPolicy, SecuritySettings

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
MAX_LENGTH = 128
_DEFAULT_LENGTH = 8
_DEFAULT_CHARACTER_TYPES = 3
_MIN_NAME_LENGTH = 4  # letters; shorter names are part of too many good passwords

_CHARACTER_TYPES = {
    "uppercase letter": re.compile("[A-Z]"),
    "lowercase letter": re.compile("[a-z]"),
    "number": re.compile("[0-9]"),
    "symbol": re.compile(f"[{re.escape(SYMBOLS)}]"),
}


class PasswordRules(NamedTuple):
    """The effective password rules; 0 means no rule. `max_password_age` is in days."""

    minimum_length: int
    minimum_uppercase: int
    minimum_lowercase: int
    minimum_digits: int
    minimum_symbols: int
    minimum_classes: int
    refuse_common_passwords: bool
    reuse_prevention: int
    max_password_age: int


def effective_rules(policy: PasswordPolicy | None, settings: SecuritySettings) -> PasswordRules:
    """Combine an account's policy and settings; without a policy, AWS's default applies."""
    effective_policy = policy or PasswordPolicy(_DEFAULT_LENGTH)
    return PasswordRules(
        effective_policy.minimum_password_length,
        max(int(effective_policy.require_uppercase_characters), settings.minimum_uppercase),
        max(int(effective_policy.require_lowercase_characters), settings.minimum_lowercase),
        max(int(effective_policy.require_numbers), settings.minimum_digits),
        max(int(effective_policy.require_symbols), settings.minimum_symbols),
        0 if policy else _DEFAULT_CHARACTER_TYPES,
        settings.refuse_common_passwords,
        effective_policy.password_reuse_prevention or 0,
        effective_policy.max_password_age or 0,
    )


def violations(rules: PasswordRules, password: str) -> list[str]:
    """Return a sentence for each rule on length and characters that a password violates."""
    messages = []
    if len(password) < rules.minimum_length:
        messages.append(f"Password should have a minimum length of {rules.minimum_length}")
    if len(password) > MAX_LENGTH:
        messages.append(f"Password should have a maximum length of {MAX_LENGTH}")
    minimums = (
        rules.minimum_uppercase,
        rules.minimum_lowercase,
        rules.minimum_digits,
        rules.minimum_symbols,
    )
    for (name, pattern), minimum in zip(_CHARACTER_TYPES.items(), minimums, strict=True):
        if len(pattern.findall(password)) < minimum:
            messages.append(f"Password should have at least {_count_text(minimum, name)}")
    if sum(bool(pattern.search(password)) for pattern in _CHARACTER_TYPES.values()) < rules.minimum_classes:
        messages.append(
            f"Password should have {rules.minimum_classes} of these: uppercase letters, lowercase letters, "
            "numbers, symbols"
        )
    return messages


def _count_text(count: int, name: str) -> str:
    return f"one {name}" if count == 1 else f"{count} {name}s"


def is_name_variant(password: str, names: Iterable[str]) -> bool:
    """Return whether a password is one of the names, or a part of one, with only digits and symbols added.

    `names` are the account's name, an email address, a user name. Case does not matter.
    """
    folded_password = password.casefold()
    password_letters = _letters(folded_password)
    for name in names:
        folded_name = name.casefold()
        parts = {_letters(part) for part in (folded_name, *re.split(r"[@.+\s_-]", folded_name))}
        if folded_password == folded_name or (
            len(password_letters) >= _MIN_NAME_LENGTH and password_letters in parts
        ):
            return True
    return False


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)
