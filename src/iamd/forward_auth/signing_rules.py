"""What S3 clients sign: the path as it is, without normalization, and a payload hash that they declare.

The rules are those of "Signature Calculations for the Authorization Header" and "Authenticating Requests:
Using Query Parameters" in the S3 API reference. The body is not known here: the store verifies its hash.
"""

import re
from urllib.parse import unquote_to_bytes

from iamd.core.errors import MalformedInput, SignatureDoesNotMatch
from iamd.wire.request import Request
from iamd.wire.sigv4 import QueryPairs, SigningRules, uri_encode

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
UNSIGNED_STREAM = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_PAYLOAD_HASH_HEADER = "x-amz-content-sha256"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)  # s3cmd signs for US
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
