"""GetAccountSummary: resource counts, quotas and root user credentials."""

from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import (
    access_keys,
    accounts,
    login_profiles,
    mfa_devices,
    oidc_providers,
    policies,
    quotas,
)
from iamd.store.paging import PageLimits

# Quotas by their names in the summary.
_QUOTAS = {
    "UsersQuota": "UsersPerAccount",
    "GroupsQuota": "GroupsPerAccount",
    "RolesQuota": "RolesPerAccount",
    "InstanceProfilesQuota": "InstanceProfilesPerAccount",
    "PoliciesQuota": "PoliciesPerAccount",
    "GroupsPerUserQuota": "GroupsPerUser",
    "AccessKeysPerUserQuota": "AccessKeysPerUser",
    "AttachedPoliciesPerUserQuota": "PoliciesPerUser",
    "AttachedPoliciesPerGroupQuota": "PoliciesPerGroup",
    "AttachedPoliciesPerRoleQuota": "PoliciesPerRole",
    "VersionsPerPolicyQuota": "VersionsPerPolicy",
    "PolicySizeQuota": "PolicySize",
    "UserPolicySizeQuota": "UserPolicySize",
    "GroupPolicySizeQuota": "GroupPolicySize",
    "RolePolicySizeQuota": "RolePolicySize",
    "AssumeRolePolicySizeQuota": "ACLSizePerRole",
}
# The same for every account: there are no certificates and no regions.
_CONSTANT_ENTRIES = {
    "AccountSigningCertificatesPresent": 0,
    "ServerCertificates": 0,
    "ServerCertificatesQuota": 20,
    "SigningCertificatesPerUserQuota": 2,
    "PolicyVersionsInUseQuota": 10_000,
    "GlobalEndpointTokenVersion": 1,
}


@operation("iam", target_finder=targets.ANY_RESOURCE)
def get_account_summary(call: Call) -> Reply:
    quota_values = quotas.get_all(call.tx, call.account_id)
    summary_map = {
        **_CONSTANT_ENTRIES,
        **_count_resources(call),
        **_root_user_entries(call),
        **{name: quota_values[quota] for name, quota in _QUOTAS.items()},
    }
    return {"SummaryMap": dict(sorted(summary_map.items()))}


def _count_resources(call: Call) -> dict[str, int]:
    account = accounts.find(call.tx, call.account_id)
    devices = mfa_devices.count(call.tx, call.account_id)
    return {
        "Users": account.users if account else 0,
        "Groups": account.groups if account else 0,
        "Roles": account.roles if account else 0,
        "InstanceProfiles": account.instance_profiles if account else 0,
        "Policies": account.policies if account else 0,
        "Providers": len(oidc_providers.list_all(call.tx, call.account_id)),
        "PolicyVersionsInUse": policies.count_versions(call.tx, call.account_id),
        "MFADevices": devices.total,
        "MFADevicesInUse": devices.assigned,
    }


def _root_user_entries(call: Call) -> dict[str, int]:
    root_owner = (call.tx, call.account_id, call.account_id)
    return {
        "AccountMFAEnabled": int(bool(mfa_devices.list_for_user(*root_owner))),
        "AccountAccessKeysPresent": int(bool(access_keys.list_page(*root_owner, PageLimits()).items)),
        "AccountPasswordPresent": int(login_profiles.find(*root_owner) is not None),
    }
