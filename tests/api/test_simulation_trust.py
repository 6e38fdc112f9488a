"""Simulations of sts:AssumeRole: role trust policies are evaluated, unlike in AWS's simulator."""

import json
from typing import Any

import pytest

from tests.api.responses import call, refused
from tests.api.simulations import arn_of, create_bob, simulate_custom, simulate_principal, source_policy_ids
from tests.servers import Account, allow, document

ALLOW_STS = document(allow("sts:*"))


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user whose inline, group and managed policies each allow s3:GetObject."""
    return create_bob(account)


def create_role(
    account: Account, name: str, principal: dict[str, str], *statements: dict[str, Any], **params: Any
) -> str:
    """Create a role that a principal may assume, with more trust policy statements; return its ARN."""
    trust = document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}, *statements)
    response = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **params)
    return str(response["Role"]["Arn"])


def simulate_assume_role(account: Account, principal: str, role: str, **params: Any) -> Any:
    """Simulate sts:AssumeRole by a principal with an identity policy that allows it on every role."""
    return simulate_principal(
        account, principal, "sts:AssumeRole", ResourceArns=[role], PolicyInputList=[ALLOW_STS], **params
    )


def test_assume_role_is_allowed_for_trusted_principals_only(account: Account, bob: str) -> None:
    trusts_bob = create_role(account, "trusted", {"AWS": bob}, Path="/x/")
    trusts_admin = create_role(account, "other", {"AWS": arn_of(account, "user/admin")})
    result = simulate_assume_role(account, bob, trusts_bob)
    assert result["EvalDecision"] == "allowed"
    assert {"PolicyInputList.1", "ResourcePolicy"} <= set(source_policy_ids(result))
    assert simulate_assume_role(account, bob, trusts_admin)["EvalDecision"] == "implicitDeny"
    assert (
        simulate_assume_role(account, arn_of(account, "user/admin"), trusts_admin)["EvalDecision"]
        == "allowed"
    )
    assert (
        simulate_assume_role(account, bob, arn_of(account, "role/nowhere"))["EvalDecision"] == "implicitDeny"
    )
    assert (
        simulate_assume_role(account, bob, arn_of(account, "role/trusted"))["EvalDecision"] == "implicitDeny"
    )


def test_deny_in_a_trust_policy_is_an_explicit_deny(account: Account, bob: str) -> None:
    deny_bob = {"Effect": "Deny", "Principal": {"AWS": bob}, "Action": "sts:AssumeRole"}
    role = create_role(account, "closed", {"AWS": account.account_id}, deny_bob)
    result = simulate_assume_role(account, bob, role)
    assert (result["EvalDecision"], source_policy_ids(result)) == ("explicitDeny", ["ResourcePolicy"])


def test_trust_policy_positions_refer_to_the_document_that_get_role_returns(
    account: Account, bob: str
) -> None:
    role = create_role(
        account, "long", {"AWS": bob}, {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}
    )
    result = simulate_principal(account, bob, "sts:TagSession", ResourceArns=[role])
    (statement,) = result["MatchedStatements"]
    trust = account.iam.get_role(RoleName="long")["Role"]["AssumeRolePolicyDocument"]
    text = json.dumps(trust, separators=(",", ":"))
    assert statement["EndPosition"] == {"Line": 1, "Column": len(text) - 1}


def test_recreated_user_is_not_trusted(account: Account) -> None:
    account.iam.create_user(UserName="eve")
    eve = arn_of(account, "user/eve")
    role = create_role(account, "trusted", {"AWS": eve})
    assert simulate_assume_role(account, eve, role)["EvalDecision"] == "allowed"
    account.iam.delete_user(UserName="eve")
    account.iam.create_user(UserName="eve")
    assert simulate_assume_role(account, eve, role)["EvalDecision"] == "implicitDeny"


def test_resource_policy_parameter_replaces_the_trust_policy(account: Account, bob: str) -> None:
    role = create_role(account, "other", {"AWS": arn_of(account, "user/admin")})
    statement = {"Effect": "Allow", "Principal": {"AWS": bob}, "Action": "sts:AssumeRole"}
    assert (
        simulate_assume_role(account, bob, role, ResourcePolicy=document(statement))["EvalDecision"]
        == "allowed"
    )
    params: dict[str, Any] = {"ActionNames": ["sts:AssumeRole"], "ResourceArns": [role], "CallerArn": bob}
    assert simulate_custom(account, ALLOW_STS, **params)["EvalDecision"] == "implicitDeny"
    result = simulate_custom(account, ALLOW_STS, **params, ResourcePolicy=document(statement))
    assert (result["EvalDecision"], source_policy_ids(result)) == (
        "allowed",
        ["PolicyInputList.1", "ResourcePolicy"],
    )


@pytest.mark.parametrize("operation", ["SimulatePrincipalPolicy", "SimulateCustomPolicy"])
def test_simulation_with_a_trust_policy_requires_get_role(account: Account, bob: str, operation: str) -> None:
    role = create_role(account, "tagged", {"AWS": bob}, Tags=[{"Key": "team", "Value": "a"}])
    params: dict[str, Any] = {"ActionNames": ["sts:AssumeRole"], "PolicyInputList": [ALLOW_STS]}
    params |= {"PolicySourceArn": bob} if operation == "SimulatePrincipalPolicy" else {"CallerArn": bob}
    allow_simulation = allow(f"iam:{operation}")
    has_tag = {"StringEquals": {"iam:ResourceTag/team": "a"}}
    allow_get_role = allow("iam:GetRole", resource=role, Condition=has_tag)

    simulator = account.user("simulator", allow_simulation)
    for arn in (role, arn_of(account, "role/nowhere")):
        error = refused(simulator, operation, ResourceArns=[arn], **params)
        assert error[:2] == ("AccessDenied", 403)
        assert error.message.endswith(
            f"is not authorized to perform: iam:GetRole on resource: {arn} because no identity-based policy "
            "allows the iam:GetRole action"
        )
    trust = document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    params["ResourceArns"] = [role]
    assert (
        simulated_decision(
            account.user("guesser", allow_simulation), operation, ResourcePolicy=trust, **params
        )
        == "allowed"
    )
    reader = account.user("reader", allow_simulation, allow_get_role)
    assert simulated_decision(reader, operation, **params) == "allowed"


def test_resource_tags_in_the_get_role_check_are_of_the_role(account: Account, bob: str) -> None:
    account.iam.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "a"}])
    role = create_role(account, "untagged", {"AWS": bob})
    has_tag = {"StringEquals": {"iam:ResourceTag/team": "a"}}
    reader = account.user("reader", allow("iam:SimulatePrincipalPolicy", "iam:GetRole", Condition=has_tag))
    params: dict[str, Any] = {"PolicySourceArn": bob, "ActionNames": ["sts:AssumeRole"]}
    assert simulated_decision(reader, "SimulatePrincipalPolicy", **params) == "allowed"
    error = refused(reader, "SimulatePrincipalPolicy", ResourceArns=[role], **params)
    assert "iam:GetRole" in error.message


def simulated_decision(client: Any, operation: str, **params: Any) -> str:
    (result,) = call(client, operation, **params)["EvaluationResults"]
    return str(result["EvalDecision"])
