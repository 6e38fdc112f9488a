"""Which of the keys that a provider publishes may verify what."""

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
def test_a_key_of_rsa_verifies_what_rsa_signs(algorithm: str) -> None:
    found = select_key(parse_keys([RSA]), "rsa", algorithm)
    assert found is not None
    assert found.public_key.key_size == 2048


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512"])
def test_a_key_of_a_curve_verifies_what_its_curve_signs(algorithm: str) -> None:
    keys = parse_keys([EC[algorithm]])
    assert [one for one in jwks.ALGORITHMS if select_key(keys, algorithm, one)] == [algorithm]


def test_a_key_that_names_its_algorithm_verifies_no_other() -> None:
    keys = parse_keys([{**RSA, "alg": "RS384"}])
    assert [one for one in jwks.ALGORITHMS if select_key(keys, "rsa", one)] == ["RS384"]


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", "EdDSA", "ES256K", "RS1", "rs256", ""])
def test_no_key_verifies_anything_else(algorithm: str) -> None:
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
def test_what_may_not_verify_is_passed_over(published: Any) -> None:
    assert [key.key_id for key in parse_keys([published, OTHER])] == ["rsa-other"]


def test_a_token_that_names_no_key_is_verified_by_the_only_one_that_fits() -> None:
    assert select_key(parse_keys([RSA, EC["ES256"]]), None, "RS256") == parse_keys([RSA])[0]
    assert select_key(parse_keys([{**RSA, "kid": 7}]), None, "RS256") is not None
    unnamed = [public_jwk(name, kid=None) for name in ("rsa", "rsa-other")]
    for two in ([RSA, OTHER], [RSA, RSA], unnamed):
        assert select_key(parse_keys(two), None, "RS256") is None


def test_a_token_that_names_a_key_is_verified_by_that_one() -> None:
    keys = parse_keys([RSA, OTHER])
    assert [select_key(keys, name, "RS256") for name in ("rsa", "rsa-other")] == list(keys)
    assert [select_key(keys, name, "RS256") for name in ("RSA", "", "other")] == [None, None, None]
    assert select_key(parse_keys([public_jwk("rsa", kid=None)]), "rsa", "RS256") is None
    assert select_key(parse_keys([public_jwk("rsa", kid="")]), "", "RS256") is not None


def test_keys_of_two_kinds_may_share_a_name() -> None:
    keys = parse_keys([{**RSA, "kid": "one"}, {**EC["ES256"], "kid": "one"}])
    assert [select_key(keys, "one", algorithm) for algorithm in ("RS256", "ES256")] == list(keys)


def test_of_very_many_keys_the_first_are_read() -> None:
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
def test_whatever_is_published_is_read_without_a_fault(base: dict[str, Any], changed: dict[str, Any]) -> None:
    for key in parse_keys([{**base, **changed}]):
        assert set(key.algorithms) <= set(jwks.ALGORITHMS)
