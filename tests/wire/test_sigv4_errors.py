"""Signature Version 4 errors, with AWS's error codes and messages, next to requests that pass."""

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
    SignatureExpired,
    SignatureNotYetCurrent,
)
from iamd.wire import sigv4
from iamd.wire.request import Request
from tests.wire.signing import KEY_ID, NOW, SECRET, check, get, passes, post, presigned, signed

TOKEN = "token=="
SIGNED = signed(post(), token=TOKEN)
PRESIGNED = presigned(get(), token=TOKEN)


def signature_error(signed_request: Request, now: datetime = NOW) -> tuple[type[Fault], str]:
    with pytest.raises(Fault) as error:
        check(signed_request, now)
    return type(error.value), error.value.message


def with_header(name: str, value: str | None) -> Request:
    headers = {**SIGNED.headers, name: value}
    return SIGNED._replace(headers={name: value for name, value in headers.items() if value is not None})


def with_authorization(text: str) -> Request:
    return with_header("authorization", text)


def replace_in_authorization(old: str, new: str) -> Request:
    """Return the signed request with a replacement in its Authorization header."""
    assert old in SIGNED.headers["authorization"]
    return with_authorization(SIGNED.headers["authorization"].replace(old, new))


def replace_in_query(old: str, new: str) -> Request:
    """Return the presigned request with a replacement in its query string."""
    assert old in PRESIGNED.query
    return PRESIGNED._replace(query=PRESIGNED.query.replace(old, new))


def test_http_status_of_signature_errors() -> None:
    error_types = (MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch)
    assert [(error_type.code, error_type.status) for error_type in error_types] == [
        ("MissingAuthenticationToken", 403),
        ("IncompleteSignature", 400),
        ("SignatureDoesNotMatch", 403),
    ]


def test_unmodified_requests_pass() -> None:
    assert passes(SIGNED)
    assert passes(PRESIGNED)


# Signing time.


@pytest.mark.parametrize("seconds", [-900, -899, 0, 899, 900])
def test_clock_skew_of_up_to_fifteen_minutes_is_accepted(seconds: int) -> None:
    assert passes(SIGNED, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "expected"),
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
def test_larger_clock_skew_is_rejected(seconds: int, expected: str) -> None:
    error_type, message = signature_error(SIGNED, NOW + timedelta(seconds=seconds))
    assert issubclass(error_type, SignatureExpired | SignatureNotYetCurrent)
    assert message.startswith(expected)


@pytest.mark.parametrize("midnight", [datetime(2026, 12, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)])
@pytest.mark.parametrize(("signed_at", "read_at"), [(-1, 1), (1, -1), (0, 0), (-1, 899), (800, -99)])
def test_clock_skew_across_midnight_is_accepted(midnight: datetime, signed_at: int, read_at: int) -> None:
    signed_request = signed(post(), at=midnight + timedelta(seconds=signed_at))
    assert passes(signed_request, midnight + timedelta(seconds=read_at))


@pytest.mark.parametrize("day", ["20261122", "20261124", "2026112", "202611230", "2026-11-23", ""])
def test_credential_scope_date_must_match_the_request_date(day: str) -> None:
    error_type, message = signature_error(replace_in_authorization("/20261123/", f"/{day}/"))
    assert error_type is SignatureDoesNotMatch
    assert message == (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'20261123'."
    )


