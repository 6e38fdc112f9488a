"""ID tokens, verified: who signed them, for whom, and when (OpenID Connect Core 1.0, 3.1.3.7; RFC 7519)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import regex
from jwt import PyJWS, PyJWTError

from iamd.core.records import OidcProvider, Tag, Tags
from iamd.federation.errors import BadToken, ClaimRejected, TokenExpired
from iamd.federation.jwks import ALGORITHMS, Key

_SKEW_SECONDS = 60  # how far the clocks of a provider and of this server may be apart
_LONGEST = 255  # characters of an issuer, a subject or an audience
_LATEST = 10**12  # seconds since 1970: no token is for the year 33658
_TAGS = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"

_ISSUER = regex.compile(r"[!-~]{1,255}")
_TAG_KEY = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}")
_TAG_VALUE = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}")
_IDENTITY = regex.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")

# Claims of some providers that AWS lets policies ask for besides those of every provider.
_CLAIMS_OF: Mapping[str, tuple[str, ...]] = {
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

# AWS's sentence, with its two blanks.
_NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)

Claims = Mapping[str, Any]
KeyOf = Callable[[str | None, str], Key | None]  # a provider's key by its ID, for an algorithm


class Identity(NamedTuple):
    """What a verified token says, as far as anybody here asks; `keys` are condition keys in lower case."""

    issuer: str
    subject: str
    audience: str
    keys: Mapping[str, str | tuple[str, ...]]
    tags: Tags
    transitive: tuple[str, ...]
    source_identity: str | None


def issuer_of(token: str) -> str:
    """Return whom a token claims to be from, which nothing has verified; BadToken where it does not say."""
    issuer = _taken_apart(token)[1].get("iss")
    if issuer is None:
        raise BadToken("Missing a required claim: iss")
    if not isinstance(issuer, str) or not _ISSUER.fullmatch(issuer):
        raise BadToken("The claim iss is not the URL of an issuer.")
    return issuer


def _taken_apart(token: str) -> tuple[Claims, Claims]:
    """Return a token's header and claims, which nothing has verified."""
    try:
        parts = PyJWS().decode_complete(token, options={"verify_signature": False})
    except PyJWTError as broken:
        raise _no_token() from broken
    return parts["header"], _claims(parts["payload"])


def _claims(payload: bytes) -> Claims:
    try:
        found = json.loads(payload.decode())
    except (ValueError, RecursionError) as broken:
        raise _no_token() from broken
    if not isinstance(found, dict):
        raise _no_token()
    return found


def _no_token() -> BadToken:
    return BadToken(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )


def verify(token: str, provider: OidcProvider, key_of: KeyOf, now: int) -> Identity:
    """Verify a token of a provider; `now` is in seconds since 1970.

    TokenExpired, ClaimRejected or BadToken with what is wrong.
    """
    claims = _signed(token, key_of)
    if claims.get("iss") != f"https://{provider.url}":
        raise BadToken("The token is from another issuer.")
    _check_times(claims, now)
    subject = _text(claims, "sub")
    audience, original = _audience(claims, provider.client_ids)
    return Identity(
        f"https://{provider.url}",
        subject,
        audience,
        _keys(provider.url, claims, subject, audience, original),
        *_passed(claims),
    )


