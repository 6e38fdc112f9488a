"""Signature Version 4: signatures by AWS and botocore verify, and verify only the request that was signed."""

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamd.core.errors import Fault, IncompleteSignature, SignatureDoesNotMatch
from iamd.wire import sigv4
from iamd.wire.query_request import parse_form
from iamd.wire.request import Request
from tests.wire.signing import FORM, KEY_ID, NOW, SECRET, check, get, passes, post, presigned, signed

TOKEN = "FwoGZXIvYXdzEXAMPLE+token/1234=="

no_deadline = settings(deadline=None)

# AWS's own vectors.

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("sigv4_vectors.json").read_text())
VECTOR_TIME = datetime(2015, 8, 30, 12, 36, 0, tzinfo=UTC)
VECTOR_NAMES = [vector["name"] for vector in VECTORS]


def wsgi_string(text: str) -> str:
    """Return text as a WSGI string: one character for each byte."""
    return text.encode().decode("latin-1")


def vector_request(vector: dict[str, Any]) -> Request:
    return Request(
        vector["method"],
        wsgi_string(vector["path"]),
        wsgi_string(vector["query"]),
        {**vector["headers"], "authorization": vector["authorization"]},
        vector["body"].encode(),
        "192.0.2.1",
        secure=False,
    )


def test_all_vectors_are_present() -> None:
    assert len(VECTORS) == 34


@pytest.mark.parametrize("vector", VECTORS, ids=VECTOR_NAMES)
def test_vector_signature_verifies(vector: dict[str, Any]) -> None:
    signature = sigv4.parse_signature(vector_request(vector), VECTOR_TIME)
    assert signature.string_to_sign == vector["string_to_sign"]
    canonical = hashlib.sha256(vector["canonical_request"].encode()).hexdigest()
    assert signature.string_to_sign.endswith(f"\n{canonical}")
    sigv4.verify(signature, SECRET)
    with pytest.raises(SignatureDoesNotMatch):
        sigv4.verify(signature, SECRET[:-1])


@pytest.mark.parametrize("vector", VECTORS, ids=VECTOR_NAMES)
def test_vector_presigned_by_botocore_verifies(vector: dict[str, Any]) -> None:
    unsigned = vector_request(vector)
    headers = {"host": unsigned.headers["host"]}
    query = quote(vector["query"], safe="=&%-._~")
    presigned_request = presigned(
        unsigned._replace(path="/", query=query, headers=headers, body=b""), at=VECTOR_TIME
    )
    assert passes(presigned_request, VECTOR_TIME)
    assert not passes(presigned_request._replace(method="PUT"), VECTOR_TIME)


def test_unsigned_security_token_header_is_rejected() -> None:
    """The suite allows this, but IAM and STS do not: they require all `x-amz-*` headers to be signed."""
    vector = VECTORS[VECTOR_NAMES.index("post-sts-token/post-sts-header-after")]
    signed_request = vector_request(vector)
    signed_request.headers["x-amz-security-token"] = TOKEN
    with pytest.raises(SignatureDoesNotMatch, match="'x-amz-security-token' must be a 'SignedHeader'"):
        sigv4.parse_signature(signed_request, VECTOR_TIME)


# Signatures by botocore, for generated requests.

VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
FORMS = st.dictionaries(st.text("abc.019", min_size=1, max_size=6), VALUES, max_size=4)
HEADER_VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


def encoded(form: dict[str, str]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in form.items())


@no_deadline
@given(FORMS, HEADER_VALUES, st.sampled_from(["us-east-1", "eu-central-1", "x"]))
def test_signed_post_verifies(form: dict[str, str], agent: str, region: str) -> None:
    signed_request = signed(post(encoded(form), user_agent=agent, x_amz_meta=agent), region=region)
    signature = check(signed_request)
    assert (signature.access_key_id, signature.region, signature.service) == (KEY_ID, region, "iam")
    assert signature.session_token is None


@no_deadline
@given(FORMS)
def test_signed_get_verifies(form: dict[str, str]) -> None:
    assert check(signed(get(encoded(form)))).signed_at == NOW


@no_deadline
@given(FORMS, st.none() | st.just(TOKEN))
def test_presigned_get_verifies(form: dict[str, str], token: str | None) -> None:
    signed_request = presigned(get(encoded(form)), token=token)
    assert check(signed_request).session_token == token
    assert parse_form(signed_request.query, b"", "") == form


def test_date_header_is_accepted_for_x_amz_date() -> None:
    signed_request = signed(post(date="now"))
    assert signed_request.headers["date"] == "Mon, 23 Nov 2026 09:30:00 -0000"
    assert "x-amz-date" not in signed_request.headers
    assert check(signed_request).signed_at == NOW


def test_session_token_is_parsed() -> None:
    assert check(signed(post(), token=TOKEN)).session_token == TOKEN
    assert check(presigned(get(), token=TOKEN)).session_token == TOKEN


# Changed requests do not verify.

