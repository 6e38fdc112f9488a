"""Session tokens: what is sealed comes back whole, and nothing else opens."""

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
PLAIN = SessionToken("role", "111122223333", "AROAEXAMPLE", "work", "s" * 40, 1_700_000_000, 1_700_003_600)

calm = settings(deadline=None, max_examples=200)
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
)


@calm
@given(tokens, st.integers(0, 4096))
@example(PLAIN._replace(policy="x" * 2048), 0)  # what is long is compressed
@example(PLAIN._replace(policy="\0"), 4096)
def test_what_is_sealed_comes_back_whole(token: SessionToken, least: int) -> None:
    text = seal_token(KEY, ID, token, least)
    assert unseal_token(KEY, ID, text) == token
    assert len(text) >= least


@pytest.mark.parametrize("least", [0, 100, 1000, 2000, 4095, 4096])
def test_a_token_is_not_much_longer_than_it_was_asked_to_be(least: int) -> None:
    assert len(seal_token(KEY, ID, PLAIN, least)) <= max(len(seal_token(KEY, ID, PLAIN)), least + 128)


@calm
@given(tokens, st.data())
def test_no_character_can_be_another(token: SessionToken, data: st.DataObject) -> None:
    text = seal_token(KEY, ID, token)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[place]))
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("length", [40, 41, 42])
def test_the_last_characters_have_no_bits_to_spare(length: int) -> None:
    # Of a last character that stands for one or two bytes, base64 ignores some bits.
    text = seal_token(KEY, ID, PLAIN._replace(secret="s" * length))
    last = len(text.rstrip("=")) - 1
    for other in set(string.ascii_letters + string.digits + "+/") - {text[last]}:
        with pytest.raises(UnsealError):
            unseal_token(KEY, ID, text[:last] + other + text[last + 1 :])


def test_no_bit_of_the_sealed_bytes_can_change() -> None:
    sealed = base64.b64decode(seal_token(KEY, ID, PLAIN))
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnsealError):
            unseal_token(KEY, ID, base64.b64encode(changed).decode())


@calm
@given(st.data())
def test_a_token_that_is_cut_or_goes_on_does_not_open(data: st.DataObject) -> None:
    text = seal_token(KEY, ID, PLAIN)
    end = data.draw(st.integers(0, len(text) - 1))
    more = data.draw(st.text(min_size=1, max_size=20))
    for wrong in (text[:end], text + more, more + text):
        with pytest.raises(UnsealError):
            unseal_token(KEY, ID, wrong)


@calm
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: base64.b64encode(raw).decode()))
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, text)


def test_a_token_opens_with_its_own_access_key_id_and_key_alone() -> None:
    text = seal_token(KEY, ID, PLAIN)
    for key, access_key_id in ((KEY, "ASIABBBBBBBBBBBBBBBB"), (seal.new_key(), ID), (KEY, ID.lower())):
        with pytest.raises(UnsealError):
            unseal_token(key, access_key_id, text)


def test_what_is_sealed_for_another_place_is_no_token() -> None:
    sealed = seal.seal(KEY, json.dumps(PLAIN).encode(), "access_keys/" + ID)
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, base64.b64encode(sealed).decode())


def test_a_token_of_any_length_is_refused_at_once() -> None:
    with pytest.raises(UnsealError):
        unseal_token(KEY, ID, "A" * 10_000_000)


def test_a_token_tells_nothing_of_what_is_in_it() -> None:
    token = PLAIN._replace(source_identity="alice", tags=(Tag("team", "a"),))
    raw = base64.b64decode(seal_token(KEY, ID, token))
    for told in (token.secret, token.account_id, token.owner_id, "alice", "team"):
        assert told.encode() not in raw
    assert seal_token(KEY, ID, token) != seal_token(KEY, ID, token)


def test_the_packed_size_is_that_of_policies_and_tags() -> None:
    small = session_tokens.packed_size(PLAIN)
    assert session_tokens.packed_size(PLAIN._replace(secret="x" * 400, name="y" * 60)) == small
    assert session_tokens.packed_size(PLAIN._replace(policy="x" * 100)) > small
    assert session_tokens.packed_size(PLAIN._replace(tags=(Tag("team", "a"),))) > small
