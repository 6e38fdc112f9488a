"""What of a token's claims is believed and used, and what is said of the rest."""

import json
from typing import Any

import pytest

from iamd.core.records import Tag
from iamd.federation.errors import InvalidClaim, InvalidToken, TokenExpired
from iamd.federation.id_tokens import unverified_issuer
from tests.federation.tokens import (
    FLAT,
    HOST,
    NOW,
    SOURCE_IDENTITY,
    TAGS,
    believed,
    forged,
    good,
    odd,
    said,
    sealed,
)
from tests.issuer import CLIENT_ID, SUBJECT, segment, signed

# From whom.


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
def test_a_token_of_another_issuer_is_refused(issuer: Any) -> None:
    assert said(odd(iss=issuer)) == "The token is from another issuer."


@pytest.mark.parametrize("host", [f"{HOST}/", f"{HOST}/realms/one", f"{HOST}/realms/one/", f"{HOST}:8443"])
def test_an_issuer_may_have_a_path_a_slash_at_its_end_and_a_port(host: str) -> None:
    who = believed(signed(good(host)), host=host)
    assert who.issuer == f"https://{host}"
    assert who.condition_keys == {f"{host}:sub": SUBJECT, f"{host}:aud": CLIENT_ID}


def test_whom_a_token_claims_to_be_from() -> None:
    assert unverified_issuer(forged({"alg": "none"}, {"iss": "https://any.example"})) == "https://any.example"
    with pytest.raises(InvalidToken, match="Missing a required claim: iss"):
        unverified_issuer(forged({"alg": "none"}, {}))


@pytest.mark.parametrize(
    "issuer", ["", "a b", "a\nb", "a\0b", "\ud800", "é", "x" * 256, 7, True, [], {}, ["https://a"]]
)
def test_what_cannot_be_an_issuer_is_not_looked_up(issuer: Any) -> None:
    with pytest.raises(InvalidToken, match="The claim iss is not the URL of an issuer"):
        unverified_issuer(forged({"alg": "none"}, {"iss": issuer}))


# Until when.


@pytest.mark.parametrize(("exp", "iat"), [(NOW + 600, NOW), (NOW - 59, NOW - 999), (NOW + 600, NOW + 60)])
def test_clocks_may_be_a_minute_apart(exp: int, iat: int) -> None:
    assert believed(signed(good(exp=exp, iat=iat))).subject == SUBJECT


@pytest.mark.parametrize("exp", [NOW - 60, NOW - 61, NOW - 10**8, 0, -1, -(10**11)])
def test_a_token_ends_when_it_says(exp: int) -> None:
    with pytest.raises(TokenExpired) as caught:
        believed(signed(good(exp=exp, iat=NOW - 999)))
    assert str(caught.value) == (
        f"Token expired: current date/time {NOW} must be before the expiration date/time {exp}"
    )


@pytest.mark.parametrize("claims", [{"iat": NOW + 61}, {"nbf": NOW + 61}, {"nbf": NOW - 9, "iat": NOW + 61}])
def test_a_token_does_not_begin_before_it_says(claims: dict[str, int]) -> None:
    assert said(signed(good(**claims))) == "The token is not valid yet."


def test_a_token_may_begin_a_minute_from_now() -> None:
    assert believed(signed(good(nbf=NOW + 60))).subject == SUBJECT


@pytest.mark.parametrize("name", ["exp", "iat", "sub", "aud"])
@pytest.mark.parametrize("null", [True, False])
def test_what_a_token_must_say(name: str, null: bool) -> None:
    token = odd(**{name: None}) if null else signed(good(**{name: None}))
    assert said(token) == f"Missing a required claim: {name}"


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "Infinity", "-Infinity", "1e400", "1e12", f"{NOW}.5", "9" * 4000),
        *(str(10**12 + 1), str(-(10**12) - 1), "true", '"9999999999"', "[]", "{}", "[9999999999]"),
    ],
)
def test_times_are_integers_of_this_age(name: str, value: str) -> None:
    others = json.dumps(good(**{name: None}))[:-1]
    body = segment(f'{others}, "{name}": {value}}}'.encode())
    assert said(sealed({"alg": "RS256", "kid": "rsa"}, body)) == f"The claim {name} is not a time."


def test_claims_that_are_null_are_not_there() -> None:
    token = odd(**{"nbf": None, "azp": None, "amr": None, SOURCE_IDENTITY: None})
    assert believed(token).condition_keys == {
        f"{HOST}:sub": SUBJECT,
        f"{HOST}:aud": CLIENT_ID,
    }


# Who, and for whom.


@pytest.mark.parametrize("subject", ["a", "x" * 255, "é ü", "user|1", "<b>\"&'</b>", "${aws:username}", "*"])
def test_a_subject_is_any_printable_text(subject: str) -> None:
    assert believed(signed(good(sub=subject))).subject == subject


