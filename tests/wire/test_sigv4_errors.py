"""What a signature is refused for, in AWS's codes; each beside what passes."""

import ast
import hashlib
import inspect
from datetime import UTC, datetime, timedelta

import pytest

from iamd.core.errors import (
    Fault,
    IncompleteSignature,
    MissingAuthenticationToken,
    SignatureDoesNotMatch,
)
from iamd.wire import sigv4
from iamd.wire.request import Request
from tests.wire.signing import KEY_ID, NOW, SECRET, check, get, passes, post, presigned, signed

TOKEN = "token=="
HEADER = signed(post(), token=TOKEN)
QUERY = presigned(get(), token=TOKEN)


def refusal(sent: Request, now: datetime = NOW) -> tuple[type[Fault], str]:
    with pytest.raises(Fault) as refused:
        check(sent, now)
    return type(refused.value), refused.value.message


def with_header(name: str, value: str | None) -> Request:
    headers = {**HEADER.headers, name: value}
    return HEADER._replace(headers={name: value for name, value in headers.items() if value is not None})


def authorized(text: str) -> Request:
    return with_header("authorization", text)


def edited(old: str, new: str) -> Request:
    """Return the signed request with something else in its Authorization header."""
    assert old in HEADER.headers["authorization"]
    return authorized(HEADER.headers["authorization"].replace(old, new))


def with_query(old: str, new: str) -> Request:
    """Return the presigned request with something else in its query string."""
    assert old in QUERY.query
    return QUERY._replace(query=QUERY.query.replace(old, new))


def test_codes_have_their_statuses() -> None:
    kinds = (MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch)
    assert [(kind.code, kind.status) for kind in kinds] == [
        ("MissingAuthenticationToken", 403),
        ("IncompleteSignature", 400),
        ("SignatureDoesNotMatch", 403),
    ]


def test_what_is_altered_below_passes_unaltered() -> None:
    assert passes(HEADER)
    assert passes(QUERY)


# Time.


@pytest.mark.parametrize("seconds", [-900, -899, 0, 899, 900])
def test_a_clock_may_be_fifteen_minutes_off(seconds: int) -> None:
    assert passes(HEADER, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (
            901,
            "Signature expired: 20261123T093000Z is now earlier than 20261123T093001Z (20261123T094501Z - 15",
        ),
        (
            -901,
            "Signature not yet current: 20261123T093000Z is still later than 20261123T092959Z (20261123T09",
        ),
        (86400 * 400, "Signature expired"),
        (-86400 * 400, "Signature not yet current"),
    ],
)
def test_a_clock_may_be_no_further_off(seconds: int, words: str) -> None:
    kind, message = refusal(HEADER, NOW + timedelta(seconds=seconds))
    assert kind is SignatureDoesNotMatch
    assert message.startswith(words)


@pytest.mark.parametrize("midnight", [datetime(2026, 12, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)])
@pytest.mark.parametrize(("signed_at", "read_at"), [(-1, 1), (1, -1), (0, 0), (-1, 899), (800, -99)])
def test_midnight_is_no_edge(midnight: datetime, signed_at: int, read_at: int) -> None:
    sent = signed(post(), at=midnight + timedelta(seconds=signed_at))
    assert passes(sent, midnight + timedelta(seconds=read_at))


@pytest.mark.parametrize("day", ["20261122", "20261124", "2026112", "202611230", "2026-11-23", ""])
def test_the_scope_has_the_date_of_the_request(day: str) -> None:
    kind, message = refusal(edited("/20261123/", f"/{day}/"))
    assert kind is SignatureDoesNotMatch
    assert message == (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'20261123'."
    )


