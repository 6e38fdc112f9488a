"""ID token verification: signature, issuer, audience, times (OpenID Connect Core 1.0, 3.1.3.7; RFC 7519)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import regex
from jwt import PyJWS, PyJWTError

from iamd.core.clock_steps import ClockSteps
from iamd.core.records import OidcProvider, Tag, Tags
from iamd.federation.errors import InvalidClaim, InvalidToken, TokenExpired
from iamd.federation.jwks import ALGORITHMS, VerificationKey

_SKEW_SECONDS = 60  # allowed clock skew between a provider and this server
_MAX_CLAIM_LENGTH = 255  # characters of `iss`, `sub`, `aud` and `azp`
_MAX_NUMERIC_DATE = 10**12  # epoch seconds: the year 33658
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"

_ISSUER_PATTERN = regex.compile(r"[!-~]{1,255}")
_TAG_KEY_PATTERN = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}")
_TAG_VALUE_PATTERN = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}")
_SOURCE_IDENTITY_PATTERN = regex.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")

# Claims of particular providers that AWS supports as condition keys, in addition to those of every provider.
_PROVIDER_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "token.actions.githubusercontent.com": (
        "actor",
        "actor_id",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "repository_owner_id",
        "workflow",
    ),
    "gitlab.com": (
        "namespace_id",
        "pipeline_source",
        "project_id",
        "ref_protected",
        "runner_environment",
        "user_access_level",
        "user_email",
        "user_id",
        "user_login",
    ),
    "agent.buildkite.com": (
        "build_branch",
        "cluster_id",
        "cluster_name",
        "organization_id",
        "organization_slug",
        "pipeline_id",
        "pipeline_slug",
    ),
}

# AWS's message, including its double space.
_NO_KEY_MESSAGE = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)

Claims = Mapping[str, Any]
KeyResolver = Callable[[str | None, str], VerificationKey | None]  # by key ID (`kid`) and algorithm


class TokenIdentity(NamedTuple):
    """The contents of a verified token; `condition_keys` are in lower case, `issuer` is an `https://` URL."""

    issuer: str
    subject: str
    audience: str
    condition_keys: Mapping[str, str | tuple[str, ...]]
    tags: Tags
    transitive_tag_keys: tuple[str, ...]
    source_identity: str | None


def unverified_issuer(token: str) -> str:
    """Return a token's `iss` claim, unverified; raise InvalidToken if it is missing or malformed."""
    issuer = _decode_unverified(token)[1].get("iss")
    if issuer is None:
        raise InvalidToken("Missing a required claim: iss")
    if not isinstance(issuer, str) or not _ISSUER_PATTERN.fullmatch(issuer):
        raise InvalidToken("The claim iss is not a valid issuer URL.")
    return issuer


def _decode_unverified(token: str) -> tuple[Claims, Claims]:
    """Return a token's header and claims, unverified."""
    try:
        parts = PyJWS().decode_complete(token, options={"verify_signature": False})
    except PyJWTError as error:
        raise _not_a_jwt() from error
    return parts["header"], _parse_claims(parts["payload"])


def _parse_claims(payload: bytes) -> Claims:
    try:
        claims = json.loads(payload.decode())
    except (ValueError, RecursionError) as error:
        raise _not_a_jwt() from error
    if not isinstance(claims, dict):
        raise _not_a_jwt()
    return claims


def _not_a_jwt() -> InvalidToken:
    return InvalidToken(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )


def verify(
    token: str,
    provider: OidcProvider,
    resolve_key: KeyResolver,
    now_seconds: int,
    clock_steps: ClockSteps,
) -> TokenIdentity:
    """Verify a token of a provider; `now_seconds` is epoch seconds.

    Raises TokenExpired, InvalidClaim if a claim is unusable, or InvalidToken for any other reason.
    """
    claims = _verify_signature(token, resolve_key)
    if claims.get("iss") != f"https://{provider.url}":
        raise InvalidToken("The token was issued by another issuer.")
    _check_times(claims, now_seconds, clock_steps)
    subject = _text_claim(claims, "sub")
    audience, original_audience = _check_audience(claims, provider.client_ids)
    return TokenIdentity(
        f"https://{provider.url}",
        subject,
        audience,
        _condition_keys(provider.url, claims, subject, audience, original_audience),
        *_session_attributes(claims),
    )


