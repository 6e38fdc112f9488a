"""What a password must be like: AWS's policy and ours, put together, and what a password breaks of it.

The default and its words are those of "Set an account password policy for IAM users" in the IAM user guide.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from iamd.core.records import PasswordPolicy, SecuritySettings

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
LONGEST = 128
_DEFAULT_LENGTH = 8
_DEFAULT_CLASSES = 3
_SHORTEST_NAME = 4  # letters; a shorter name is in too many good passwords

_CLASSES = {
    "uppercase letter": re.compile("[A-Z]"),
    "lowercase letter": re.compile("[a-z]"),
    "number": re.compile("[0-9]"),
    "symbol": re.compile(f"[{re.escape(SYMBOLS)}]"),
}


class PasswordRules(NamedTuple):
    """The rules in force; 0 means that there is no such rule. `max_password_age` is in days."""

    minimum_length: int
    minimum_uppercase: int
    minimum_lowercase: int
    minimum_digits: int
    minimum_symbols: int
    minimum_classes: int
    refuse_common_passwords: bool
    reuse_prevention: int
    max_password_age: int


def in_force(policy: PasswordPolicy | None, settings: SecuritySettings) -> PasswordRules:
    """Put an account's rules together; without a policy AWS's default holds."""
    held = policy or PasswordPolicy(_DEFAULT_LENGTH)
    return PasswordRules(
        held.minimum_password_length,
        max(int(held.require_uppercase_characters), settings.minimum_uppercase),
        max(int(held.require_lowercase_characters), settings.minimum_lowercase),
        max(int(held.require_numbers), settings.minimum_digits),
        max(int(held.require_symbols), settings.minimum_symbols),
        0 if policy else _DEFAULT_CLASSES,
        settings.refuse_common_passwords,
        held.password_reuse_prevention or 0,
        held.max_password_age or 0,
    )


def normal(password: str) -> str:
    """Return the form that is hashed and compared: the same characters typed on any keyboard (NFC)."""
    return unicodedata.normalize("NFC", password)


def broken(rules: PasswordRules, password: str) -> list[str]:
    """Return a sentence for each rule on length and characters that a password breaks."""
    said = []
    if len(password) < rules.minimum_length:
        said.append(f"Password should have a minimum length of {rules.minimum_length}")
    if len(password) > LONGEST:
        said.append(f"Password should have a maximum length of {LONGEST}")
    wanted = (
        rules.minimum_uppercase,
        rules.minimum_lowercase,
        rules.minimum_digits,
        rules.minimum_symbols,
    )
    for (name, pattern), least in zip(_CLASSES.items(), wanted, strict=True):
        if len(pattern.findall(password)) < least:
            said.append(f"Password should have at least {_many(least, name)}")
    if sum(bool(pattern.search(password)) for pattern in _CLASSES.values()) < rules.minimum_classes:
        said.append(
            f"Password should have {rules.minimum_classes} of these: uppercase letters, lowercase letters, "
            "numbers, symbols"
        )
    return said


def _many(count: int, name: str) -> str:
    return f"one {name}" if count == 1 else f"{count} {name}s"


def made_of_name(password: str, names: Iterable[str]) -> bool:
    """Say whether a password is a name that its owner goes by, dressed up with digits and symbols at most.

    `names` are the account's name, an email address, a user name.
    """
    typed = password.casefold()
    bare = _letters(typed)
    for name in names:
        known = name.casefold()
        parts = {_letters(part) for part in (known, *re.split(r"[@.+\s_-]", known))}
        if typed == known or (len(bare) >= _SHORTEST_NAME and bare in parts):
            return True
    return False


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)
