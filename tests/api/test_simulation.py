"""SimulateCustomPolicy and SimulatePrincipalPolicy: decisions, matched statements and context keys."""

import json
from typing import Any

import pytest

from tests.api.operation_calls import TRUST
from tests.api.responses import body
from tests.api.simulations import (
    READ_POLICY,
    arn_of,
    create_bob,
    simulate_custom,
    simulate_principal,
    source_policy_ids,
)
from tests.servers import Account, allow, deny, document

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
BOX, OTHER = "arn:aws:s3:::box/a", "arn:aws:s3:::other/a"
MARY = "arn:aws:iam::444455556666:user/mary"


def bucket_policy(*principals: str, **elements: Any) -> str:
    """Return a resource policy that allows principals to get objects of the bucket `box`."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "s3:GetObject"}
    return document({**statement, "Resource": "arn:aws:s3:::box/*", **elements})


# Results.


def test_result_without_resource_arns_matches_aws(account: Account) -> None:
    text = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
        '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
    )
    assert simulate_custom(account, text, ActionNames=["dynamodb:CreateBackup"]) == {
        "EvalActionName": "dynamodb:CreateBackup",
        "EvalResourceName": "*",
        "EvalDecision": "allowed",
        "MatchedStatements": [
            {
                "SourcePolicyId": "PolicyInputList.1",
                "SourcePolicyType": "IAM Policy",
                "StartPosition": {"Line": 1, "Column": 38},
                "EndPosition": {"Line": 1, "Column": 167},
            }
        ],
        "MissingContextValues": [],
    }


def test_resource_arn_has_a_resource_specific_result(account: Account) -> None:
    result = simulate_custom(account, READ_POLICY, ResourceArns=[BOX])
    matched = result["MatchedStatements"]
    assert result == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": BOX,
        "EvalDecision": "allowed",
        "MatchedStatements": matched,
        "MissingContextValues": [],
        "EvalDecisionDetails": {},
        "ResourceSpecificResults": [
            {
                "EvalResourceName": BOX,
                "EvalResourceDecision": "allowed",
                "MatchedStatements": matched,
                "MissingContextValues": [],
            }
        ],
    }
    assert len(matched) == 1


def test_no_matched_statement_is_an_empty_list_in_the_response(account: Account) -> None:
    params = {"PolicyInputList": [READ_POLICY], "ActionNames": ["s3:PutObject"]}
    xml = body(account.iam, "SimulateCustomPolicy", **params)
    assert "<EvalDecision>implicitDeny</EvalDecision>" in xml
    assert "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues>" in xml
    assert "<IsTruncated>false</IsTruncated>" in xml


def test_results_are_in_the_order_of_action_names(account: Account) -> None:
    names = ["s3:PutObject", "iam:GetUser", "s3:GetObject", "s3:PutObject", "S3:getobject"]
    response = account.iam.simulate_custom_policy(PolicyInputList=[READ_POLICY], ActionNames=names)
    results = response["EvaluationResults"]
    assert [result["EvalActionName"] for result in results] == names
    assert [result["EvalDecision"] for result in results] == [
        "implicitDeny",
        "implicitDeny",
        "allowed",
        "implicitDeny",
        "allowed",
    ]


def test_explicit_deny_matches_only_deny_statements(account: Account) -> None:
    result = simulate_custom(
        account, READ_POLICY, document(allow("s3:*"), deny("s3:GetObject")), ResourceArns=[BOX]
    )
    assert result["EvalDecision"] == "explicitDeny"
    assert source_policy_ids(result) == ["PolicyInputList.2"]
    column = len('{"Version": "2012-10-17", "Statement": [') + len(json.dumps(allow("s3:*"))) + 1
    assert result["MatchedStatements"][0]["StartPosition"] == {"Line": 1, "Column": column}


def test_several_resources_have_a_combined_result_and_specific_results(account: Account) -> None:
    policy = document(allow("s3:*", resource="arn:aws:s3:::box/*"), allow("s3:Get*", resource=BOX))
    result = simulate_custom(account, policy, ResourceArns=[BOX, OTHER, BOX])
    decisions = [
        (specific["EvalResourceName"], specific["EvalResourceDecision"])
        for specific in result["ResourceSpecificResults"]
    ]
    assert decisions == [(BOX, "allowed"), (OTHER, "implicitDeny"), (BOX, "allowed")]
    assert (result["EvalResourceName"], result["EvalDecision"]) == ("*", "implicitDeny")
    assert result["MatchedStatements"] == []
    assert source_policy_ids(result["ResourceSpecificResults"][0]) == ["PolicyInputList.1"] * 2

    allowed = simulate_custom(account, policy, ResourceArns=[BOX, "arn:aws:s3:::box/b"])
    assert allowed["EvalDecision"] == "allowed"
    assert source_policy_ids(allowed) == ["PolicyInputList.1"] * 2

    denied = simulate_custom(
        account, policy, document(deny("s3:*", resource=OTHER)), ResourceArns=[BOX, OTHER]
    )
    assert denied["EvalDecision"] == "explicitDeny"
    assert source_policy_ids(denied) == ["PolicyInputList.2"]


# Context keys.


def test_context_keys_without_an_entry_are_missing_context_values(account: Account) -> None:
    policy = document(
        allow("s3:Get*", Condition={"StringEquals": {"s3:prefix": "a", "aws:SourceVpc": "vpc-1"}}),
        allow("s3:Get*", resource="arn:aws:s3:::box/${aws:username}"),
        allow("s3:Put*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    )
    entry = {"ContextKeyName": "AWS:sourcevpc", "ContextKeyValues": ["vpc-1"], "ContextKeyType": "string"}
    result = simulate_custom(account, policy, ResourceArns=[BOX, OTHER], ContextEntries=[entry])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["s3:prefix", "aws:username"]
    missing_by_resource = {
        specific["EvalResourceName"]: specific["MissingContextValues"]
        for specific in result["ResourceSpecificResults"]
    }
    assert missing_by_resource == {BOX: ["s3:prefix", "aws:username"], OTHER: ["s3:prefix"]}


def test_context_keys_of_every_request_have_values(account: Account) -> None:
    """These keys are in every real request; a simulation without a user or role has only some of them."""
    account.iam.create_user(UserName="bob", Path="/x/", Tags=[{"Key": "Team", "Value": "a"}])
    bob = account.iam.get_user(UserName="bob")["User"]
    keys = {
        "aws:CurrentTime": "20*Z",
        "aws:EpochTime": "1*",
        "aws:PrincipalAccount": account.account_id,
        "aws:PrincipalArn": bob["Arn"],
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalTag/Team": "a",
        "aws:PrincipalType": "User",
        "aws:ResourceAccount": account.account_id,
        "aws:ViaAWSService": "false",
        "aws:userid": bob["UserId"],
        "aws:username": "bob",
    }
    policy = document(allow("s3:GetObject", Condition={"StringLike": keys}))
    result = simulate_principal(account, bob["Arn"], PolicyInputList=[policy])
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
    without_caller = simulate_custom(account, policy)
    assert without_caller["MissingContextValues"] == [
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalTag/Team",
        "aws:PrincipalType",
        "aws:userid",
        "aws:username",
    ]


def test_context_entry_overrides_the_context_of_the_principal(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    policy = document(allow("s3:GetObject", Condition={"StringEquals": {"aws:username": "carol"}}))
    entries = [{"ContextKeyName": "aws:UserName", "ContextKeyValues": ["carol"], "ContextKeyType": "string"}]
    bob = arn_of(account, "user/bob")
    assert simulate_principal(account, bob, PolicyInputList=[policy])["EvalDecision"] == "implicitDeny"
    assert (
        simulate_principal(account, bob, PolicyInputList=[policy], ContextEntries=entries)["EvalDecision"]
        == "allowed"
    )


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user whose inline, group and managed policies each allow s3:GetObject."""
    return create_bob(account)


