"""Session policies: what a session may do at most, and how large what is passed may be."""

import secrets
from typing import Any

import pytest

from tests.api.answers import allowed, refused
from tests.api.temporary import Session, assume_role, create_role, put_role_policy, trust_statement
from tests.servers import Account, allow, deny, document

EVERYBODY = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
WORK = {"RoleSessionName": "work"}


@pytest.fixture
def role(account: Account) -> str:
    """Return the ARN of a role that may read users and groups, and lets everybody in."""
    arn = create_role(account, "reader", EVERYBODY)
    put_role_policy(account, "reader", allow("iam:ListUsers", "iam:ListGroups"))
    return arn


# What the session may do at most.


def reads(account: Account, session: Session) -> tuple[bool, bool]:
    """Say whether a session may list users, and groups."""
    iam = session.client(account.server, "iam")
    return allowed(iam, "ListUsers"), allowed(iam, "ListGroups")


def managed(account: Account, name: str, *statements: dict[str, Any]) -> str:
    """Make a managed policy; return its ARN."""
    made = account.iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))
    return str(made["Policy"]["Arn"])


def test_without_session_policies_a_session_has_all_that_the_role_has(account: Account, role: str) -> None:
    assert reads(account, assume_role(account.sts, role)) == (True, True)


def test_session_policies_and_the_role_must_both_allow(account: Account, role: str) -> None:
    session = assume_role(account.sts, role, Policy=document(allow("iam:ListUsers", "iam:ListPolicies")))
    assert reads(account, session) == (True, False)
    assert not allowed(session.client(account.server, "iam"), "ListPolicies")


def test_inline_and_managed_session_policies_add_up(account: Account, role: str) -> None:
    arn = managed(account, "groups", allow("iam:ListGroups"))
    users = document(allow("iam:ListUsers"))
    named = {"PolicyArns": [{"arn": arn}]}
    assert reads(account, assume_role(account.sts, role, **named)) == (False, True)
    assert reads(account, assume_role(account.sts, role, Policy=users, **named)) == (True, True)


def test_a_deny_in_one_session_policy_outdoes_the_others(account: Account, role: str) -> None:
    arn = managed(account, "no", deny("iam:ListGroups"))
    session = assume_role(account.sts, role, Policy=document(allow("iam:*")), PolicyArns=[{"arn": arn}])
    assert reads(account, session) == (True, False)


def test_aws_policies_are_session_policies_too(account: Account, role: str) -> None:
    session = assume_role(account.sts, role, PolicyArns=[{"arn": READ_ONLY}])
    assert reads(account, session) == (True, True)
    other = assume_role(
        account.sts, role, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    )
    assert reads(account, other) == (False, False)


def test_a_managed_session_policy_that_is_deleted_grants_nothing(account: Account, role: str) -> None:
    arn = managed(account, "groups", allow("iam:ListGroups"))
    alone = assume_role(account.sts, role, PolicyArns=[{"arn": arn}])
    both = assume_role(account.sts, role, Policy=document(allow("iam:ListUsers")), PolicyArns=[{"arn": arn}])
    assert (reads(account, alone), reads(account, both)) == ((False, True), (True, True))
    account.iam.delete_policy(PolicyArn=arn)
    assert (reads(account, alone), reads(account, both)) == ((False, False), (True, False))


def test_a_managed_session_policy_that_is_changed_is_felt_at_once(account: Account, role: str) -> None:
    arn = managed(account, "groups", allow("iam:ListGroups"))
    session = assume_role(account.sts, role, PolicyArns=[{"arn": arn}])
    assert reads(account, session) == (False, True)
    changed = document(allow("iam:ListUsers"))
    account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=changed, SetAsDefault=True)
    assert reads(account, session) == (True, False)


def test_session_policies_do_not_pass_down_a_chain(account: Account, role: str) -> None:
    # As AWS has it: the second role's policies are its own.
    first = assume_role(account.sts, role, Policy=document(allow("sts:AssumeRole")))
    second = assume_role(first.client(account.server, "sts"), role)
    assert reads(account, second) == (True, True)


def test_managed_session_policies_are_of_the_roles_account(account: Account, other_account: Account) -> None:
    theirs = create_role(other_account, "reader", EVERYBODY)
    put_role_policy(other_account, "reader", allow("iam:*"))
    name = "groups"
    own, foreign = (managed(one, name, allow("iam:ListGroups")) for one in (account, other_account))
    said = refused(account.sts, "AssumeRole", RoleArn=theirs, **WORK, PolicyArns=[{"arn": own}])
    assert said == (
        "MalformedPolicyDocument",
        400,
        f"Policy {own} does not exist or is not attachable.",
    )
    assert reads(account, assume_role(account.sts, theirs, PolicyArns=[{"arn": foreign}])) == (False, True)


