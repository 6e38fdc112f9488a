"""Signature verification of ID tokens, and malformed tokens."""

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
    INVALID_TOKEN,
    KEY_NOT_FOUND,
    forged_token,
    signed_token,
    token_error,
    valid_claims,
    verify_token,
)
from tests.issuer import CLIENT_ID, SUBJECT, private_key, public_jwk, segment, sign_token


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
def test_signature_algorithms_of_aws_verify(key: str, algorithm: str) -> None:
    token = sign_token(valid_claims(), key, algorithm)
    assert verify_token(token, key) == TokenIdentity(
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
def test_algorithm_none_is_rejected_in_any_spelling(spelling: str, signature: bytes) -> None:
    assert token_error(forged_token({"alg": spelling, "kid": "rsa"}, signature=signature)) == BAD_ALGORITHM


@pytest.mark.parametrize("algorithm", ["PS256", "HS256", "EdDSA", "ES256K", "rs256", None, 7, ["RS256"], {}])
def test_other_algorithms_are_rejected(algorithm: Any) -> None:
    assert token_error(forged_token({"alg": algorithm, "kid": "rsa"}, signature=b"x" * 256)) == BAD_ALGORITHM


def test_token_without_algorithm_is_rejected() -> None:
    assert token_error(forged_token({"kid": "rsa"})) == BAD_ALGORITHM


@pytest.mark.parametrize("form", ["PEM", "DER", "JWK", "modulus"])
def test_public_key_as_hmac_secret_is_rejected(form: str) -> None:
    public = private_key("rsa").public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = {
        "PEM": public.public_bytes(serialization.Encoding.PEM, info),
        "DER": public.public_bytes(serialization.Encoding.DER, info),
        "JWK": json.dumps(public_jwk("rsa")).encode(),
        "modulus": public.public_numbers().n.to_bytes(256, "big"),
    }[form]
    unsigned = f"{segment({'alg': 'HS256', 'kid': 'rsa'})}.{segment(valid_claims())}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(unsigned.encode(), secret)
    for algorithm in ("HS256", "RS256"):
        header = {"alg": algorithm, "kid": "rsa"}
        assert token_error(forged_token(header, signature=mac)) in (BAD_ALGORITHM, BAD_SIGNATURE)
    assert token_error(f"{unsigned}.{segment(mac)}") == BAD_ALGORITHM


@pytest.mark.parametrize(
    "extra_headers",
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
def test_keys_in_the_token_header_are_ignored(extra_headers: dict[str, Any]) -> None:
    token = sign_token(valid_claims(), "rsa-other", headers={"kid": "rsa", **extra_headers})
    assert token_error(token) in (KEY_NOT_FOUND, BAD_SIGNATURE)
    assert (
        verify_token(sign_token(valid_claims(), headers={**extra_headers, "kid": "rsa"})).subject == SUBJECT
    )


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "exp", None, 7])
def test_critical_header_parameters_are_rejected(crit: Any) -> None:
    header = {"alg": "RS256", "kid": "rsa", "crit": crit, "exp": 1, "b64": True}
    assert token_error(signed_token(header, segment(valid_claims()))) in (BAD_ALGORITHM, INVALID_TOKEN)


def test_unencoded_payload_is_rejected() -> None:
    assert (
        token_error(signed_token({"alg": "RS256", "kid": "rsa", "b64": False}, json.dumps(valid_claims())))
        == INVALID_TOKEN
    )
    assert token_error(signed_token({"alg": "RS256", "kid": "rsa", "b64": False}, "")) == INVALID_TOKEN


@pytest.mark.parametrize("kid", ["rsa-other", "RSA", "", " rsa", "rsa\0"])
def test_unknown_key_id_is_rejected(kid: str) -> None:
    assert token_error(sign_token(valid_claims(), headers={"kid": kid})) == KEY_NOT_FOUND


@pytest.mark.parametrize("kid", [None, 7, ["rsa"], {"rsa": 1}, True])
def test_key_id_must_be_text(kid: Any) -> None:
    assert token_error(signed_token({"alg": "RS256", "kid": kid}, segment(valid_claims()))) == INVALID_TOKEN


def test_key_id_may_be_absent_if_only_one_key_fits() -> None:
    token = sign_token(valid_claims(), headers={})
    assert verify_token(token, "rsa").subject == SUBJECT
    assert verify_token(token, "rsa", "ES256").subject == SUBJECT
    assert token_error(token, "rsa", "rsa-other") == KEY_NOT_FOUND