@pytest.mark.parametrize(
    "subject",
    [
        *("", "x" * 256, "x" * 300, "a\nb", "a\rb", "a\tb", "a\0b", "\x1b[31m", "\x7f", "\u202e", "\ud800"),
        *(7, 7.5, True, [], {}, ["a"], {"a": 1}),
    ],
)
def test_a_subject_is_nothing_else(subject: Any) -> None:
    token = odd(sub=subject)
    with pytest.raises(InvalidClaim, match="The claim sub must be a text of 1 to 255 printable characters"):
        believed(token)


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
def test_for_whom_a_token_is(aud: Any, azp: str | None, audience: str, original: str | None) -> None:
    who = believed(signed(good(aud=aud, azp=azp)))
    assert who.audience == audience
    expected = {f"{HOST}:sub": SUBJECT, f"{HOST}:aud": audience}
    if original is not None:
        expected[f"{HOST}:oaud"] = original
    if azp is not None:
        expected[f"{HOST}:azp"] = azp
    assert who.condition_keys == expected


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
def test_a_token_for_somebody_else_is_refused(aud: Any, azp: str | None) -> None:
    assert said(odd(aud=aud, azp=azp)) == "Incorrect token audience"


def test_a_token_for_nobody_is_refused() -> None:
    assert said(signed(good(aud=[]))) == "Missing a required claim: aud"


@pytest.mark.parametrize("azp", ["", 7, [CLIENT_ID], "x" * 256, "a\nb"])
def test_who_asked_for_a_token_is_a_text(azp: Any) -> None:
    with pytest.raises(InvalidClaim, match="The claim azp must be a text"):
        believed(signed(good(azp=azp)))


# What conditions may ask for.


def test_how_somebody_signed_in_may_be_asked_for() -> None:
    assert believed(signed(good(amr=["mfa", "pwd"]))).condition_keys[f"{HOST}:amr"] == ("mfa", "pwd")
    for broken in ("mfa", 7, ["mfa", 7], [["mfa"]]):
        assert f"{HOST}:amr" not in believed(signed(good(amr=broken))).condition_keys


def test_other_claims_may_be_asked_for_where_aws_lets_policies_do_so() -> None:
    claims = {
        "repository": "acme/site",
        "actor": "mona",
        "project_id": "7",
        "email": "a@example.com",
        "ref": 7,
    }
    github = "token.actions.githubusercontent.com"
    assert believed(signed(good(github, **claims)), host=github).condition_keys == {
        f"{github}:sub": SUBJECT,
        f"{github}:aud": CLIENT_ID,
        f"{github}:repository": "acme/site",
        f"{github}:actor": "mona",
    }
    assert believed(signed(good(**claims))).condition_keys.keys() == {f"{HOST}:sub", f"{HOST}:aud"}


def test_condition_keys_are_in_lower_case() -> None:
    host = "IdP.example.com/Realm"
    assert believed(signed(good(host)), host=host).condition_keys.keys() == {
        "idp.example.com/realm:sub",
        "idp.example.com/realm:aud",
    }


# What is passed to the session.


@pytest.mark.parametrize(
    "claims",
    [
        {TAGS: {"principal_tags": {"Team": ["a b"], "k": [""]}, "transitive_tag_keys": ["Team"]}},
        {TAGS: {"principal_tags": {"Team": "a b", "k": ""}, "transitive_tag_keys": ["Team"]}},
        {f"{FLAT}/Team": "a b", f"{FLAT}/k": [""], f"{TAGS}/transitive_tag_keys": ["Team"]},
    ],
)
def test_tags_come_nested_or_flat(claims: dict[str, Any]) -> None:
    who = believed(signed(good(**claims)))
    assert who.tags == (Tag("Team", "a b"), Tag("k", ""))
    assert who.transitive_tag_keys == ("Team",)


@pytest.mark.parametrize("tags", [{}, {"principal_tags": {}}, {"transitive_tag_keys": []}, {"other": 7}])
def test_there_may_be_no_tags(tags: dict[str, Any]) -> None:
    who = believed(signed(good(**{TAGS: tags})))
    assert (who.tags, who.transitive_tag_keys) == ((), ())


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
def test_tags_of_another_form_are_rejected(tags: Any) -> None:
    with pytest.raises(InvalidClaim):
        believed(odd(**{TAGS: tags}))


@pytest.mark.parametrize("identity", ["ab", "x" * 64, "mona@example.com", "a_b+c=d,e.f-g"])
def test_a_source_identity_is_passed_on(identity: str) -> None:
    assert believed(signed(good(**{SOURCE_IDENTITY: identity}))).source_identity == identity


@pytest.mark.parametrize(
    "identity", ["", "a", "x" * 65, "a b", "aws:a", "a\n", "é" * 3, 77, ["mona"], {}, True]
)
def test_a_source_identity_of_another_form_is_rejected(identity: Any) -> None:
    with pytest.raises(InvalidClaim, match="The source identity must have"):
        believed(signed(good(**{SOURCE_IDENTITY: identity})))
