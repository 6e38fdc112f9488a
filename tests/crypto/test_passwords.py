"""Password hashing: argon2id with 64 MiB and three passes, also for users without a password."""

from iamd.crypto.passwords import Hasher
from tests import cheap_hashes

PRODUCTION_PARAMETERS = "$argon2id$v=19$m=65536,t=3,p=1$"


def test_hash_has_production_parameters() -> None:
    hasher = Hasher()
    hashed = hasher.hash("Quiet-Harbor-7291")
    assert hashed.startswith(PRODUCTION_PARAMETERS)
    assert hasher.verify(hashed, "Quiet-Harbor-7291")
    assert not hasher.verify(hashed, "Quiet-Harbor-7292")
    assert not hasher.needs_rehash(hashed)


def test_hash_with_weaker_parameters_verifies_and_needs_a_rehash() -> None:
    hashed = cheap_hashes.hasher().hash("Quiet-Harbor-7291")
    hasher = Hasher()
    assert not hashed.startswith(PRODUCTION_PARAMETERS)
    assert hasher.verify(hashed, "Quiet-Harbor-7291")
    assert hasher.needs_rehash(hashed)


def test_missing_password_is_verified_against_a_dummy_hash() -> None:
    hasher = Hasher()
    assert hasher._dummy_hash.startswith(PRODUCTION_PARAMETERS)
    assert not hasher.verify(None, "nobody has this password")


def test_malformed_hash_does_not_verify() -> None:
    assert not cheap_hashes.hasher().verify("no hash", "Quiet-Harbor-7291")
