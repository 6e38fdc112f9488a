"""Claims of an ID token: their validation, and their use in condition keys and sessions."""

import json
from typing import Any

import pytest

from iamd.core.clock_steps import ClockSteps
from iamd.core.records import Tag
from iamd.federation.errors import InvalidClaim, InvalidToken, TokenExpired
from iamd.federation.id_tokens import unverified_issuer
from tests.federation.tokens import (
    FLAT,
    HOST,
    NOW,
    SOURCE_IDENTITY,
    TAGS,
    forged_token,
    signed_token,
    token_error,
    token_with,
    valid_claims,
    verify_token,
)
from tests.issuer import CLIENT_ID, SUBJECT, segment, sign_token

# Issuer.


@pytest.mark.parametrize(
    "issuer",
    [
        f"https://{HOST}/",
        f"https://{HOST}/path",
        f"http://{HOST}",
        HOST,
        f"https://{HOST.upper()}",
        f"https://{HOST}:443",
        f"https://{HOST}.",
        f"https://evil.example/https://{HOST}",
        [f"https://{HOST}"],
        "",
        7,
        None,
    ],
)
def test_token_of_another_issuer_is_rejected(issuer: Any) -> None:
    assert token_error(token_with(iss=issuer)) == "The token was issued by another issuer."


@pytest.mark.parametrize("host", [f"{HOST}/", f"{HOST}/realms/one", f"{HOST}/realms/one/", f"{HOST}:8443"])
def test_issuer_url_may_have_a_path_a_trailing_slash_and_a_port(host: str) -> None:
    identity = verify_token(sign_token(valid_claims(host)), host=host)
    assert identity.issuer == f"https://{host}"
    assert identity.condition_keys == {f"{host}:sub": SUBJECT, f"{host}:aud": CLIENT_ID}


def test_unverified_issuer() -> None:
    assert (
        unverified_issuer(forged_token({"alg": "none"}, {"iss": "https://any.example"}))
        == "https://any.example"
    )
    with pytest.raises(InvalidToken, match="Missing a required claim: iss"):
        unverified_issuer(forged_token({"alg": "none"}, {}))


@pytest.mark.parametrize(
    "issuer", ["", "a b", "a\nb", "a\0b", "\ud800", "é", "x" * 256, 7, True, [], {}, ["https://a"]]
)
def test_invalid_issuer_claim_is_rejected(issuer: Any) -> None:
    with pytest.raises(InvalidToken, match="The claim iss is not a valid issuer URL"):
        unverified_issuer(forged_token({"alg": "none"}, {"iss": issuer}))


# Validity period.


def test_token_that_had_expired_before_the_clock_was_set_back_is_rejected() -> None:
    clock_steps = ClockSteps()
    for epoch in (NOW + 1000, NOW):
        clock_steps.observe(epoch)
    old_token = sign_token(valid_claims(iat=NOW - 60, exp=NOW + 600))
    with pytest.raises(TokenExpired, match="the clock was set back"):
        verify_token(old_token, clock_steps=clock_steps)
    assert verify_token(sign_token(valid_claims()), clock_steps=clock_steps).subject == SUBJECT


@pytest.mark.parametrize(("exp", "iat"), [(NOW + 600, NOW), (NOW - 59, NOW - 999), (NOW + 600, NOW + 60)])
def test_clock_skew_of_a_minute_is_accepted(exp: int, iat: int) -> None:
    assert verify_token(sign_token(valid_claims(exp=exp, iat=iat))).subject == SUBJECT


@pytest.mark.parametrize("exp", [NOW - 60, NOW - 61, NOW - 10**8, 0, -1, -(10**11)])
def test_expired_token_is_rejected(exp: int) -> None:
    with pytest.raises(TokenExpired) as error:
        verify_token(sign_token(valid_claims(exp=exp, iat=NOW - 999)))
    assert str(error.value) == (
        f"Token expired: current date/time {NOW} must be before the expiration date/time {exp}"
    )


@pytest.mark.parametrize("claims", [{"iat": NOW + 61}, {"nbf": NOW + 61}, {"nbf": NOW - 9, "iat": NOW + 61}])
def test_token_issued_or_valid_in_the_future_is_rejected(claims: dict[str, int]) -> None:
    assert token_error(sign_token(valid_claims(**claims))) == "The token is not valid yet."


def test_not_before_claim_allows_a_minute_of_clock_skew() -> None:
    assert verify_token(sign_token(valid_claims(nbf=NOW + 60))).subject == SUBJECT


