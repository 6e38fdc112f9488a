"""Web identity tokens: their claims ("Understanding token claims" in the IAM user guide).

The guide gives no limit of the payload and leaves `principal_id` and some encodings out: these are as AWS's
tokens have them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from iamd.core import clock, ids
from iamd.core.errors import JWTPayloadSizeExceeded
from iamd.core.records import SessionToken, Tags
from iamd.framework.call import Call

NAMESPACE = "https://sts.amazonaws.com/"
_MAX_PAYLOAD_BYTES = 14_984

Claims = Mapping[str, Any]


def payload(call: Call, issuer_url: str, audiences: list[str], tags: Tags, expires_at: int) -> bytes:
    """Return a token's claims as JSON; `expires_at` is in seconds since 1970.

    Raises JWTPayloadSizeExceeded if they are too long.
    """
    principal = call.caller.principal
    subject = principal.role_arn or principal.arn
    claims = {
        "iss": issuer_url,
        "sub": subject,
        "aud": audiences[0] if len(audiences) == 1 else audiences,
        "iat": call.epoch,
        "exp": expires_at,
        "jti": ids.web_identity_token(),
        NAMESPACE: _aws_claims(call, subject, tags),
    }
    text = orjson.dumps(claims)
    if len(text) > _MAX_PAYLOAD_BYTES:
        raise JWTPayloadSizeExceeded(
            "The requested token payload size exceeds the maximum allowed size. "
            "Reduce the number or the length of the tags and audiences."
        )
    return text


def _aws_claims(call: Call, subject: str, request_tags: Tags) -> Claims:
    token = call.caller.token
    optional_claims: Claims = {
        "principal_tags": dict(call.caller.tags),
        "request_tags": dict(request_tags),
        **({} if token is None else _session_claims(token)),
    }
    return {
        "aws_account": call.account_id,
        "source_region": call.region,
        "principal_id": subject,
        **{name: value for name, value in optional_claims.items() if value},
    }


def _session_claims(token: SessionToken) -> Claims:
    return {
        "original_session_exp": clock.iso(datetime.fromtimestamp(token.expires_at, UTC)),
        "source_identity": token.source_identity,
        "federated_provider": token.provider_arn,
    }
