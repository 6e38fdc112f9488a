"""AWS Signature Version 4 (SigV4) verification: Authorization header and presigned query string.

The rules are those of "Create a signed AWS API request" in the IAM user guide. This module accesses neither
the clock nor the store. Signatures are compared in constant time.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from iamd.core import clock
from iamd.core.errors import (
    IncompleteSignature,
    MissingAuthenticationToken,
    SignatureDoesNotMatch,
    SignatureExpired,
    SignatureNotYetCurrent,
)
from iamd.wire.request import Request

QueryPairs = list[tuple[bytes, bytes]]

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_CLOCK_SKEW = timedelta(minutes=15)
_MAX_EXPIRES_SECONDS = 604_800  # seven days
MISMATCH_MESSAGE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
REGION = re.compile(r"[a-z0-9-]{1,64}")
_OWS = " \t"  # optional white space around a header's value (RFC 9110); no other white space is trimmed
_OWS_RUN = re.compile(r"[ \t]+")
_AUTHORIZATION_FIELDS = ("Credential", "SignedHeaders", "Signature")
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+-]0000)"
)


class Signature(NamedTuple):
    """A parsed signature: the access key ID and everything needed to verify it with the secret key."""

    access_key_id: str
    session_token: str | None
    date: str
    region: str
    service: str
    signed_at: datetime
    string_to_sign: str
    signature: str
    signed_headers: tuple[str, ...] = ()


class SigningRules(NamedTuple):
    """What a service signs differently from others: the canonical path, and the hash of the payload.

    `payload_hash` gets the query parameters that are signed, decoded. It raises a Fault if the hash is
    missing or wrong. `region` is the form of Regions, which stores do not look at.
    """

    canonical_path: Callable[[str], str]
    payload_hash: Callable[[Request, QueryPairs], str]
    region: re.Pattern[str]


class _SignatureFields(NamedTuple):
    credential: str
    signed_headers: str
    signature: str
    timestamp: str
    lifetime: timedelta | None
    session_token: str | None
    query: QueryPairs


def parse_signature(request: Request, now: datetime, rules: SigningRules | None = None) -> Signature:
    """Parse a request's signature and check everything that does not need the secret key.

    `rules` are those of another service than IAM and STS, whose requests have the path / and a known body.
    Raises MissingAuthenticationToken if there is none, IncompleteSignature if it is malformed, and
    SignatureDoesNotMatch if its time, credential scope, signed headers or payload hash are not valid.
    """
    fields = _read_signature_fields(request)
    scope = fields.credential.split("/")
    if len(scope) != 5:
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term, got the wrong number of them."
        )
    access_key_id, date, region, service, terminator = scope
    signed_at = _parse_timestamp(fields.timestamp)
    check_time(signed_at, fields.lifetime, now)
    canonical_path, payload_hash, region_pattern = rules or _IAM_RULES
    check_scope(date, terminator, signed_at)
    if not region_pattern.fullmatch(region):
        raise SignatureDoesNotMatch("Credential should be scoped to a valid Region.")
    header_names = _signed_header_names(fields.signed_headers, request)
    canonical = canonical_request(
        request,
        header_names,
        canonical_path(request.path),
        fields.query,
        payload_hash(request, fields.query),
    )
    return Signature(
        access_key_id,
        fields.session_token,
        date,
        region,
        service,
        signed_at,
        string_to_sign(canonical, clock.basic(signed_at), "/".join(scope[1:])),
        fields.signature,
        tuple(header_names),
    )


def string_to_sign(canonical: bytes, timestamp: str, scope: str) -> str:
    """Return the string to sign for a canonical request; the scope is `date/region/service/aws4_request`."""
    return "\n".join((ALGORITHM, timestamp, scope, hashlib.sha256(canonical).hexdigest()))


def verify(signature: Signature, secret: str) -> None:
    """Verify a signature with the secret access key; raise SignatureDoesNotMatch if it differs."""
    key = signing_key(secret, signature.date, signature.region, signature.service)
    expected = sign(key, signature.string_to_sign)
    if not hmac.compare_digest(expected.encode(), signature.signature.encode()):
        raise SignatureDoesNotMatch(MISMATCH_MESSAGE)


def sign(key: bytes, text: str) -> str:
    """Return the signature of a string to sign, in hex."""
    return hmac.digest(key, text.encode(), "sha256").hex()


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Derive the signing key of a secret access key for a date (`YYYYMMDD`), Region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


# Signature in the Authorization header or in the query string.


def _read_signature_fields(request: Request) -> _SignatureFields:
    pairs = parse_query(request.query)
    presigned_params = _presigned_params(pairs)
    header = request.headers.get("authorization")
    if header is not None and presigned_params:
        raise IncompleteSignature(
            "Credentials belong in the Authorization header or in the query string, not in both."
        )
    if header is not None:
        return _fields_from_header(header, request, pairs)
    if presigned_params and "x-amz-security-token" in request.headers:
        raise IncompleteSignature("A presigned request must have its session token in the query string.")
    if presigned_params:
        return _fields_from_query(presigned_params, pairs)
    raise MissingAuthenticationToken("Request is missing Authentication Token")


def _presigned_params(pairs: QueryPairs) -> dict[str, str]:
    params: dict[str, str] = {}
    for name, value in pairs:
        if name[:6].lower() == b"x-amz-":
            key = name.decode("latin-1")
            if key in params:
                raise IncompleteSignature(f"Query-string authentication has {key} more than once.")
            params[key] = value.decode("latin-1")
    return params


def _fields_from_header(header: str, request: Request, pairs: QueryPairs) -> _SignatureFields:
    algorithm, _, parameters = header.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")
    fields = _parse_authorization(parameters)
    missing = [name for name in _AUTHORIZATION_FIELDS if name not in fields]
    if missing:
        raise IncompleteSignature(
            " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        )
    timestamp = request.headers.get("x-amz-date", request.headers.get("date"))
    if not timestamp:
        raise IncompleteSignature(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    return _SignatureFields(
        fields["Credential"],
        fields["SignedHeaders"],
        fields["Signature"],
        timestamp,
        None,
        request.headers.get("x-amz-security-token"),
        pairs,
    )


def _parse_authorization(text: str) -> dict[str, str]:
    """Parse the fields of an Authorization header; repeated fields (of two joined headers) are an error."""
    fields: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.strip(_OWS).partition("=")
        if name not in _AUTHORIZATION_FIELDS or name in fields:
            raise IncompleteSignature(
                f"'{name[:64]}' is not a valid key=value pair of the Authorization header."
            )
        fields[name] = value
    return fields


def _fields_from_query(presigned_params: dict[str, str], pairs: QueryPairs) -> _SignatureFields:
    if presigned_params.get("X-Amz-Algorithm") != ALGORITHM:
        raise IncompleteSignature("Query-string authentication requires 'X-Amz-Algorithm' AWS4-HMAC-SHA256.")
    required_params = (
        "X-Amz-Credential",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Date",
        "X-Amz-Expires",
    )
    missing = [name for name in required_params if not presigned_params.get(name)]
    if missing:
        raise IncompleteSignature(
            " ".join(f"Query-string authentication requires '{name}' parameter." for name in missing)
        )
    credential, signed_headers, signature, timestamp, expires = (
        presigned_params[name] for name in required_params
    )
    signed_pairs = [pair for pair in pairs if pair[0] != b"X-Amz-Signature"]
    token = presigned_params.get("X-Amz-Security-Token")
    return _SignatureFields(
        credential, signed_headers, signature, timestamp, _parse_expires(expires), token, signed_pairs
    )


def _parse_expires(expires: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,6}", expires, re.ASCII) or not 1 <= int(expires) <= _MAX_EXPIRES_SECONDS:
        raise IncompleteSignature(
            f"X-Amz-Expires must be a whole number between 1 and {_MAX_EXPIRES_SECONDS}."
        )
    return timedelta(seconds=int(expires))


# Time, credential scope, signed headers and payload hash.


def _parse_timestamp(timestamp: str) -> datetime:
    try:
        return clock.parse_basic(timestamp)
    except ValueError:
        return _parse_http_date(timestamp)


def _parse_http_date(timestamp: str) -> datetime:
    """Parse an HTTP date strictly: `parsedate_to_datetime` alone would accept any email date."""
    with suppress(ValueError):  # an impossible date such as February 30
        if _HTTP_DATE.fullmatch(timestamp):
            return parsedate_to_datetime(timestamp).replace(tzinfo=UTC)
    raise IncompleteSignature(
        "Date must be in ISO-8601 'basic format'. Got something else. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def check_time(signed_at: datetime, lifetime: timedelta | None, now: datetime) -> None:
    """Check when a request was signed; without a lifetime, it is valid for 15 minutes."""
    if signed_at - now > MAX_CLOCK_SKEW:
        latest = clock.basic(now + MAX_CLOCK_SKEW)
        raise SignatureNotYetCurrent(
            f"Signature not yet current: {clock.basic(signed_at)} is still later than {latest} "
            f"({clock.basic(now)} + 15 min.)"
        )
    if lifetime is None and now - signed_at > MAX_CLOCK_SKEW:
        earliest = clock.basic(now - MAX_CLOCK_SKEW)
        raise SignatureExpired(
            f"Signature expired: {clock.basic(signed_at)} is now earlier than {earliest} "
            f"({clock.basic(now)} - 15 min.)"
        )
    if lifetime is not None and now - signed_at > lifetime:
        expiry = clock.basic(signed_at + lifetime)
        raise SignatureExpired(f"Signature expired: {expiry} is now earlier than {clock.basic(now)}.")


def check_scope(date: str, terminator: str, signed_at: datetime) -> None:
    """Check a credential scope's date and end."""
    day = clock.basic(signed_at)[:8]
    if terminator != "aws4_request":
        raise SignatureDoesNotMatch("Credential should be scoped with a valid terminator: 'aws4_request'.")
    if date != day:
        raise SignatureDoesNotMatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{day}'."
        )


