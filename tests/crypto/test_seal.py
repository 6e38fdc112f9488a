"""Encryption of secrets at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.crypto import seal
from iamd.crypto.seal import UnsealError

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.text(max_size=30))
def test_seal_round_trip(secret: bytes, location: str) -> None:
    assert seal.unseal(KEY, seal.seal(KEY, secret, location), location) == secret


def test_unseal_fails_at_another_location_or_with_another_key() -> None:
    sealed_value = seal.seal(KEY, b"secret", "access_keys/A")
    with pytest.raises(UnsealError):
        seal.unseal(KEY, sealed_value, "access_keys/B")
    with pytest.raises(UnsealError):
        seal.unseal(seal.new_key(), sealed_value, "access_keys/A")


def test_unseal_fails_if_any_bit_is_flipped() -> None:
    sealed_value = seal.seal(KEY, b"secret", "p")
    for bit in range(len(sealed_value) * 8):
        corrupted = bytearray(sealed_value)
        corrupted[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnsealError):
            seal.unseal(KEY, bytes(corrupted), "p")


@pytest.mark.parametrize("sealed_value", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_unseal_fails_for_a_malformed_value(sealed_value: bytes) -> None:
    with pytest.raises(UnsealError):
        seal.unseal(KEY, sealed_value, "p")


def test_sealing_twice_gives_different_values() -> None:
    assert seal.seal(KEY, b"secret", "p") != seal.seal(KEY, b"secret", "p")