def test_x_amz_date_takes_precedence_over_date() -> None:
    assert passes(with_header("date", "Mon, 01 Jan 2001 00:00:00 GMT"))
    old_request = signed(post(), at=NOW - timedelta(hours=1))
    expired = old_request._replace(headers={**old_request.headers, "date": "Mon, 23 Nov 2026 09:30:00 GMT"})
    assert signature_error(expired)[1].startswith("Signature expired")
    empty = with_header("x-amz-date", "")
    assert signature_error(
        empty._replace(headers={**empty.headers, "date": SIGNED.headers["x-amz-date"]})
    ) == (
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
def test_invalid_date_format_is_rejected(text: str) -> None:
    error_type, message = signature_error(with_header("x-amz-date", text))
    assert error_type is IncompleteSignature
    assert message.startswith("Date must be in ISO-8601 'basic format'.")


# Credential scope.


@pytest.mark.parametrize("terminator", ["aws4_reques", "aws4_request2", "AWS4_REQUEST", "aws5_request", ""])
def test_invalid_scope_terminator_is_rejected(terminator: str) -> None:
    assert signature_error(replace_in_authorization("/aws4_request", f"/{terminator}")) == (
        SignatureDoesNotMatch,
        "Credential should be scoped with a valid terminator: 'aws4_request'.",
    )


@pytest.mark.parametrize("region", ["", "us east", "US-EAST-1", "us\neast", "r" * 65])
def test_invalid_region_is_rejected(region: str) -> None:
    error_type, message = signature_error(replace_in_authorization("/us-east-1/", f"/{region}/"))
    assert (error_type, message) == (SignatureDoesNotMatch, "Credential should be scoped to a valid Region.")


@pytest.mark.parametrize(
    "credential", ["", KEY_ID, f"{KEY_ID}/20261123/us-east-1/iam", f"a/{KEY_ID}/1/2/3/4"]
)
def test_credential_must_have_five_elements(credential: str) -> None:
    valid_credential = f"{KEY_ID}/20261123/us-east-1/iam/aws4_request"
    error_type, message = signature_error(replace_in_authorization(valid_credential, credential))
    assert error_type is IncompleteSignature
    assert message.startswith("Credential must have exactly 5 slash-delimited elements")


@pytest.mark.parametrize("part", ["us-east-2", "sts"])
def test_changed_region_or_service_is_rejected(part: str) -> None:
    old = "us-east-1" if "-" in part else "/iam/"
    error_type, _ = signature_error(replace_in_authorization(old, part if "-" in part else f"/{part}/"))
    assert error_type is SignatureDoesNotMatch


# Presigned requests.


@pytest.mark.parametrize("expires", [1, 60, 604_800])
def test_presigned_request_expires(expires: int) -> None:
    signed_request = presigned(get(), expires=expires)
    assert passes(signed_request, NOW + timedelta(seconds=expires))
    error_type, message = signature_error(signed_request, NOW + timedelta(seconds=expires + 1))
    assert error_type is SignatureExpired
    assert message.startswith("Signature expired: ")
    assert signature_error(signed_request, NOW - timedelta(seconds=901))[1].startswith(
        "Signature not yet current"
    )


@pytest.mark.parametrize("expires", [0, -1, 604_801, 1.5, "1e3", "0x10", "abc", "+5", " 5", "9" * 5000, "１"])
def test_invalid_x_amz_expires_is_rejected(expires: object) -> None:
    assert signature_error(presigned(get(), expires=expires)) == (
        IncompleteSignature,
        "X-Amz-Expires must be a whole number between 1 and 604800.",
    )


@pytest.mark.parametrize("name", ["Credential", "SignedHeaders", "Signature", "Date", "Expires"])
def test_presigned_request_with_a_missing_parameter_is_rejected(name: str) -> None:
    message = f"Query-string authentication requires 'X-Amz-{name}' parameter."
    pairs = PRESIGNED.query.split("&")
    without_parameter = "&".join(pair for pair in pairs if not pair.startswith(f"X-Amz-{name}="))
    assert signature_error(PRESIGNED._replace(query=without_parameter)) == (IncompleteSignature, message)
    empty = "&".join(f"X-Amz-{name}=" if pair.startswith(f"X-Amz-{name}=") else pair for pair in pairs)
    assert signature_error(PRESIGNED._replace(query=empty)) == (IncompleteSignature, message)


@pytest.mark.parametrize("algorithm", ["", "AWS4-ECDSA-P256-SHA256", "aws4-hmac-sha256", "AWS4-HMAC-SHA1"])
def test_presigned_request_with_another_algorithm_is_rejected(algorithm: str) -> None:
    error_type, message = signature_error(
        replace_in_query("Algorithm=AWS4-HMAC-SHA256", f"Algorithm={algorithm}")
    )
    assert error_type is IncompleteSignature
    assert "AWS4-HMAC-SHA256" in message


@pytest.mark.parametrize(
    "name", ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"]
)
@pytest.mark.parametrize("duplicate", ["X-Amz-{}=1", "X%2DAmz-{}=1", "X-Amz-{}"])
def test_duplicate_presigned_parameter_is_rejected(name: str, duplicate: str) -> None:
    for query in (
        f"{PRESIGNED.query}&{duplicate.format(name)}",
        f"{duplicate.format(name)}&{PRESIGNED.query}",
    ):
        assert signature_error(PRESIGNED._replace(query=query)) == (
            IncompleteSignature,
            f"Query-string authentication has X-Amz-{name} more than once.",
        )


@pytest.mark.parametrize("duplicate", ["x-amz-date=1", "X-AMZ-SIGNATURE=1", "X-amz-credential=a"])
def test_presigned_parameter_with_another_case_is_not_signed(duplicate: str) -> None:
    assert (
        signature_error(PRESIGNED._replace(query=f"{PRESIGNED.query}&{duplicate}"))[0]
        is SignatureDoesNotMatch
    )


def test_presigned_request_without_algorithm_is_incomplete() -> None:
    assert signature_error(get("X-Amz-Signature=1"))[0] is IncompleteSignature
    assert signature_error(get("x-amz-credential=1"))[0] is IncompleteSignature
    assert signature_error(get("Action=X")) == (
        MissingAuthenticationToken,
        "Request is missing Authentication Token",
    )


# What is signed.


def test_the_host_is_signed() -> None:
    message = "'Host' must be a 'SignedHeader' in the AWS Authorization."
    assert signature_error(replace_in_authorization("content-type;host;", "content-type;")) == (
        SignatureDoesNotMatch,
        message,
    )
    assert signature_error(replace_in_query("SignedHeaders=host", "SignedHeaders=date")) == (
        SignatureDoesNotMatch,
        message,
    )


@pytest.mark.parametrize("name", ["x-amz-target", "x-amz-security-token", "x-amz-date", "x-amz-meta"])
@pytest.mark.parametrize("location", ["header", "query"])
def test_unsigned_x_amz_header_is_rejected(name: str, location: str) -> None:
    signed_request = signed(post(date="now")) if location == "header" else presigned(get())
    assert passes(signed_request)
    error_type, message = signature_error(
        signed_request._replace(headers={**signed_request.headers, name: "20261123T093000Z"})
    )
    if location == "query" and name == "x-amz-security-token":
        assert error_type is IncompleteSignature
    else:
        assert (error_type, message) == (
            SignatureDoesNotMatch,
            f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
        )


@pytest.mark.parametrize(
    "names",
    ["host;content-type;x-amz-date", "Host;content-type", "host;host", "", ";host", "content-type,host"],
)
def test_signed_headers_must_be_sorted_and_lower_case(names: str) -> None:
    listed = "content-type;host;x-amz-date;x-amz-security-token"
    assert signature_error(replace_in_authorization(f"={listed}", f"={names}"))[0] in (
        SignatureDoesNotMatch,
        IncompleteSignature,
    )


def test_missing_signed_header_is_rejected() -> None:
    assert signature_error(with_header("content-type", None))[0] is SignatureDoesNotMatch


EMPTY_HASH = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    "payload_hash",
    [
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        hashlib.sha256(b"another body").hexdigest(),
        EMPTY_HASH,
        EMPTY_HASH.upper(),
        "",
    ],
)
def test_payload_hash_header_is_not_trusted(payload_hash: str) -> None:
    """Botocore signs the value of this header in place of the body's hash; the server must not trust it."""
    assert signature_error(signed(post(x_amz_content_sha256=payload_hash)))[0] is SignatureDoesNotMatch
    signed_request = presigned(get(f"X-Amz-Content-Sha256={payload_hash}&Action=A"))
    assert passes(signed_request) is (payload_hash == EMPTY_HASH)