def _signed_header_names(signed_headers: str, request: Request) -> list[str]:
    names = signed_headers.split(";")
    if names != sorted(set(names)):
        raise SignatureDoesNotMatch("SignedHeaders must be lowercase, sorted and without duplicates.")
    if "host" not in names:
        raise SignatureDoesNotMatch("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    for name in request.headers:
        if name.startswith("x-amz-") and name not in names:
            raise SignatureDoesNotMatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in names:
        if name not in request.headers:
            raise SignatureDoesNotMatch(MISMATCH_MESSAGE)
    return names


def _payload_hash(request: Request, pairs: QueryPairs) -> str:
    """Return the body's SHA-256 in hex; a declared hash must be equal: unsigned payloads are not allowed."""
    actual = hashlib.sha256(request.body).hexdigest()
    declared_hashes = [
        value.decode("latin-1") for name, value in pairs if name.lower() == b"x-amz-content-sha256"
    ]
    declared_hashes.append(request.headers.get("x-amz-content-sha256", actual))
    if any(value != actual for value in declared_hashes):
        raise SignatureDoesNotMatch(MISMATCH_MESSAGE)
    return actual


# The canonical request.


def parse_query(query: str) -> QueryPairs:
    """Decode the pairs of a query string as `query_request.parse_form` does.

    A plus is a space, and an unescaped byte stands for itself.
    """
    if not query:
        return []
    source = query.encode("latin-1").replace(b"+", b"%20")
    components = (part.partition(b"=") for part in source.split(b"&") if part)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in components]