# Policies of the principal.


def test_user_has_its_own_and_its_groups_policies(account: Account, bob: str) -> None:
    result = simulate_principal(account, bob, PolicyInputList=[READ_POLICY])
    expected = ["user_bob_own", "group_team_ours", "managed", "AdministratorAccess", "PolicyInputList.1"]
    assert source_policy_ids(result) == expected
    assert {statement["SourcePolicyType"] for statement in result["MatchedStatements"]} == {"IAM Policy"}


def test_group_has_its_own_policies(account: Account, bob: str) -> None:
    assert bob
    result = simulate_principal(account, arn_of(account, "group/team"))
    assert source_policy_ids(result) == ["group_team_ours", "managed", "AdministratorAccess"]


def test_role_has_its_policies_and_permissions_boundary(account: Account) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=AUDIT)
    account.iam.put_role_policy(RoleName="job", PolicyName="p", PolicyDocument=document(allow("*")))
    job = arn_of(account, "role/job")
    result = simulate_principal(account, job, "iam:GetUser")
    assert (result["EvalDecision"], source_policy_ids(result)) == ("allowed", ["role_job_p"])
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    result = simulate_principal(account, job, "s3:PutObject", ResourceArns=[BOX])
    (specific,) = result["ResourceSpecificResults"]
    assert (result["EvalDecision"], source_policy_ids(result)) == ("implicitDeny", [])
    assert source_policy_ids(specific) == ["role_job_p"]
    assert specific["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_boundary_input_replaces_the_permissions_boundary_of_the_user(account: Account, bob: str) -> None:
    account.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=AUDIT)
    assert simulate_principal(account, bob, "s3:PutObject")["EvalDecision"] == "implicitDeny"
    result = simulate_principal(
        account, bob, "s3:PutObject", PermissionsBoundaryPolicyInputList=[document(allow("s3:PutObject"))]
    )
    assert result["EvalDecision"] == "allowed"
    denied = simulate_principal(
        account,
        bob,
        "s3:PutObject",
        PermissionsBoundaryPolicyInputList=[document(allow("*"), deny("s3:*"))],
    )
    assert (denied["EvalDecision"], source_policy_ids(denied)) == (
        "explicitDeny",
        ["PermissionsBoundaryPolicyInputList.1"],
    )
    assert denied["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


# Resource policies, cross-account access and organizations.


def test_resource_policy_naming_the_user_suffices_within_an_account(account: Account, bob: str) -> None:
    account.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=AUDIT)
    result = simulate_principal(
        account,
        bob,
        ResourceArns=[BOX],
        PolicyExclusionList=[
            {"PolicyType": "inline"},
            {"PolicyType": "aws-managed"},
            {"PolicyType": "user-managed"},
        ],
        ResourcePolicy=bucket_policy(bob),
    )
    assert (result["EvalDecision"], source_policy_ids(result)) == ("allowed", ["ResourcePolicy"])
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "Resource Policy"
    assert result["EvalDecisionDetails"] == {}
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_cross_account_decision_details_have_every_policy_type(account: Account, bob: str) -> None:
    params: dict[str, Any] = {
        "ResourceArns": [BOX],
        "ResourceOwner": "arn:aws:iam::444455556666:root",
        "ResourcePolicy": bucket_policy(bob),
    }
    result = simulate_principal(account, bob, **params)
    details = {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("allowed", details)

    result = simulate_principal(
        account,
        bob,
        PolicyInputList=[document(deny("s3:*"))],
        PermissionsBoundaryPolicyInputList=[document(allow("iam:*"))],
        **params,
    )
    details = {
        "IAM Policy": "explicitDeny",
        "Resource Policy": "allowed",
        "Permissions Boundary Policy": "implicitDeny",
    }
    assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("explicitDeny", details)
    assert result["ResourceSpecificResults"][0]["EvalDecisionDetails"] == details


def test_cross_account_access_requires_both_policies(account: Account, bob: str) -> None:
    result = simulate_custom(
        account,
        document(allow("iam:*")),
        CallerArn=MARY,
        ResourceArns=[BOX, OTHER],
        ResourceOwner=account.account_id,
        ResourcePolicy=bucket_policy(MARY, bob),
    )
    first, second = result["ResourceSpecificResults"]
    assert (result["EvalDecision"], source_policy_ids(result)) == ("implicitDeny", [])
    assert first["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    assert second["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "implicitDeny"}
    assert (source_policy_ids(first), source_policy_ids(second)) == (["ResourcePolicy"], [])
    assert result["EvalDecisionDetails"] == second["EvalDecisionDetails"]


def test_account_in_the_resource_arn_overrides_resource_owner(account: Account) -> None:
    queue = "arn:aws:sqs:eu-west-1:{}:q"
    params = {"ActionNames": ["sqs:SendMessage"], "ResourceOwner": account.account_id}
    policy = document(allow("sqs:*"))
    own = simulate_custom(account, policy, ResourceArns=[queue.format(account.account_id)], **params)
    foreign = simulate_custom(account, policy, ResourceArns=[queue.format("444455556666")], **params)
    assert (own["EvalDecision"], own["EvalDecisionDetails"]) == ("allowed", {})
    details = {"IAM Policy": "allowed", "Resource Policy": "implicitDeny"}
    assert (foreign["EvalDecision"], foreign["EvalDecisionDetails"]) == ("implicitDeny", details)


def test_every_organization_level_must_allow(account: Account) -> None:
    def simulate_scps(*levels: list[str]) -> Any:
        scps = [{"ServiceControlPolicyInputList": policies} for policies in levels]
        return simulate_custom(
            account, READ_POLICY, ResourceArns=[BOX], OrderedOrganizationPolicyInputList=scps
        )

    allow_all = document(allow("*"))
    result = simulate_scps([allow_all], [document(allow("iam:*")), READ_POLICY])
    assert (result["EvalDecision"], source_policy_ids(result)) == ("allowed", ["PolicyInputList.1"])
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    for levels, decision in (
        ([[allow_all], [document(allow("iam:*"))]], "implicitDeny"),
        ([[allow_all, document(deny("s3:*"))], [allow_all]], "explicitDeny"),
    ):
        result = simulate_scps(*levels)
        assert (result["EvalDecision"], result["MatchedStatements"]) == (decision, [])
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        assert "EvalDecisionDetails" not in result