def test_correct_payload_hash_header_is_accepted() -> None:
    body = "Action=GetUser"
    payload_hash = hashlib.sha256(body.encode()).hexdigest()
    assert passes(signed(post(body, x_amz_content_sha256=payload_hash)))


# Location of the credentials.


def test_credentials_in_both_header_and_query_are_rejected() -> None:
    both = SIGNED._replace(query=PRESIGNED.query)
    message = "Credentials belong in the Authorization header or in the query string, not in both."
    assert signature_error(both) == (IncompleteSignature, message)
    assert signature_error(SIGNED._replace(query="X-Amz-Security-Token=a")) == (IncompleteSignature, message)
    assert signature_error(SIGNED._replace(query="x-amz-date=a")) == (IncompleteSignature, message)
    assert signature_error(PRESIGNED._replace(headers={**PRESIGNED.headers, "authorization": ""})) == (
        IncompleteSignature,
        message,
    )
    token = {**PRESIGNED.headers, "x-amz-security-token": TOKEN}
    assert signature_error(PRESIGNED._replace(headers=token))[0] is IncompleteSignature


@pytest.mark.parametrize("separator", [",", ", ", " , "])
@pytest.mark.parametrize(
    "other", ["", "Basic YTpi", "Bearer a", "X=y", "AWS4-HMAC-SHA256 Credential=a", "Signature=a"]
)
def test_two_authorization_headers_are_rejected(separator: str, other: str) -> None:
    """Servers join repeated headers with a comma."""
    authorization = SIGNED.headers["authorization"]
    assert signature_error(with_authorization(f"{authorization}{separator}{other}"))[0] is IncompleteSignature
    assert signature_error(with_authorization(f"{other}{separator}{authorization}"))[0] is IncompleteSignature