def test_x_amz_date_beats_date() -> None:
    assert passes(with_header("date", "Mon, 01 Jan 2001 00:00:00 GMT"))
    late = signed(post(), at=NOW - timedelta(hours=1))
    kept = late._replace(headers={**late.headers, "date": "Mon, 23 Nov 2026 09:30:00 GMT"})
    assert refusal(kept)[1].startswith("Signature expired")
    empty = with_header("x-amz-date", "")
    assert refusal(empty._replace(headers={**empty.headers, "date": HEADER.headers["x-amz-date"]})) == (
        IncompleteSignature,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:30:00Z",
        "20261123T093000",
        "20261123T093000z",
        "20261123t093000Z",
        "20261123T093060Z",
        "20261323T093000Z",
        "20260230T093000Z",
        "２0261123T093000Z",
        "202611 3T093000Z",
        " 20261123T093000Z",
        "20261123T093000Z,20261123T093000Z",
        "Mon, 23 Nov 2026 09:30:00 +0100",
        "Mon, 23 Nov 2026 09:30:00 +99999999999999999999",
        "Mon, 30 Feb 2026 09:30:00 GMT",
        "23 Nov 2026",
        "1795426200",
        "now",
    ],
)
def test_a_date_is_written_in_one_of_two_ways(text: str) -> None:
    kind, message = refusal(with_header("x-amz-date", text))
    assert kind is IncompleteSignature
    assert message.startswith("Date must be in ISO-8601 'basic format'.")


# Scope.


@pytest.mark.parametrize("terminator", ["aws4_reques", "aws4_request2", "AWS4_REQUEST", "aws5_request", ""])
def test_the_scope_ends_as_it_must(terminator: str) -> None:
    assert refusal(edited("/aws4_request", f"/{terminator}")) == (
        SignatureDoesNotMatch,
        "Credential should be scoped with a valid terminator: 'aws4_request'.",
    )


@pytest.mark.parametrize("region", ["", "us east", "US-EAST-1", "us\neast", "r" * 65])
def test_a_region_looks_like_one(region: str) -> None:
    kind, message = refusal(edited("/us-east-1/", f"/{region}/"))
    assert (kind, message) == (SignatureDoesNotMatch, "Credential should be scoped to a valid Region.")


@pytest.mark.parametrize(
    "credential", ["", KEY_ID, f"{KEY_ID}/20261123/us-east-1/iam", f"a/{KEY_ID}/1/2/3/4"]
)
def test_a_credential_has_five_parts(credential: str) -> None:
    whole = f"{KEY_ID}/20261123/us-east-1/iam/aws4_request"
    kind, message = refusal(edited(whole, credential))
    assert kind is IncompleteSignature
    assert message.startswith("Credential must have exactly 5 slash-delimited elements")


@pytest.mark.parametrize("part", ["us-east-2", "sts"])
def test_region_and_service_are_signed(part: str) -> None:
    old = "us-east-1" if "-" in part else "/iam/"
    kind, _ = refusal(edited(old, part if "-" in part else f"/{part}/"))
    assert kind is SignatureDoesNotMatch


# Presigned.


@pytest.mark.parametrize("expires", [1, 60, 604_800])
def test_a_presigned_request_lives_as_long_as_it_says(expires: int) -> None:
    sent = presigned(get(), expires=expires)
    assert passes(sent, NOW + timedelta(seconds=expires))
    kind, message = refusal(sent, NOW + timedelta(seconds=expires + 1))
    assert kind is SignatureDoesNotMatch
    assert message.startswith("Signature expired: ")
    assert refusal(sent, NOW - timedelta(seconds=901))[1].startswith("Signature not yet current")


@pytest.mark.parametrize("expires", [0, -1, 604_801, 1.5, "1e3", "0x10", "abc", "+5", " 5", "9" * 5000, "１"])
def test_a_presigned_request_says_how_long_in_whole_seconds(expires: object) -> None:
    assert refusal(presigned(get(), expires=expires)) == (
        IncompleteSignature,
        "X-Amz-Expires must be a whole number between 1 and 604800.",
    )


@pytest.mark.parametrize("name", ["Credential", "SignedHeaders", "Signature", "Date", "Expires"])
def test_a_presigned_request_has_all_its_parameters(name: str) -> None:
    message = f"Query-string authentication requires 'X-Amz-{name}' parameter."
    pairs = QUERY.query.split("&")
    fewer = "&".join(pair for pair in pairs if not pair.startswith(f"X-Amz-{name}="))
    assert refusal(QUERY._replace(query=fewer)) == (IncompleteSignature, message)
    empty = "&".join(f"X-Amz-{name}=" if pair.startswith(f"X-Amz-{name}=") else pair for pair in pairs)
    assert refusal(QUERY._replace(query=empty)) == (IncompleteSignature, message)


