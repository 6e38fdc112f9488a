"""JSON Web Key Sets: which published keys are usable, and which key verifies a token."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.federation import jwks
from iamd.federation.jwks import parse_keys, select_key
from tests.issuer import public_jwk

RSA, OTHER = public_jwk("rsa"), public_jwk("rsa-other")
EC = {algorithm: public_jwk(algorithm) for algorithm in ("ES256", "ES384", "ES512")}


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_rsa_key_verifies_rsa_algorithms(algorithm: str) -> None:
    key = select_key(parse_keys([RSA]), "rsa", algorithm)
    assert key is not None
    assert key.public_key.key_size == 2048


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_ec_key_verifies_the_algorithm_of_its_curve(algorithm: str) -> None:
    keys = parse_keys([EC[algorithm]])
    assert [name for name in jwks.ALGORITHMS if select_key(keys, algorithm, name)] == [algorithm]


def test_key_with_alg_verifies_only_that_algorithm() -> None:
    keys = parse_keys([{**RSA, "alg": "RS384"}])
    assert [name for name in jwks.ALGORITHMS if select_key(keys, "rsa", name)] == ["RS384"]


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", "EdDSA", "ES256K", "RS1", "rs256", ""])
def test_other_algorithms_have_no_key(algorithm: str) -> None:
    assert algorithm not in jwks.ALGORITHMS
    assert select_key(parse_keys([RSA, *EC.values()]), None, algorithm) is None


@pytest.mark.parametrize(
    "published",
    [
        public_jwk("rsa-1024"),
        public_jwk("rsa", use="enc"),
        public_jwk("rsa", use=["sig"]),
        public_jwk("rsa", key_ops=["sign"]),
        public_jwk("rsa", key_ops=[]),
        public_jwk("rsa", key_ops="verify"),
        public_jwk("rsa", alg="RSA-OAEP"),
        public_jwk("rsa", alg="PS256"),
        public_jwk("rsa", alg="HS256"),
        public_jwk("rsa", alg="none"),
        public_jwk("rsa", alg=7),
        public_jwk("rsa", d="AQAB"),
        public_jwk("rsa", n=None),
        public_jwk("rsa", n=""),
        public_jwk("rsa", n=7),
        public_jwk("rsa", n="é"),
        public_jwk("rsa", e="AA"),
        public_jwk("rsa", e="AQ"),
        public_jwk("rsa", n="_" * 1367),
        public_jwk("rsa", n="_" * 100_000),
        public_jwk("rsa", kty="EC"),
        public_jwk("rsa", kty=["RSA"]),
        public_jwk("rsa", kty=None),
        public_jwk("ES256", kty="RSA"),
        public_jwk("ES256", crv="P-384"),
        public_jwk("ES256", crv="secp256k1"),
        public_jwk("ES256", crv=["P-256"]),
        public_jwk("ES256", crv=None),
        public_jwk("ES256", x=public_jwk("ES256")["y"]),
        public_jwk("ES256", x=None),
        public_jwk("ES256", alg="ES384"),
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "rsa"},
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "rsa", "alg": "RS256"},
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "rsa"},
        {},
        [],
        None,
        "rsa",
        7,
    ],
)
def test_unusable_keys_are_skipped(published: Any) -> None:
    assert [key.key_id for key in parse_keys([published, OTHER])] == ["rsa-other"]


def test_token_without_key_id_uses_the_only_fitting_key() -> None:
    assert select_key(parse_keys([RSA, EC["ES256"]]), None, "RS256") == parse_keys([RSA])[0]
    assert select_key(parse_keys([{**RSA, "kid": 7}]), None, "RS256") is not None
    without_key_id = [public_jwk(name, kid=None) for name in ("rsa", "rsa-other")]
    for published in ([RSA, OTHER], [RSA, RSA], without_key_id):
        assert select_key(parse_keys(published), None, "RS256") is None


def test_token_with_key_id_uses_that_key() -> None:
    keys = parse_keys([RSA, OTHER])
    assert [select_key(keys, name, "RS256") for name in ("rsa", "rsa-other")] == list(keys)
    assert [select_key(keys, name, "RS256") for name in ("RSA", "", "other")] == [None, None, None]
    assert select_key(parse_keys([public_jwk("rsa", kid=None)]), "rsa", "RS256") is None
    assert select_key(parse_keys([public_jwk("rsa", kid="")]), "", "RS256") is not None


def test_keys_of_different_types_may_share_a_key_id() -> None:
    keys = parse_keys([{**RSA, "kid": "one"}, {**EC["ES256"], "kid": "one"}])
    assert [select_key(keys, "one", algorithm) for algorithm in ("RS256", "ES256")] == list(keys)


def test_only_the_first_200_keys_are_read() -> None:
    assert len(parse_keys([RSA] * 1000)) == 200


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_MEMBERS = ("kty", "kid", "use", "alg", "crv", "n", "e", "x", "y", "key_ops", "x5c")


@given(
    base=st.sampled_from([{}, RSA, EC["ES256"]]),
    changed=st.dictionaries(st.sampled_from(_MEMBERS), _JSON, max_size=3),
)
def test_arbitrary_keys_are_parsed_without_an_error(base: dict[str, Any], changed: dict[str, Any]) -> None:
    for key in parse_keys([{**base, **changed}]):
        assert set(key.algorithms) <= set(jwks.ALGORITHMS)