@pytest.mark.parametrize("name", ["exp", "iat", "sub", "aud"])
@pytest.mark.parametrize("null", [True, False])
def test_required_claims(name: str, null: bool) -> None:
    token = token_with(**{name: None}) if null else sign_token(valid_claims(**{name: None}))
    assert token_error(token) == f"Missing a required claim: {name}"


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "Infinity", "-Infinity", "1e400", "1e12", f"{NOW}.5", "9" * 4000),
        *(str(10**12 + 1), str(-(10**12) - 1), "true", '"9999999999"', "[]", "{}", "[9999999999]"),
    ],
)
def test_time_claims_must_be_plausible_integers(name: str, value: str) -> None:
    other_claims = json.dumps(valid_claims(**{name: None}))[:-1]
    body = segment(f'{other_claims}, "{name}": {value}}}'.encode())
    assert (
        token_error(signed_token({"alg": "RS256", "kid": "rsa"}, body))
        == f"The claim {name} is not a valid time."
    )


def test_null_claims_are_absent() -> None:
    token = token_with(**{"nbf": None, "azp": None, "amr": None, SOURCE_IDENTITY: None})
    assert verify_token(token).condition_keys == {
        f"{HOST}:sub": SUBJECT,
        f"{HOST}:aud": CLIENT_ID,
    }


# Subject and audience.


@pytest.mark.parametrize("subject", ["a", "x" * 255, "é ü", "user|1", "<b>\"&'</b>", "${aws:username}", "*"])
def test_subject_may_be_any_printable_text(subject: str) -> None:
    assert verify_token(sign_token(valid_claims(sub=subject))).subject == subject


@pytest.mark.parametrize(
    "subject",
    [
        *("", "x" * 256, "x" * 300, "a\nb", "a\rb", "a\tb", "a\0b", "\x1b[31m", "\x7f", "\u202e", "\ud800"),
        *(7, 7.5, True, [], {}, ["a"], {"a": 1}),
    ],
)
def test_invalid_subject_is_rejected(subject: Any) -> None:
    token = token_with(sub=subject)
    with pytest.raises(InvalidClaim, match="The claim sub must be a string of 1 to 255 printable characters"):
        verify_token(token)


@pytest.mark.parametrize(
    ("aud", "azp", "audience", "original"),
    [
        (CLIENT_ID, None, CLIENT_ID, None),
        ("other", None, "other", None),
        ([CLIENT_ID], None, CLIENT_ID, None),
        (["nobody", CLIENT_ID], None, CLIENT_ID, None),
        ([CLIENT_ID, "other"], None, CLIENT_ID, None),
        ([7, None, CLIENT_ID], None, CLIENT_ID, None),
        (CLIENT_ID, "other", "other", CLIENT_ID),
        ("nobody", "other", "other", "nobody"),
        (["nobody", CLIENT_ID], "other", "other", "nobody"),
        ([7], "other", "other", None),
    ],
)
def test_audience_and_authorized_party(
    aud: Any, azp: str | None, audience: str, original: str | None
) -> None:
    identity = verify_token(sign_token(valid_claims(aud=aud, azp=azp)))
    assert identity.audience == audience
    expected = {f"{HOST}:sub": SUBJECT, f"{HOST}:aud": audience}
    if original is not None:
        expected[f"{HOST}:oaud"] = original
    if azp is not None:
        expected[f"{HOST}:azp"] = azp
    assert identity.condition_keys == expected


@pytest.mark.parametrize(
    ("aud", "azp"),
    [
        ("nobody", None),
        ("", None),
        (CLIENT_ID.upper(), None),
        (f"{CLIENT_ID} ", None),
        (["nobody"], None),
        ([""], None),
        ([[CLIENT_ID]], None),
        ({CLIENT_ID: 1}, None),
        (7, None),
        (CLIENT_ID, "nobody"),
        ([CLIENT_ID], "nobody"),
    ],
)
def test_token_for_another_audience_is_rejected(aud: Any, azp: str | None) -> None:
    assert token_error(token_with(aud=aud, azp=azp)) == "Incorrect token audience"


def test_token_without_an_audience_is_rejected() -> None:
    assert token_error(sign_token(valid_claims(aud=[]))) == "Missing a required claim: aud"


@pytest.mark.parametrize("azp", ["", 7, [CLIENT_ID], "x" * 256, "a\nb"])
def test_invalid_authorized_party_is_rejected(azp: Any) -> None:
    with pytest.raises(InvalidClaim, match="The claim azp must be a string"):
        verify_token(sign_token(valid_claims(azp=azp)))


# Condition keys.