@pytest.mark.parametrize("algorithm", ["", "AWS4-ECDSA-P256-SHA256", "aws4-hmac-sha256", "AWS4-HMAC-SHA1"])
def test_a_presigned_request_has_the_one_algorithm(algorithm: str) -> None:
    kind, message = refusal(with_query("Algorithm=AWS4-HMAC-SHA256", f"Algorithm={algorithm}"))
    assert kind is IncompleteSignature
    assert "AWS4-HMAC-SHA256" in message


@pytest.mark.parametrize(
    "name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"]
)
@pytest.mark.parametrize("again", ["X-Amz-{}=1", "X%2DAmz-{}=1", "X-Amz-{}"])
def test_a_presigned_parameter_comes_once(name: str, again: str) -> None:
    for query in (f"{QUERY.query}&{again.format(name)}", f"{again.format(name)}&{QUERY.query}"):
        assert refusal(QUERY._replace(query=query)) == (
            IncompleteSignature,
            f"Query-string authentication has X-Amz-{name} more than once.",
        )


@pytest.mark.parametrize("again", ["x-amz-date=1", "X-AMZ-SIGNATURE=1", "X-amz-credential=a"])
def test_a_presigned_parameter_in_other_letters_is_one_that_was_not_signed(again: str) -> None:
    assert refusal(QUERY._replace(query=f"{QUERY.query}&{again}"))[0] is SignatureDoesNotMatch


def test_a_presigned_request_without_its_algorithm_is_not_anonymous() -> None:
    assert refusal(get("X-Amz-Signature=1"))[0] is IncompleteSignature
    assert refusal(get("x-amz-credential=1"))[0] is IncompleteSignature
    assert refusal(get("Action=X")) == (
        MissingAuthenticationToken,
        "Request is missing Authentication Token",
    )


# What is signed.


def test_the_host_is_signed() -> None:
    message = "'Host' must be a 'SignedHeader' in the AWS Authorization."
    assert refusal(edited("content-type;host;", "content-type;")) == (SignatureDoesNotMatch, message)
    assert refusal(with_query("SignedHeaders=host", "SignedHeaders=date")) == (SignatureDoesNotMatch, message)


@pytest.mark.parametrize("name", ["x-amz-target", "x-amz-security-token", "x-amz-date", "x-amz-meta"])
@pytest.mark.parametrize("how", ["header", "query"])
def test_every_header_of_amazons_is_signed(name: str, how: str) -> None:
    sent = signed(post(date="now")) if how == "header" else presigned(get())
    assert passes(sent)
    kind, message = refusal(sent._replace(headers={**sent.headers, name: "20261123T093000Z"}))
    if how == "query" and name == "x-amz-security-token":
        assert kind is IncompleteSignature
    else:
        assert (kind, message) == (
            SignatureDoesNotMatch,
            f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
        )


@pytest.mark.parametrize(
    "names",
    ["host;content-type;x-amz-date", "Host;content-type", "host;host", "", ";host", "content-type,host"],
)
def test_signed_headers_are_listed_in_one_way(names: str) -> None:
    listed = "content-type;host;x-amz-date;x-amz-security-token"
    assert refusal(edited(f"={listed}", f"={names}"))[0] in (SignatureDoesNotMatch, IncompleteSignature)


def test_a_signed_header_is_there() -> None:
    assert refusal(with_header("content-type", None))[0] is SignatureDoesNotMatch


EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    "said",
    [
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        hashlib.sha256(b"another body").hexdigest(),
        EMPTY,
        EMPTY.upper(),
        "",
    ],
)
def test_the_body_is_signed(said: str) -> None:
    """Botocore signs what this header says in place of the body's hash: a server must not believe it."""
    assert refusal(signed(post(x_amz_content_sha256=said)))[0] is SignatureDoesNotMatch
    sent = presigned(get(f"X-Amz-Content-Sha256={said}&Action=A"))
    assert passes(sent) is (said == EMPTY)


def test_the_bodys_own_hash_may_be_said() -> None:
    body = "Action=GetUser"
    said = hashlib.sha256(body.encode()).hexdigest()
    assert passes(signed(post(body, x_amz_content_sha256=said)))


# Where it stands.


