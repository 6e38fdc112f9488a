"""Versions of managed policies: limited by a quota, five by default; one of them is the default version."""

from typing import Any

from iamd.core import arns, managed
from iamd.core.errors import DeleteConflict, LimitExceeded, NoSuchEntity
from iamd.core.records import Policy, PolicyVersion
from iamd.domain import policy_documents
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import paging, policies, quotas


def _list_versions(call: Call, policy: Policy) -> list[PolicyVersion]:
    if arns.parse_account_id(policy.arn) == "aws":
        return [managed.version(policy.arn)]
    return policies.list_versions(call.tx, call.account_id, policy.policy_id)


def _get_version(call: Call, policy: Policy, version_id: str) -> PolicyVersion:
    for version in _list_versions(call, policy):
        if version.version_id == version_id:
            return version
    raise NoSuchEntity(f"Policy {policy.arn} version {version_id} does not exist or is not attachable.")


def require_only_default(call: Call, policy: Policy) -> None:
    """Raise DeleteConflict if a policy has versions besides the default one."""
    if len(_list_versions(call, policy)) > 1:
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the "
            "policy's versions. The default version is deleted with the policy."
        )


def to_list_entry(version: PolicyVersion) -> dict[str, Any]:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default_version,
        "CreateDate": version.create_date,
    }


@operation("iam", target_finder=targets.POLICY)
def create_policy_version(
    call: Call, policy: Policy, policy_document: str, set_as_default: bool = False
) -> Reply:
    policy_documents.require_customer_managed(policy)
    policy_documents.validate_managed(call, policy_document)
    limit = quotas.get(call.tx, call.account_id, "VersionsPerPolicy")
    if len(_list_versions(call, policy)) >= limit:
        raise LimitExceeded(
            f"A managed policy can have up to {limit} versions. Before you create a new version, "
            "you must delete an existing version."
        )
    version_id = policies.add_version(
        call.tx, call.account_id, policy.policy_id, policy_document, call.timestamp
    )
    if set_as_default:
        policies.set_default_version(call.tx, call.account_id, policy.policy_id, version_id, call.timestamp)
    version = PolicyVersion(version_id, policy_document, set_as_default, call.timestamp)
    return {"PolicyVersion": to_list_entry(version)}


@operation("iam", target_finder=targets.POLICY)
def get_policy_version(call: Call, policy: Policy, version_id: str) -> Reply:
    version = _get_version(call, policy, version_id)
    return {
        "PolicyVersion": {
            **to_list_entry(version),
            "Document": policy_documents.percent_encode(version.document),
        }
    }


@operation("iam", target_finder=targets.POLICY, requires_confirmation=False)
def delete_policy_version(call: Call, policy: Policy, version_id: str) -> Reply:
    policy_documents.require_customer_managed(policy)
    if _get_version(call, policy, version_id).is_default_version:
        raise DeleteConflict("Cannot delete the default version of a policy.")
    policies.delete_version(call.tx, call.account_id, policy.policy_id, version_id)
    return None


@operation("iam", target_finder=targets.POLICY)
def list_policy_versions(
    call: Call, policy: Policy, marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = paging.page_by_name(_list_versions(call, policy), paging.page_limits(marker, max_items), _sort_key)
    return {"Versions": [to_list_entry(version) for version in page.items], **page.truncation_members()}


def _sort_key(version: PolicyVersion) -> str:
    # Newest first, so the sort key decreases with the version number.
    return f"{10**9 - policies.version_number(version.version_id):010d}"


@operation("iam", target_finder=targets.POLICY)
def set_default_policy_version(call: Call, policy: Policy, version_id: str) -> Reply:
    policy_documents.require_customer_managed(policy)
    version = _get_version(call, policy, version_id)
    policies.set_default_version(
        call.tx, call.account_id, policy.policy_id, version.version_id, call.timestamp
    )
    return None
