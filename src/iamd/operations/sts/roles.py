"""AssumeRole: a role's permissions for a while, for whom its trust policy names."""

from collections.abc import Iterator
from typing import Any

from iamd.core import ids
from iamd.core.errors import AccessDenied, ValidationError
from iamd.core.records import Role, SessionToken, Tags
from iamd.domain import temporary_credentials
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, PermissionCheck, Reply, Target, operation

_TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
_CHAINED = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"


def _inherited(call: Call) -> tuple[Tags, str | None]:
    """Return the transitive tags and the source identity of the calling session, which pass to the next."""
    token = call.caller.token
    if token is None:
        return (), None
    passed_on = {key.lower() for key in token.transitive_tag_keys}
    return tuple(tag for tag in token.tags if tag.key.lower() in passed_on), token.source_identity


def _also(call: Call, target: Target, params: Params) -> Iterator[PermissionCheck]:
    tags, source_identity = _inherited(call)
    if tags or params.get("tags"):
        yield PermissionCheck("sts:TagSession", target.arn)
    chosen = params.get("source_identity", source_identity)
    if chosen is not None:
        context: Context = {"sts:sourceidentity": chosen}
        yield PermissionCheck("sts:SetSourceIdentity", target.arn, context)


@operation(
    "sts",
    target_finder=targets.ASSUMED_ROLE,
    condition_keys=(condition_keys.REQUEST_TAGS, condition_keys.ROLE_SESSION),
    extra_checks=_also,
    requires_confirmation=True,
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
        raise ValidationError("Context assertions are not supported: no context provider is known here.")
    inherited, identity = _inherited(call)
    account_id = role.arn.split(":")[4]
    inline, managed = temporary_credentials.check_session_policies(call, account_id, policy, policy_arns)
    passed = temporary_credentials.check_session_tags(tags, inherited)
    kept = temporary_credentials.check_transitive_tag_keys(transitive_tag_keys, passed)
    token = SessionToken(
        "role",
        account_id,
        role.role_id,
        role_session_name,
        ids.secret_access_key(),
        call.epoch,
        call.epoch + duration(call, role, duration_seconds),
        None,
        inline,
        managed,
        passed,
        (*(tag.key for tag in inherited), *kept),
        _source_identity(source_identity, identity),
    )
    return {
        **temporary_credentials.issue_credentials(call, token, minimum_session_token_size),
        **assumed(token, role),
    }


def assumed(token: SessionToken, role: Role) -> dict[str, Any]:
    """Return whom the credentials are of, as replies tell it."""
    user = {
        "AssumedRoleId": f"{role.role_id}:{token.name}",
        "Arn": temporary_credentials.role_session_arn(token, role.role_name),
    }
    return {"AssumedRoleUser": user, "SourceIdentity": token.source_identity}


def duration(call: Call, role: Role, wanted: int | None) -> int:
    """Return a session's seconds: what the role allows, an hour where one role session makes another."""
    if call.caller.role is not None and (wanted or 0) > temporary_credentials.HOUR_SECONDS:
        raise ValidationError(_CHAINED)
    return temporary_credentials.session_duration(
        wanted, temporary_credentials.HOUR_SECONDS, role.max_session_duration, _TOO_LONG
    )


def _source_identity(wanted: str | None, inherited: str | None) -> str | None:
    """Return the source identity, which no session of a chain may change."""
    if wanted is not None and inherited is not None and wanted != inherited:
        raise AccessDenied("The source identity of a session cannot be changed.")
    if wanted is not None and wanted.lower().startswith("aws:"):
        raise ValidationError("A source identity must not begin with aws:.")
    return wanted if inherited is None else inherited
