"""GetAccountSummary: numbers of entities and quotas, on both databases."""

from typing import Any

import botocore.session
import pytest

from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.core.records import OidcProvider
from iamd.store import oidc_providers, quotas
from tests.api.responses import refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
# Quota names by summary key.
QUOTA_NAMES = {
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


def get_summary(account: Account) -> dict[str, int]:
    summary: dict[str, int] = account.iam.get_account_summary()["SummaryMap"]
    return summary


def test_summary_has_exactly_the_keys_of_the_service_model(account: Account) -> None:
    model = botocore.session.get_session().get_service_model("iam")
    assert get_summary(account).keys() == set(model.shape_for("summaryKeyType").enum)


def test_summary_of_a_new_account(account: Account) -> None:
    assert get_summary(account) == {
        "AccessKeysPerUserQuota": 2,
        "AccountAccessKeysPresent": 0,
        "AccountMFAEnabled": 0,
        "AccountPasswordPresent": 0,
        "AccountSigningCertificatesPresent": 0,
        "AssumeRolePolicySizeQuota": 2048,
        "AttachedPoliciesPerGroupQuota": 10,
        "AttachedPoliciesPerRoleQuota": 10,
        "AttachedPoliciesPerUserQuota": 10,
        "GlobalEndpointTokenVersion": 1,
        "GroupPolicySizeQuota": 5120,
        "Groups": 1,
        "GroupsPerUserQuota": 10,
        "GroupsQuota": 300,
        "InstanceProfiles": 0,
        "InstanceProfilesQuota": 1000,
        "MFADevices": 0,
        "MFADevicesInUse": 0,
        "Policies": 0,
        "PoliciesQuota": 1500,
        "PolicySizeQuota": 6144,
        "PolicyVersionsInUse": 0,
        "PolicyVersionsInUseQuota": 10000,
        "Providers": 0,
        "RolePolicySizeQuota": 10240,
        "Roles": 0,
        "RolesQuota": 1000,
        "ServerCertificates": 0,
        "ServerCertificatesQuota": 20,
        "SigningCertificatesPerUserQuota": 2,
        "UserPolicySizeQuota": 2048,
        "Users": 1,
        "UsersQuota": 5000,
        "VersionsPerPolicyQuota": 5,
    }


def test_role_and_instance_profile_counts_follow_creation_and_deletion(
    account: Account, other_account: Account
) -> None:
    def counts() -> tuple[int, int]:
        summary = get_summary(account)
        return summary["Roles"], summary["InstanceProfiles"]

    for owner in (account, other_account):
        for name in ("one", "two"):
            owner.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        owner.iam.create_instance_profile(InstanceProfileName="one")
    account.iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    assert counts() == (3, 1)
    account.iam.delete_role(RoleName="two")
    account.iam.delete_instance_profile(InstanceProfileName="one")
    assert counts() == (2, 0)


def test_identity_providers_are_counted_per_account(account: Account, other_account: Account) -> None:
    def oidc_provider(account_id: str, url: str) -> OidcProvider:
        arn = f"arn:aws:iam::{account_id}:oidc-provider/{url}"
        return OidcProvider(arn, url, (), ("a" * 40,), "2026-01-02T03:04:05Z")

    with account.server.store.database.write() as tx:
        for url in ("a.example", "b.example"):
            oidc_providers.add(tx, account.account_id, oidc_provider(account.account_id, url))
        oidc_providers.add(tx, other_account.account_id, oidc_provider(other_account.account_id, "a.example"))
    assert get_summary(account)["Providers"] == 2


@pytest.mark.parametrize(("key", "quota_name"), QUOTA_NAMES.items())
def test_changed_quota_is_in_the_summary(account: Account, key: str, quota_name: str) -> None:
    before = get_summary(account)
    with account.server.store.database.write() as tx:
        quotas.put(tx, account.account_id, quota_name, 7)
    assert get_summary(account) == {**before, key: 7}


def test_quota_of_another_account_does_not_apply(account: Account, other_account: Account) -> None:
    with account.server.store.database.write() as tx:
        quotas.put(tx, other_account.account_id, "RolesPerAccount", 7)
    assert get_summary(account)["RolesQuota"] == DEFAULT_QUOTAS["RolesPerAccount"]


def test_get_account_summary_requires_its_action(account: Account) -> None:
    reader: Any = account.user("reader", allow("iam:GetAccountSummary"))
    assert reader.get_account_summary()["SummaryMap"]["Users"] == 2
    assert refused(account.user("nobody"), "GetAccountSummary").code == "AccessDenied"