def test_amr_claim_is_a_condition_key() -> None:
    assert verify_token(sign_token(valid_claims(amr=["mfa", "pwd"]))).condition_keys[f"{HOST}:amr"] == (
        "mfa",
        "pwd",
    )
    for invalid in ("mfa", 7, ["mfa", 7], [["mfa"]]):
        assert f"{HOST}:amr" not in verify_token(sign_token(valid_claims(amr=invalid))).condition_keys


def test_other_claims_are_condition_keys_for_the_providers_of_aws_only() -> None:
    claims = {
        "repository": "acme/site",
        "actor": "mona",
        "project_id": "7",
        "email": "a@example.com",
        "ref": 7,
    }
    github = "token.actions.githubusercontent.com"
    assert verify_token(sign_token(valid_claims(github, **claims)), host=github).condition_keys == {
        f"{github}:sub": SUBJECT,
        f"{github}:aud": CLIENT_ID,
        f"{github}:repository": "acme/site",
        f"{github}:actor": "mona",
    }
    assert verify_token(sign_token(valid_claims(**claims))).condition_keys.keys() == {
        f"{HOST}:sub",
        f"{HOST}:aud",
    }


def test_condition_keys_are_lower_case() -> None:
    host = "IdP.example.com/Realm"
    assert verify_token(sign_token(valid_claims(host)), host=host).condition_keys.keys() == {
        "idp.example.com/realm:sub",
        "idp.example.com/realm:aud",
    }


# Session tags and source identity.


@pytest.mark.parametrize(
    "claims",
    [
        {TAGS: {"principal_tags": {"Team": ["a b"], "k": [""]}, "transitive_tag_keys": ["Team"]}},
        {TAGS: {"principal_tags": {"Team": "a b", "k": ""}, "transitive_tag_keys": ["Team"]}},
        {f"{FLAT}/Team": "a b", f"{FLAT}/k": [""], f"{TAGS}/transitive_tag_keys": ["Team"]},
    ],
)
def test_session_tags_may_be_nested_or_flat(claims: dict[str, Any]) -> None:
    identity = verify_token(sign_token(valid_claims(**claims)))
    assert identity.tags == (Tag("Team", "a b"), Tag("k", ""))
    assert identity.transitive_tag_keys == ("Team",)


@pytest.mark.parametrize("tags", [{}, {"principal_tags": {}}, {"transitive_tag_keys": []}, {"other": 7}])
def test_session_tags_are_optional(tags: dict[str, Any]) -> None:
    identity = verify_token(sign_token(valid_claims(**{TAGS: tags})))
    assert (identity.tags, identity.transitive_tag_keys) == ((), ())


@pytest.mark.parametrize(
    "tags",
    [
        [],
        "Team=a",
        7,
        {"principal_tags": []},
        {"principal_tags": None},
        {"principal_tags": "Team"},
        {"principal_tags": {"Team": []}},
        {"principal_tags": {"Team": ["a", "b"]}},
        {"principal_tags": {"Team": None}},
        {"principal_tags": {"Team": 7}},
        {"principal_tags": {"Team": [7]}},
        {"principal_tags": {"Team": {"a": 1}}},
        {"principal_tags": {"Team": "x" * 257}},
        {"principal_tags": {"Team": "a\nb"}},
        {"principal_tags": {"Team": "a*"}},
        {"principal_tags": {"Team": "\ud800"}},
        {"principal_tags": {"": "a"}},
        {"principal_tags": {"x" * 129: "a"}},
        {"principal_tags": {"a\0": "a"}},
        {"principal_tags": {"a*": "a"}},
        {"principal_tags": {"\ud800": "a"}},
        {"transitive_tag_keys": "Team"},
        {"transitive_tag_keys": {"Team": 1}},
        {"transitive_tag_keys": [7]},
        {"transitive_tag_keys": [None]},
        {"transitive_tag_keys": [["Team"]]},
        {"transitive_tag_keys": None},
    ],
)
def test_invalid_session_tags_are_rejected(tags: Any) -> None:
    with pytest.raises(InvalidClaim):
        verify_token(token_with(**{TAGS: tags}))


@pytest.mark.parametrize("identity", ["ab", "x" * 64, "mona@example.com", "a_b+c=d,e.f-g"])
def test_source_identity_claim(identity: str) -> None:
    assert verify_token(sign_token(valid_claims(**{SOURCE_IDENTITY: identity}))).source_identity == identity


@pytest.mark.parametrize(
    "identity", ["", "a", "x" * 65, "a b", "aws:a", "a\n", "é" * 3, 77, ["mona"], {}, True]
)
def test_invalid_source_identity_is_rejected(identity: Any) -> None:
    with pytest.raises(InvalidClaim, match="The source identity must have"):
        verify_token(sign_token(valid_claims(**{SOURCE_IDENTITY: identity})))
