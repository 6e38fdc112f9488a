"""SimulateCustomPolicy and SimulatePrincipalPolicy: what they answer, on both databases."""

import json
from typing import Any

import pytest

from tests.api.answers import body
from tests.api.served import TRUST
from tests.api.simulating import READS, arn_of, custom, make_bob, of, sources
from tests.servers import Account, allow, deny, document

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
BOX, OTHER = "arn:aws:s3:::box/a", "arn:aws:s3:::other/a"
MARY = "arn:aws:iam::444455556666:user/mary"


def granting(*arns: str, **more: Any) -> str:
    """Return a resource's policy that lets somebody get objects."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": "s3:GetObject"}
    return document({**statement, "Resource": "arn:aws:s3:::box/*", **more})


# The answer as a whole.


def test_an_allow_on_everything_is_answered_as_aws_does(account: Account) -> None:
    text = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
        '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
    )
    assert custom(account, text, ActionNames=["dynamodb:CreateBackup"]) == {
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


def test_a_named_resource_has_a_result_of_its_own(account: Account) -> None:
    found = custom(account, READS, ResourceArns=[BOX])
    matched = found["MatchedStatements"]
    assert found == {
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


def test_nothing_that_matches_is_an_empty_list(account: Account) -> None:
    params = {"PolicyInputList": [READS], "ActionNames": ["s3:PutObject"]}
    said = body(account.iam, "SimulateCustomPolicy", **params)
    assert "<EvalDecision>implicitDeny</EvalDecision>" in said
    assert "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues>" in said
    assert "<IsTruncated>false</IsTruncated>" in said


def test_actions_are_answered_in_the_order_in_which_they_were_asked_about(account: Account) -> None:
    names = ["s3:PutObject", "iam:GetUser", "s3:GetObject", "s3:PutObject", "S3:getobject"]
    answer = account.iam.simulate_custom_policy(PolicyInputList=[READS], ActionNames=names)
    told = [(each["EvalActionName"], each["EvalDecision"]) for each in answer["EvaluationResults"]]
    assert [name for name, _ in told] == names
    assert [decision for _, decision in told] == [
        "implicitDeny",
        "implicitDeny",
        "allowed",
        "implicitDeny",
        "allowed",
    ]


def test_an_explicit_deny_is_told_with_nothing_but_the_denies(account: Account) -> None:
    found = custom(account, READS, document(allow("s3:*"), deny("s3:GetObject")), ResourceArns=[BOX])
    assert found["EvalDecision"] == "explicitDeny"
    assert sources(found) == ["PolicyInputList.2"]
    first = len('{"Version": "2012-10-17", "Statement": [') + len(json.dumps(allow("s3:*"))) + 1
    assert found["MatchedStatements"][0]["StartPosition"] == {"Line": 1, "Column": first}


def test_several_resources_are_answered_together_and_each_by_itself(account: Account) -> None:
    policy = document(allow("s3:*", resource="arn:aws:s3:::box/*"), allow("s3:Get*", resource=BOX))
    found = custom(account, policy, ResourceArns=[BOX, OTHER, BOX])
    each = [
        (one["EvalResourceName"], one["EvalResourceDecision"]) for one in found["ResourceSpecificResults"]
    ]
    assert each == [(BOX, "allowed"), (OTHER, "implicitDeny"), (BOX, "allowed")]
    assert (found["EvalResourceName"], found["EvalDecision"]) == ("*", "implicitDeny")
    assert found["MatchedStatements"] == []
    assert sources(found["ResourceSpecificResults"][0]) == ["PolicyInputList.1"] * 2

    both = custom(account, policy, ResourceArns=[BOX, "arn:aws:s3:::box/b"])
    assert both["EvalDecision"] == "allowed"
    assert sources(both) == ["PolicyInputList.1"] * 2

    denied = custom(account, policy, document(deny("s3:*", resource=OTHER)), ResourceArns=[BOX, OTHER])
    assert denied["EvalDecision"] == "explicitDeny"
    assert sources(denied) == ["PolicyInputList.2"]


# The context.


def test_keys_that_conditions_ask_for_and_nobody_gave_are_missing(account: Account) -> None:
    policy = document(
        allow("s3:Get*", Condition={"StringEquals": {"s3:prefix": "a", "aws:SourceVpc": "vpc-1"}}),
        allow("s3:Get*", resource="arn:aws:s3:::box/${aws:username}"),
        allow("s3:Put*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    )
    given = [{"ContextKeyName": "AWS:sourcevpc", "ContextKeyValues": ["vpc-1"], "ContextKeyType": "string"}]
    found = custom(account, policy, ResourceArns=[BOX, OTHER], ContextEntries=given)
    assert found["EvalDecision"] == "implicitDeny"
    assert found["MissingContextValues"] == ["s3:prefix", "aws:username"]
    each = {one["EvalResourceName"]: one["MissingContextValues"] for one in found["ResourceSpecificResults"]}
    assert each == {BOX: ["s3:prefix", "aws:username"], OTHER: ["s3:prefix"]}


def test_what_every_call_has_is_there(account: Account) -> None:
    """A real call has these whatever its credentials; a group or an unknown caller has but some of them."""
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
    found = of(account, bob["Arn"], PolicyInputList=[policy])
    assert (found["EvalDecision"], found["MissingContextValues"]) == ("allowed", [])
    unknown = custom(account, policy)
    assert unknown["MissingContextValues"] == [
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalTag/Team",
        "aws:PrincipalType",
        "aws:userid",
        "aws:username",
    ]


def test_a_key_that_is_given_wins_over_what_is_known(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    policy = document(allow("s3:GetObject", Condition={"StringEquals": {"aws:username": "carol"}}))
    given = [{"ContextKeyName": "aws:UserName", "ContextKeyValues": ["carol"], "ContextKeyType": "string"}]
    bob = arn_of(account, "user/bob")
    assert of(account, bob, PolicyInputList=[policy])["EvalDecision"] == "implicitDeny"
    assert of(account, bob, PolicyInputList=[policy], ContextEntries=given)["EvalDecision"] == "allowed"


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user that may get objects by every policy that a user can have."""
    return make_bob(account)


