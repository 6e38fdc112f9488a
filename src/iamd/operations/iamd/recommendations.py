"""Security recommendations: the security checks on a snapshot of the account from the store."""

from datetime import UTC, datetime

from iamd import checks
from iamd.checks.policies import allows_everything
from iamd.checks.snapshot import AccountSnapshot
from iamd.domain import credential_report_rows
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iamd.account import get_current_account
from iamd.store import memberships, policies, policy_attachments, security_settings
from iamd.store.paging import PageLimits

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@operation("iamd", target_finder=targets.ANY_RESOURCE, action="iam:GetSecurityRecommendations")
def get_security_recommendations(call: Call) -> Reply:
    return {"Recommendations": checks.evaluate(take_snapshot(call))}


def take_snapshot(call: Call) -> AccountSnapshot:
    """Read the snapshot; the number of queries does not depend on the number of users."""
    root, *users = credential_report_rows.report_rows(call.tx, get_current_account(call))
    attached = policies.list_attached(call.tx, call.account_id)
    return AccountSnapshot(
        datetime.fromtimestamp(call.epoch, UTC),
        call.caller.principal.arn,
        root,
        tuple(users),
        root.mfa_active,
        bool(root.access_keys),
        security_settings.find_password_policy(call.tx, call.account_id),
        _has_administrator(call),
        tuple(name for name, document in attached if allows_everything(document)),
    )


def _has_administrator(call: Call) -> bool:
    """Return whether a user has AdministratorAccess, directly or through a group."""
    target = (call.tx, call.account_id, _ADMINISTRATOR, "/")
    if policy_attachments.list_users(
        *target, PageLimits(max_items=1), include_attachments=True, include_boundaries=False
    ).items:
        return True
    groups = policy_attachments.list_groups(*target, PageLimits(max_items=1000)).items
    return any(
        memberships.list_users(call.tx, call.account_id, group.group_id, PageLimits(max_items=1)).items
        for group in groups
    )
