"""Helpers that simulate policies, and a user with policies of every kind."""

from typing import Any

from tests.servers import Account, allow, document

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_POLICY = document(allow("s3:Get*"))


def simulate_custom(account: Account, *policies: str, **params: Any) -> Any:
    """Simulate policies for one action; return its result."""
    params = {"ActionNames": ["s3:GetObject"], **params}
    response = account.iam.simulate_custom_policy(PolicyInputList=list(policies), **params)
    (result,) = response["EvaluationResults"]
    return result


def simulate_principal(account: Account, arn: str, action: str = "s3:GetObject", **params: Any) -> Any:
    """Simulate the policies of a user, group or role for one action; return its result."""
    response = account.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], **params)
    (result,) = response["EvaluationResults"]
    return result


def source_policy_ids(result: Any) -> list[str]:
    return [statement["SourcePolicyId"] for statement in result["MatchedStatements"]]


def arn_of(account: Account, resource: str) -> str:
    return f"arn:aws:iam::{account.account_id}:{resource}"


def create_bob(account: Account) -> str:
    """Create a user whose inline, group and managed policies each allow s3:GetObject; return its ARN."""
    iam = account.iam
    iam.create_user(UserName="bob")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=READ_POLICY)
    iam.put_group_policy(GroupName="team", PolicyName="ours", PolicyDocument=READ_POLICY)
    policy_arn = iam.create_policy(PolicyName="managed", PolicyDocument=READ_POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=policy_arn)
    iam.attach_group_policy(GroupName="team", PolicyArn=policy_arn)
    iam.attach_group_policy(GroupName="team", PolicyArn=ADMIN)
    return arn_of(account, "user/bob")
