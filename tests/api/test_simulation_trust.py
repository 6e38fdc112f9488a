"""Roles that are assumed in a simulation: their trust policies count, which AWS's simulator passes over."""

import json
from typing import Any

import pytest

from tests.api.answers import call, refused
from tests.api.simulating import arn_of, custom, make_bob, of, sources
from tests.servers import Account, allow, document

ASSUMES = document(allow("sts:*"))


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user that may get objects by every policy that a user can have."""
    return make_bob(account)


def trusting(
    account: Account, name: str, principal: dict[str, str], *more: dict[str, Any], **role: Any
) -> str:
    """Make a role that somebody may assume; return its ARN."""
    trust = document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}, *more)
    made = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **role)
    return str(made["Role"]["Arn"])


def assuming(account: Account, who: str, role: str, **params: Any) -> Any:
    """Return what comes of assuming a role, for somebody who may assume any."""
    return of(account, who, "sts:AssumeRole", ResourceArns=[role], PolicyInputList=[ASSUMES], **params)


def test_a_role_is_assumed_by_whom_it_trusts(account: Account, bob: str) -> None:
    trusted = trusting(account, "trusted", {"AWS": bob}, Path="/x/")
    strange = trusting(account, "strange", {"AWS": arn_of(account, "user/admin")})
    both = assuming(account, bob, trusted)
    assert both["EvalDecision"] == "allowed"
    assert {"PolicyInputList.1", "ResourcePolicy"} <= set(sources(both))
    assert assuming(account, bob, strange)["EvalDecision"] == "implicitDeny"
    assert assuming(account, arn_of(account, "user/admin"), strange)["EvalDecision"] == "allowed"
    assert assuming(account, bob, arn_of(account, "role/nowhere"))["EvalDecision"] == "implicitDeny"
    assert assuming(account, bob, arn_of(account, "role/trusted"))["EvalDecision"] == "implicitDeny"


def test_a_deny_of_a_trust_policy_is_told(account: Account, bob: str) -> None:
    closing = {"Effect": "Deny", "Principal": {"AWS": bob}, "Action": "sts:AssumeRole"}
    closed = trusting(account, "closed", {"AWS": account.account_id}, closing)
    found = assuming(account, bob, closed)
    assert (found["EvalDecision"], sources(found)) == ("explicitDeny", ["ResourcePolicy"])


def test_positions_in_a_trust_policy_are_those_of_its_text_as_it_is_read(account: Account, bob: str) -> None:
    role = trusting(
        account, "long", {"AWS": bob}, {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}
    )
    found = of(account, bob, "sts:TagSession", ResourceArns=[role])
    (statement,) = found["MatchedStatements"]
    shown = account.iam.get_role(RoleName="long")["Role"]["AssumeRolePolicyDocument"]
    text = json.dumps(shown, separators=(",", ":"))
    assert statement["EndPosition"] == {"Line": 1, "Column": len(text) - 1}


def test_a_users_namesake_inherits_no_trust(account: Account) -> None:
    account.iam.create_user(UserName="eve")
    eve = arn_of(account, "user/eve")
    role = trusting(account, "trusted", {"AWS": eve})
    assert assuming(account, eve, role)["EvalDecision"] == "allowed"
    account.iam.delete_user(UserName="eve")
    account.iam.create_user(UserName="eve")
    assert assuming(account, eve, role)["EvalDecision"] == "implicitDeny"


def test_a_trust_policy_that_is_passed_takes_the_place_of_the_roles(account: Account, bob: str) -> None:
    role = trusting(account, "strange", {"AWS": arn_of(account, "user/admin")})
    wanted = {"Effect": "Allow", "Principal": {"AWS": bob}, "Action": "sts:AssumeRole"}
    assert assuming(account, bob, role, ResourcePolicy=document(wanted))["EvalDecision"] == "allowed"
    asked: dict[str, Any] = {"ActionNames": ["sts:AssumeRole"], "ResourceArns": [role], "CallerArn": bob}
    assert custom(account, ASSUMES, **asked)["EvalDecision"] == "implicitDeny"
    found = custom(account, ASSUMES, **asked, ResourcePolicy=document(wanted))
    assert (found["EvalDecision"], sources(found)) == ("allowed", ["PolicyInputList.1", "ResourcePolicy"])


@pytest.mark.parametrize("operation", ["SimulatePrincipalPolicy", "SimulateCustomPolicy"])
def test_only_who_may_read_a_trust_policy_is_told_of_it(account: Account, bob: str, operation: str) -> None:
    role = trusting(account, "tagged", {"AWS": bob}, Tags=[{"Key": "team", "Value": "a"}])
    asked: dict[str, Any] = {"ActionNames": ["sts:AssumeRole"], "PolicyInputList": [ASSUMES]}
    asked |= {"PolicySourceArn": bob} if operation == "SimulatePrincipalPolicy" else {"CallerArn": bob}
    simulates = allow(f"iam:{operation}")
    tagged = {"StringEquals": {"iam:ResourceTag/team": "a"}}
    reads = allow("iam:GetRole", resource=role, Condition=tagged)

    simulator = account.user("simulator", simulates)
    for arn in (role, arn_of(account, "role/nowhere")):
        said = refused(simulator, operation, ResourceArns=[arn], **asked)
        assert said[:2] == ("AccessDenied", 403)
        assert said.message.endswith(
            f"is not authorized to perform: iam:GetRole on resource: {arn} because no identity-based policy "
            "allows the iam:GetRole action"
        )
    passed = document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    more: dict[str, Any] = {"ResourceArns": [role], "ResourcePolicy": passed}
    assert decision(account.user("guesser", simulates), operation, **asked, **more) == "allowed"
    assert (
        decision(account.user("reader", simulates, reads), operation, ResourceArns=[role], **asked)
        == "allowed"
    )


def test_tags_of_whose_policies_are_simulated_are_not_the_roles(account: Account, bob: str) -> None:
    account.iam.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "a"}])
    role = trusting(account, "untagged", {"AWS": bob})
    tagged = {"StringEquals": {"iam:ResourceTag/team": "a"}}
    reader = account.user("reader", allow("iam:SimulatePrincipalPolicy", "iam:GetRole", Condition=tagged))
    asked: dict[str, Any] = {"PolicySourceArn": bob, "ActionNames": ["sts:AssumeRole"]}
    assert decision(reader, "SimulatePrincipalPolicy", **asked) == "allowed"
    said = refused(reader, "SimulatePrincipalPolicy", ResourceArns=[role], **asked)
    assert "iam:GetRole" in said.message


def decision(client: Any, operation: str, **params: Any) -> str:
    (result,) = call(client, operation, **params)["EvaluationResults"]
    return str(result["EvalDecision"])
