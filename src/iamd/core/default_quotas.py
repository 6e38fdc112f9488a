"""AWS's default account quotas ("IAM and AWS STS quotas" in the IAM user guide).

The names are those in AWS's `LimitExceeded` messages; sizes are in characters.
"""

from collections.abc import Mapping
from types import MappingProxyType

DEFAULT_QUOTAS: Mapping[str, int] = MappingProxyType(
    {
        "UsersPerAccount": 5000,
        "GroupsPerAccount": 300,
        "RolesPerAccount": 1000,
        "InstanceProfilesPerAccount": 1000,
        "PoliciesPerAccount": 1500,
        "OpenIdConnectProvidersPerAccount": 100,
        "ClientIdsPerOpenIdConnectProvider": 100,
        "ThumbprintsPerOpenIdConnectProvider": 5,
        "GroupsPerUser": 10,
        "AccessKeysPerUser": 2,
        "ServiceSpecificCredentialsPerUser": 2,
        "MFADevicesPerUser": 8,
        "VirtualMFADevicesPerAccount": 5000,
        "AccountAliasesPerAccount": 1,
        "PoliciesPerUser": 10,
        "PoliciesPerGroup": 10,
        "PoliciesPerRole": 10,
        "InstanceSessionsPerInstanceProfile": 1,
        "VersionsPerPolicy": 5,
        "TagsPerUser": 50,
        "TagsPerRole": 50,
        "TagsPerInstanceProfile": 50,
        "TagsPerOpenIdConnectProvider": 50,
        "TagsPerPolicy": 50,
        "TagsPerVirtualMFADevice": 50,
        "PolicySize": 6144,
        "UserPolicySize": 2048,
        "GroupPolicySize": 5120,
        "RolePolicySize": 10240,
        "ACLSizePerRole": 2048,
    }
)
