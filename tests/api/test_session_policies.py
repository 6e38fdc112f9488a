"""Session policies: how they limit a session, and the size limits of policies, tags and tokens."""

import secrets
from typing import Any

import pytest

from tests.api.responses import allowed, refused
from tests.api.sts_sessions import Session, assume_role, create_role, put_role_policy, trust_statement
from tests.servers import Account, allow, deny, document

TRUST_EVERYBODY = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
SESSION_NAME = {"RoleSessionName": "work"}


@pytest.fixture
def role(account: Account) -> str:
    """Return the ARN of a role that may list users and groups, and trusts everybody."""
    arn = create_role(account, "reader", TRUST_EVERYBODY)
    put_role_policy(account, "reader", allow("iam:ListUsers", "iam:ListGroups"))
    return arn


# Effective permissions.


def may_list(account: Account, session: Session) -> tuple[bool, bool]:
    """Return whether a session may call ListUsers and ListGroups."""
    iam = session.client(account.server, "iam")
    return allowed(iam, "ListUsers"), allowed(iam, "ListGroups")


def create_policy(account: Account, name: str, *statements: dict[str, Any]) -> str:
    """Create a managed policy; return its ARN."""
    response = account.iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))
    return str(response["Policy"]["Arn"])


def test_session_without_session_policies_has_all_permissions_of_the_role(
    account: Account, role: str
) -> None:
    assert may_list(account, assume_role(account.sts, role)) == (True, True)


def test_session_policies_and_the_policies_of_the_role_must_both_allow(account: Account, role: str) -> None:
    session = assume_role(account.sts, role, Policy=document(allow("iam:ListUsers", "iam:ListPolicies")))
    assert may_list(account, session) == (True, False)
    assert not allowed(session.client(account.server, "iam"), "ListPolicies")


def test_inline_and_managed_session_policies_are_combined(account: Account, role: str) -> None:
    arn = create_policy(account, "groups", allow("iam:ListGroups"))
    inline = document(allow("iam:ListUsers"))
    managed = {"PolicyArns": [{"arn": arn}]}
    assert may_list(account, assume_role(account.sts, role, **managed)) == (False, True)
    assert may_list(account, assume_role(account.sts, role, Policy=inline, **managed)) == (True, True)


def test_deny_in_one_session_policy_overrides_allows_in_others(account: Account, role: str) -> None:
    arn = create_policy(account, "no", deny("iam:ListGroups"))
    session = assume_role(account.sts, role, Policy=document(allow("iam:*")), PolicyArns=[{"arn": arn}])
    assert may_list(account, session) == (True, False)


def test_aws_managed_policies_can_be_session_policies(account: Account, role: str) -> None:
    session = assume_role(account.sts, role, PolicyArns=[{"arn": READ_ONLY}])
    assert may_list(account, session) == (True, True)
    other = assume_role(
        account.sts, role, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    )
    assert may_list(account, other) == (False, False)


def test_deleted_managed_session_policy_allows_nothing(account: Account, role: str) -> None:
    arn = create_policy(account, "groups", allow("iam:ListGroups"))
    managed_only = assume_role(account.sts, role, PolicyArns=[{"arn": arn}])
    both = assume_role(account.sts, role, Policy=document(allow("iam:ListUsers")), PolicyArns=[{"arn": arn}])
    assert may_list(account, managed_only) == (False, True)
    assert may_list(account, both) == (True, True)
    account.iam.delete_policy(PolicyArn=arn)
    assert may_list(account, managed_only) == (False, False)
    assert may_list(account, both) == (True, False)


def test_changed_managed_session_policy_takes_effect_at_once(account: Account, role: str) -> None:
    arn = create_policy(account, "groups", allow("iam:ListGroups"))
    session = assume_role(account.sts, role, PolicyArns=[{"arn": arn}])
    assert may_list(account, session) == (False, True)
    changed = document(allow("iam:ListUsers"))
    account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=changed, SetAsDefault=True)
    assert may_list(account, session) == (True, False)


