"""Simulations: what they answer, and a user with policies of every kind."""

from typing import Any

from tests.servers import Account, allow, document

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
READS = document(allow("s3:Get*"))


def custom(account: Account, *policies: str, **params: Any) -> Any:
    """Return the one result of a simulation of policies."""
    asked: dict[str, Any] = {"ActionNames": ["s3:GetObject"], **params}
    answer = account.iam.simulate_custom_policy(PolicyInputList=list(policies), **asked)
    (result,) = answer["EvaluationResults"]
    return result


def of(account: Account, arn: str, action: str = "s3:GetObject", **params: Any) -> Any:
    """Return the one result of a simulation of a principal's policies."""
    answer = account.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], **params)
    (result,) = answer["EvaluationResults"]
    return result


def sources(result: Any) -> list[str]:
    return [statement["SourcePolicyId"] for statement in result["MatchedStatements"]]


def arn_of(account: Account, resource: str) -> str:
    return f"arn:aws:iam::{account.account_id}:{resource}"


def make_bob(account: Account) -> str:
    """Make a user that may get objects by every policy that a user can have; return its ARN."""
    iam = account.iam
    iam.create_user(UserName="bob")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=READS)
    iam.put_group_policy(GroupName="team", PolicyName="ours", PolicyDocument=READS)
    made = iam.create_policy(PolicyName="made", PolicyDocument=READS)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=made)
    iam.attach_group_policy(GroupName="team", PolicyArn=made)
    iam.attach_group_policy(GroupName="team", PolicyArn=ADMIN)
    return arn_of(account, "user/bob")
