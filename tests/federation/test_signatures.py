"""Which signatures are believed, and what is no token at all."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from iamd.federation.errors import InvalidToken
from iamd.federation.id_tokens import TokenIdentity, unverified_issuer
from tests.federation.tokens import (
    BAD_ALGORITHM,
    BAD_SIGNATURE,
    HOST,
    NO_KEY,
    NO_TOKEN,
    believed,
    forged,
    good,
    said,
    sealed,
)
from tests.issuer import CLIENT_ID, SUBJECT, private_key, public_jwk, segment, signed


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ("rsa", "RS256"),
        ("rsa", "RS384"),
        ("rsa", "RS512"),
        ("ES256", "ES256"),
        ("ES384", "ES384"),
        ("ES512", "ES512"),
    ],
)
def test_the_six_signatures_that_aws_accepts(key: str, algorithm: str) -> None:
    token = signed(good(), key, algorithm)
    assert believed(token, key) == TokenIdentity(
        f"https://{HOST}",
        SUBJECT,
        CLIENT_ID,
        {f"{HOST}:sub": SUBJECT, f"{HOST}:aud": CLIENT_ID},
        (),
        (),
        None,
    )


@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE", "NonE", "nonE", "", " none", "none\0"])
@pytest.mark.parametrize("signature", [b"", b"x"])
def test_no_signature_is_none_however_it_is_spelled(spelling: str, signature: bytes) -> None:
    assert said(forged({"alg": spelling, "kid": "rsa"}, signature=signature)) == BAD_ALGORITHM


@pytest.mark.parametrize("algorithm", ["PS256", "HS256", "EdDSA", "ES256K", "rs256", None, 7, ["RS256"], {}])
def test_no_other_algorithm_is_accepted(algorithm: Any) -> None:
    assert said(forged({"alg": algorithm, "kid": "rsa"}, signature=b"x" * 256)) == BAD_ALGORITHM


def test_a_token_without_an_algorithm_is_refused() -> None:
    assert said(forged({"kid": "rsa"})) == BAD_ALGORITHM


@pytest.mark.parametrize("form", ["PEM", "DER", "JWK", "modulus"])
def test_a_public_key_is_no_secret_to_sign_with(form: str) -> None:
    public = private_key("rsa").public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = {
        "PEM": public.public_bytes(serialization.Encoding.PEM, info),
        "DER": public.public_bytes(serialization.Encoding.DER, info),
        "JWK": json.dumps(public_jwk("rsa")).encode(),
        "modulus": public.public_numbers().n.to_bytes(256, "big"),
    }[form]
    unsigned = f"{segment({'alg': 'HS256', 'kid': 'rsa'})}.{segment(good())}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(unsigned.encode(), secret)
    for algorithm in ("HS256", "RS256"):
        header = {"alg": algorithm, "kid": "rsa"}
        assert said(forged(header, signature=mac)) in (BAD_ALGORITHM, BAD_SIGNATURE)
    assert said(f"{unsigned}.{segment(mac)}") == BAD_ALGORITHM


@pytest.mark.parametrize(
    "more",
    [
        {"jwk": public_jwk("rsa-other", kid="rsa")},
        {"jwk": public_jwk("rsa-other", kid="evil"), "kid": "evil"},
        {"jku": "https://evil.example/keys"},
        {"jku": "https://evil.example/keys", "kid": "evil"},
        {"x5u": "https://evil.example/chain.pem"},
        {"x5c": ["MIIB"]},
        {"kid": "../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"typ": "at+jwt"},
    ],
)
def test_keys_that_a_token_brings_along_are_not_looked_at(more: dict[str, Any]) -> None:
    token = signed(good(), "rsa-other", headers={"kid": "rsa", **more})
    assert said(token) in (NO_KEY, BAD_SIGNATURE)
    assert believed(signed(good(), headers={**more, "kid": "rsa"})).subject == SUBJECT


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "exp", None, 7])
def test_what_a_token_calls_critical_is_not_known(crit: Any) -> None:
    header = {"alg": "RS256", "kid": "rsa", "crit": crit, "exp": 1, "b64": True}
    assert said(sealed(header, segment(good()))) in (BAD_ALGORITHM, NO_TOKEN)


def test_a_payload_that_is_not_encoded_is_no_payload() -> None:
    assert said(sealed({"alg": "RS256", "kid": "rsa", "b64": False}, json.dumps(good()))) == NO_TOKEN
    assert said(sealed({"alg": "RS256", "kid": "rsa", "b64": False}, "")) == NO_TOKEN


@pytest.mark.parametrize("kid", ["rsa-other", "RSA", "", " rsa", "rsa\0"])
def test_a_key_that_is_not_published_verifies_nothing(kid: str) -> None:
    assert said(signed(good(), headers={"kid": kid})) == NO_KEY


@pytest.mark.parametrize("kid", [None, 7, ["rsa"], {"rsa": 1}, True])
def test_the_name_of_a_key_is_a_text(kid: Any) -> None:
    assert said(sealed({"alg": "RS256", "kid": kid}, segment(good()))) == NO_TOKEN


def test_a_token_may_name_no_key_where_there_is_one() -> None:
    token = signed(good(), headers={})
    assert believed(token, "rsa").subject == SUBJECT
    assert believed(token, "rsa", "ES256").subject == SUBJECT
    assert said(token, "rsa", "rsa-other") == NO_KEY


def test_a_key_that_is_too_weak_verifies_nothing() -> None:
    assert (
        said(sealed({"alg": "RS256", "kid": "rsa-1024"}, segment(good()), "rsa-1024"), "rsa-1024") == NO_KEY
    )


@pytest.mark.parametrize(("key", "algorithm"), [("ES384", "ES256"), ("ES256", "ES384"), ("ES256", "RS256")])
def test_a_key_of_another_curve_or_kind_verifies_nothing(key: str, algorithm: str) -> None:
    assert said(forged({"alg": algorithm, "kid": key}, signature=b"x" * 64), key) == NO_KEY


def test_a_change_of_any_part_is_seen() -> None:
    header, payload, signature = signed(good()).split(".")
    other_header, other_payload, other_signature = signed(good(sub="root")).split(".")
    assert header == other_header
    assert said(f"{header}.{other_payload}.{signature}") == BAD_SIGNATURE
    assert said(f"{header}.{payload}.{other_signature}") == BAD_SIGNATURE
    assert said(f"{segment({'alg': 'RS384', 'kid': 'rsa'})}.{payload}.{signature}") == BAD_SIGNATURE
    for other in (b"", b"\0" * 256, b"x" * 255, b"x" * 257, b"\0" * 255 + b"\1"):
        assert said(forged({"alg": "RS256", "kid": "rsa"}, signature=other)) == BAD_SIGNATURE


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\0" * 63 + b"\1", b"\xff" * 64, b"x" * 96])
def test_no_signature_of_a_curve_is_good_for_everything(signature: bytes) -> None:
    # All zeros were believed by a well-known library once (CVE-2022-21449).
    assert said(forged({"alg": "ES256", "kid": "ES256"}, signature=signature), "ES256") == BAD_SIGNATURE


def test_a_signature_of_another_key_is_seen() -> None:
    assert said(signed(good(), "rsa-other", headers={"kid": "rsa"})) == BAD_SIGNATURE


# What is no token.

BOMB = b'{"a":' * 3000 + b"1" + b"}" * 3000


@pytest.mark.parametrize(
    "token",
    [
        "none",
        "....",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "a.b.c.d.e",
        "{}.{}.{}",
        "é.é.é",
        "." * 20_000,
        "A" * 20_000,
        " " + signed(good()),
        signed(good()) + "\n",
        signed(good()).replace(".", "..", 1),
        forged(b"null"),
        forged(b"[]"),
        forged({"alg": "RS256"}, b"[]"),
        forged({"alg": "RS256"}, b"7"),
        forged({"alg": "RS256"}, b"null"),
        forged({"alg": "RS256"}, b'"iss"'),
        forged({"alg": "RS256"}, b"{"),
        forged({"alg": "RS256"}, b"\xff\xfe{}"),
        forged({"alg": "RS256"}, json.dumps(good()).encode("utf-16")),
        forged({"alg": "RS256"}, b'{"exp":' + b"9" * 5000 + b"}"),
        forged({"alg": "RS256"}, b"[" * 14_000),
    ],
)
def test_what_is_no_token_is_called_so(token: str) -> None:
    assert said(token) == NO_TOKEN
    with pytest.raises(InvalidToken, match="is not a valid JWT"):
        unverified_issuer(token)


@pytest.mark.parametrize("bomb", [BOMB, b"[" * 7000 + b"]" * 7000], ids=["objects", "lists"])
def test_what_is_nested_very_deeply_is_refused(bomb: bytes) -> None:
    # How deep a reader of JSON goes differs from one Python to the next.
    assert said(forged(bomb)) in (NO_TOKEN, BAD_ALGORITHM)
    assert said(forged({"alg": "RS256", "kid": "rsa"}, bomb)) in (NO_TOKEN, BAD_SIGNATURE)


@given(st.text(max_size=60) | st.lists(st.binary(max_size=40).map(segment), max_size=4).map(".".join))
def test_whatever_is_sent_is_refused_without_a_fault(token: str) -> None:
    with pytest.raises(InvalidToken):
        unverified_issuer(token)
    with pytest.raises(InvalidToken):
        believed(token)


def test_a_token_may_be_as_long_as_aws_lets_it_be() -> None:
    token = signed(good(filling="x" * 14_200))
    assert 19_000 < len(token) <= 20_000
    assert believed(token).subject == SUBJECT
