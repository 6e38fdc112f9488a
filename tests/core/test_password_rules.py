"""What a password must be like."""

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
def test_a_password_breaks_no_rule_when_it_has_enough_of_each_class(
    password: str, upper: int, lower: int, digits: int, symbols: int, length: int
) -> None:
    rules = effective_rules(PasswordPolicy(length), SecuritySettings(upper, lower, digits, symbols))
    wanted = zip((upper, lower, digits, symbols), CLASSES.values(), strict=True)
    enough = [sum(char in letters for char in password) >= least for least, letters in wanted]
    assert (password_rules.violations(rules, password) == []) == (len(password) >= length and all(enough))


@given(passwords)
def test_the_default_asks_for_eight_characters_of_three_kinds(password: str) -> None:
    kinds = sum(any(char in letters for char in password) for letters in CLASSES.values())
    rules = effective_rules(None, SecuritySettings())
    assert (password_rules.violations(rules, password) == []) == (len(password) >= 8 and kinds >= 3)


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), counts)
def test_the_stricter_of_both_policies_holds(
    symbols: bool, digits: bool, upper: bool, lower: bool, least: int
) -> None:
    rules = effective_rules(
        PasswordPolicy(8, symbols, digits, upper, lower), SecuritySettings(least, least, least, least)
    )
    asked = (upper, lower, digits, symbols)
    held = (
        rules.minimum_uppercase,
        rules.minimum_lowercase,
        rules.minimum_digits,
        rules.minimum_symbols,
    )
    assert held == tuple(max(int(flag), least) for flag in asked)
    assert rules.minimum_classes == 0


def test_a_password_is_never_cut_short() -> None:
    rules = effective_rules(PasswordPolicy(6), SecuritySettings())
    assert password_rules.violations(rules, "x" * MAX_LENGTH) == []
    assert password_rules.violations(rules, "x" * (MAX_LENGTH + 1)) != []


@given(st.text(max_size=30))
def test_a_password_is_the_same_on_every_keyboard(password: str) -> None:
    typed = unicodedata.normalize("NFD", password)
    assert normalize(typed) == normalize(password)


@pytest.mark.parametrize(
    "password",
    ["alice", "Alice", "ALICE-1234!", "alice2026", "Example Corp", "Example2026!", "root@example.org"],
)
def test_a_name_dressed_up_is_found(password: str) -> None:
    assert password_rules.is_name_variant(password, ("alice", "Example Corp", "root@example.org"))


@pytest.mark.parametrize("password", ["Quiet-Harbor-7291", "malice-in-wonderland", "Bob12345!"])
def test_a_password_of_other_words_is_none_of_the_names(password: str) -> None:
    assert not password_rules.is_name_variant(password, ("alice", "Bob", "Example Corp", "root@example.org"))