# Whose policies they are.


def test_a_user_has_its_policies_and_its_groups_as_aws_names_them(account: Account, bob: str) -> None:
    found = of(account, bob, PolicyInputList=[READS])
    named = ["user_bob_own", "group_team_ours", "made", "AdministratorAccess", "PolicyInputList.1"]
    assert sources(found) == named
    assert {one["SourcePolicyType"] for one in found["MatchedStatements"]} == {"IAM Policy"}


def test_a_group_has_its_own_policies(account: Account, bob: str) -> None:
    assert bob
    found = of(account, arn_of(account, "group/team"))
    assert sources(found) == ["group_team_ours", "made", "AdministratorAccess"]


def test_a_role_has_its_policies_and_its_boundary(account: Account) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=AUDIT)
    account.iam.put_role_policy(RoleName="job", PolicyName="p", PolicyDocument=document(allow("*")))
    job = arn_of(account, "role/job")
    found = of(account, job, "iam:GetUser")
    assert (found["EvalDecision"], sources(found)) == ("allowed", ["role_job_p"])
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    found = of(account, job, "s3:PutObject", ResourceArns=[BOX])
    (one,) = found["ResourceSpecificResults"]
    assert (found["EvalDecision"], sources(found), sources(one)) == ("implicitDeny", [], ["role_job_p"])
    assert one["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_a_boundary_that_is_passed_takes_the_place_of_the_own(account: Account, bob: str) -> None:
    account.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=AUDIT)
    assert of(account, bob, "s3:PutObject")["EvalDecision"] == "implicitDeny"
    found = of(
        account, bob, "s3:PutObject", PermissionsBoundaryPolicyInputList=[document(allow("s3:PutObject"))]
    )
    assert found["EvalDecision"] == "allowed"
    denied = of(
        account,
        bob,
        "s3:PutObject",
        PermissionsBoundaryPolicyInputList=[document(allow("*"), deny("s3:*"))],
    )
    assert (denied["EvalDecision"], sources(denied)) == (
        "explicitDeny",
        ["PermissionsBoundaryPolicyInputList.1"],
    )
    assert denied["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


# Resource policies, across accounts and within one; organizations.


def test_a_resource_policy_that_names_the_user_is_enough_within_an_account(
    account: Account, bob: str
) -> None:
    account.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=AUDIT)
    found = of(
        account,
        bob,
        ResourceArns=[BOX],
        PolicyExclusionList=[
            {"PolicyType": "inline"},
            {"PolicyType": "aws-managed"},
            {"PolicyType": "user-managed"},
        ],
        ResourcePolicy=granting(bob),
    )
    assert (found["EvalDecision"], sources(found)) == ("allowed", ["ResourcePolicy"])
    assert found["MatchedStatements"][0]["SourcePolicyType"] == "Resource Policy"
    assert found["EvalDecisionDetails"] == {}
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_across_accounts_each_kind_of_policy_is_told(account: Account, bob: str) -> None:
    asked: dict[str, Any] = {
        "ResourceArns": [BOX],
        "ResourceOwner": "arn:aws:iam::444455556666:root",
        "ResourcePolicy": granting(bob),
    }
    found = of(account, bob, **asked)
    details = {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert (found["EvalDecision"], found["EvalDecisionDetails"]) == ("allowed", details)

    found = of(
        account,
        bob,
        PolicyInputList=[document(deny("s3:*"))],
        PermissionsBoundaryPolicyInputList=[document(allow("iam:*"))],
        **asked,
    )
    details = {
        "IAM Policy": "explicitDeny",
        "Resource Policy": "allowed",
        "Permissions Boundary Policy": "implicitDeny",
    }
    assert (found["EvalDecision"], found["EvalDecisionDetails"]) == ("explicitDeny", details)
    assert found["ResourceSpecificResults"][0]["EvalDecisionDetails"] == details


def test_across_accounts_one_side_is_not_enough(account: Account, bob: str) -> None:
    found = custom(
        account,
        document(allow("iam:*")),
        CallerArn=MARY,
        ResourceArns=[BOX, OTHER],
        ResourceOwner=account.account_id,
        ResourcePolicy=granting(MARY, bob),
    )
    first, second = found["ResourceSpecificResults"]
    assert (found["EvalDecision"], sources(found)) == ("implicitDeny", [])
    assert first["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    assert second["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "implicitDeny"}
    assert (sources(first), sources(second)) == (["ResourcePolicy"], [])
    assert found["EvalDecisionDetails"] == second["EvalDecisionDetails"]


def test_a_resource_that_names_its_owner_belongs_to_it(account: Account) -> None:
    queue = "arn:aws:sqs:eu-west-1:{}:q"
    asked = {"ActionNames": ["sqs:SendMessage"], "ResourceOwner": account.account_id}
    policy = document(allow("sqs:*"))
    own = custom(account, policy, ResourceArns=[queue.format(account.account_id)], **asked)
    foreign = custom(account, policy, ResourceArns=[queue.format("444455556666")], **asked)
    assert (own["EvalDecision"], own["EvalDecisionDetails"]) == ("allowed", {})
    details = {"IAM Policy": "allowed", "Resource Policy": "implicitDeny"}
    assert (foreign["EvalDecision"], foreign["EvalDecisionDetails"]) == ("implicitDeny", details)


def test_every_level_of_an_organization_must_allow(account: Account) -> None:
    def under(*levels: list[str]) -> Any:
        given = [{"ServiceControlPolicyInputList": level} for level in levels]
        return custom(account, READS, ResourceArns=[BOX], OrderedOrganizationPolicyInputList=given)

    everything = document(allow("*"))
    found = under([everything], [document(allow("iam:*")), READS])
    assert (found["EvalDecision"], sources(found)) == ("allowed", ["PolicyInputList.1"])
    assert found["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    for levels, decision in (
        ([[everything], [document(allow("iam:*"))]], "implicitDeny"),
        ([[everything, document(deny("s3:*"))], [everything]], "explicitDeny"),
    ):
        found = under(*levels)
        assert (found["EvalDecision"], found["MatchedStatements"]) == (decision, [])
        assert found["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        assert "EvalDecisionDetails" not in found