def test_credentials_stand_in_one_place() -> None:
    both = HEADER._replace(query=QUERY.query)
    words = "Credentials belong in the Authorization header or in the query string, not in both."
    assert refusal(both) == (IncompleteSignature, words)
    assert refusal(HEADER._replace(query="X-Amz-Security-Token=a")) == (IncompleteSignature, words)
    assert refusal(HEADER._replace(query="x-amz-date=a")) == (IncompleteSignature, words)
    assert refusal(QUERY._replace(headers={**QUERY.headers, "authorization": ""})) == (
        IncompleteSignature,
        words,
    )
    token = {**QUERY.headers, "x-amz-security-token": TOKEN}
    assert refusal(QUERY._replace(headers=token))[0] is IncompleteSignature


@pytest.mark.parametrize("separator", [",", ", ", " , "])
@pytest.mark.parametrize(
    "other", ["", "Basic YTpi", "Bearer a", "X=y", "AWS4-HMAC-SHA256 Credential=a", "Signature=a"]
)
def test_two_authorization_headers_are_refused(separator: str, other: str) -> None:
    """A server joins two headers with a comma."""
    mine = HEADER.headers["authorization"]
    assert refusal(authorized(f"{mine}{separator}{other}"))[0] is IncompleteSignature
    assert refusal(authorized(f"{other}{separator}{mine}"))[0] is IncompleteSignature


def test_authorization_twice_over_is_refused() -> None:
    mine = HEADER.headers["authorization"]
    assert refusal(authorized(f"{mine},{mine}"))[0] is IncompleteSignature


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "AWS AKIDEXAMPLE:c2lnbmF0dXJl",
        "AWS3-HTTPS AWSAccessKeyId=a,Algorithm=HmacSHA256,Signature=b",
        "AWS4-ECDSA-P256-SHA256 Credential=a/20261123/iam/aws4_request, SignedHeaders=host, Signature=00",
        "aws4-hmac-sha256 Credential=a/20261123/r/iam/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA256\tCredential=a",
        "AWS4-HMAC-SHA256 Credential=a/20261123/r/iam/aws4_request, SignedHeaders=host",
        "Basic YTpi",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Negotiate",
        "anonymous",
        "\xff\xfe\x00",
    ],
)
def test_nothing_else_is_a_signature(text: str) -> None:
    kind, message = refusal(authorized(text))
    assert kind is IncompleteSignature
    assert message


@pytest.mark.parametrize(
    "query", ["AWSAccessKeyId=a&Signature=b&SignatureVersion=2", "Signature=a&Expires=1"]
)
def test_version_2_in_a_query_is_no_signature(query: str) -> None:
    assert refusal(get(query))[0] is MissingAuthenticationToken


@pytest.mark.parametrize("signature", ["", "0" * 64, "0" * 63, "g" * 64, "\xe9" * 64, "None"])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    right = HEADER.headers["authorization"].rpartition("=")[2]
    kind, message = refusal(edited(right, signature))
    assert kind is SignatureDoesNotMatch
    assert message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS "
        "Secret Access Key and signing method. Consult the service documentation for details."
    )
    assert refusal(edited(right, right.upper()))[0] is SignatureDoesNotMatch


def test_another_secret_is_refused() -> None:
    claim = sigv4.parse_signature(HEADER, NOW)
    sigv4.verify(claim, SECRET)
    for secret in (SECRET + "x", SECRET[:-1], SECRET.lower(), ""):
        with pytest.raises(SignatureDoesNotMatch):
            sigv4.verify(claim, secret)


# Time tells nothing.


def test_signatures_are_compared_in_constant_time() -> None:
    """All comparing that `verify` does is `hmac.compare_digest`, and nothing else touches a signature."""
    verify = ast.parse(inspect.getsource(sigv4.verify))
    calls = [ast.unparse(node.func) for node in ast.walk(verify) if isinstance(node, ast.Call)]
    assert calls.count("hmac.compare_digest") == 1
    comparisons = [
        node for node in ast.walk(ast.parse(inspect.getsource(sigv4))) if isinstance(node, ast.Compare)
    ]
    touched = [ast.unparse(node) for node in comparisons]
    assert len(touched) > 10
    assert [text for text in touched if ".signature" in text or "expected" in text] == []
    assert [node for node in ast.walk(verify) if isinstance(node, ast.Compare)] == []
