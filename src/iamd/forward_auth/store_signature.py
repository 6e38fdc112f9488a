"""The signature of the store's own credentials, for the request that the proxy passes on."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import unquote

from iamd.core import clock
from iamd.forward_auth.backend import Backend
from iamd.forward_auth.signing_rules import UNSIGNED_PAYLOAD, canonical_path
from iamd.wire import sigv4
from iamd.wire.request import Request

_SERVICE = "s3"
_REPLACED_HEADERS = frozenset({"x-amz-date", "x-amz-content-sha256", "x-amz-security-token"})


class StoreSignature(NamedTuple):
    """Headers of the request to the store, and its target: path and query, without the client's signature."""

    authorization: str
    date: str
    payload_hash: str
    target: str


def sign(request: Request, path: str, backend: Backend, now: datetime) -> StoreSignature:
    """Sign a client's request for the store; all its x-amz-… headers are signed, as the client's were.

    `path` is the path-style path, percent-encoded. A presigned request has its signature in the query, which
    is left out, since the store would see two.
    """
    query = _without_signature(request.query)
    timestamp = clock.basic(now)
    hash_ = request.headers.get("x-amz-content-sha256", UNSIGNED_PAYLOAD)
    headers = {
        **{name: value for name, value in request.headers.items() if _is_signed(name)},
        "host": backend.host,
        "x-amz-date": timestamp,
        "x-amz-content-sha256": hash_,
    }
    names = sorted(headers)
    canonical = sigv4.canonical_request(
        request._replace(headers=headers), names, canonical_path(path), sigv4.parse_query(query), hash_
    )
    scope = f"{timestamp[:8]}/{backend.region}/{_SERVICE}/aws4_request"
    key = sigv4.signing_key(backend.secret_access_key, timestamp[:8], backend.region, _SERVICE)
    signature = sigv4.sign(key, sigv4.string_to_sign(canonical, timestamp, scope))
    authorization = (
        f"{sigv4.ALGORITHM} Credential={backend.access_key_id}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return StoreSignature(authorization, timestamp, hash_, f"{path}?{query}" if query else path)


def _is_signed(name: str) -> bool:
    return name.startswith("x-amz-") and name not in _REPLACED_HEADERS


def _without_signature(query: str) -> str:
    """Return a query string without the parameters of a presigned request; the others stay as they are."""
    return "&".join(part for part in query.split("&") if not _is_signature_parameter(part))


def _is_signature_parameter(part: str) -> bool:
    return unquote(part.partition("=")[0])[:6].lower() == "x-amz-"
