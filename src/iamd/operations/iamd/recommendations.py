"""What is still unsafe in the account, judged from what the store holds."""

from datetime import UTC, datetime

from iamd.checks import recommendations
from iamd.checks.recommendations import AccountFacts
from iamd.domain import credential_report_rows
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iamd.account import this
from iamd.store import memberships, policies, policy_attachments, security_settings
from iamd.store.paging import PageLimits

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@operation("iamd", target_finder=targets.ANY_RESOURCE, action="iam:GetSecurityRecommendations")
def get_security_recommendations(call: Call) -> Reply:
    return {"Recommendations": recommendations.evaluate(facts(call))}


def facts(call: Call) -> AccountFacts:
    """Gather the facts, in as many queries whatever the number of users."""
    root, *users = credential_report_rows.report_rows(call.tx, this(call))
    attached = policies.list_attached(call.tx, call.account_id)
    return AccountFacts(
        datetime.fromtimestamp(call.epoch, UTC),
        call.caller.principal.arn,
        root,
        tuple(users),
        root.mfa_active,
        bool(root.access_keys),
        security_settings.find_password_policy(call.tx, call.account_id),
        _is_administered(call),
        tuple(name for name, document in attached if recommendations.allows_everything(document)),
    )


def _is_administered(call: Call) -> bool:
    """Say whether a user has AdministratorAccess, directly or by a group."""
    held = (call.tx, call.account_id, _ADMINISTRATOR, "/")
    if policy_attachments.list_users(
        *held, PageLimits(max_items=1), include_attachments=True, include_boundaries=False
    ).items:
        return True
    groups = policy_attachments.list_groups(*held, PageLimits(max_items=1000)).items
    return any(
        memberships.list_users(call.tx, call.account_id, group.group_id, PageLimits(max_items=1)).items
        for group in groups
    )