def uri_encode(part: bytes, safe: str = "") -> str:
    """Percent-encode all bytes but the unreserved characters of RFC 3986 and those that are `safe`."""
    return quote_from_bytes(part, safe=safe + "~")


def normalized_path(path: str) -> str:
    """Return the canonical path that all services but S3 sign: without dot segments, encoded once more."""
    if path == "/":
        return path
    normalized_segments: list[str] = []
    root, *segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del normalized_segments[-1:]
        elif segment not in ("", "."):
            normalized_segments.append(segment)
    slash = "/" if normalized_segments and path.endswith("/") else ""
    return uri_encode(f"{root}/{'/'.join(normalized_segments)}{slash}".encode("latin-1"), safe="/")


def _canonical_query_string(pairs: QueryPairs) -> str:
    encoded = sorted((uri_encode(name), uri_encode(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _canonical_header_value(value: str) -> str:
    return _OWS_RUN.sub(" ", value.strip(_OWS))


def canonical_request(
    request: Request, header_names: list[str], canonical_path: str, pairs: QueryPairs, payload_hash: str
) -> bytes:
    """Return the canonical request; header names are in lower case and sorted, pairs of the query decoded."""
    lines = [
        request.method,
        canonical_path,
        _canonical_query_string(pairs),
        *(f"{name}:{_canonical_header_value(request.headers[name])}" for name in header_names),
        "",
        ";".join(header_names),
        payload_hash,
    ]
    return "\n".join(lines).encode("latin-1")


_IAM_RULES = SigningRules(normalized_path, _payload_hash, REGION)
