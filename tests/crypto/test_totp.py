"""Time-based one-time passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.crypto import totp
from iamd.crypto.totp import STEP_SECONDS, TotpState

seeds = st.binary(min_size=20, max_size=20)
times = st.integers(min_value=1_000_000_000, max_value=4_000_000_000)
INITIAL_STATE = TotpState(-1, 0)


# RFC 6238, appendix B, for SHA-1; six digits are the last six of the eight there.
@pytest.mark.parametrize(
    ("now", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_rfc_6238_vectors(now: int, code: str) -> None:
    assert totp.generate_code(b"12345678901234567890", now // STEP_SECONDS) == code


@given(seeds, times, st.integers(min_value=-1, max_value=1))
def test_code_of_the_current_or_an_adjacent_step_is_accepted(seed: bytes, now: int, drift: int) -> None:
    step = now // STEP_SECONDS + drift
    matched_step = totp.verify(seed, totp.generate_code(seed, step), now, INITIAL_STATE)
    assert matched_step is not None
    assert totp.generate_code(seed, matched_step) == totp.generate_code(seed, step)


@given(seeds, times, st.integers(min_value=-1, max_value=1))
def test_accepted_code_cannot_be_reused(seed: bytes, now: int, drift: int) -> None:
    code = totp.generate_code(seed, now // STEP_SECONDS + drift)
    first = totp.verify(seed, code, now, INITIAL_STATE)
    assert first is not None
    second = totp.verify(seed, code, now, TotpState(first, 0))
    assert second is None or second > first


@given(seeds, times, st.integers(min_value=-15, max_value=15))
def test_clock_drift_is_detected_and_stored(seed: bytes, now: int, drift: int) -> None:
    step = now // STEP_SECONDS + drift
    state = totp.verify_consecutive(
        seed, totp.generate_code(seed, step - 1), totp.generate_code(seed, step), now
    )
    assert state is not None
    later = now + 5 * STEP_SECONDS
    if state.step == step:  # another step has the same two codes with a probability of 1e-12
        assert totp.verify(seed, totp.generate_code(seed, step + 5), later, state) == step + 5


@given(seeds, times, st.sampled_from(["", "12345", "1234567", "abcdef", " 123456", "123456\n", "\u0661" * 6]))
def test_malformed_code_is_rejected(seed: bytes, now: int, code: str) -> None:
    assert totp.verify(seed, code, now, INITIAL_STATE) is None


@given(seeds)
def test_provisioning_uri_and_base32_seed(seed: bytes) -> None:
    assert (
        totp.provisioning_uri(seed, "iamd", "a@1")
        == f"otpauth://totp/iamd:a%401?secret={totp.encode_base32(seed)}&issuer=iamd"
    )
    assert "=" not in totp.encode_base32(seed)
