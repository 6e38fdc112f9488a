"""AWS Signature Version 4, verified: bytes in, a claim out or a fault.

Rules are those of "Create a signed AWS API request" in the IAM user guide. Header and presigned-query forms.
Nothing here reads a clock or a store; comparing takes the same time whatever differs.
"""

import hashlib
import hmac
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from iamd.core import clock
from iamd.core.errors import IncompleteSignature, MissingAuthenticationToken, SignatureDoesNotMatch
from iamd.wire.request import Request

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)
_LONGEST_PRESIGNED = 604_800  # seconds: seven days
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_REGION = re.compile(r"[a-z0-9-]{1,64}")
_BLANK = " \t"  # what may stand around a header's value; no other white space is taken for it
_BLANKS = re.compile(r"[ \t]+")
_AUTHORIZATION = ("Credential", "SignedHeaders", "Signature")
_MAIL_DATE = re.compile(
    r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+-]0000)"
)


class Claim(NamedTuple):
    """Who a request says it is from, and what is needed to check that."""

    access_key_id: str
    session_token: str | None
    date: str
    region: str
    service: str
    moment: datetime
    string_to_sign: str
    signature: str


class _Parts(NamedTuple):
    credential: str
    signed_headers: str
    signature: str
    timestamp: str
    lifetime: timedelta | None
    session_token: str | None
    query: list[tuple[bytes, bytes]]


def read(request: Request, now: datetime) -> Claim:
    """Read a request's one signature and check all of it that needs no secret.

    Raises MissingAuthenticationToken where there is none, IncompleteSignature where it cannot be read, and
    SignatureDoesNotMatch where its time, its scope or what it covers is wrong.
    """
    parts = _parts(request)
    scope = parts.credential.split("/")
    if len(scope) != 5:
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term, got the wrong number of them."
        )
    access_key_id, date, region, service, terminator = scope
    moment = _moment(parts.timestamp)
    _check_time(moment, parts.lifetime, now)
    _check_scope(date, region, terminator, moment)
    names = _signed_names(parts.signed_headers, request)
    body_hash = _body_hash(request, parts.query)
    canonical = _canonical_request(request, names, parts.query, body_hash)
    string_to_sign = "\n".join(
        (ALGORITHM, clock.basic(moment), "/".join(scope[1:]), hashlib.sha256(canonical).hexdigest())
    )
    return Claim(
        access_key_id, parts.session_token, date, region, service, moment, string_to_sign, parts.signature
    )