BROKEN = [
    ("{", "Syntax errors in policy."),
    (document({**allow("iam:*"), "Principal": "*"}), "Policy document should not specify a principal."),
    (document(allow("iam")), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
]


@pytest.mark.parametrize(("policy", "words"), BROKEN)
def test_a_malformed_session_policy_is_refused(account: Account, role: str, policy: str, words: str) -> None:
    said = refused(account.sts, "AssumeRole", RoleArn=role, **WORK, Policy=policy)
    assert said == ("MalformedPolicyDocument", 400, words)


# How large.


def test_the_packed_size_is_told_where_there_is_something_to_pack(account: Account, role: str) -> None:
    sts = account.sts
    policy = {"Policy": document(allow("iam:ListUsers"))}
    managed = {"PolicyArns": [{"arn": READ_ONLY}]}
    tags = {"Tags": [{"Key": "team", "Value": "a"}]}
    assert "PackedPolicySize" not in sts.assume_role(RoleArn=role, **WORK, SourceIdentity="alice")
    for asked in (policy, managed, tags):
        assert 1 <= sts.assume_role(RoleArn=role, **WORK, **asked)["PackedPolicySize"] <= 10
    many = [{"Key": f"k{number}", "Value": secrets.token_hex(20)} for number in range(20)]
    assert sts.assume_role(RoleArn=role, **WORK, Tags=many)["PackedPolicySize"] > 10


def test_what_does_not_fit_when_packed_is_refused(account: Account, role: str) -> None:
    tags = [{"Key": f"k{number}", "Value": secrets.token_hex(128)} for number in range(50)]
    said = refused(account.sts, "AssumeRole", RoleArn=role, **WORK, Tags=tags)
    assert said[:2] == ("PackedPolicyTooLarge", 400)
    assert "% of the limit" in said.message


def spread(length: int, *statements: dict[str, Any]) -> str:
    """Return a policy of so many characters; session policies count white space."""
    return document(*statements).ljust(length)


def test_session_policies_have_2048_characters_at_most(account: Account, role: str) -> None:
    sts, read = account.sts, allow("iam:ListUsers")
    sts.assume_role(RoleArn=role, **WORK, Policy=spread(2048, read))
    for asked in (
        {"Policy": spread(2049, read)},
        {"Policy": spread(2048 - len(READ_ONLY) + 1, read), "PolicyArns": [{"arn": READ_ONLY}]},
    ):
        said = refused(sts, "AssumeRole", RoleArn=role, **WORK, **asked)
        assert said == ("PackedPolicyTooLarge", 400, "Session policies have more than 2048 characters.")


def test_a_session_has_ten_managed_policies_at_most(account: Account, role: str) -> None:
    arns = [
        account.iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document(allow("iam:ListUsers")))
        for number in range(11)
    ]
    named = [{"arn": made["Policy"]["Arn"]} for made in arns]
    account.sts.assume_role(RoleArn=role, **WORK, PolicyArns=named[:10])
    said = refused(account.sts, "AssumeRole", RoleArn=role, **WORK, PolicyArns=named)
    assert said == ("ValidationError", 400, "A session can have at most 10 managed session policies.")


@pytest.mark.parametrize("least", [0, 1000, 4096])
def test_a_token_has_the_size_that_is_asked_for(account: Account, role: str, least: int) -> None:
    session = assume_role(account.sts, role, MinimumSessionTokenSize=least)
    assert len(session.token or "") >= least
    session.client(account.server, "iam").list_users()


# Federated users, whose policies are checked by the same rules.


@pytest.fixture
def bob(account: Account) -> Any:
    """Return a client of a user who may federate others."""
    return account.client("sts", account.key_of("bob", allow("sts:*")))


def test_a_federated_user_is_named_by_account_and_name(account: Account, bob: Any) -> None:
    plain = bob.get_federation_token(Name="a+b=c,d.e@f-g_H")
    assert plain["FederatedUser"] == {
        "FederatedUserId": f"{account.account_id}:a+b=c,d.e@f-g_H",
        "Arn": f"arn:aws:sts::{account.account_id}:federated-user/a+b=c,d.e@f-g_H",
    }
    assert "PackedPolicySize" not in plain
    for asked in ({"Policy": document(allow("s3:*"))}, {"Tags": [{"Key": "team", "Value": "a"}]}):
        assert 1 <= bob.get_federation_token(Name="fay", **asked)["PackedPolicySize"] <= 10


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument", "Syntax errors in policy."),
        ({"Policy": " " * 2049}, "ValidationError", "'policy' failed to satisfy constraint"),
        (
            {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/NoSuchPolicyAtAll"}]},
            "MalformedPolicyDocument",
            "does not exist or is not attachable",
        ),
        ({"PolicyArns": [{"arn": READ_ONLY}] * 11}, "ValidationError", "10 managed session policies"),
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
def test_what_a_federated_user_cannot_be_given(
    bob: Any, asked: dict[str, Any], code: str, words: str
) -> None:
    said = refused(bob, "GetFederationToken", **{"Name": "fay", **asked})
    assert said[:2] == (code, 400)
    assert words in said.message


def test_managed_policies_of_a_federated_user_are_of_its_account(
    account: Account, other_account: Account, bob: Any
) -> None:
    own, foreign = (managed(one, "own", allow("s3:*")) for one in (account, other_account))
    bob.get_federation_token(Name="fay", PolicyArns=[{"arn": own}])
    said = refused(bob, "GetFederationToken", Name="fay", PolicyArns=[{"arn": foreign}])
    assert said.code == "MalformedPolicyDocument"


@pytest.mark.parametrize("least", [0, 4096])
def test_users_tokens_have_the_size_that_is_asked_for_too(bob: Any, least: int) -> None:
    size = {"MinimumSessionTokenSize": least}
    for reply in (bob.get_session_token(**size), bob.get_federation_token(Name="fay", **size)):
        assert len(reply["Credentials"]["SessionToken"]) >= least