def test_session_policies_do_not_persist_through_role_chaining(account: Account, role: str) -> None:
    # As in AWS: the session of the second role is limited only by session policies of its own request.
    first = assume_role(account.sts, role, Policy=document(allow("sts:AssumeRole")))
    second = assume_role(first.client(account.server, "sts"), role)
    assert may_list(account, second) == (True, True)


def test_managed_session_policies_must_be_in_the_account_of_the_role(
    account: Account, other_account: Account
) -> None:
    other_role = create_role(other_account, "reader", TRUST_EVERYBODY)
    put_role_policy(other_account, "reader", allow("iam:*"))
    own, foreign = (
        create_policy(owner, "groups", allow("iam:ListGroups")) for owner in (account, other_account)
    )
    error = refused(account.sts, "AssumeRole", RoleArn=other_role, **SESSION_NAME, PolicyArns=[{"arn": own}])
    assert error == (
        "MalformedPolicyDocument",
        400,
        f"Policy {own} does not exist or is not attachable.",
    )
    session = assume_role(account.sts, other_role, PolicyArns=[{"arn": foreign}])
    assert may_list(account, session) == (False, True)


MALFORMED_POLICIES = [
    ("{", "Syntax errors in policy."),
    (document({**allow("iam:*"), "Principal": "*"}), "Policy document should not specify a principal."),
    (document(allow("iam")), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
]


@pytest.mark.parametrize(("policy", "message"), MALFORMED_POLICIES)
def test_malformed_session_policy_is_rejected(account: Account, role: str, policy: str, message: str) -> None:
    error = refused(account.sts, "AssumeRole", RoleArn=role, **SESSION_NAME, Policy=policy)
    assert error == ("MalformedPolicyDocument", 400, message)


# Size limits.


def test_packed_policy_size_is_returned_with_session_policies_or_tags(account: Account, role: str) -> None:
    sts = account.sts
    policy = {"Policy": document(allow("iam:ListUsers"))}
    managed = {"PolicyArns": [{"arn": READ_ONLY}]}
    tags = {"Tags": [{"Key": "team", "Value": "a"}]}
    assert "PackedPolicySize" not in sts.assume_role(RoleArn=role, **SESSION_NAME, SourceIdentity="alice")
    for params in (policy, managed, tags):
        assert 1 <= sts.assume_role(RoleArn=role, **SESSION_NAME, **params)["PackedPolicySize"] <= 10
    many_tags = [{"Key": f"k{number}", "Value": secrets.token_hex(20)} for number in range(20)]
    assert sts.assume_role(RoleArn=role, **SESSION_NAME, Tags=many_tags)["PackedPolicySize"] > 10


def test_session_tags_over_the_packed_size_limit_are_rejected(account: Account, role: str) -> None:
    tags = [{"Key": f"k{number}", "Value": secrets.token_hex(128)} for number in range(50)]
    error = refused(account.sts, "AssumeRole", RoleArn=role, **SESSION_NAME, Tags=tags)
    assert error[:2] == ("PackedPolicyTooLarge", 400)
    assert "% of the limit" in error.message


def padded_policy(length: int, *statements: dict[str, Any]) -> str:
    """Return a policy padded to a length in characters; white space counts in session policies."""
    return document(*statements).ljust(length)


def test_session_policies_have_at_most_2048_characters(account: Account, role: str) -> None:
    sts, statement = account.sts, allow("iam:ListUsers")
    sts.assume_role(RoleArn=role, **SESSION_NAME, Policy=padded_policy(2048, statement))
    for params in (
        {"Policy": padded_policy(2049, statement)},
        {"Policy": padded_policy(2048 - len(READ_ONLY) + 1, statement), "PolicyArns": [{"arn": READ_ONLY}]},
    ):
        error = refused(sts, "AssumeRole", RoleArn=role, **SESSION_NAME, **params)
        assert error == ("PackedPolicyTooLarge", 400, "Session policies have more than 2048 characters.")


def test_session_has_at_most_ten_managed_session_policies(account: Account, role: str) -> None:
    arns = [{"arn": create_policy(account, f"p{number}", allow("iam:ListUsers"))} for number in range(11)]
    account.sts.assume_role(RoleArn=role, **SESSION_NAME, PolicyArns=arns[:10])
    error = refused(account.sts, "AssumeRole", RoleArn=role, **SESSION_NAME, PolicyArns=arns)
    assert error[:2] == ("ValidationError", 400)
    constraint = "Member must have length less than or equal to 10"
    assert f"at 'policyArns' failed to satisfy constraint: {constraint}" in error.message


@pytest.mark.parametrize("minimum", [0, 1000, 4096])
def test_minimum_session_token_size_of_assume_role(account: Account, role: str, minimum: int) -> None:
    session = assume_role(account.sts, role, MinimumSessionTokenSize=minimum)
    assert len(session.token or "") >= minimum
    session.client(account.server, "iam").list_users()


# Federated users; the same rules apply to their session policies.


@pytest.fixture
def bob(account: Account) -> Any:
    """Return an STS client of a user who may call GetFederationToken."""
    return account.client("sts", account.key_of("bob", allow("sts:*")))


def test_federated_user_id_and_arn_contain_account_id_and_name(account: Account, bob: Any) -> None:
    response = bob.get_federation_token(Name="a+b=c,d.e@f-g_H")
    assert response["FederatedUser"] == {
        "FederatedUserId": f"{account.account_id}:a+b=c,d.e@f-g_H",
        "Arn": f"arn:aws:sts::{account.account_id}:federated-user/a+b=c,d.e@f-g_H",
    }
    assert "PackedPolicySize" not in response
    for params in ({"Policy": document(allow("s3:*"))}, {"Tags": [{"Key": "team", "Value": "a"}]}):
        assert 1 <= bob.get_federation_token(Name="fay", **params)["PackedPolicySize"] <= 10


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument", "Syntax errors in policy."),
        ({"Policy": " " * 2049}, "ValidationError", "'policy' failed to satisfy constraint"),
        (
            {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/NoSuchPolicyAtAll"}]},
            "MalformedPolicyDocument",
            "does not exist or is not attachable",
        ),
        ({"PolicyArns": [{"arn": READ_ONLY}] * 11}, "ValidationError", "less than or equal to 10"),
        (
            {"Policy": " " * 2048, "PolicyArns": [{"arn": READ_ONLY}]},
            "PackedPolicyTooLarge",
            "more than 2048 characters",
        ),
        (
            {"Tags": [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]},
            "ValidationError",
            "Duplicate tag keys found.",
        ),
        ({"Tags": [{"Key": "aws:team", "Value": "a"}]}, "ValidationError", "reserved for AWS use"),
        ({"Name": "a b"}, "ValidationError", "'name' failed to satisfy constraint"),
        ({"Name": "x" * 33}, "ValidationError", "'name' failed to satisfy constraint"),
    ],
)
def test_get_federation_token_rejects_invalid_parameters(
    bob: Any, params: dict[str, Any], code: str, message: str
) -> None:
    error = refused(bob, "GetFederationToken", **{"Name": "fay", **params})
    assert error[:2] == (code, 400)
    assert message in error.message


def test_managed_session_policies_of_a_federated_user_must_be_in_its_account(
    account: Account, other_account: Account, bob: Any
) -> None:
    own, foreign = (create_policy(owner, "own", allow("s3:*")) for owner in (account, other_account))
    bob.get_federation_token(Name="fay", PolicyArns=[{"arn": own}])
    error = refused(bob, "GetFederationToken", Name="fay", PolicyArns=[{"arn": foreign}])
    assert error.code == "MalformedPolicyDocument"


@pytest.mark.parametrize("minimum", [0, 4096])
def test_minimum_session_token_size_of_session_and_federation_tokens(bob: Any, minimum: int) -> None:
    size = {"MinimumSessionTokenSize": minimum}
    for response in (bob.get_session_token(**size), bob.get_federation_token(Name="fay", **size)):
        assert len(response["Credentials"]["SessionToken"]) >= minimum