def _verify_signature(token: str, resolve_key: KeyResolver) -> Claims:
    """Verify the signature and return the claims; the other checks are up to the caller."""
    header, _ = _decode_unverified(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS or "crit" in header:
        raise InvalidToken("The token's signature algorithm is not supported.")
    key = resolve_key(header.get("kid"), algorithm)
    if key is None:
        raise InvalidToken(_NO_KEY_MESSAGE)
    try:
        payload = PyJWS().decode(token, key.public_key, algorithms=[algorithm])
    except (PyJWTError, ValueError) as error:
        raise InvalidToken("The token's signature is not valid.") from error
    return _parse_claims(payload)


def _check_times(claims: Claims, now_seconds: int, clock_steps: ClockSteps) -> None:
    expires_at, issued_at = _time_claim(claims, "exp"), _time_claim(claims, "iat")
    if clock_steps.had_ended(issued_at, expires_at + _SKEW_SECONDS):
        raise TokenExpired("Token expired: the clock was set back since")
    if now_seconds >= expires_at + _SKEW_SECONDS:
        raise TokenExpired(
            f"Token expired: current date/time {now_seconds} "
            f"must be before the expiration date/time {expires_at}"
        )
    not_before = issued_at if claims.get("nbf") is None else _time_claim(claims, "nbf")
    if max(not_before, issued_at) > now_seconds + _SKEW_SECONDS:
        raise InvalidToken("The token is not valid yet.")


def _time_claim(claims: Claims, name: str) -> int:
    """Return a time claim in epoch seconds; like AWS, accept only integers."""
    value = claims.get(name)
    if value is None:
        raise InvalidToken(f"Missing a required claim: {name}")
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_NUMERIC_DATE:
        raise InvalidToken(f"The claim {name} is not a valid time.")
    return value


def _text_claim(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if value is None:
        raise InvalidToken(f"Missing a required claim: {name}")
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_CLAIM_LENGTH or not value.isprintable():
        raise InvalidClaim(
            f"The claim {name} must be a string of 1 to {_MAX_CLAIM_LENGTH} printable characters."
        )
    return value


def _check_audience(claims: Claims, client_ids: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the audience, one of the client IDs; and the original `aud` if there is an `azp` claim.

    Like AWS, use `azp` as the audience if it is present. Raises InvalidToken if no audience is a client ID.
    """
    aud = claims.get("aud")
    audiences = aud if isinstance(aud, list) else [aud]
    if aud is None or not audiences:
        raise InvalidToken("Missing a required claim: aud")
    authorized_party = None if claims.get("azp") is None else _text_claim(claims, "azp")
    candidates = audiences if authorized_party is None else [authorized_party]
    matches = [
        candidate for candidate in candidates if isinstance(candidate, str) and candidate in client_ids
    ]
    if not matches:
        raise InvalidToken("Incorrect token audience")
    original_audience = next((audience for audience in audiences if isinstance(audience, str)), None)
    return matches[0], None if authorized_party is None else original_audience


def _condition_keys(
    url: str, claims: Claims, subject: str, audience: str, original_audience: str | None
) -> Mapping[str, str | tuple[str, ...]]:
    """Return the condition keys of a token's claims: `provider URL:claim`, in lower case."""
    host, amr = url.lower(), claims.get("amr")
    claim_values: dict[str, str | tuple[str, ...] | None] = {
        name: claims[name] for name in _PROVIDER_CLAIMS.get(host, ()) if isinstance(claims.get(name), str)
    }
    claim_values |= {"sub": subject, "aud": audience, "oaud": original_audience}
    claim_values["azp"] = None if claims.get("azp") is None else audience
    if isinstance(amr, list) and all(isinstance(method, str) for method in amr):
        claim_values["amr"] = tuple(amr)
    return {f"{host}:{name}": value for name, value in claim_values.items() if value is not None}


def _session_attributes(claims: Claims) -> tuple[Tags, tuple[str, ...], str | None]:
    """Return the session tags, transitive tag keys and source identity from the claims that AWS defines.

    Raises InvalidClaim if one of them is malformed.
    """
    source_identity = claims.get(_SOURCE_IDENTITY_CLAIM)
    if source_identity is not None and not _matches(_SOURCE_IDENTITY_PATTERN, source_identity):
        raise InvalidClaim("The source identity must have 2 to 64 characters: letters, digits and _+=,.@-.")
    tags, transitive_tag_keys = _tag_claims(claims)
    if not isinstance(tags, dict) or not isinstance(transitive_tag_keys, list):
        raise InvalidClaim("The session tags are malformed.")
    if not all(_matches(_TAG_KEY_PATTERN, key) for key in (*tags, *transitive_tag_keys)):
        raise InvalidClaim("A session tag key is too long or contains invalid characters.")
    return (
        tuple(Tag(key, _single_tag_value(value)) for key, value in tags.items()),
        tuple(transitive_tag_keys),
        source_identity,
    )


def _tag_claims(claims: Claims) -> tuple[Any, Any]:
    """Return tags and transitive tag keys: nested in one claim, or flat if a provider cannot nest claims."""
    nested = claims.get(_TAGS_CLAIM, {})
    if not isinstance(nested, dict):
        raise InvalidClaim("The session tags must be an object.")
    prefix = f"{_TAGS_CLAIM}/principal_tags/"
    flat = {name.removeprefix(prefix): claims[name] for name in claims if name.startswith(prefix)}
    tags = nested.get("principal_tags", flat)
    return tags, nested.get("transitive_tag_keys", claims.get(f"{_TAGS_CLAIM}/transitive_tag_keys", []))


def _single_tag_value(value: Any) -> str:
    """Return a tag's value, which may be a list of one value."""
    tag_value = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not _matches(_TAG_VALUE_PATTERN, tag_value):
        raise InvalidClaim("A session tag must have a single value of at most 256 valid characters.")
    return str(tag_value)


def _matches(pattern: regex.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
