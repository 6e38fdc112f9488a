"""Signatures that AWS and botocore made verify, and verify nothing but what they were made for."""

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

calm = settings(deadline=None)

# AWS's own vectors.

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("sigv4_vectors.json").read_text())
VECTOR_NOW = datetime(2015, 8, 30, 12, 36, 0, tzinfo=UTC)
NAMES = [vector["name"] for vector in VECTORS]


def wsgi(text: str) -> str:
    """Return text as a server hands it on: each byte a character."""
    return text.encode().decode("latin-1")


def of_vector(vector: dict[str, Any]) -> Request:
    return Request(
        vector["method"],
        wsgi(vector["path"]),
        wsgi(vector["query"]),
        {**vector["headers"], "authorization": vector["authorization"]},
        vector["body"].encode(),
        "192.0.2.1",
        secure=False,
    )


def test_the_suite_is_whole() -> None:
    assert len(VECTORS) == 34


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_a_vector_verifies(vector: dict[str, Any]) -> None:
    claim = sigv4.parse_signature(of_vector(vector), VECTOR_NOW)
    assert claim.string_to_sign == vector["string_to_sign"]
    canonical = hashlib.sha256(vector["canonical_request"].encode()).hexdigest()
    assert claim.string_to_sign.endswith(f"\n{canonical}")
    sigv4.verify(claim, SECRET)
    with pytest.raises(SignatureDoesNotMatch):
        sigv4.verify(claim, SECRET[:-1])


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_a_presigned_twin_of_a_vector_verifies(vector: dict[str, Any]) -> None:
    plain = of_vector(vector)
    headers = {"host": plain.headers["host"]}
    query = quote(vector["query"], safe="=&%-._~")
    twin = presigned(plain._replace(path="/", query=query, headers=headers, body=b""), at=VECTOR_NOW)
    assert passes(twin, VECTOR_NOW)
    assert not passes(twin._replace(method="PUT"), VECTOR_NOW)


def test_a_token_added_after_signing_is_refused() -> None:
    """One way of the suite's, which IAM and STS do not go: they want all of `x-amz-*` signed."""
    vector = VECTORS[NAMES.index("post-sts-token/post-sts-header-after")]
    sent = of_vector(vector)
    sent.headers["x-amz-security-token"] = TOKEN
    with pytest.raises(SignatureDoesNotMatch, match="'x-amz-security-token' must be a 'SignedHeader'"):
        sigv4.parse_signature(sent, VECTOR_NOW)


# Botocore's signatures, of anything that a client may send.

VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
FORMS = st.dictionaries(st.text("abc.019", min_size=1, max_size=6), VALUES, max_size=4)
HEADER_VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


def encoded(form: dict[str, str]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in form.items())


@calm
@given(FORMS, HEADER_VALUES, st.sampled_from(["us-east-1", "eu-central-1", "x"]))
def test_a_signed_form_verifies(form: dict[str, str], agent: str, region: str) -> None:
    sent = signed(post(encoded(form), user_agent=agent, x_amz_meta=agent), region=region)
    claim = check(sent)
    assert (claim.access_key_id, claim.region, claim.service) == (KEY_ID, region, "iam")
    assert claim.session_token is None


@calm
@given(FORMS)
def test_a_signed_query_verifies(form: dict[str, str]) -> None:
    assert check(signed(get(encoded(form)))).signed_at == NOW


@calm
@given(FORMS, st.none() | st.just(TOKEN))
def test_a_presigned_query_verifies(form: dict[str, str], token: str | None) -> None:
    sent = presigned(get(encoded(form)), token=token)
    assert check(sent).session_token == token
    assert parse_form(sent.query, b"", "") == form


def test_a_date_header_will_do() -> None:
    sent = signed(post(date="now"))
    assert sent.headers["date"] == "Mon, 23 Nov 2026 09:30:00 -0000"
    assert "x-amz-date" not in sent.headers
    assert check(sent).signed_at == NOW


def test_a_token_is_told() -> None:
    assert check(signed(post(), token=TOKEN)).session_token == TOKEN
    assert check(presigned(get(), token=TOKEN)).session_token == TOKEN


# Nothing but what was signed.