SIGNED_POST = signed(post("Action=CreateUser&UserName=a+b%26", x_amz_meta="one two"), token=TOKEN)
SIGNED_GET = signed(get("Action=CreateUser&UserName=a%20b"), token=TOKEN)
PRESIGNED = presigned(get("Action=CreateUser&UserName=a b"), token=TOKEN)
PRESIGNED_HEADER = presigned(
    get()._replace(headers={"host": "h", "x-amz-meta": "one two"}),
)
SAMPLES = {"post": SIGNED_POST, "get": SIGNED_GET, "presigned": PRESIGNED, "header": PRESIGNED_HEADER}


def bit_flips(text: str) -> Iterator[str]:
    """Yield the text with each of its bits flipped in turn."""
    for position, bit in itertools.product(range(len(text)), range(8)):
        yield text[:position] + chr(ord(text[position]) ^ 1 << bit) + text[position + 1 :]


def bit_flipped_requests(signed_request: Request) -> Iterator[Request]:
    """Yield the request with each bit of its method, path, query, headers and body flipped in turn."""
    yield from (signed_request._replace(method=method) for method in bit_flips(signed_request.method))
    yield from (signed_request._replace(path=path) for path in bit_flips(signed_request.path))
    yield from (signed_request._replace(query=query) for query in bit_flips(signed_request.query))
    for name, value in signed_request.headers.items():
        yield from (
            signed_request._replace(headers={**signed_request.headers, name: other})
            for other in bit_flips(value)
        )
    bodies = bit_flips(signed_request.body.decode("latin-1"))
    yield from (signed_request._replace(body=body.encode("latin-1")) for body in bodies)


def decoded(signed_request: Request) -> object:
    """Return the request with its query decoded: `%2f` and `%2F` are the same."""
    return sigv4.parse_query(signed_request.query), signed_request._replace(query="")


@pytest.mark.parametrize("signed_request", SAMPLES.values(), ids=SAMPLES)
def test_flipping_any_bit_invalidates_the_signature(signed_request: Request) -> None:
    assert passes(signed_request)
    changed = [
        mutant
        for mutant in bit_flipped_requests(signed_request)
        if decoded(mutant) != decoded(signed_request)
    ]
    assert [mutant for mutant in changed if passes(mutant)] == []
    assert len(changed) > 1000


@no_deadline
@given(FORMS, st.data())
def test_flipping_a_bit_of_a_generated_request_invalidates_the_signature(
    form: dict[str, str], data: st.DataObject
) -> None:
    signed_request = data.draw(
        st.sampled_from(
            [signed(post(encoded(form)), token=TOKEN), presigned(get(encoded(form)), token=TOKEN)]
        )
    )
    mutant = data.draw(st.sampled_from(list(bit_flipped_requests(signed_request))))
    assert decoded(mutant) == decoded(signed_request) or not passes(mutant)


@pytest.mark.parametrize("signed_request", [SIGNED_POST, SIGNED_GET], ids=["post", "get"])
def test_signed_headers_cannot_be_removed_or_added(signed_request: Request) -> None:
    for name in signed_request.headers:
        other_headers = {other: value for other, value in signed_request.headers.items() if other != name}
        assert not passes(signed_request._replace(headers=other_headers))
    assert not passes(signed_request._replace(headers={**signed_request.headers, "x-amz-target": "X"}))
    assert passes(signed_request._replace(headers={**signed_request.headers, "accept": "X"}))


# Requests with the same signature are the same request.

QUERY_PARTS = ["a", "A", "b", "+", "%20", "%2B", "%2b", " ", "&", "%26", "=", "%3D", ";", "%3B", "%", "%25"]
QUERY_PARTS += [
    "%C3%A9",
    "%c3%a9",
    wsgi_string("é"),
    wsgi_string("Ã©"),
    "%C3%83%C2%A9",
    "%00",
    "\xff",
    "%FF",
    "?",
    "/",
    "%2F",
]


def short_queries() -> Iterator[str]:
    for length in range(1, 4):
        for parts in itertools.product(QUERY_PARTS, repeat=length):
            yield "".join(parts)
            yield f"a={''.join(parts)}"


def test_queries_with_equal_canonical_form_have_equal_parameters() -> None:
    """All short queries: those with the same canonical form have the same parameters."""
    forms_by_canonical: dict[object, set[object]] = defaultdict(set)
    for query in short_queries():
        with suppress(Fault):
            form = parse_form(query, b"", "")
            forms_by_canonical[sigv4._canonical_query_string(sigv4.parse_query(query))].add(
                frozenset(form.items())
            )
    assert len(forms_by_canonical) > 1000
    assert [(canonical, forms) for canonical, forms in forms_by_canonical.items() if len(forms) > 1] == []


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("A=%C3%83%C2%A9", f"A={wsgi_string('é')}"),  # regression: an unescaped byte was read as a character
        ("A=a%20b", "A=a%2Bb"),
        ("A=a+b", "A=a%2Bb"),
        ("A=1&B=2", "A=1;B=2"),
        ("A=1", "a=1"),
        ("A=&B=", "A=%26B="),
        ("A=1%00", "A=1"),
        ("A=", "=A"),
        ("A=1&A=1", "A=1"),
    ],
)
def test_different_queries_have_different_signatures(query: str, other: str) -> None:
    signed_request = signed(get(query))
    assert not passes(signed_request._replace(query=other))


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("A=a%20b", "A=a+b"),
        ("A=%2F", "A=%2f"),
        ("A=%2F", "A=/"),
        ("A=1&B=2", "B=2&&A=1&"),
        ("A", "A="),
        ("A=%C3%A9", f"A={wsgi_string('é')}"),
        ("Action=%41", "%41ction=A"),
    ],
)
def test_equivalent_query_spellings_have_the_same_signature(query: str, other: str) -> None:
    canonical = [sigv4._canonical_query_string(sigv4.parse_query(text)) for text in (query, other)]
    assert canonical[0] == canonical[1]
    assert parse_form(query, b"", "") == parse_form(other, b"", "")


