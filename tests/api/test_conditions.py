"""Condition keys end to end: tags, boundaries, policies, and the request context."""

from typing import Any

import pytest

from tests.api.responses import allowed
from tests.servers import Account, allow, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
TEAM_A = [{"Key": "Team", "Value": "a"}]


def allow_iam_if(**condition: dict[str, Any]) -> dict[str, Any]:
    """Return a statement that allows all IAM actions under a condition."""
    return allow("iam:*", Condition=condition)


CASES = [
    # condition, operation, parameters that it allows, parameters that it does not
    (
        {"ArnEquals": {"iam:PolicyARN": AUDIT}},
        "AttachUserPolicy",
        {"UserName": "target", "PolicyArn": AUDIT},
        {"UserName": "target", "PolicyArn": READ_ONLY},
    ),
    (
        {"ArnEquals": {"iam:PolicyARN": AUDIT}},
        "AttachGroupPolicy",
        {"GroupName": "group", "PolicyArn": AUDIT},
        {"GroupName": "group", "PolicyArn": READ_ONLY},
    ),
    (
        {"StringEquals": {"iam:PermissionsBoundary": AUDIT}},
        "CreateUser",
        {"UserName": "new", "PermissionsBoundary": AUDIT},
        {"UserName": "new2", "PermissionsBoundary": READ_ONLY},
    ),
    (
        {"StringEquals": {"iam:PermissionsBoundary": AUDIT}},
        "PutUserPermissionsBoundary",
        {"UserName": "target", "PermissionsBoundary": AUDIT},
        {"UserName": "target", "PermissionsBoundary": READ_ONLY},
    ),
    (
        {"StringEquals": {"iam:PermissionsBoundary": AUDIT}},
        "PutUserPolicy",
        {"UserName": "bounded", "PolicyName": "p", "PolicyDocument": document(allow("s3:*"))},
        {"UserName": "target", "PolicyName": "p", "PolicyDocument": document(allow("s3:*"))},
    ),
    (
        {
            "StringEquals": {"aws:RequestTag/Team": "a"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["Team"]},
        },
        "TagUser",
        {"UserName": "target", "Tags": TEAM_A},
        {"UserName": "target", "Tags": [*TEAM_A, {"Key": "More", "Value": "x"}]},
    ),
    (
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["Team"]}},
        "UntagUser",
        {"UserName": "target", "TagKeys": ["Team"]},
        {"UserName": "target", "TagKeys": ["Team", "Cost"]},
    ),
    (
        {"StringEquals": {"aws:RequestTag/Team": "a"}},
        "CreateUser",
        {"UserName": "new", "Tags": TEAM_A},
        {"UserName": "new2"},
    ),
    (
        {"StringEquals": {"aws:RequestTag/Team": "a"}},
        "CreatePolicy",
        {"PolicyName": "new", "PolicyDocument": document(allow("s3:*")), "Tags": TEAM_A},
        {"PolicyName": "new2", "PolicyDocument": document(allow("s3:*"))},
    ),
    (
        {"StringEquals": {"iam:PermissionsBoundary": AUDIT}},
        "AttachUserPolicy",
        {"UserName": "bounded", "PolicyArn": READ_ONLY},
        {"UserName": "target", "PolicyArn": READ_ONLY},
    ),
    (
        {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/Read*"}},
        "DetachUserPolicy",
        {"UserName": "target", "PolicyArn": READ_ONLY},
        {"UserName": "target", "PolicyArn": AUDIT},
    ),
    (
        {"StringEquals": {"iam:PermissionsBoundary": AUDIT}},
        "DeleteUserPermissionsBoundary",
        {"UserName": "bounded"},
        {"UserName": "target"},
    ),
    (
        {"StringEquals": {"aws:ResourceTag/Team": "a"}},
        "GetUser",
        {"UserName": "tagged"},
        {"UserName": "target"},
    ),
    (
        {"StringEquals": {"iam:ResourceTag/Team": "a"}},
        "ListUserTags",
        {"UserName": "tagged"},
        {"UserName": "target"},
    ),
    (
        {"StringEquals": {"iam:ResourceTag/Team": "${aws:PrincipalTag/Team}"}},
        "GetUser",
        {"UserName": "tagged"},
        {"UserName": "target"},
    ),
]


@pytest.fixture
def account_with_users(account: Account) -> Account:
    """Return an account with users and a group to act on."""
    iam = account.iam
    iam.create_user(UserName="target")
    iam.create_user(UserName="tagged", Tags=TEAM_A)
    iam.create_user(UserName="bounded", PermissionsBoundary=AUDIT)
    iam.create_group(GroupName="group")
    iam.attach_user_policy(UserName="target", PolicyArn=READ_ONLY)
    return account


@pytest.mark.parametrize(("condition", "operation", "allowed_params", "denied_params"), CASES)
def test_condition_on_the_request_decides_access(
    account_with_users: Account,
    condition: dict[str, Any],
    operation: str,
    allowed_params: dict[str, Any],
    denied_params: dict[str, Any],
) -> None:
    caller = account_with_users.user(
        "caller", allow_iam_if(**condition), allow("iam:TagUser", "iam:TagPolicy")
    )
    if operation == "TagUser":
        caller = account_with_users.user("tagger", allow_iam_if(**condition))
    account_with_users.iam.tag_user(UserName="caller", Tags=TEAM_A)
    assert allowed(caller, operation, **allowed_params)
    assert not allowed(caller, operation, **denied_params)


TRUE_CONDITIONS = [
    {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringLike": {"aws:UserAgent": "Boto3/*"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    {"NumericGreaterThan": {"aws:EpochTime": "1577836800"}},
    {"StringEquals": {"aws:username": "caller"}},
    {"StringEquals": {"aws:PrincipalType": "User"}},
    {"StringLike": {"aws:userid": "AIDA*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/caller"}},
    {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}},
    {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    {"Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {
        "Null": {
            "aws:MultiFactorAuthPresent": "true",
            "aws:TokenIssueTime": "true",
            "aws:MultiFactorAuthAge": "true",
        }
    },
]
FALSE_CONDITIONS = [
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:PrincipalTag/Team": "a"}},
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
]


@pytest.mark.parametrize("condition", TRUE_CONDITIONS, ids=str)
def test_true_condition_on_the_request_context_allows(account: Account, condition: dict[str, Any]) -> None:
    assert allowed(account.user("caller", allow_iam_if(**condition)), "ListUsers")


@pytest.mark.parametrize("condition", FALSE_CONDITIONS, ids=str)
def test_false_condition_on_the_request_context_denies(account: Account, condition: dict[str, Any]) -> None:
    assert not allowed(account.user("caller", allow_iam_if(**condition)), "ListUsers")


def test_policy_variable_is_replaced_by_the_caller_name(account: Account) -> None:
    caller = account.user(
        "caller", allow("iam:ListAccessKeys", resource="arn:aws:iam::*:user/${aws:username}")
    )
    assert allowed(caller, "ListAccessKeys", UserName="caller")
    assert allowed(caller, "ListAccessKeys")
    assert not allowed(caller, "ListAccessKeys", UserName="admin")