SIGNED_POST = signed(post("Action=CreateUser&UserName=a+b%26", x_amz_meta="one two"), token=TOKEN)
SIGNED_GET = signed(get("Action=CreateUser&UserName=a%20b"), token=TOKEN)
PRESIGNED = presigned(get("Action=CreateUser&UserName=a b"), token=TOKEN)
PRESIGNED_HEADER = presigned(
    get()._replace(headers={"host": "h", "x-amz-meta": "one two"}),
)
SAMPLES = {"post": SIGNED_POST, "get": SIGNED_GET, "presigned": PRESIGNED, "header": PRESIGNED_HEADER}


def flips(text: str) -> Iterator[str]:
    """Return a text with each of its bits changed in turn."""
    for place, bit in itertools.product(range(len(text)), range(8)):
        yield text[:place] + chr(ord(text[place]) ^ 1 << bit) + text[place + 1 :]


def mutants(sent: Request) -> Iterator[Request]:
    """Return a request with each bit changed that it has: line, headers and body."""
    yield from (sent._replace(method=method) for method in flips(sent.method))
    yield from (sent._replace(path=path) for path in flips(sent.path))
    yield from (sent._replace(query=query) for query in flips(sent.query))
    for name, value in sent.headers.items():
        yield from (sent._replace(headers={**sent.headers, name: other}) for other in flips(value))
    bodies = flips(sent.body.decode("latin-1"))
    yield from (sent._replace(body=body.encode("latin-1")) for body in bodies)


def meaning(sent: Request) -> object:
    """Return what operation and signature read in a query: an escape's `%2f` is `%2F`."""
    return sigv4._parse_query(sent.query), sent._replace(query="")


@pytest.mark.parametrize("sent", SAMPLES.values(), ids=SAMPLES)
def test_no_bit_can_be_changed(sent: Request) -> None:
    assert passes(sent)
    tried = [mutant for mutant in mutants(sent) if meaning(mutant) != meaning(sent)]
    assert [mutant for mutant in tried if passes(mutant)] == []
    assert len(tried) > 1000


@calm
@given(FORMS, st.data())
def test_no_bit_of_any_form_can_be_changed(form: dict[str, str], data: st.DataObject) -> None:
    sent = data.draw(
        st.sampled_from(
            [signed(post(encoded(form)), token=TOKEN), presigned(get(encoded(form)), token=TOKEN)]
        )
    )
    mutant = data.draw(st.sampled_from(list(mutants(sent))))
    assert meaning(mutant) == meaning(sent) or not passes(mutant)


@pytest.mark.parametrize("sent", [SIGNED_POST, SIGNED_GET], ids=["post", "get"])
def test_a_signed_header_can_neither_go_nor_come(sent: Request) -> None:
    for name in sent.headers:
        fewer = {other: value for other, value in sent.headers.items() if other != name}
        assert not passes(sent._replace(headers=fewer))
    assert not passes(sent._replace(headers={**sent.headers, "x-amz-target": "X"}))
    assert passes(sent._replace(headers={**sent.headers, "accept": "X"}))


# Two spellings of one signature are one request.

PIECES = ["a", "A", "b", "+", "%20", "%2B", "%2b", " ", "&", "%26", "=", "%3D", ";", "%3B", "%", "%25"]
PIECES += ["%C3%A9", "%c3%a9", wsgi("é"), wsgi("Ã©"), "%C3%83%C2%A9", "%00", "\xff", "%FF", "?", "/", "%2F"]


def spellings() -> Iterator[str]:
    for length in range(1, 4):
        for pieces in itertools.product(PIECES, repeat=length):
            yield "".join(pieces)
            yield f"a={''.join(pieces)}"


def test_one_canonical_query_is_read_in_one_way() -> None:
    """All short queries: those that have a signature in common are the same to the operation."""
    read: dict[object, set[object]] = defaultdict(set)
    for query in spellings():
        with suppress(Fault):
            form = parse_form(query, b"", "")
            read[sigv4._canonical_query_string(sigv4._parse_query(query))].add(frozenset(form.items()))
    assert len(read) > 1000
    assert [(canonical, forms) for canonical, forms in read.items() if len(forms) > 1] == []


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("A=%C3%83%C2%A9", f"A={wsgi('é')}"),  # once the same: an unescaped byte was taken for a character
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
def test_other_queries_have_other_signatures(query: str, other: str) -> None:
    sent = signed(get(query))
    assert not passes(sent._replace(query=other))


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("A=a%20b", "A=a+b"),
        ("A=%2F", "A=%2f"),
        ("A=%2F", "A=/"),
        ("A=1&B=2", "B=2&&A=1&"),
        ("A", "A="),
        ("A=%C3%A9", f"A={wsgi('é')}"),
        ("Action=%41", "%41ction=A"),
    ],
)
def test_spellings_of_one_query_have_one_signature(query: str, other: str) -> None:
    canonical = [sigv4._canonical_query_string(sigv4._parse_query(text)) for text in (query, other)]
    assert canonical[0] == canonical[1]
    assert parse_form(query, b"", "") == parse_form(other, b"", "")


