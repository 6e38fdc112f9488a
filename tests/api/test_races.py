"""64 calls at once: exactly the limit, exactly one, and nothing falls over."""

import pytest

from tests.api.answers import refused, together
from tests.servers import Account, Server, allow, client, document

pytestmark = pytest.mark.both_databases


AT_ONCE = 64
DOCUMENT = document(allow("s3:GetObject"))


def test_two_access_keys_and_no_third(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    made, told = together(account.iam, "CreateAccessKey", [{"UserName": "bob"}] * AT_ONCE)
    assert len(made) == 2
    assert {said.message for said in told} == {"Cannot exceed quota for AccessKeysPerUser: 2"}
    assert len(account.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]) == 2


def test_two_access_keys_and_no_third_by_two_processes(account: Account, second_server: Server) -> None:
    account.iam.create_user(UserName="bob")
    key = account.access_key_id, account.secret_access_key
    there = client(second_server.url, "iam", key)
    made, told = together(account.iam, "CreateAccessKey", [{"UserName": "bob"}] * AT_ONCE, there)
    assert len(made) == 2
    assert {said.code for said in told} == {"LimitExceeded"}
    assert len(there.list_access_keys(UserName="bob")["AccessKeyMetadata"]) == 2


def test_one_user_of_a_name_in_any_case(account: Account) -> None:
    names = [{"UserName": name} for name in ("bob", "Bob", "BOB", "bOb") * (AT_ONCE // 4)]
    made, told = together(account.iam, "CreateUser", names)
    assert len(made) == 1
    assert {said.code for said in told} == {"EntityAlreadyExists"}
    assert len(account.iam.list_users()["Users"]) == 2


def test_five_versions_and_no_sixth(account: Account) -> None:
    arn = account.iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    call = {"PolicyArn": arn, "PolicyDocument": DOCUMENT}
    made, told = together(account.iam, "CreatePolicyVersion", [call] * AT_ONCE)
    assert sorted(answer["PolicyVersion"]["VersionId"] for answer in made) == ["v2", "v3", "v4", "v5"]
    assert {said.code for said in told} == {"LimitExceeded"}


def test_ten_attachments_and_no_eleventh(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    found = iam.list_policies(Scope="AWS", PathPrefix="/job-function/")["Policies"]
    found += iam.list_policies(Scope="AWS", PathPrefix="/", MaxItems=200)["Policies"]
    arns = [policy["Arn"] for policy in found if "/aws-service-role/" not in policy["Arn"]][:AT_ONCE]
    calls = [{"UserName": "bob", "PolicyArn": arn} for arn in arns]
    made, told = together(iam, "AttachUserPolicy", calls)
    assert len(made) == 10
    assert {said.message for said in told} == {"Cannot exceed quota for PoliciesPerUser: 10"}


def test_a_user_is_deleted_once_and_never_half(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    made, told = together(account.iam, "DeleteUser", [{"UserName": "bob"}] * AT_ONCE)
    assert len(made) == 1
    assert {said.code for said in told} == {"NoSuchEntity"}
    assert refused(account.iam, "GetUser", UserName="bob").code == "NoSuchEntity"
