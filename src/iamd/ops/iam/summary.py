"""The account in numbers: what it has, how much it may have, and what its root user has."""

from iamd.ops import targets
from iamd.ops.call import Call
from iamd.ops.operation import Reply, operation
from iamd.store import access_keys, accounts, login_profiles, mfa_devices, policies, quotas
from iamd.store.paging import Cut

# What AWS calls our quotas in the summary.
_QUOTAS = {
    "UsersQuota": "UsersPerAccount",
    "GroupsQuota": "GroupsPerAccount",
    "PoliciesQuota": "PoliciesPerAccount",
    "GroupsPerUserQuota": "GroupsPerUser",
    "AccessKeysPerUserQuota": "AccessKeysPerUser",
    "AttachedPoliciesPerUserQuota": "PoliciesPerUser",
    "AttachedPoliciesPerGroupQuota": "PoliciesPerGroup",
    "VersionsPerPolicyQuota": "VersionsPerPolicy",
    "PolicySizeQuota": "PolicySize",
    "UserPolicySizeQuota": "UserPolicySize",
    "GroupPolicySizeQuota": "GroupPolicySize",
}
# What an account here has none of, which a reader of the summary asks for all the same.
_NONE = (
    "AccountSigningCertificatesPresent",
    "InstanceProfiles",
    "Providers",
    "Roles",
    "ServerCertificates",
)


@operation("iam", on=targets.EVERYTHING)
def get_account_summary(call: Call) -> Reply:
    allowed = quotas.every(call.tx, call.account_id)
    counted = {
        **dict.fromkeys(_NONE, 0),
        **_counts(call),
        **_root(call),
        **{name: allowed[quota] for name, quota in _QUOTAS.items()},
    }
    return {"SummaryMap": dict(sorted(counted.items()))}


def _counts(call: Call) -> dict[str, int]:
    account = accounts.find(call.tx, call.account_id)
    devices = mfa_devices.counts(call.tx, call.account_id)
    return {
        "Users": account.users if account else 0,
        "Groups": account.groups if account else 0,
        "Policies": account.policies if account else 0,
        "PolicyVersionsInUse": policies.count_versions(call.tx, call.account_id),
        "MFADevices": devices.all,
        "MFADevicesInUse": devices.assigned,
    }


def _root(call: Call) -> dict[str, int]:
    root = (call.tx, call.account_id, call.account_id)
    return {
        "AccountMFAEnabled": int(bool(mfa_devices.of(*root))),
        "AccountAccessKeysPresent": int(bool(access_keys.page(*root, Cut()).items)),
        "AccountPasswordPresent": int(login_profiles.find(*root) is not None),
    }
