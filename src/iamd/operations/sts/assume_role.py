"""AssumeRole: temporary credentials of a role, including role chaining and transitive session tags."""

from collections.abc import Iterator
from typing import Any

from iamd.core import ids
from iamd.core.errors import AccessDenied, ValidationError
from iamd.core.records import Role, SessionToken, Tags
from iamd.domain import temporary_credentials
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, PermissionCheck, Reply, Target, operation

_DURATION_EXCEEDS_MAX = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
_ROLE_CHAINING_LIMIT = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
)


def _inherited_session_context(call: Call) -> tuple[Tags, str | None]:
    """Return the transitive tags and source identity of the calling session, which the new one inherits."""
    token = call.caller.token
    if token is None:
        return (), None
    transitive_keys = {key.lower() for key in token.transitive_tag_keys}
    return tuple(tag for tag in token.tags if tag.key.lower() in transitive_keys), token.source_identity


def _extra_checks(call: Call, target: Target, params: Params) -> Iterator[PermissionCheck]:
    tags, source_identity = _inherited_session_context(call)
    if tags or params.get("tags"):
        yield PermissionCheck("sts:TagSession", target.arn)
    effective_source_identity = params.get("source_identity", source_identity)
    if effective_source_identity is not None:
        context: Context = {"sts:sourceidentity": effective_source_identity}
        yield PermissionCheck("sts:SetSourceIdentity", target.arn, context)


@operation(
    "sts",
    target_finder=targets.ASSUMED_ROLE,
    condition_keys=(condition_keys.REQUEST_TAGS, condition_keys.ROLE_SESSION),
    extra_checks=_extra_checks,
    issues_credentials=True,
    accepts_mfa_code=True,
)
def assume_role(
    call: Call,
    role: Role,
    role_session_name: str,
    policy_arns: list[dict[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    tags: list[dict[str, str]] | None = None,
    transitive_tag_keys: list[str] | None = None,
    external_id: str | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    source_identity: str | None = None,
    provided_contexts: list[Any] | None = None,
    minimum_session_token_size: int | None = None,
) -> Reply:
    if provided_contexts:
        raise ValidationError("Context assertions are not supported: there are no context providers.")
    inherited_tags, inherited_source_identity = _inherited_session_context(call)
    account_id = role.arn.split(":")[4]
    inline_policy, managed_policy_arns = temporary_credentials.check_session_policies(
        call, account_id, policy, policy_arns
    )
    session_tags = temporary_credentials.check_session_tags(tags, inherited_tags)
    transitive_keys = temporary_credentials.check_transitive_tag_keys(transitive_tag_keys, session_tags)
    token = SessionToken(
        "role",
        account_id,
        role.role_id,
        role_session_name,
        ids.secret_access_key(),
        call.epoch,
        call.epoch + session_duration(call, role, duration_seconds),
        None,
        inline_policy,
        managed_policy_arns,
        session_tags,
        (*(tag.key for tag in inherited_tags), *transitive_keys),
        _source_identity(source_identity, inherited_source_identity),
        origin_id=call.caller.origin_id,
        origin_mfa=call.caller.origin_mfa,
    )
    return {
        **temporary_credentials.issue_credentials(call, token, minimum_session_token_size),
        **assumed_role_user(token, role),
    }


def assumed_role_user(token: SessionToken, role: Role) -> dict[str, Any]:
    """Return the response members AssumedRoleUser and SourceIdentity."""
    user = {
        "AssumedRoleId": f"{role.role_id}:{token.name}",
        "Arn": temporary_credentials.role_session_arn(token, role.role_name),
    }
    return {"AssumedRoleUser": user, "SourceIdentity": token.source_identity}


def session_duration(call: Call, role: Role, requested_seconds: int | None) -> int:
    """Return a session's duration in seconds: up to the role's maximum, or one hour for role chaining.

    Raises ValidationError beyond the maximum.
    """
    if call.caller.role is not None and (requested_seconds or 0) > temporary_credentials.HOUR_SECONDS:
        raise ValidationError(_ROLE_CHAINING_LIMIT)
    return temporary_credentials.session_duration(
        requested_seconds,
        temporary_credentials.HOUR_SECONDS,
        role.max_session_duration,
        _DURATION_EXCEEDS_MAX,
    )


def _source_identity(requested_identity: str | None, inherited_identity: str | None) -> str | None:
    """Return the source identity, which cannot change in a chain of sessions.

    Raises AccessDenied for a change, ValidationError for a reserved prefix.
    """
    if (
        requested_identity is not None
        and inherited_identity is not None
        and requested_identity != inherited_identity
    ):
        raise AccessDenied("The source identity of a session cannot be changed.")
    if requested_identity is not None and requested_identity.lower().startswith("aws:"):
        raise ValidationError("A source identity must not begin with aws:.")
    return requested_identity if inherited_identity is None else inherited_identity
