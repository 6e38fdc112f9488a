"""Managed policies: the account's own, and AWS's to look at."""

from typing import Any

from iamd.core import arns, ids, managed
from iamd.core.errors import DeleteConflict, EntityAlreadyExists
from iamd.core.records import Policy, Tag
from iamd.ops import keys, targets
from iamd.ops.call import Call
from iamd.ops.iam import documents, tags
from iamd.ops.iam.versions import require_only_default
from iamd.ops.operation import Reply, operation
from iamd.store import accounts, paging, policies
from iamd.store import tags as tag_store
from iamd.store.paging import Cut, Page
from iamd.store.policies import Usage, Used


def listed(used: Used) -> dict[str, Any]:
    """Return a policy as lists show it, which GetPolicy adds a description and tags to."""
    policy, usage = used
    return {
        "PolicyName": policy.policy_name,
        "PolicyId": policy.policy_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": usage.attachment_count,
        "PermissionsBoundaryUsageCount": usage.permissions_boundary_usage_count,
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
    }


@operation("iam", on=targets.NEW_POLICY, keys=(keys.TAGGING,), also=tags.when_tagging("iam:TagPolicy"))
def create_policy(
    call: Call,
    policy_name: str,
    policy_document: str,
    path: str = "/",
    description: str | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    documents.accept_managed(call, policy_document)
    if policies.find_by_name(call.tx, call.account_id, policy_name):
        raise EntityAlreadyExists(
            f"A policy called {policy_name} already exists. Duplicate names are not allowed."
        )
    arn = arns.policy(call.account_id, path, policy_name)
    unique_id = ids.unique(ids.POLICY)
    policy = Policy(unique_id, policy_name, path, arn, description, "v1", call.now, call.now)
    accounts.count(call.tx, call.account_id, "PoliciesPerAccount", +1)
    policies.add(call.tx, call.account_id, policy, policy_document)
    added = put_tags(call, policy, tags or [])
    return {"Policy": {**listed(Used(policy, Usage())), "Tags": added or None}}


def put_tags(call: Call, policy: Policy, wanted: list[dict[str, str]]) -> tuple[Tag, ...]:
    """Add a policy's tags within its quota; return them."""
    added = tuple(Tag(**tag) for tag in wanted)
    tags.put(call, policy.policy_id, added, "TagsPerPolicy")
    return added


@operation("iam", on=targets.POLICY)
def get_policy(call: Call, policy: Policy) -> Reply:
    usage = policies.usage(call.tx, call.account_id, policy.arn)
    held = tag_store.of(call.tx, call.account_id, policy.policy_id)
    return {
        "Policy": {
            **listed(Used(policy, usage)),
            "Description": policy.description,
            "Tags": held or None,
        }
    }


@operation("iam", on=targets.POLICY)
def delete_policy(call: Call, policy: Policy) -> Reply:
    documents.require_own(policy)
    if any(policies.usage(call.tx, call.account_id, policy.arn)):
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    require_only_default(call, policy)
    tag_store.clear(call.tx, call.account_id, policy.policy_id)
    policies.remove(call.tx, call.account_id, policy.policy_id)
    accounts.count(call.tx, call.account_id, "PoliciesPerAccount", -1)
    return None


@operation("iam", on=targets.POLICIES_UNDER)
def list_policies(
    call: Call,
    scope: str = "All",
    only_attached: bool = False,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    def own(asked: Cut) -> Page[Used]:
        return policies.page(
            call.tx, call.account_id, path_prefix, asked, policy_usage_filter, only_used=only_attached
        )

    def aws(asked: Cut) -> Page[Used]:
        return aws_managed(call, path_prefix, asked, policy_usage_filter, only_used=only_attached)

    chosen = {"All": {"aws": aws, "own": own}, "AWS": {"aws": aws}, "Local": {"own": own}}[scope]
    found = paging.chain(chosen, paging.cut(marker, max_items))
    return {"Policies": [listed(used) for used in found.items], **found.rest()}


def aws_managed(
    call: Call, prefix: str, asked: Cut, usage_filter: str | None, *, only_used: bool
) -> Page[Used]:
    uses = policies.uses(call.tx, call.account_id)
    found: list[Used] = []
    for policy in managed.catalog().values():
        usage = uses.get(policy.arn, Usage())
        wanted = policy.path.startswith(prefix) and (not only_used or usage.counts_for(usage_filter))
        if wanted and policy.policy_name.lower() > asked.after:
            found.append(Used(policy, usage))
        if len(found) > asked.size:
            break
    return paging.page(found, asked, lambda used: used.policy.policy_name.lower())
