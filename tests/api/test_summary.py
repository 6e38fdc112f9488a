"""GetAccountSummary: what an account has, and how much it may have, on both databases."""

from typing import Any

import botocore.session
import pytest

from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.core.records import OidcProvider
from iamd.store import oidc_providers, quotas
from tests.api.answers import refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
# Each quota that the summary tells, by the name that the rest of IAM calls it.
TOLD = {
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


def summary(account: Account) -> dict[str, int]:
    found: dict[str, int] = account.iam.get_account_summary()["SummaryMap"]
    return found


def test_the_summary_has_every_key_of_the_model_and_no_other(account: Account) -> None:
    model = botocore.session.get_session().get_service_model("iam")
    assert summary(account).keys() == set(model.shape_for("summaryKeyType").enum)


def test_a_new_account_in_numbers(account: Account) -> None:
    assert summary(account) == {
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


def test_roles_and_instance_profiles_are_counted_as_they_come_and_go(
    account: Account, other_account: Account
) -> None:
    def counts() -> tuple[int, int]:
        told = summary(account)
        return told["Roles"], told["InstanceProfiles"]

    for each in (account, other_account):
        for name in ("one", "two"):
            each.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        each.iam.create_instance_profile(InstanceProfileName="one")
    account.iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    assert counts() == (3, 1)
    account.iam.delete_role(RoleName="two")
    account.iam.delete_instance_profile(InstanceProfileName="one")
    assert counts() == (2, 0)


def test_identity_providers_are_counted(account: Account, other_account: Account) -> None:
    def provider(account_id: str, url: str) -> OidcProvider:
        arn = f"arn:aws:iam::{account_id}:oidc-provider/{url}"
        return OidcProvider(arn, url, (), ("a" * 40,), "2026-01-02T03:04:05Z")

    with account.server.store.database.write() as tx:
        for url in ("a.example", "b.example"):
            oidc_providers.add(tx, account.account_id, provider(account.account_id, url))
        oidc_providers.add(tx, other_account.account_id, provider(other_account.account_id, "a.example"))
    assert summary(account)["Providers"] == 2


@pytest.mark.parametrize(("told", "quota"), TOLD.items())
def test_a_quota_that_the_operator_set_is_told(account: Account, told: str, quota: str) -> None:
    before = summary(account)
    with account.server.store.database.write() as tx:
        quotas.put(tx, account.account_id, quota, 7)
    assert summary(account) == {**before, told: 7}


def test_another_accounts_quotas_are_its_own(account: Account, other_account: Account) -> None:
    with account.server.store.database.write() as tx:
        quotas.put(tx, other_account.account_id, "RolesPerAccount", 7)
    assert summary(account)["RolesQuota"] == DEFAULT_QUOTAS["RolesPerAccount"]


def test_the_summary_is_for_who_may_read_it(account: Account) -> None:
    reader: Any = account.user("reader", allow("iam:GetAccountSummary"))
    assert reader.get_account_summary()["SummaryMap"]["Users"] == 2
    assert refused(account.user("nobody"), "GetAccountSummary").code == "AccessDenied"