def _signed(token: str, key_of: KeyOf) -> Claims:
    """Return what a provider has signed; times and audience are for others to judge."""
    header, _ = _taken_apart(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS or "crit" in header:
        raise BadToken("The token is signed in a way that is not accepted.")
    key = key_of(header.get("kid"), algorithm)
    if key is None:
        raise BadToken(_NO_KEY)
    try:
        payload = PyJWS().decode(token, key.public, algorithms=[algorithm])
    except (PyJWTError, ValueError) as broken:
        raise BadToken("The token's signature does not verify.") from broken
    return _claims(payload)


def _check_times(claims: Claims, now: int) -> None:
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if now >= expires + _SKEW_SECONDS:
        raise TokenExpired(
            f"Token expired: current date/time {now} must be before the expiration date/time {expires}"
        )
    begins = issued if claims.get("nbf") is None else _time(claims, "nbf")
    if max(begins, issued) > now + _SKEW_SECONDS:
        raise BadToken("The token is not valid yet.")


def _time(claims: Claims, name: str) -> int:
    """Return a time in seconds since 1970; AWS takes nothing but integers."""
    value = claims.get(name)
    if value is None:
        raise BadToken(f"Missing a required claim: {name}")
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LATEST:
        raise BadToken(f"The claim {name} is not a time.")
    return value


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if value is None:
        raise BadToken(f"Missing a required claim: {name}")
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise ClaimRejected(f"The claim {name} must be a text of 1 to {_LONGEST} printable characters.")
    return value


def _audience(claims: Claims, client_ids: tuple[str, ...]) -> tuple[str, str | None]:
    """Return for whom a token is; and, where `azp` says who asked for it, what `aud` was.

    AWS takes `azp` for the audience wherever it is there.
    """
    named = claims.get("aud")
    listed = named if isinstance(named, list) else [named]
    if named is None or not listed:
        raise BadToken("Missing a required claim: aud")
    party = None if claims.get("azp") is None else _text(claims, "azp")
    asked = listed if party is None else [party]
    known = [one for one in asked if isinstance(one, str) and one in client_ids]
    if not known:
        raise BadToken("Incorrect token audience")
    original = next((one for one in listed if isinstance(one, str)), None)
    return known[0], None if party is None else original


def _keys(
    url: str, claims: Claims, subject: str, audience: str, original: str | None
) -> Mapping[str, str | tuple[str, ...]]:
    """Return the condition keys of a token's claims, which begin with the provider's URL."""
    host, amr = url.lower(), claims.get("amr")
    found: dict[str, str | tuple[str, ...] | None] = {
        name: claims[name] for name in _CLAIMS_OF.get(host, ()) if isinstance(claims.get(name), str)
    }
    found |= {"sub": subject, "aud": audience, "oaud": original}
    found["azp"] = None if claims.get("azp") is None else audience
    if isinstance(amr, list) and all(isinstance(one, str) for one in amr):
        found["amr"] = tuple(amr)
    return {f"{host}:{name}": value for name, value in found.items() if value is not None}


def _passed(claims: Claims) -> tuple[Tags, tuple[str, ...], str | None]:
    """Return the session tags and the source identity that a provider passes on, as AWS names the claims."""
    source_identity = claims.get(_SOURCE_IDENTITY)
    if source_identity is not None and not _fits(_IDENTITY, source_identity):
        raise ClaimRejected("The source identity must have 2 to 64 letters, digits and _+=,.@- characters.")
    tags, transitive = _tag_claims(claims)
    if not isinstance(tags, dict) or not isinstance(transitive, list):
        raise ClaimRejected("The session tags are not of the form that they must have.")
    if not all(_fits(_TAG_KEY, key) for key in (*tags, *transitive)):
        raise ClaimRejected("A session tag's key is too long, or has characters that none may have.")
    return tuple(Tag(key, _one(value)) for key, value in tags.items()), tuple(transitive), source_identity


def _tag_claims(claims: Claims) -> tuple[Any, Any]:
    """Return tags and transitive keys: an object in one claim, or flat where a provider cannot nest them."""
    nested = claims.get(_TAGS, {})
    if not isinstance(nested, dict):
        raise ClaimRejected("The session tags must be an object.")
    prefix = f"{_TAGS}/principal_tags/"
    flat = {name.removeprefix(prefix): claims[name] for name in claims if name.startswith(prefix)}
    tags = nested.get("principal_tags", flat)
    return tags, nested.get("transitive_tag_keys", claims.get(f"{_TAGS}/transitive_tag_keys", []))


def _one(value: Any) -> str:
    """Return a tag's value, which providers write as a list of one."""
    found = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not _fits(_TAG_VALUE, found):
        raise ClaimRejected(
            "A session tag must have one value, of 256 characters that tags may have at most."
        )
    return str(found)


def _fits(pattern: regex.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
