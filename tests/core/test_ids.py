"""Formats of generated identifiers."""

import base64
import re

from hypothesis import given
from hypothesis import strategies as st

from iamd.core import ids


@given(st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii))
def test_access_key_id_encodes_the_account_id(account_id: str) -> None:
    key = ids.access_key(account_id)
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key)
    # As public tools decode the account ID of AWS access keys: 40 of the first 48 bits.
    bits = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    assert (bits & 0x7FFFFFFFFF80) >> 7 == int(account_id)


def test_secret_access_key_does_not_begin_like_a_formula() -> None:
    """The console saves it in a .csv file, in which it must not be changed."""
    first_characters = {ids.secret_access_key()[0] for _ in range(5_000)}
    assert "+" not in first_characters
    assert len(first_characters) == 63


def test_id_formats() -> None:
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", ids.unique(ids.USER))
    assert re.fullmatch(r"[A-Za-z0-9/+]{40}", ids.secret_access_key())
    assert re.fullmatch(r"[1-9][0-9]{11}", ids.account())
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", ids.request())
