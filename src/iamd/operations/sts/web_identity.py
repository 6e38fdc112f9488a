"""AssumeRoleWithWebIdentity: a role for whom an OpenID Connect provider vouches, without any secret of ours.

Nobody has signed the request. Who calls is what the token says, once its signature, issuer, audience and
times were verified; whether that is enough is for the role's trust policy to say.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from iamd.core import arns, ids
from iamd.core.errors import (
    ExpiredIdentityToken,
    Fault,
    IDPCommunicationError,
    IDPRejectedClaim,
    InvalidIdentityToken,
    ValidationError,
)
from iamd.core.records import OidcProvider, Role, SessionToken, WebIdentity
from iamd.domain import temporary_credentials
from iamd.federation import id_tokens
from iamd.federation.errors import (
    InvalidClaim,
    InvalidToken,
    ProviderUnreachable,
    TokenExpired,
    UntrustedCertificate,
)
from iamd.federation.jwks import VerificationKey
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call, Caller, Dependencies
from iamd.framework.operation import Params, PermissionCheck, Reply, Target, UnresolvedCaller, operation
from iamd.operations.sts import roles
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts, audit, oidc_providers

_ROLE_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/.+")
_WRONG_CERTIFICATE = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"

Checked = TypeVar("Checked")


def _vouch(means: Dependencies, params: Params, now: int) -> Caller:
    """Find out who calls; the provider's keys are fetched where they are not known."""
    token, found = params["web_identity_token"], _ROLE_ARN.fullmatch(params["role_arn"])
    account_id = found[1] if found else ""
    issuer = ""
    try:
        if found is None:
            raise ValidationError(f"{params['role_arn']} is invalid")
        if "provider_id" in params:
            raise ValidationError(
                "Only tokens of OpenID Connect providers are accepted, without a ProviderId."
            )
        issuer = _checked(lambda: id_tokens.unverified_issuer(token))
        provider = _provider(means, account_id, issuer)
        return _caller(account_id, provider, _identity(means, provider, token, now))
    except Fault as fault:
        raise UnresolvedCaller(fault, _nobody(means, account_id, issuer)) from fault


def _provider(means: Dependencies, account_id: str, issuer: str) -> OidcProvider:
    arn = arns.oidc_provider(account_id, issuer.removeprefix("https://"))
    with means.database.read() as tx:
        provider = oidc_providers.find(tx, account_id, arn)
    if provider is None:
        raise InvalidIdentityToken(f"No OpenIDConnect provider found in your account for {issuer[:255]}")
    return provider


def _identity(means: Dependencies, provider: OidcProvider, token: str, now: int) -> id_tokens.TokenIdentity:
    def key(key_id: str | None, algorithm: str) -> VerificationKey | None:
        return means.jwks_cache.find_key(provider.url, provider.thumbprints, key_id, algorithm)

    return _checked(lambda: id_tokens.verify(token, provider, key, now))


def _checked(verify: Callable[[], Checked]) -> Checked:
    """Verify something of a token, and say in STS's faults what is wrong with it."""
    try:
        return verify()
    except UntrustedCertificate as untrusted:
        raise InvalidIdentityToken(_WRONG_CERTIFICATE) from untrusted
    except ProviderUnreachable as failed:
        raise IDPCommunicationError(f"The identity provider cannot be asked: {failed}.") from failed
    except TokenExpired as expired:
        raise ExpiredIdentityToken(str(expired)) from expired
    except InvalidClaim as rejected:
        raise IDPRejectedClaim(str(rejected)) from rejected
    except InvalidToken as bad:
        raise InvalidIdentityToken(str(bad)) from bad


def _caller(account_id: str, provider: OidcProvider, who: id_tokens.TokenIdentity) -> Caller:
    passed: dict[str, str | tuple[str, ...]] = {
        f"aws:requesttag/{tag.key.lower()}": tag.value for tag in who.tags
    }
    if who.tags:
        passed["aws:tagkeys"] = tuple(tag.key for tag in who.tags)
    if who.transitive_tag_keys:
        passed["sts:transitivetagkeys"] = who.transitive_tag_keys
    if who.source_identity is not None:
        passed["sts:sourceidentity"] = who.source_identity
    context = {**who.condition_keys, **passed, "aws:federatedprovider": provider.arn}
    identity = WebIdentity(
        provider.arn,
        who.issuer,
        who.subject,
        who.audience,
        context,
        who.tags,
        who.transitive_tag_keys,
        who.source_identity,
    )
    principal = Principal(PrincipalKind.WEB_IDENTITY, provider.arn, None)
    return Caller(principal, account_id, f"{provider.arn}:{who.subject}", "", None, (), web_identity=identity)


def _nobody(means: Dependencies, account_id: str, issuer: str) -> Caller:
    """Return who is refused before anybody vouched: the audit of the account that was called has it."""
    with means.database.read() as tx:
        known = account_id if account_id and accounts.find(tx, account_id) else audit.NO_ACCOUNT_ID
    principal = Principal(PrincipalKind.WEB_IDENTITY, "", None)
    return Caller(principal, known, "", "", None, (), web_identity=WebIdentity("", issuer[:255], "", "", {}))


def _also(call: Call, target: Target, _params: Params) -> Iterator[PermissionCheck]:
    who = call.caller.web_identity
    if who is not None and who.tags:
        yield PermissionCheck("sts:TagSession", target.arn)
    if who is not None and who.source_identity is not None:
        yield PermissionCheck("sts:SetSourceIdentity", target.arn)


@operation(
    "sts",
    target_finder=targets.ASSUMED_ROLE,
    condition_keys=(condition_keys.WEB_IDENTITY,),
    extra_checks=_also,
    issues_credentials=True,
    resolve_caller=_vouch,
)
def assume_role_with_web_identity(
    call: Call,
    role: Role,
    role_session_name: str,
    web_identity_token: str,
    provider_id: str | None = None,
    policy_arns: list[dict[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    minimum_session_token_size: int | None = None,
) -> Reply:
    who = call.caller.web_identity or WebIdentity("", "", "", "", {})
    inline, managed = temporary_credentials.check_session_policies(call, call.account_id, policy, policy_arns)
    passed = temporary_credentials.check_session_tags([tag._asdict() for tag in who.tags])
    token = SessionToken(
        "role",
        call.account_id,
        role.role_id,
        role_session_name,
        ids.secret_access_key(),
        call.epoch,
        call.epoch + roles.duration(call, role, duration_seconds),
        None,
        inline,
        managed,
        passed,
        temporary_credentials.check_transitive_tag_keys(list(who.transitive_tag_keys), passed),
        who.source_identity,
        who.provider_arn,
    )
    return {
        **temporary_credentials.issue_credentials(call, token, minimum_session_token_size),
        **roles.assumed(token, role),
        "SubjectFromWebIdentityToken": who.subject,
        "Provider": who.issuer,
        "Audience": who.audience,
    }
