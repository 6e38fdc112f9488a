"""What clients of S3 and of other services sign.

For S3, it is the path as it is, without normalization, and a payload hash that they declare: "Signature
Calculations for the Authorization Header" and "Authenticating Requests: Using Query Parameters" in the S3 API
reference. The body is not known here: the store verifies its hash.
"""

import hashlib
import re
from urllib.parse import unquote_to_bytes

from iamd.core.errors import MalformedInput, SignatureDoesNotMatch
from iamd.wire.request import Request
from iamd.wire.sigv4 import MISMATCH_MESSAGE, REGION, QueryPairs, SigningRules, normalized_path, uri_encode

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
UNSIGNED_STREAM = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_PAYLOAD_HASH_HEADER = "x-amz-content-sha256"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)  # s3cmd signs for US
_METHODS_WITHOUT_BODY = frozenset({"DELETE", "GET", "HEAD", "OPTIONS"})
_SIGNED_STREAM_PREFIX = "STREAMING-AWS4-"


class SignedStream(MalformedInput):
    """The body consists of chunks whose signatures depend on the request's."""

    code = "NotImplemented"
    status = 501


def canonical_path(path: str) -> str:
    """Return a percent-encoded path in the canonical encoding."""
    return uri_encode(unquote_to_bytes(path), safe="/")


def payload_hash(request: Request, pairs: QueryPairs) -> str:
    """Return the payload hash that a client signed; a Fault if it is missing or cannot be passed on."""
    is_presigned = any(name == b"X-Amz-Algorithm" for name, _ in pairs)
    declared = request.headers.get(_PAYLOAD_HASH_HEADER, UNSIGNED_PAYLOAD if is_presigned else "")
    if declared.startswith(_SIGNED_STREAM_PREFIX):
        raise SignedStream(
            "Chunks that are signed one by one (STREAMING-AWS4-HMAC-SHA256-PAYLOAD) cannot be passed on to "
            "this store. Turn chunked encoding off in the client, or use https, over which most clients send "
            "an unsigned payload."
        )
    if not declared:
        raise MalformedInput("Missing required header for this request: x-amz-content-sha256")
    if declared not in (UNSIGNED_PAYLOAD, UNSIGNED_STREAM) and not _SHA256.fullmatch(declared):
        raise SignatureDoesNotMatch("x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in hex.")
    return declared


S3_RULES = SigningRules(canonical_path, payload_hash, _REGION)


def service_payload_hash(request: Request, pairs: QueryPairs) -> str:
    """Return the payload hash that a client of another service than S3 signed.

    It is that of the body. If the proxy does not pass a body on, it is what the client declares, and the
    service has to compare it with the body; SignatureDoesNotMatch if the client does not.
    """
    declared = request.headers.get(_PAYLOAD_HASH_HEADER)
    if request.body or has_no_body(request):
        actual = hashlib.sha256(request.body).hexdigest()
        if declared not in (None, actual):
            raise SignatureDoesNotMatch(MISMATCH_MESSAGE)
        return actual
    if declared is None or not _SHA256.fullmatch(declared):
        raise SignatureDoesNotMatch(
            "The proxy does not pass bodies on, so the request must have its body's SHA-256, in hex, in the "
            "header x-amz-content-sha256."
        )
    return declared


def has_no_body(request: Request) -> bool:
    """Return whether a client's request certainly has no body. HTTP/2 needs no header for one that it has."""
    length = request.headers.get("content-length")
    if length is None:
        return request.method in _METHODS_WITHOUT_BODY and "transfer-encoding" not in request.headers
    return length == "0"


SERVICE_RULES = SigningRules(normalized_path, service_payload_hash, REGION)
