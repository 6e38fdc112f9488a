"""GetWebIdentityToken: a signed token that tells other services who the caller is."""

from datetime import UTC, datetime

from iamd.core import arns, clock
from iamd.core.errors import OutboundWebIdentityFederationDisabled, SessionDurationEscalation, ValidationError
from iamd.core.records import Issuer
from iamd.domain import issuers as issuer_rules
from iamd.domain import signing_keys, temporary_credentials, web_identity_tokens
from iamd.domain.tagging import tagging_checks
from iamd.framework import condition_keys
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, Target, TargetFinder, operation
from iamd.store import issuers


def _find_self(call: Call, _params: Params) -> Target:
    return Target(arns.sts_self(call.account_id))


_SELF = TargetFinder(_find_self, None)


def _add_keys(dependencies: Dependencies, call: Call, _record: None, params: Params) -> Params:
    _get_issuer(call)
    signing_keys.add_due_keys(dependencies, call)
    return params


def _get_issuer(call: Call) -> Issuer:
    issuer = issuers.find(call.tx, call.account_id)
    if issuer is None or issuer.disabled_at is not None:
        raise OutboundWebIdentityFederationDisabled(
            "The outbound web identity federation feature is not enabled for this account."
        )
    return issuer


def _expiration(call: Call, duration_seconds: int) -> int:
    """Return when the token expires; SessionDurationEscalation if that is after the caller's credentials."""
    expires_at, token = call.epoch + duration_seconds, call.caller.token
    if token is not None and expires_at > token.expires_at:
        raise SessionDurationEscalation(
            "The requested token duration would extend the session beyond its original expiration time."
        )
    return expires_at


@operation(
    "sts",
    target_finder=_SELF,
    condition_keys=(condition_keys.REQUEST_TAGS, condition_keys.WEB_IDENTITY_TOKEN),
    extra_checks=tagging_checks("sts:TagGetWebIdentityToken"),
    prepare=_add_keys,
    issues_credentials=True,
)
def get_web_identity_token(
    call: Call,
    audience: list[str],
    signing_algorithm: str,
    duration_seconds: int | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    if signing_algorithm not in signing_keys.ALGORITHMS:
        raise ValidationError(f"SigningAlgorithm must be one of {', '.join(signing_keys.ALGORITHMS)}.")
    issuer_url = issuer_rules.url(call.base_url, _get_issuer(call).issuer_id)
    expires_at = _expiration(call, duration_seconds or condition_keys.DEFAULT_TOKEN_SECONDS)
    request_tags = temporary_credentials.check_session_tags(tags)
    payload = web_identity_tokens.payload(call, issuer_url, audience, request_tags, expires_at)
    return {
        "WebIdentityToken": signing_keys.sign(call, signing_algorithm, payload),
        "Expiration": clock.iso(datetime.fromtimestamp(expires_at, UTC)),
    }