def test_repeated_authorization_header_is_rejected() -> None:
    authorization = SIGNED.headers["authorization"]
    assert signature_error(with_authorization(f"{authorization},{authorization}"))[0] is IncompleteSignature


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
def test_other_authorization_schemes_are_incomplete(text: str) -> None:
    error_type, message = signature_error(with_authorization(text))
    assert error_type is IncompleteSignature
    assert message


@pytest.mark.parametrize(
    "query", ["AWSAccessKeyId=a&Signature=b&SignatureVersion=2", "Signature=a&Expires=1"]
)
def test_signature_version_2_in_the_query_is_not_a_signature(query: str) -> None:
    assert signature_error(get(query))[0] is MissingAuthenticationToken


@pytest.mark.parametrize("signature", ["", "0" * 64, "0" * 63, "g" * 64, "\xe9" * 64, "None"])
def test_wrong_signature_is_rejected(signature: str) -> None:
    correct_signature = SIGNED.headers["authorization"].rpartition("=")[2]
    error_type, message = signature_error(replace_in_authorization(correct_signature, signature))
    assert error_type is SignatureDoesNotMatch
    assert message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS "
        "Secret Access Key and signing method. Consult the service documentation for details."
    )
    assert (
        signature_error(replace_in_authorization(correct_signature, correct_signature.upper()))[0]
        is SignatureDoesNotMatch
    )


def test_signature_with_another_secret_is_rejected() -> None:
    signature = sigv4.parse_signature(SIGNED, NOW)
    sigv4.verify(signature, SECRET)
    for secret in (SECRET + "x", SECRET[:-1], SECRET.lower(), ""):
        with pytest.raises(SignatureDoesNotMatch):
            sigv4.verify(signature, secret)


# Constant-time comparison.


def test_signatures_are_compared_in_constant_time() -> None:
    """`verify` compares only with `hmac.compare_digest`, and no other comparison involves a signature."""
    verify = ast.parse(inspect.getsource(sigv4.verify))
    calls = [ast.unparse(node.func) for node in ast.walk(verify) if isinstance(node, ast.Call)]
    assert calls.count("hmac.compare_digest") == 1
    comparisons = [
        node for node in ast.walk(ast.parse(inspect.getsource(sigv4))) if isinstance(node, ast.Compare)
    ]
    compared = [ast.unparse(node) for node in comparisons]
    assert len(compared) > 10
    assert [text for text in compared if ".signature" in text or "expected" in text] == []
    assert [node for node in ast.walk(verify) if isinstance(node, ast.Compare)] == []
