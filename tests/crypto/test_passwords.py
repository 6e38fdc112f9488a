"""Passwords are hashed at a price: argon2id with 64 MiB and three passes, whoever it is."""

from iamd.crypto.passwords import Hasher
from tests import cheaply

DEAR = "$argon2id$v=19$m=65536,t=3,p=1$"


def test_a_hash_has_its_price() -> None:
    hasher = Hasher()
    hashed = hasher.hash("Quiet-Harbor-7291")
    assert hashed.startswith(DEAR)
    assert hasher.verify(hashed, "Quiet-Harbor-7291")
    assert not hasher.verify(hashed, "Quiet-Harbor-7292")
    assert not hasher.needs_rehash(hashed)


def test_a_cheaper_hash_still_verifies_and_is_to_be_renewed() -> None:
    hashed = cheaply.hasher().hash("Quiet-Harbor-7291")
    hasher = Hasher()
    assert not hashed.startswith(DEAR)
    assert hasher.verify(hashed, "Quiet-Harbor-7291")
    assert hasher.needs_rehash(hashed)


def test_who_has_no_password_costs_the_same() -> None:
    hasher = Hasher()
    assert hasher._dummy_hash.startswith(DEAR)
    assert not hasher.verify(None, "nobody has this password")


def test_what_is_no_hash_is_no_password() -> None:
    assert not cheaply.hasher().verify("no hash", "Quiet-Harbor-7291")