@pytest.mark.parametrize("blank", ["\xa0", "\x85", "\x1c", "\x0b", "\x0c", "\n", "\r", ""])
def test_only_blanks_are_blank_in_a_header(blank: str) -> None:
    sent = signed(post(x_amz_meta="a b"))
    assert passes(sent._replace(headers={**sent.headers, "x-amz-meta": " a \t  b "}))
    assert not passes(sent._replace(headers={**sent.headers, "x-amz-meta": f"a{blank}b"}))
    assert not passes(sent._replace(headers={**sent.headers, "x-amz-meta": f"a b{blank or 'c'}"}))


def test_headers_cannot_be_moved_into_one_another() -> None:
    sent = signed(post(x_amz_a="1", x_amz_b="2"))
    for a, b in (("1\nx-amz-b:2", ""), ("", "1\n2"), ("1,2", ""), ("2", "1")):
        assert not passes(sent._replace(headers={**sent.headers, "x-amz-a": a, "x-amz-b": b}))


def test_a_query_cannot_be_moved_into_the_body() -> None:
    sent = signed(get("Action=DeleteUser&UserName=a"))
    moved = sent._replace(query="Action=DeleteUser", body=b"UserName=a")
    assert not passes(moved._replace(headers={**moved.headers, "content-type": FORM}))


def test_the_path_is_normalised_as_aws_does_and_no_further() -> None:
    def path(text: str) -> str:
        return sigv4._canonical_uri(text)

    assert path("//a/./b/../c/") == "/a/c/"
    assert path("/../..") == "/"
    assert path("/%2e") == "/%252e"
    assert path("/a b~") == "/a%20b~"
    assert path(".") != "/"
    assert path("*") != "/"


# Whatever comes, a fault is all that goes up.

JUNK = st.text(st.characters(max_codepoint=0xFF), max_size=60)
CREDENTIAL = f"{KEY_ID}/20261123/us-east-1/iam/aws4_request"
MOMENTS = st.sampled_from(
    ["20261123T093000Z", "20260230T000000Z", "Mon, 30 Feb 2026 00:00:00 GMT", "00010101T000000Z"]
)


@st.composite
def authorizations(draw: st.DrawFn) -> str:
    fields = st.sampled_from(["Credential=", "SignedHeaders=", "Signature=", "", "X="])
    values = st.sampled_from([CREDENTIAL, "host;x-amz-date", "host", "", "a" * 64]) | JUNK
    parts = draw(st.lists(st.tuples(fields, values), max_size=4))
    return draw(st.sampled_from(["AWS4-HMAC-SHA256 ", ""])) + ", ".join(f"{a}{b}" for a, b in parts)


@calm
@given(
    st.fixed_dictionaries(
        {"host": JUNK},
        optional={
            "authorization": authorizations() | JUNK,
            "x-amz-date": MOMENTS | JUNK,
            "date": MOMENTS | JUNK,
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
            st.sampled_from(["AWS4-HMAC-SHA256", CREDENTIAL, "host", "60", "9" * 5000]) | MOMENTS | JUNK,
        ),
        max_size=7,
    ),
    JUNK,
)
def test_junk_is_refused_with_a_fault(
    headers: dict[str, str], pairs: list[tuple[str, str]], rest: str
) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs) + rest
    with suppress(Fault):
        sigv4.verify(sigv4.parse_signature(get(query)._replace(headers=headers, path=rest), NOW), SECRET)
        raise AssertionError("junk verified")


@calm
@given(JUNK)
def test_a_junk_date_is_refused(text: str) -> None:
    sent = signed(post())
    with pytest.raises((IncompleteSignature, SignatureDoesNotMatch)):
        check(sent._replace(headers={**sent.headers, "x-amz-date": text}))