@pytest.mark.parametrize("blank", ["\xa0", "\x85", "\x1c", "\x0b", "\x0c", "\n", "\r", ""])
def test_only_spaces_and_tabs_are_collapsed_in_header_values(blank: str) -> None:
    signed_request = signed(post(x_amz_meta="a b"))
    assert passes(signed_request._replace(headers={**signed_request.headers, "x-amz-meta": " a \t  b "}))
    assert not passes(signed_request._replace(headers={**signed_request.headers, "x-amz-meta": f"a{blank}b"}))
    assert not passes(
        signed_request._replace(headers={**signed_request.headers, "x-amz-meta": f"a b{blank or 'c'}"})
    )


def test_header_values_cannot_be_moved_between_headers() -> None:
    signed_request = signed(post(x_amz_a="1", x_amz_b="2"))
    for a, b in (("1\nx-amz-b:2", ""), ("", "1\n2"), ("1,2", ""), ("2", "1")):
        assert not passes(
            signed_request._replace(headers={**signed_request.headers, "x-amz-a": a, "x-amz-b": b})
        )


def test_query_parameters_cannot_be_moved_into_the_body() -> None:
    signed_request = signed(get("Action=DeleteUser&UserName=a"))
    moved_request = signed_request._replace(query="Action=DeleteUser", body=b"UserName=a")
    assert not passes(moved_request._replace(headers={**moved_request.headers, "content-type": FORM}))


def test_path_is_normalized_as_in_aws() -> None:
    def path(text: str) -> str:
        return sigv4.normalized_path(text)

    assert path("//a/./b/../c/") == "/a/c/"
    assert path("/../..") == "/"
    assert path("/%2e") == "/%252e"
    assert path("/a b~") == "/a%20b~"
    assert path(".") != "/"
    assert path("*") != "/"


# Arbitrary input raises nothing but a Fault.

JUNK = st.text(st.characters(max_codepoint=0xFF), max_size=60)
CREDENTIAL = f"{KEY_ID}/20261123/us-east-1/iam/aws4_request"
DATES = st.sampled_from(
    ["20261123T093000Z", "20260230T000000Z", "Mon, 30 Feb 2026 00:00:00 GMT", "00010101T000000Z"]
)


@st.composite
def authorizations(draw: st.DrawFn) -> str:
    fields = st.sampled_from(["Credential=", "SignedHeaders=", "Signature=", "", "X="])
    values = st.sampled_from([CREDENTIAL, "host;x-amz-date", "host", "", "a" * 64]) | JUNK
    parts = draw(st.lists(st.tuples(fields, values), max_size=4))
    return draw(st.sampled_from(["AWS4-HMAC-SHA256 ", ""])) + ", ".join(f"{a}{b}" for a, b in parts)


@no_deadline
@given(
    st.fixed_dictionaries(
        {"host": JUNK},
        optional={
            "authorization": authorizations() | JUNK,
            "x-amz-date": DATES | JUNK,
            "date": DATES | JUNK,
            "x-amz-security-token": JUNK,
            "x-amz-content-sha256": JUNK,
        },
    ),
    st.lists(
        st.tuples(
            st.sampled_from(
                [f"X-Amz-{name}" for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders")]
                + ["X-Amz-Signature", "x-amz-date", "A"]
            ),
            st.sampled_from(["AWS4-HMAC-SHA256", CREDENTIAL, "host", "60", "9" * 5000]) | DATES | JUNK,
        ),
        max_size=7,
    ),
    JUNK,
)
def test_arbitrary_signature_input_is_rejected(
    headers: dict[str, str], pairs: list[tuple[str, str]], junk: str
) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs) + junk
    with suppress(Fault):
        sigv4.verify(sigv4.parse_signature(get(query)._replace(headers=headers, path=junk), NOW), SECRET)
        raise AssertionError("junk verified")


@no_deadline
@given(JUNK)
def test_arbitrary_date_is_rejected(text: str) -> None:
    signed_request = signed(post())
    with pytest.raises((IncompleteSignature, SignatureDoesNotMatch)):
        check(signed_request._replace(headers={**signed_request.headers, "x-amz-date": text}))
