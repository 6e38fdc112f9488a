"""GetSessionToken and GetFederationToken: temporary credentials of a user or a federated user."""

from iamd.core import arns, ids
from iamd.core.records import SessionToken
from iamd.domain import temporary_credentials
from iamd.domain.tagging import tagging_checks
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, Reply, Target, TargetFinder, always, operation

_DEFAULT_DURATION_SECONDS = 12 * temporary_credentials.HOUR_SECONDS


def _session_duration(call: Call, requested_seconds: int | None) -> int:
    """Return a session's duration in seconds: the model limits it for users; for the root user, one hour."""
    duration_seconds = _DEFAULT_DURATION_SECONDS if requested_seconds is None else requested_seconds
    return (
        min(duration_seconds, temporary_credentials.HOUR_SECONDS) if call.caller.is_root else duration_seconds
    )


def _owner_id(call: Call) -> str:
    return call.caller.principal.unique_id or call.account_id


@operation(
    "sts",
    target_finder=targets.ANY_RESOURCE,
    is_self_service=always,
    issues_credentials=True,
    accepts_mfa_code=True,
)
def get_session_token(
    call: Call,
    duration_seconds: int | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    minimum_session_token_size: int | None = None,
) -> Reply:
    temporary_credentials.require_long_term_credentials(call, "GetSessionToken")
    token = SessionToken(
        "user",
        call.account_id,
        _owner_id(call),
        "",
        ids.secret_access_key(),
        call.epoch,
        call.epoch + _session_duration(call, duration_seconds),
        call.caller.mfa_at,
    )
    return temporary_credentials.issue_credentials(call, token, minimum_session_token_size)


def _find_federated_user(call: Call, params: Params) -> Target:
    return Target(arns.federated_user(call.account_id, params["name"]))


_FEDERATED_USER = TargetFinder(_find_federated_user, "federated-user")


@operation(
    "sts",
    target_finder=_FEDERATED_USER,
    condition_keys=(condition_keys.REQUEST_TAGS,),
    extra_checks=tagging_checks("sts:TagSession"),
    issues_credentials=True,
)
def get_federation_token(
    call: Call,
    name: str,
    policy: str | None = None,
    policy_arns: list[dict[str, str]] | None = None,
    duration_seconds: int | None = None,
    tags: list[dict[str, str]] | None = None,
    minimum_session_token_size: int | None = None,
) -> Reply:
    temporary_credentials.require_long_term_credentials(call, "GetFederationToken")
    inline_policy, managed_policy_arns = temporary_credentials.check_session_policies(
        call, call.account_id, policy, policy_arns
    )
    token = SessionToken(
        "federated",
        call.account_id,
        _owner_id(call),
        name,
        ids.secret_access_key(),
        call.epoch,
        call.epoch + _session_duration(call, duration_seconds),
        None,
        inline_policy,
        managed_policy_arns,
        temporary_credentials.check_session_tags(tags),
        origin_id=call.caller.origin_id,
        origin_mfa=call.caller.origin_mfa,
    )
    user = {
        "FederatedUserId": f"{call.account_id}:{name}",
        "Arn": arns.federated_user(call.account_id, name),
    }
    return {
        **temporary_credentials.issue_credentials(call, token, minimum_session_token_size),
        "FederatedUser": user,
    }
