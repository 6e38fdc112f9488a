"""Secrets at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.crypto import seal
from iamd.crypto.seal import UnsealError

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.text(max_size=30))
def test_what_is_sealed_opens_at_its_place(secret: bytes, place: str) -> None:
    assert seal.unseal(KEY, seal.seal(KEY, secret, place), place) == secret


def test_a_sealed_value_does_not_open_elsewhere_or_with_another_key() -> None:
    sealed = seal.seal(KEY, b"secret", "access_keys/A")
    with pytest.raises(UnsealError):
        seal.unseal(KEY, sealed, "access_keys/B")
    with pytest.raises(UnsealError):
        seal.unseal(seal.new_key(), sealed, "access_keys/A")


def test_no_bit_of_a_sealed_value_can_change() -> None:
    sealed = seal.seal(KEY, b"secret", "p")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnsealError):
            seal.unseal(KEY, bytes(changed), "p")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_what_is_no_sealed_value_is_refused(sealed: bytes) -> None:
    with pytest.raises(UnsealError):
        seal.unseal(KEY, sealed, "p")


def test_the_same_secret_never_looks_the_same() -> None:
    assert seal.seal(KEY, b"secret", "p") != seal.seal(KEY, b"secret", "p")
