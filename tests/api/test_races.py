"""Concurrent calls: quotas and unique names hold exactly, and no call fails with another error."""

import pytest

from tests.api.responses import refused, together
from tests.servers import Account, Server, allow, client, document

pytestmark = pytest.mark.both_databases


CONCURRENT_CALLS = 64
DOCUMENT = document(allow("s3:GetObject"))


def test_concurrent_create_access_key_respects_the_quota(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    responses, errors = together(account.iam, "CreateAccessKey", [{"UserName": "bob"}] * CONCURRENT_CALLS)
    assert len(responses) == 2
    assert {error.message for error in errors} == {"Cannot exceed quota for AccessKeysPerUser: 2"}
    assert len(account.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]) == 2


def test_concurrent_create_access_key_on_two_servers_respects_the_quota(
    account: Account, second_server: Server
) -> None:
    account.iam.create_user(UserName="bob")
    key = account.access_key_id, account.secret_access_key
    second_iam = client(second_server.url, "iam", key)
    responses, errors = together(
        account.iam, "CreateAccessKey", [{"UserName": "bob"}] * CONCURRENT_CALLS, second_iam
    )
    assert len(responses) == 2
    assert {error.code for error in errors} == {"LimitExceeded"}
    assert len(second_iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]) == 2


def test_concurrent_create_user_creates_one_user_per_name_ignoring_case(account: Account) -> None:
    names = [{"UserName": name} for name in ("bob", "Bob", "BOB", "bOb") * (CONCURRENT_CALLS // 4)]
    responses, errors = together(account.iam, "CreateUser", names)
    assert len(responses) == 1
    assert {error.code for error in errors} == {"EntityAlreadyExists"}
    assert len(account.iam.list_users()["Users"]) == 2


def test_concurrent_create_policy_version_respects_the_quota(account: Account) -> None:
    arn = account.iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    params = {"PolicyArn": arn, "PolicyDocument": DOCUMENT}
    responses, errors = together(account.iam, "CreatePolicyVersion", [params] * CONCURRENT_CALLS)
    version_ids = sorted(response["PolicyVersion"]["VersionId"] for response in responses)
    assert version_ids == ["v2", "v3", "v4", "v5"]
    assert {error.code for error in errors} == {"LimitExceeded"}


def test_concurrent_attach_user_policy_respects_the_quota(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    policies = iam.list_policies(Scope="AWS", PathPrefix="/job-function/")["Policies"]
    policies += iam.list_policies(Scope="AWS", PathPrefix="/", MaxItems=200)["Policies"]
    arns = [policy["Arn"] for policy in policies if "/aws-service-role/" not in policy["Arn"]][
        :CONCURRENT_CALLS
    ]
    calls = [{"UserName": "bob", "PolicyArn": arn} for arn in arns]
    responses, errors = together(iam, "AttachUserPolicy", calls)
    assert len(responses) == 10
    assert {error.message for error in errors} == {"Cannot exceed quota for PoliciesPerUser: 10"}


def test_concurrent_delete_user_succeeds_exactly_once(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    responses, errors = together(account.iam, "DeleteUser", [{"UserName": "bob"}] * CONCURRENT_CALLS)
    assert len(responses) == 1
    assert {error.code for error in errors} == {"NoSuchEntity"}
    assert refused(account.iam, "GetUser", UserName="bob").code == "NoSuchEntity"
