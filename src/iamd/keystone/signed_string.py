"""Requests to verify a signature: `POST /v3/s3tokens` with an access key ID, string to sign and signature.

The store has computed the string from the client's request (SigV4, "Create a string to sign"): it knows that
the request has these headers, this server knows whose signature it is.
"""

import base64
import re
from datetime import datetime

from iamd.core import clock, ids
from iamd.core.errors import MalformedInput, SignatureDoesNotMatch
from iamd.keystone.auth_request import read_text
from iamd.wire import sigv4
from iamd.wire.json_body import parse_object, require_object
from iamd.wire.sigv4 import Signature

_SERVICE = "s3"
_MAX_STRING_LENGTH = 1_024
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_URL_SAFE = str.maketrans("-_", "+/")


def read_signature(body: bytes, now: datetime) -> Signature:
    """Return the signature of a request, with what is needed to verify it.

    Raises MalformedInput if the request has another form, and SignatureDoesNotMatch if the string is not that
    of a request to S3 in the last 15 minutes.
    """
    credentials = require_object(parse_object(body), "credentials")
    access_key_id = read_text(credentials, "access")
    if access_key_id.startswith(ids.TEMPORARY_KEY):
        raise SignatureDoesNotMatch(
            "Temporary credentials cannot be used: Keystone's protocol does not pass their session token."
        )
    signature = read_text(credentials, "signature")
    string = _decode(read_text(credentials, "token", _MAX_STRING_LENGTH))
    lines = string.split("\n")
    if lines[0] != sigv4.ALGORITHM or len(lines) != 4 or not _HASH.fullmatch(lines[3]):
        raise SignatureDoesNotMatch("The request must be signed by Signature Version 4, in one piece.")
    timestamp, scope = lines[1], lines[2].split("/")
    if len(scope) != 4 or not _REGION.fullmatch(scope[1]) or scope[2] != _SERVICE:
        raise SignatureDoesNotMatch("Credential should be scoped to a Region and the service 's3'.")
    date, region, service, terminator = scope
    signed_at = _parse_time(timestamp)
    sigv4.check_time(signed_at, None, now)
    sigv4.check_scope(date, terminator, signed_at)
    return Signature(access_key_id, None, date, region, service, signed_at, string, signature)


def _decode(token: str) -> str:
    """Decode base64, in either alphabet: RGW sends one, Swift the other."""
    try:
        return base64.b64decode(token.translate(_URL_SAFE), validate=True).decode("ascii")
    except ValueError as error:
        raise MalformedInput("token must be a string to sign, in base64.") from error


def _parse_time(timestamp: str) -> datetime:
    try:
        return clock.parse_basic(timestamp)
    except ValueError as error:
        raise SignatureDoesNotMatch("The time of the signature must be in ISO 8601 basic format.") from error
