"""Managed policies: customer managed policies, and AWS managed policies, which are read-only."""

from typing import Any

from iamd.core import arns, ids, managed
from iamd.core.errors import DeleteConflict, EntityAlreadyExists
from iamd.core.records import Policy, Tag
from iamd.domain import policy_documents
from iamd.domain.tagging import add_tags, tagging_checks
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam.policy_versions import require_only_default
from iamd.store import accounts, paging, policies
from iamd.store import tags as tag_store
from iamd.store.paging import Page, PageLimits
from iamd.store.policies import PolicyUsage, PolicyWithUsage


def to_list_entry(policy_with_usage: PolicyWithUsage) -> dict[str, Any]:
    """Return the members of a policy in lists; GetPolicy adds a description and tags."""
    policy, usage = policy_with_usage
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


@operation(
    "iam",
    target_finder=targets.NEW_POLICY,
    condition_keys=(condition_keys.REQUEST_TAGS,),
    extra_checks=tagging_checks("iam:TagPolicy"),
    requires_confirmation=False,
)
def create_policy(
    call: Call,
    policy_name: str,
    policy_document: str,
    path: str = "/",
    description: str | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    policy_documents.validate_managed(call, policy_document)
    if policies.find_by_name(call.tx, call.account_id, policy_name):
        raise EntityAlreadyExists(
            f"A policy called {policy_name} already exists. Duplicate names are not allowed."
        )
    arn = arns.policy(call.account_id, path, policy_name)
    unique_id = ids.unique(ids.POLICY)
    policy = Policy(unique_id, policy_name, path, arn, description, "v1", call.timestamp, call.timestamp)
    accounts.adjust_counter(call.tx, call.account_id, "PoliciesPerAccount", +1)
    policies.add(call.tx, call.account_id, policy, policy_document)
    new_tags = put_tags(call, policy, tags or [])
    return {"Policy": {**to_list_entry(PolicyWithUsage(policy, PolicyUsage())), "Tags": new_tags or None}}


def put_tags(call: Call, policy: Policy, requested_tags: list[dict[str, str]]) -> tuple[Tag, ...]:
    """Add tags to a policy within the quota; return them."""
    new_tags = tuple(Tag(**tag) for tag in requested_tags)
    add_tags(call, policy.policy_id, new_tags, "TagsPerPolicy")
    return new_tags


@operation("iam", target_finder=targets.POLICY)
def get_policy(call: Call, policy: Policy) -> Reply:
    usage = policies.get_usage(call.tx, call.account_id, policy.arn)
    policy_tags = tag_store.list_for_resource(call.tx, call.account_id, policy.policy_id)
    return {
        "Policy": {
            **to_list_entry(PolicyWithUsage(policy, usage)),
            "Description": policy.description,
            "Tags": policy_tags or None,
        }
    }


@operation("iam", target_finder=targets.POLICY, requires_confirmation=False)
def delete_policy(call: Call, policy: Policy) -> Reply:
    policy_documents.require_customer_managed(policy)
    if any(policies.get_usage(call.tx, call.account_id, policy.arn)):
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    require_only_default(call, policy)
    tag_store.delete_all(call.tx, call.account_id, policy.policy_id)
    policies.delete(call.tx, call.account_id, policy.policy_id)
    accounts.adjust_counter(call.tx, call.account_id, "PoliciesPerAccount", -1)
    return None


@operation("iam", target_finder=targets.POLICIES_BY_PATH)
def list_policies(
    call: Call,
    scope: str = "All",
    only_attached: bool = False,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    def list_customer_managed(limits: PageLimits) -> Page[PolicyWithUsage]:
        return policies.list_page(
            call.tx, call.account_id, path_prefix, limits, policy_usage_filter, only_used=only_attached
        )

    def list_aws(limits: PageLimits) -> Page[PolicyWithUsage]:
        return list_aws_managed(call, path_prefix, limits, policy_usage_filter, only_used=only_attached)

    sources = {
        "All": {"aws": list_aws, "own": list_customer_managed},
        "AWS": {"aws": list_aws},
        "Local": {"own": list_customer_managed},
    }[scope]
    page = paging.chain(sources, paging.page_limits(marker, max_items))
    return {
        "Policies": [to_list_entry(policy_with_usage) for policy_with_usage in page.items],
        **page.truncation_members(),
    }


def list_aws_managed(
    call: Call, path_prefix: str, limits: PageLimits, usage_filter: str | None, *, only_used: bool
) -> Page[PolicyWithUsage]:
    usage_by_arn = policies.get_usage_by_arn(call.tx, call.account_id)
    matching_policies: list[PolicyWithUsage] = []
    for policy in managed.catalog().values():
        usage = usage_by_arn.get(policy.arn, PolicyUsage())
        is_match = policy.path.startswith(path_prefix) and (not only_used or usage.matches(usage_filter))
        if is_match and policy.policy_name.lower() > limits.after:
            matching_policies.append(PolicyWithUsage(policy, usage))
        if len(matching_policies) > limits.max_items:
            break
    return paging.make_page(matching_policies, limits, lambda item: item.policy.policy_name.lower())
