"""Quotas that the operator can set are enforced by the operations that use them, on both databases."""

from collections.abc import Mapping
from typing import Any

import pytest

from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.store import quotas
from tests.api.responses import Refused, call, refused, state
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TAGS = [{"Key": "a", "Value": "b"}]
U, G, R = {"UserName": "target"}, {"GroupName": "target"}, {"RoleName": "target"}
M, P = {"InstanceProfileName": "target"}, {"PolicyArn": "arn:aws:iam::{A}:policy/target"}
PROVIDER = {"Url": "https://idp.example", "ThumbprintList": ["a" * 40]}

# By quota, a call that exceeds it when it is zero.
EXCEEDING_CALLS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "UsersPerAccount": ("CreateUser", {"UserName": "new"}),
    "GroupsPerAccount": ("CreateGroup", {"GroupName": "new"}),
    "RolesPerAccount": ("CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST}),
    "InstanceProfilesPerAccount": ("CreateInstanceProfile", {"InstanceProfileName": "new"}),
    "PoliciesPerAccount": ("CreatePolicy", {"PolicyName": "new", "PolicyDocument": DOCUMENT}),
    "OpenIdConnectProvidersPerAccount": ("CreateOpenIDConnectProvider", PROVIDER),
    "ClientIdsPerOpenIdConnectProvider": (
        "CreateOpenIDConnectProvider",
        {**PROVIDER, "ClientIDList": ["a"]},
    ),
    "ThumbprintsPerOpenIdConnectProvider": ("CreateOpenIDConnectProvider", PROVIDER),
    "GroupsPerUser": ("AddUserToGroup", {**G, **U}),
    "AccessKeysPerUser": ("CreateAccessKey", U),
    "ServiceSpecificCredentialsPerUser": (
        "CreateServiceSpecificCredential",
        {**U, "ServiceName": "iamd"},
    ),
    "MFADevicesPerUser": ("EnableMFADevice", U),
    "VirtualMFADevicesPerAccount": ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "new"}),
    "PoliciesPerUser": ("AttachUserPolicy", {**U, "PolicyArn": READ_ONLY}),
    "PoliciesPerGroup": ("AttachGroupPolicy", {**G, "PolicyArn": READ_ONLY}),
    "PoliciesPerRole": ("AttachRolePolicy", {**R, "PolicyArn": READ_ONLY}),
    "VersionsPerPolicy": ("CreatePolicyVersion", {**P, "PolicyDocument": DOCUMENT}),
    "TagsPerUser": ("TagUser", {**U, "Tags": TAGS}),
    "TagsPerRole": ("TagRole", {**R, "Tags": TAGS}),
    "TagsPerInstanceProfile": ("TagInstanceProfile", {**M, "Tags": TAGS}),
    "TagsPerOpenIdConnectProvider": ("CreateOpenIDConnectProvider", {**PROVIDER, "Tags": TAGS}),
    "TagsPerPolicy": ("TagPolicy", {**P, "Tags": TAGS}),
    "TagsPerVirtualMFADevice": ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "new", "Tags": TAGS}),
    "PolicySize": ("CreatePolicy", {"PolicyName": "new", "PolicyDocument": DOCUMENT}),
    "UserPolicySize": ("PutUserPolicy", {**U, "PolicyName": "new", "PolicyDocument": DOCUMENT}),
    "GroupPolicySize": ("PutGroupPolicy", {**G, "PolicyName": "new", "PolicyDocument": DOCUMENT}),
    "RolePolicySize": ("PutRolePolicy", {**R, "PolicyName": "new", "PolicyDocument": DOCUMENT}),
    "ACLSizePerRole": ("UpdateAssumeRolePolicy", {**R, "PolicyDocument": TRUST}),
}
# The store has room for exactly one of each, so `iamd account quota` does not set them.
FIXED_QUOTAS = {"AccountAliasesPerAccount", "InstanceSessionsPerInstanceProfile"}


def set_quota(account: Account, quota: str, value: int) -> None:
    with account.server.store.database.write() as tx:
        quotas.put(tx, account.account_id, quota, value)


def test_every_adjustable_quota_has_a_call() -> None:
    assert EXCEEDING_CALLS.keys() == DEFAULT_QUOTAS.keys() - FIXED_QUOTAS


@pytest.mark.parametrize("quota", EXCEEDING_CALLS)
def test_call_that_exceeds_a_quota_is_refused_and_changes_nothing(account: Account, quota: str) -> None:
    iam = account.iam
    iam.create_user(UserName="target")
    iam.create_group(GroupName="target")
    iam.create_role(RoleName="target", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="target")
    iam.create_policy(PolicyName="target", PolicyDocument=DOCUMENT)
    operation, params = EXCEEDING_CALLS[quota]
    if operation == "EnableMFADevice":
        device = Authenticator.create(iam, "target")
        params = {**params, "SerialNumber": device.serial, **device.codes()}
    if "PolicyArn" in params:
        params = {**params, "PolicyArn": params["PolicyArn"].replace("{A}", account.account_id)}
    set_quota(account, quota, 0)
    before = state(account)
    error = refused(iam, operation, **params)
    # UpdateOpenIDConnectProviderThumbprint declares no LimitExceeded, so Create returns InvalidInput too.
    expected = ("InvalidInput", 400) if quota.startswith("Thumbprints") else ("LimitExceeded", 409)
    assert error[:2] == expected
    assert state(account) == before
    set_quota(account, quota, 1_000_000)
    call(iam, operation, **params)


@pytest.mark.parametrize("quota", ["GroupsPerUser", "AccessKeysPerUser"])
def test_quota_above_one_hundred_is_enforced(account: Account, quota: str) -> None:
    iam = account.iam
    iam.create_user(UserName="target")
    set_quota(account, quota, 101)

    def next_call(number: int) -> tuple[str, dict[str, str]]:
        if quota == "AccessKeysPerUser":
            return "CreateAccessKey", U
        iam.create_group(GroupName=f"g{number}")
        return "AddUserToGroup", {**U, "GroupName": f"g{number}"}

    for number in range(101):
        operation, params = next_call(number)
        call(iam, operation, **params)
    operation, params = next_call(101)
    error = refused(iam, operation, **params)
    assert error == Refused("LimitExceeded", 409, f"Cannot exceed quota for {quota}: 101")