def test_too_short_rsa_key_is_rejected() -> None:
    assert (
        token_error(
            signed_token({"alg": "RS256", "kid": "rsa-1024"}, segment(valid_claims()), "rsa-1024"), "rsa-1024"
        )
        == KEY_NOT_FOUND
    )


@pytest.mark.parametrize(("key", "algorithm"), [("ES384", "ES256"), ("ES256", "ES384"), ("ES256", "RS256")])
def test_key_of_another_curve_or_type_is_rejected(key: str, algorithm: str) -> None:
    assert (
        token_error(forged_token({"alg": algorithm, "kid": key}, signature=b"x" * 64), key) == KEY_NOT_FOUND
    )


def test_changed_header_payload_or_signature_is_rejected() -> None:
    header, payload, signature = sign_token(valid_claims()).split(".")
    other_header, other_payload, other_signature = sign_token(valid_claims(sub="root")).split(".")
    assert header == other_header
    assert token_error(f"{header}.{other_payload}.{signature}") == BAD_SIGNATURE
    assert token_error(f"{header}.{payload}.{other_signature}") == BAD_SIGNATURE
    assert token_error(f"{segment({'alg': 'RS384', 'kid': 'rsa'})}.{payload}.{signature}") == BAD_SIGNATURE
    for other in (b"", b"\0" * 256, b"x" * 255, b"x" * 257, b"\0" * 255 + b"\1"):
        assert token_error(forged_token({"alg": "RS256", "kid": "rsa"}, signature=other)) == BAD_SIGNATURE


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\0" * 63 + b"\1", b"\xff" * 64, b"x" * 96])
def test_trivial_ecdsa_signatures_are_rejected(signature: bytes) -> None:
    # An all-zero ECDSA signature verified in Java once (CVE-2022-21449).
    assert (
        token_error(forged_token({"alg": "ES256", "kid": "ES256"}, signature=signature), "ES256")
        == BAD_SIGNATURE
    )


def test_signature_of_another_key_is_rejected() -> None:
    assert token_error(sign_token(valid_claims(), "rsa-other", headers={"kid": "rsa"})) == BAD_SIGNATURE


# Malformed tokens.

NESTED_OBJECTS = b'{"a":' * 3000 + b"1" + b"}" * 3000


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
        " " + sign_token(valid_claims()),
        sign_token(valid_claims()) + "\n",
        sign_token(valid_claims()).replace(".", "..", 1),
        forged_token(b"null"),
        forged_token(b"[]"),
        forged_token({"alg": "RS256"}, b"[]"),
        forged_token({"alg": "RS256"}, b"7"),
        forged_token({"alg": "RS256"}, b"null"),
        forged_token({"alg": "RS256"}, b'"iss"'),
        forged_token({"alg": "RS256"}, b"{"),
        forged_token({"alg": "RS256"}, b"\xff\xfe{}"),
        forged_token({"alg": "RS256"}, json.dumps(valid_claims()).encode("utf-16")),
        forged_token({"alg": "RS256"}, b'{"exp":' + b"9" * 5000 + b"}"),
        forged_token({"alg": "RS256"}, b"[" * 14_000),
    ],
)
def test_malformed_token_is_an_invalid_jwt(token: str) -> None:
    assert token_error(token) == INVALID_TOKEN
    with pytest.raises(InvalidToken, match="is not a valid JWT"):
        unverified_issuer(token)


@pytest.mark.parametrize("bomb", [NESTED_OBJECTS, b"[" * 7000 + b"]" * 7000], ids=["objects", "lists"])
def test_deeply_nested_token_is_rejected(bomb: bytes) -> None:
    # The nesting limit of the JSON parser depends on the Python version.
    assert token_error(forged_token(bomb)) in (INVALID_TOKEN, BAD_ALGORITHM)
    assert token_error(forged_token({"alg": "RS256", "kid": "rsa"}, bomb)) in (INVALID_TOKEN, BAD_SIGNATURE)


@given(st.text(max_size=60) | st.lists(st.binary(max_size=40).map(segment), max_size=4).map(".".join))
def test_arbitrary_tokens_are_invalid(token: str) -> None:
    with pytest.raises(InvalidToken):
        unverified_issuer(token)
    with pytest.raises(InvalidToken):
        verify_token(token)


def test_token_of_maximum_length_is_accepted() -> None:
    token = sign_token(valid_claims(filling="x" * 14_200))
    assert 19_000 < len(token) <= 20_000
    assert verify_token(token).subject == SUBJECT
