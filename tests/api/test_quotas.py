"""Each quota that the operator may set is felt where it should be, on both databases."""

from collections.abc import Mapping
from typing import Any

import pytest

from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.store import quotas
from tests.api.answers import Refused, call, refused, state
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TAGS = [{"Key": "a", "Value": "b"}]
U, G, R = {"UserName": "one"}, {"GroupName": "one"}, {"RoleName": "one"}
M, P = {"InstanceProfileName": "one"}, {"PolicyArn": "arn:aws:iam::{A}:policy/one"}
PROVIDER = {"Url": "https://idp.example", "ThumbprintList": ["a" * 40]}

# A call that one more of what a quota names would be needed for.
ONE_MORE: Mapping[str, tuple[str, dict[str, Any]]] = {
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
# The store holds one of each, so `iamd account quota` does not set them.
SETTLED = {"AccountAliasesPerAccount", "InstanceSessionsPerInstanceProfile"}


def put(account: Account, quota: str, value: int) -> None:
    with account.server.store.database.write() as tx:
        quotas.put(tx, account.account_id, quota, value)


def test_every_quota_is_here() -> None:
    assert ONE_MORE.keys() == DEFAULT_QUOTAS.keys() - SETTLED


@pytest.mark.parametrize("quota", ONE_MORE)
def test_what_a_quota_does_not_allow_is_refused_and_changes_nothing(account: Account, quota: str) -> None:
    iam = account.iam
    iam.create_user(UserName="one")
    iam.create_group(GroupName="one")
    iam.create_role(RoleName="one", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="one")
    iam.create_policy(PolicyName="one", PolicyDocument=DOCUMENT)
    operation, params = ONE_MORE[quota]
    if operation == "EnableMFADevice":
        device = Authenticator.make(iam, "one")
        params = {**params, "SerialNumber": device.serial, **device.codes()}
    if "PolicyArn" in params:
        params = {**params, "PolicyArn": params["PolicyArn"].replace("{A}", account.account_id)}
    put(account, quota, 0)
    before = state(account)
    said = refused(iam, operation, **params)
    # UpdateOpenIDConnectProviderThumbprint declares no LimitExceeded, and Create says the same.
    code = ("InvalidInput", 400) if quota.startswith("Thumbprints") else ("LimitExceeded", 409)
    assert said[:2] == code
    assert state(account) == before
    put(account, quota, 1_000_000)
    call(iam, operation, **params)


@pytest.mark.parametrize("quota", ["GroupsPerUser", "AccessKeysPerUser"])
def test_a_quota_beyond_a_hundred_holds(account: Account, quota: str) -> None:
    iam = account.iam
    iam.create_user(UserName="one")
    put(account, quota, 101)

    def one_more(number: int) -> tuple[str, dict[str, str]]:
        if quota == "AccessKeysPerUser":
            return "CreateAccessKey", U
        iam.create_group(GroupName=f"g{number}")
        return "AddUserToGroup", {**U, "GroupName": f"g{number}"}

    for number in range(101):
        operation, params = one_more(number)
        call(iam, operation, **params)
    operation, params = one_more(101)
    said = refused(iam, operation, **params)
    assert said == Refused("LimitExceeded", 409, f"Cannot exceed quota for {quota}: 101")
