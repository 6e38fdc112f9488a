"""Password rules: password policy, security settings and name variants."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.records import PasswordPolicy, SecuritySettings
from iamd.crypto.passwords import normalize
from iamd.domain import password_rules
from iamd.domain.password_rules import MAX_LENGTH, SYMBOLS, effective_rules

CLASSES = {
    "uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lowercase": "abcdefghijklmnopqrstuvwxyz",
    "digits": "0123456789",
    "symbols": SYMBOLS,
}
counts = st.integers(min_value=0, max_value=5)
passwords = st.text(st.characters(min_codepoint=9, max_codepoint=255), max_size=40)


@given(passwords, counts, counts, counts, counts, st.integers(min_value=6, max_value=40))
def test_violations_agree_with_length_and_character_classes(
    password: str, upper: int, lower: int, digits: int, symbols: int, length: int
) -> None:
    rules = effective_rules(PasswordPolicy(length), SecuritySettings(upper, lower, digits, symbols))
    minimums = zip((upper, lower, digits, symbols), CLASSES.values(), strict=True)
    satisfied = [sum(char in letters for char in password) >= minimum for minimum, letters in minimums]
    assert (password_rules.violations(rules, password) == []) == (len(password) >= length and all(satisfied))


@given(passwords)
def test_default_rules_require_eight_characters_of_three_classes(password: str) -> None:
    kinds = sum(any(char in letters for char in password) for letters in CLASSES.values())
    rules = effective_rules(None, SecuritySettings())
    assert (password_rules.violations(rules, password) == []) == (len(password) >= 8 and kinds >= 3)


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), counts)
def test_stricter_of_password_policy_and_security_settings_applies(
    symbols: bool, digits: bool, upper: bool, lower: bool, minimum: int
) -> None:
    rules = effective_rules(
        PasswordPolicy(8, symbols, digits, upper, lower), SecuritySettings(minimum, minimum, minimum, minimum)
    )
    required = (upper, lower, digits, symbols)
    effective = (
        rules.minimum_uppercase,
        rules.minimum_lowercase,
        rules.minimum_digits,
        rules.minimum_symbols,
    )
    assert effective == tuple(max(int(flag), minimum) for flag in required)
    assert rules.minimum_classes == 0


def test_too_long_password_is_rejected_and_not_truncated() -> None:
    rules = effective_rules(PasswordPolicy(6), SecuritySettings())
    assert password_rules.violations(rules, "x" * MAX_LENGTH) == []
    assert password_rules.violations(rules, "x" * (MAX_LENGTH + 1)) != []


@given(st.text(max_size=30))
def test_password_normalization_ignores_unicode_composition(password: str) -> None:
    decomposed = unicodedata.normalize("NFD", password)
    assert normalize(decomposed) == normalize(password)


@pytest.mark.parametrize(
    "password",
    ["alice", "Alice", "ALICE-1234!", "alice2026", "Example Corp", "Example2026!", "root@example.org"],
)
def test_name_variant_is_detected(password: str) -> None:
    assert password_rules.is_name_variant(password, ("alice", "Example Corp", "root@example.org"))


@pytest.mark.parametrize("password", ["Quiet-Harbor-7291", "malice-in-wonderland", "Bob12345!"])
def test_unrelated_password_is_not_a_name_variant(password: str) -> None:
    assert not password_rules.is_name_variant(password, ("alice", "Bob", "Example Corp", "root@example.org"))