def verify(claim: Claim, secret: str) -> None:
    """Check a claim with the secret of its key; SignatureDoesNotMatch when another made it."""
    key = signing_key(secret, claim.date, claim.region, claim.service)
    expected = hmac.digest(key, claim.string_to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise SignatureDoesNotMatch(_MISMATCH)


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Derive the key of one secret, day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


# Where the signature stands.


def _parts(request: Request) -> _Parts:
    pairs = _pairs(request.query)
    presigned = _presigned(pairs)
    header = request.headers.get("authorization")
    if header is not None and presigned:
        raise IncompleteSignature(
            "Credentials belong in the Authorization header or in the query string, not in both."
        )
    if header is not None:
        return _from_header(header, request, pairs)
    if presigned and "x-amz-security-token" in request.headers:
        raise IncompleteSignature("A presigned request has its session token in the query string.")
    if presigned:
        return _from_query(presigned, pairs)
    raise MissingAuthenticationToken("Request is missing Authentication Token")


def _presigned(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name[:6].lower() == b"x-amz-":
            key = name.decode("latin-1")
            if key in found:
                raise IncompleteSignature(f"Query-string authentication has {key} more than once.")
            found[key] = value.decode("latin-1")
    return found


def _from_header(header: str, request: Request, pairs: list[tuple[bytes, bytes]]) -> _Parts:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")
    fields = _fields(rest)
    missing = [name for name in _AUTHORIZATION if name not in fields]
    if missing:
        raise IncompleteSignature(
            " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        )
    timestamp = request.headers.get("x-amz-date", request.headers.get("date"))
    if not timestamp:
        raise IncompleteSignature(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    return _Parts(
        fields["Credential"],
        fields["SignedHeaders"],
        fields["Signature"],
        timestamp,
        None,
        request.headers.get("x-amz-security-token"),
        pairs,
    )


def _fields(text: str) -> dict[str, str]:
    """Take an Authorization header apart; of two that the server joined, the second is one field too many."""
    fields: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.strip(_BLANK).partition("=")
        if name not in _AUTHORIZATION or name in fields:
            raise IncompleteSignature(
                f"'{name[:64]}' is not a valid key=value pair of the Authorization header."
            )
        fields[name] = value
    return fields


def _from_query(presigned: dict[str, str], pairs: list[tuple[bytes, bytes]]) -> _Parts:
    if presigned.get("X-Amz-Algorithm") != ALGORITHM:
        raise IncompleteSignature("Query-string authentication requires 'X-Amz-Algorithm' AWS4-HMAC-SHA256.")
    wanted = ("X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date", "X-Amz-Expires")
    missing = [name for name in wanted if not presigned.get(name)]
    if missing:
        raise IncompleteSignature(
            " ".join(f"Query-string authentication requires '{name}' parameter." for name in missing)
        )
    credential, signed_headers, signature, timestamp, expires = (presigned[name] for name in wanted)
    kept = [pair for pair in pairs if pair[0] != b"X-Amz-Signature"]
    token = presigned.get("X-Amz-Security-Token")
    return _Parts(credential, signed_headers, signature, timestamp, _lifetime(expires), token, kept)


def _lifetime(expires: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,6}", expires, re.ASCII) or not 1 <= int(expires) <= _LONGEST_PRESIGNED:
        raise IncompleteSignature(f"X-Amz-Expires must be a whole number between 1 and {_LONGEST_PRESIGNED}.")
    return timedelta(seconds=int(expires))


# When, where and what for.


def _moment(timestamp: str) -> datetime:
    try:
        return clock.read_basic(timestamp)
    except ValueError:
        return _mail_date(timestamp)


def _mail_date(timestamp: str) -> datetime:
    """Read the form of HTTP's `Date`, and nothing else that a reader of mail would let pass."""
    with suppress(ValueError):  # of a 30th of February
        if _MAIL_DATE.fullmatch(timestamp):
            return parsedate_to_datetime(timestamp).replace(tzinfo=UTC)
    raise IncompleteSignature(
        "Date must be in ISO-8601 'basic format'. Got something else. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _check_time(moment: datetime, lifetime: timedelta | None, now: datetime) -> None:
    if moment - now > SKEW:
        at, latest = clock.basic(moment), clock.basic(now + SKEW)
        raise SignatureDoesNotMatch(
            f"Signature not yet current: {at} is still later than {latest} ({clock.basic(now)} + 15 min.)"
        )
    if lifetime is None and now - moment > SKEW:
        at, earliest = clock.basic(moment), clock.basic(now - SKEW)
        raise SignatureDoesNotMatch(
            f"Signature expired: {at} is now earlier than {earliest} ({clock.basic(now)} - 15 min.)"
        )
    if lifetime is not None and now - moment > lifetime:
        ended = clock.basic(moment + lifetime)
        raise SignatureDoesNotMatch(f"Signature expired: {ended} is now earlier than {clock.basic(now)}.")


def _check_scope(date: str, region: str, terminator: str, moment: datetime) -> None:
    day = clock.basic(moment)[:8]
    if terminator != "aws4_request":
        raise SignatureDoesNotMatch("Credential should be scoped with a valid terminator: 'aws4_request'.")
    if date != day:
        raise SignatureDoesNotMatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{day}'."
        )
    if not _REGION.fullmatch(region):
        raise SignatureDoesNotMatch("Credential should be scoped to a valid Region.")


def _signed_names(signed_headers: str, request: Request) -> list[str]:
    names = signed_headers.split(";")
    if names != sorted(set(names)):
        raise SignatureDoesNotMatch("SignedHeaders must be in lower case, sorted, and each named once.")
    if "host" not in names:
        raise SignatureDoesNotMatch("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    for name in request.headers:
        if name.startswith("x-amz-") and name not in names:
            raise SignatureDoesNotMatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in names:
        if name not in request.headers:
            raise SignatureDoesNotMatch(_MISMATCH)
    return names


def _body_hash(request: Request, pairs: list[tuple[bytes, bytes]]) -> str:
    """Return the body's hash, which is all that a request may say of its body: nothing goes unsigned here."""
    actual = hashlib.sha256(request.body).hexdigest()
    said = [value.decode("latin-1") for name, value in pairs if name.lower() == b"x-amz-content-sha256"]
    said.append(request.headers.get("x-amz-content-sha256", actual))
    if any(value != actual for value in said):
        raise SignatureDoesNotMatch(_MISMATCH)
    return actual


# The canonical request.


def _pairs(query: str) -> list[tuple[bytes, bytes]]:
    """Return the decoded pairs of a query string, read as the operation reads them.

    A plus is a space here as it is there, and a byte that came unescaped is that byte.
    """
    if not query:
        return []
    source = query.encode("latin-1").replace(b"+", b"%20")
    split = (part.partition(b"=") for part in source.split(b"&") if part)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in split]


def _encode(part: bytes, safe: str = "") -> str:
    return quote_from_bytes(part, safe=safe + "~")


def _canonical_path(path: str) -> str:
    kept: list[str] = []
    root, *segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    slash = "/" if kept and path.endswith("/") else ""
    return _encode(f"{root}/{'/'.join(kept)}{slash}".encode("latin-1"), safe="/")


def _canonical_query(pairs: list[tuple[bytes, bytes]]) -> str:
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _canonical_value(value: str) -> str:
    return _BLANKS.sub(" ", value.strip(_BLANK))


def _canonical_request(
    request: Request, names: list[str], pairs: list[tuple[bytes, bytes]], body_hash: str
) -> bytes:
    lines = [
        request.method,
        "/" if request.path == "/" else _canonical_path(request.path),
        _canonical_query(pairs),
        *(f"{name}:{_canonical_value(request.headers[name])}" for name in names),
        "",
        ";".join(names),
        body_hash,
    ]
    return "\n".join(lines).encode("latin-1")
