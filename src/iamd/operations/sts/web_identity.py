"""AssumeRoleWithWebIdentity: temporary credentials of a role for a token of an OpenID Connect provider.

The request is unsigned: the token identifies the caller, once its signature, issuer, audience and times are
verified. The role's trust policy decides whether that caller can assume the role.
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
from iamd.domain import issuers as issuer_rules
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
from iamd.operations.sts import assume_role
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts, audit, oidc_providers

_ROLE_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/.+")
_THUMBPRINT_MISMATCH = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"

Verified = TypeVar("Verified")


def _resolve_caller(dependencies: Dependencies, params: Params, epoch: int) -> Caller:
    """Authenticate the caller by its token; the provider's keys are fetched if they are not cached.

    Raises UnresolvedCaller, with STS's fault, if the token is not accepted.
    """
    token, match = params["web_identity_token"], _ROLE_ARN.fullmatch(params["role_arn"])
    account_id = match[1] if match else ""
    issuer = ""
    try:
        if match is None:
            raise ValidationError(f"{params['role_arn']} is invalid")
        if "provider_id" in params:
            raise ValidationError(
                "ProviderId is not supported: only tokens of OpenID Connect providers are accepted."
            )
        issuer = _translate_errors(lambda: id_tokens.unverified_issuer(token))
        if issuer_rules.is_own(dependencies.base_url, issuer):
            raise InvalidIdentityToken("Tokens of GetWebIdentityToken are not accepted for federation.")
        provider = _get_provider(dependencies, account_id, issuer)
        return _build_caller(account_id, provider, _verify_token(dependencies, provider, token, epoch))
    except Fault as fault:
        raise UnresolvedCaller(fault, _build_unresolved_caller(dependencies, account_id, issuer)) from fault


def _get_provider(dependencies: Dependencies, account_id: str, issuer: str) -> OidcProvider:
    arn = arns.oidc_provider(account_id, issuer.removeprefix("https://"))
    with dependencies.database.read() as tx:
        provider = oidc_providers.find(tx, account_id, arn)
    if provider is None:
        raise InvalidIdentityToken(f"No OpenIDConnect provider found in your account for {issuer[:255]}")
    return provider


def _verify_token(
    dependencies: Dependencies, provider: OidcProvider, token: str, epoch: int
) -> id_tokens.TokenIdentity:
    def find_key(key_id: str | None, algorithm: str) -> VerificationKey | None:
        return dependencies.jwks_cache.find_key(provider.url, provider.thumbprints, key_id, algorithm)

    clock_steps = dependencies.clock_steps
    return _translate_errors(lambda: id_tokens.verify(token, provider, find_key, epoch, clock_steps))


def _translate_errors(verify: Callable[[], Verified]) -> Verified:
    """Run a verification and translate its errors to STS's faults."""
    try:
        return verify()
    except UntrustedCertificate as error:
        raise InvalidIdentityToken(_THUMBPRINT_MISMATCH) from error
    except ProviderUnreachable as error:
        raise IDPCommunicationError(f"The request to the identity provider failed: {error}.") from error
    except TokenExpired as error:
        raise ExpiredIdentityToken(str(error)) from error
    except InvalidClaim as error:
        raise IDPRejectedClaim(str(error)) from error
    except InvalidToken as error:
        raise InvalidIdentityToken(str(error)) from error


def _build_caller(account_id: str, provider: OidcProvider, token_identity: id_tokens.TokenIdentity) -> Caller:
    request_keys: dict[str, str | tuple[str, ...]] = {
        f"aws:requesttag/{tag.key.lower()}": tag.value for tag in token_identity.tags
    }
    if token_identity.tags:
        request_keys["aws:tagkeys"] = tuple(tag.key for tag in token_identity.tags)
    if token_identity.transitive_tag_keys:
        request_keys["sts:transitivetagkeys"] = token_identity.transitive_tag_keys
    if token_identity.source_identity is not None:
        request_keys["sts:sourceidentity"] = token_identity.source_identity
    context = {**token_identity.condition_keys, **request_keys, "aws:federatedprovider": provider.arn}
    web_identity = WebIdentity(
        provider.arn,
        token_identity.issuer,
        token_identity.subject,
        token_identity.audience,
        context,
        token_identity.tags,
        token_identity.transitive_tag_keys,
        token_identity.source_identity,
    )
    principal = Principal(PrincipalKind.WEB_IDENTITY, provider.arn, None)
    return Caller(
        principal,
        account_id,
        f"{provider.arn}:{token_identity.subject}",
        "",
        None,
        (),
        web_identity=web_identity,
    )


def _build_unresolved_caller(dependencies: Dependencies, account_id: str, issuer: str) -> Caller:
    """Return a caller for the audit event of a rejected token, in the called account if it exists."""
    with dependencies.database.read() as tx:
        audited_account_id = (
            account_id if account_id and accounts.find(tx, account_id) else audit.NO_ACCOUNT_ID
        )
    principal = Principal(PrincipalKind.WEB_IDENTITY, "", None)
    return Caller(
        principal,
        audited_account_id,
        "",
        "",
        None,
        (),
        web_identity=WebIdentity("", issuer[:255], "", "", {}),
    )


def _extra_checks(call: Call, target: Target, _params: Params) -> Iterator[PermissionCheck]:
    web_identity = call.caller.web_identity
    if web_identity is not None and web_identity.tags:
        yield PermissionCheck("sts:TagSession", target.arn)
    if web_identity is not None and web_identity.source_identity is not None:
        yield PermissionCheck("sts:SetSourceIdentity", target.arn)


@operation(
    "sts",
    target_finder=targets.ASSUMED_ROLE,
    condition_keys=(condition_keys.WEB_IDENTITY,),
    extra_checks=_extra_checks,
    issues_credentials=True,
    resolve_caller=_resolve_caller,
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
    web_identity = call.caller.web_identity or WebIdentity("", "", "", "", {})
    inline_policy, managed_policy_arns = temporary_credentials.check_session_policies(
        call, call.account_id, policy, policy_arns
    )
    session_tags = temporary_credentials.check_session_tags([tag._asdict() for tag in web_identity.tags])
    token = SessionToken(
        "role",
        call.account_id,
        role.role_id,
        role_session_name,
        ids.secret_access_key(),
        call.epoch,
        call.epoch + assume_role.session_duration(call, role, duration_seconds),
        None,
        inline_policy,
        managed_policy_arns,
        session_tags,
        temporary_credentials.check_transitive_tag_keys(list(web_identity.transitive_tag_keys), session_tags),
        web_identity.source_identity,
        web_identity.provider_arn,
        origin_id=web_identity.provider_arn or web_identity.issuer,
    )
    return {
        **temporary_credentials.issue_credentials(call, token, minimum_session_token_size),
        **assume_role.assumed_role_user(token, role),
        "SubjectFromWebIdentityToken": web_identity.subject,
        "Provider": web_identity.issuer,
        "Audience": web_identity.audience,
    }
