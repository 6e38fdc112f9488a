"""AWS's default quotas of an account ("IAM and AWS STS quotas" in the IAM user guide), one table of data.

The names are those that AWS writes into `LimitExceeded`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from iamd.core.errors import LimitExceeded

DEFAULTS: Mapping[str, int] = MappingProxyType(
    {
        "UsersPerAccount": 5000,
        "GroupsPerAccount": 300,
        "PoliciesPerAccount": 1500,
        "GroupsPerUser": 10,
        "AccessKeysPerUser": 2,
        "MFADevicesPerUser": 8,
        "VirtualMFADevicesPerAccount": 5000,
        "AccountAliasesPerAccount": 1,
        "PoliciesPerUser": 10,
        "PoliciesPerGroup": 10,
        "VersionsPerPolicy": 5,
        "TagsPerUser": 50,
        "TagsPerPolicy": 50,
        "TagsPerVirtualMFADevice": 50,
        "PolicySize": 6144,
        "UserPolicySize": 2048,
        "GroupPolicySize": 5120,
    }
)


def admit(quota: str, count: int) -> None:
    """Refuse a count that goes beyond a quota; LimitExceeded in AWS's words."""
    if count > DEFAULTS[quota]:
        raise LimitExceeded(f"Cannot exceed quota for {quota}: {DEFAULTS[quota]}")
