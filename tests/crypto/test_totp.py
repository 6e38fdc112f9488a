"""Time-based one-time passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.crypto import totp
from iamd.crypto.totp import STEP_SECONDS, TotpState

seeds = st.binary(min_size=20, max_size=20)
moments = st.integers(min_value=1_000_000_000, max_value=4_000_000_000)
FRESH = TotpState(-1, 0)


# RFC 6238, appendix B, for SHA-1; six digits are the last six of the eight there.
@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(moment: int, code: str) -> None:
    assert totp.generate_code(b"12345678901234567890", moment // STEP_SECONDS) == code


@given(seeds, moments, st.integers(min_value=-1, max_value=1))
def test_a_code_of_now_or_of_its_neighbours_is_accepted(seed: bytes, now: int, off: int) -> None:
    step = now // STEP_SECONDS + off
    found = totp.verify(seed, totp.generate_code(seed, step), now, FRESH)
    assert found is not None
    assert totp.generate_code(seed, found) == totp.generate_code(seed, step)


@given(seeds, moments, st.integers(min_value=-1, max_value=1))
def test_what_was_accepted_is_not_accepted_again(seed: bytes, now: int, off: int) -> None:
    typed = totp.generate_code(seed, now // STEP_SECONDS + off)
    first = totp.verify(seed, typed, now, FRESH)
    assert first is not None
    again = totp.verify(seed, typed, now, TotpState(first, 0))
    assert again is None or again > first


@given(seeds, moments, st.integers(min_value=-15, max_value=15))
def test_a_clock_that_is_off_is_found_and_remembered(seed: bytes, now: int, off: int) -> None:
    here = now // STEP_SECONDS + off
    found = totp.verify_consecutive(
        seed, totp.generate_code(seed, here - 1), totp.generate_code(seed, here), now
    )
    assert found is not None
    later = now + 5 * STEP_SECONDS
    if found.step == here:  # it may be another step with the same codes, once in a million million
        assert totp.verify(seed, totp.generate_code(seed, here + 5), later, found) == here + 5


@given(
    seeds, moments, st.sampled_from(["", "12345", "1234567", "abcdef", " 123456", "123456\n", "\u0661" * 6])
)
def test_what_is_no_code_is_not_accepted(seed: bytes, now: int, typed: str) -> None:
    assert totp.verify(seed, typed, now, FRESH) is None


@given(seeds)
def test_a_seed_is_typed_as_it_is(seed: bytes) -> None:
    assert (
        totp.provisioning_uri(seed, "iamd", "a@1")
        == f"otpauth://totp/iamd:a%401?secret={totp.encode_base32(seed)}&issuer=iamd"
    )
    assert "=" not in totp.encode_base32(seed)
