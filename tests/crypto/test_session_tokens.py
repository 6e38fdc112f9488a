"""Sealed session tokens: round trips, tampering and size."""

import base64
import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iamd.core.records import SessionToken, Tag
from iamd.crypto import seal, session_tokens
from iamd.crypto.seal import UnsealError
from iamd.crypto.session_tokens import seal_token, unseal_token

KEY = bytes(range(32))
ID = "ASIAAAAAAAAAAAAAAAAA"
TOKEN = SessionToken("role", "111122223333", "AROAEXAMPLE", "work", "s" * 40, 1_700_000_000, 1_700_003_600)

many_examples = settings(deadline=None, max_examples=200)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
seconds = st.integers(0, 2**40)
tokens = st.builds(
    SessionToken,
    kind=st.sampled_from(["role", "user", "federated"]),
    account_id=st.text(string.digits, min_size=12, max_size=12),
    owner_id=texts,
    name=texts,
    secret=texts,
    issued_at=seconds,
    expires_at=seconds,
    mfa_at=st.none() | seconds,
    policy=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=600),
    policy_arns=st.none() | st.lists(texts, max_size=3).map(tuple),
    tags=st.lists(st.builds(Tag, texts, texts), max_size=5).map(tuple),
    transitive_tag_keys=st.lists(texts, max_size=3).map(tuple),
    source_identity=st.none() | texts,
    provider_arn=st.none() | texts,
    origin_id=st.none() | texts,
    origin_mfa=st.booleans(),
)


@many_examples
@given(tokens, st.integers(0, 4096))
@example(TOKEN._replace(policy="x" * 2048), 0)  # long policies are compressed
@example(TOKEN._replace(policy="\0"), 4096)
def test_session_token_round_trip(token: SessionToken, min_length: int) -> None:
    text = seal_token(KEY, ID, token, min_length)
    assert unseal_token(KEY, ID, text) == token
    assert len(text) >= min_length


def test_token_of_a_version_without_origins_is_valid() -> None:
    sealed = seal.seal(KEY, json.dumps(TOKEN[:-2]).encode(), f"session tokens/{ID}")
    assert unseal_token(KEY, ID, base64.b64encode(sealed).decode()) == TOKEN


@pytest.mark.parametrize("min_length", [0, 100, 1000, 2000, 4095, 4096])
def test_token_is_padded_little_beyond_the_minimum_length(min_length: int) -> None:
    assert len(seal_token(KEY, ID, TOKEN, min_length)) <= max(
        len(seal_token(KEY, ID, TOKEN)), min_length + 128
    )


@many_examples
@given(tokens, st.data())
def test_replacing_any_character_invalidates_the_token(token: SessionToken, data: st.DataObject) -> None:
    text = seal_token(KEY, ID, token)
    position = data.draw(st.integers(0, len(text) - 1))
    replacement = data.draw(st.characters().filter(lambda character: character != text[position]))
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, text[:position] + replacement + text[position + 1 :])


@pytest.mark.parametrize("length", [40, 41, 42])
def test_noncanonical_base64_is_rejected(length: int) -> None:
    # Base64 decoders ignore some bits of the last character before padding.
    text = seal_token(KEY, ID, TOKEN._replace(secret="s" * length))
    last = len(text.rstrip("=")) - 1
    for replacement in set(string.ascii_letters + string.digits + "+/") - {text[last]}:
        with pytest.raises(UnsealError):
            unseal_token(KEY, ID, text[:last] + replacement + text[last + 1 :])


def test_flipping_any_bit_invalidates_the_token() -> None:
    sealed_bytes = base64.b64decode(seal_token(KEY, ID, TOKEN))
    for bit in range(len(sealed_bytes) * 8):
        changed = bytearray(sealed_bytes)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnsealError):
            unseal_token(KEY, ID, base64.b64encode(changed).decode())


@many_examples
@given(st.data())
def test_truncated_or_extended_token_is_rejected(data: st.DataObject) -> None:
    text = seal_token(KEY, ID, TOKEN)
    length = data.draw(st.integers(0, len(text) - 1))
    suffix = data.draw(st.text(min_size=1, max_size=20))
    for changed in (text[:length], text + suffix, suffix + text):
        with pytest.raises(UnsealError):
            unseal_token(KEY, ID, changed)


@many_examples
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: base64.b64encode(raw).decode()))
def test_arbitrary_text_is_not_a_token(text: str) -> None:
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, text)


def test_token_is_bound_to_its_access_key_id_and_key() -> None:
    text = seal_token(KEY, ID, TOKEN)
    for key, access_key_id in ((KEY, "ASIABBBBBBBBBBBBBBBB"), (seal.new_key(), ID), (KEY, ID.lower())):
        with pytest.raises(UnsealError):
            unseal_token(key, access_key_id, text)


def test_value_sealed_for_another_location_is_not_a_token() -> None:
    sealed_bytes = seal.seal(KEY, json.dumps(TOKEN).encode(), "access_keys/" + ID)
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, base64.b64encode(sealed_bytes).decode())


def test_very_long_token_is_rejected() -> None:
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, "A" * 10_000_000)


def test_token_does_not_reveal_its_content() -> None:
    token = TOKEN._replace(source_identity="alice", tags=(Tag("team", "a"),))
    raw = base64.b64decode(seal_token(KEY, ID, token))
    for value in (token.secret, token.account_id, token.owner_id, "alice", "team"):
        assert value.encode() not in raw
    assert seal_token(KEY, ID, token) != seal_token(KEY, ID, token)


def test_packed_size_counts_policies_and_tags() -> None:
    minimal_size = session_tokens.packed_size(TOKEN)
    assert session_tokens.packed_size(TOKEN._replace(secret="x" * 400, name="y" * 60)) == minimal_size
    assert session_tokens.packed_size(TOKEN._replace(policy="x" * 100)) > minimal_size
    assert session_tokens.packed_size(TOKEN._replace(tags=(Tag("team", "a"),))) > minimal_size
