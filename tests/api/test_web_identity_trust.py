"""Trust policies decide whom of a provider's people a role takes, and what they may pass to its session."""

import json
import random
import string
from typing import Any

import pytest

from tests.api.answers import Refused, refused
from tests.api.federated import Scene
from tests.issuer import CLIENT_ID, SUBJECT
from tests.servers import Account, document

NOT_AUTHORIZED = Refused("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


def takes(scene: Scene, role: str, token: str | None = None, **more: Any) -> bool:
    """Say whether a role takes a token; any refusal but that of its trust policy is a failure of the test."""
    wanted = scene.request(role, token, **more)
    try:
        scene.account.sts.assume_role_with_web_identity(**wanted)
    except scene.account.sts.exceptions.ClientError as error:
        said = error.response["Error"]
        assert (said["Code"], said["Message"]) == NOT_AUTHORIZED[::2]
        return False
    return True


# Conditions on the token.


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aud", CLIENT_ID, True),
        ("StringEquals", "AUD", CLIENT_ID, True),
        ("StringEquals", "aud", "other", False),
        ("StringEquals", "aud", [CLIENT_ID, "other"], True),
        ("StringEquals", "sub", SUBJECT, True),
        ("StringEquals", "sub", SUBJECT.upper(), False),
        ("StringEquals", "sub", "repo:acme/*", False),
        ("StringLike", "sub", "repo:acme/*", True),
        ("StringLike", "sub", "repo:acme/site:*:ref:refs/heads/main", False),
        ("StringLike", "sub", "repo:evil/*", False),
        ("StringNotEquals", "sub", SUBJECT, False),
        ("ForAnyValue:StringEquals", "amr", "mfa", True),
        ("ForAnyValue:StringEquals", "amr", "otp", False),
        ("ForAnyValue:StringLike", "amr", "m*", True),
        ("ForAllValues:StringEquals", "amr", ["mfa", "pwd"], True),
        ("ForAllValues:StringEquals", "amr", ["mfa"], False),
        ("Null", "amr", "false", True),
        ("Null", "azp", "true", True),
        # What the token does not say is not so; what it must not say is not there either.
        ("StringEquals", "azp", CLIENT_ID, False),
        ("StringLike", "azp", "*", False),
        ("StringEqualsIfExists", "azp", "other", True),
        ("StringNotEquals", "azp", "other", True),
        ("ForAnyValue:StringEquals", "groups", "admins", False),
        ("ForAllValues:StringEquals", "groups", "admins", True),
        ("StringEquals", "email", "mona@example.com", False),
    ],
)
def test_conditions_on_the_token_decide(
    scene: Scene, operator: str, key: str, value: Any, expected: bool
) -> None:
    role = scene.role(scene.when(operator, key, value))
    token = scene.issuer.token(amr=["pwd", "mfa"], groups=["admins"], email="mona@example.com")
    assert takes(scene, role, token) == expected


def test_a_token_that_names_who_asked_is_for_that_one(scene: Scene) -> None:
    by_azp = scene.role(scene.when("StringEquals", "aud", CLIENT_ID), name="by-azp")
    by_aud = scene.role(scene.when("StringEquals", "oaud", "https://api.example"), name="by-aud")
    token = scene.issuer.token(aud="https://api.example", azp=CLIENT_ID)
    assert takes(scene, by_azp, token)
    assert takes(scene, by_aud, token)
    assert not takes(scene, by_aud)
    assert scene.assume(by_azp, token)["Audience"] == CLIENT_ID


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"sts:RoleSessionName": "ci"}}, True),
        ({"StringEquals": {"sts:RoleSessionName": "other"}}, False),
        ({"StringLike": {"sts:RoleSessionName": "${aws:username}"}}, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.1"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"Null": {"aws:PrincipalArn": "true"}}, True),
        ({"Null": {"aws:userid": "true"}}, True),
        ({"Null": {"aws:TokenIssueTime": "true"}}, True),
        ({"Null": {"sts:ExternalId": "true"}}, True),
        ({"Null": {"sts:SourceIdentity": "true", "aws:TagKeys": "true"}}, True),
        ({"StringEquals": {"aws:ResourceTag/team": "a"}}, True),
        ({"StringEquals": {"aws:ResourceTag/team": "b"}}, False),
    ],
)
def test_conditions_on_the_request_decide(scene: Scene, condition: Any, expected: bool) -> None:
    role = scene.role(scene.trusting(Condition=condition), Tags=[{"Key": "team", "Value": "a"}])
    assert takes(scene, role) == expected


def test_the_account_is_known_though_nobody_has_signed(scene: Scene) -> None:
    mine = {"StringEquals": {"aws:ResourceAccount": scene.account.account_id}}
    assert takes(scene, scene.role(scene.trusting(Condition=mine)))


def test_a_subject_is_a_variable_of_the_policy(scene: Scene) -> None:
    named = {"StringEquals": {"sts:RoleSessionName": f"${{{scene.issuer.host}:sub}}"}}
    role = scene.role(scene.trusting(Condition=named))
    assert takes(scene, role, scene.issuer.token(sub="mona"), RoleSessionName="mona")
    assert not takes(scene, role, scene.issuer.token(sub="mona"), RoleSessionName="lisa")
    assert not takes(scene, role, scene.issuer.token(sub="*"), RoleSessionName="lisa")


@pytest.mark.parametrize("subject", ["*", "repo:*", "repo:acme/site:ref:refs/heads/mai?", "${*}"])
def test_wildcards_in_a_token_match_nothing_but_themselves(scene: Scene, subject: str) -> None:
    role = scene.role(scene.when("StringLike", "sub", "repo:acme/site:*"))
    assert takes(scene, role, scene.issuer.token(sub=subject)) == subject.startswith("repo:acme/site:")
    exact = scene.role(scene.when("StringEquals", "sub", SUBJECT), name="exact")
    assert not takes(scene, exact, scene.issuer.token(sub=subject))


def test_an_explicit_deny_wins(scene: Scene) -> None:
    deny = scene.when("StringLike", "sub", "*:pull_request") | {"Effect": "Deny"}
    role = scene.role(scene.trusting(), deny)
    assert takes(scene, role)
    assert not takes(scene, role, scene.issuer.token(sub="repo:acme/site:pull_request"))


# Whom a trust policy names.


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "{A}"},
        {"AWS": "arn:aws:iam::{A}:root"},
        {"AWS": "arn:aws:iam::{A}:user/admin"},
        {"Service": "ec2.amazonaws.com"},
        {"Federated": "arn:aws:iam::{A}:oidc-provider/other.example.com"},
        {"Federated": "arn:aws:iam::{A}:oidc-provider/{HOST}/"},
        {"Federated": "arn:aws:iam::{A}:saml-provider/{HOST}"},
        {"Federated": "arn:aws:iam::000000000000:oidc-provider/{HOST}"},
        {"Federated": "{HOST}"},
        {"Federated": "accounts.google.com"},
    ],
)
def test_a_role_that_trusts_somebody_else_takes_nobody(scene: Scene, principal: dict[str, str]) -> None:
    text = json.dumps(principal).replace("{A}", scene.account.account_id)
    named = json.loads(text.replace("{HOST}", scene.issuer.host))
    assert not takes(scene, scene.role(scene.trusting() | {"Principal": named}))


def test_one_of_several_providers_is_enough(scene: Scene) -> None:
    other = f"arn:aws:iam::{scene.account.account_id}:oidc-provider/other.example.com"
    named = {"Principal": {"Federated": [other, scene.provider], "Service": "ec2.amazonaws.com"}}
    assert takes(scene, scene.role(scene.trusting() | named))


@pytest.mark.parametrize("actions", [["sts:AssumeRole"], ["sts:TagSession", "sts:AssumeRoleWithSAML"]])
def test_another_action_is_not_this_one(scene: Scene, actions: list[str]) -> None:
    assert not takes(scene, scene.role(scene.trusting() | {"Action": actions}))


def test_a_provider_of_another_account_does_not_count(scene: Scene, other_account: Account) -> None:
    """Both accounts know the provider, and the role trusts that of the account which is not its own."""
    other_account.iam.create_open_id_connect_provider(
        Url=scene.issuer.url, ClientIDList=[CLIENT_ID], ThumbprintList=[scene.issuer.thumbprint]
    )
    trust = document(scene.trusting())
    role = other_account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assert not takes(scene, role)
    theirs = document(
        json.loads(trust.replace(scene.account.account_id, other_account.account_id))["Statement"][0]
    )
    other_account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=theirs)
    assert takes(scene, role)


def test_policies_of_the_role_do_not_open_it(scene: Scene) -> None:
    nobody = scene.trusting() | {"Principal": {"Service": "ec2.amazonaws.com"}}
    role = scene.role(nobody)  # which may do everything
    assert scene.refusal(role) == NOT_AUTHORIZED


# Nothing is learnt.


def test_a_role_that_is_not_there_is_as_one_that_does_not_trust(scene: Scene) -> None:
    closed = scene.role(scene.when("StringEquals", "sub", "nobody"), Path="/hidden/")
    gone = closed.replace("/job", "/gone")
    assert scene.refusal(closed) == scene.refusal(gone) == NOT_AUTHORIZED
    assert scene.refusal(closed.replace("/hidden/", "/")) == NOT_AUTHORIZED
    denied = scene.role(scene.trusting() | {"Effect": "Deny"}, name="denied")
    assert scene.refusal(denied) == NOT_AUTHORIZED


def test_an_account_that_is_not_there_is_as_one_without_the_provider(
    scene: Scene, other_account: Account
) -> None:
    missing = Refused(
        "InvalidIdentityToken",
        400,
        f"No OpenIDConnect provider found in your account for {scene.issuer.url}",
    )
    for account_id in (other_account.account_id, "000000000000", "999999999999"):
        assert scene.refusal(f"arn:aws:iam::{account_id}:role/job") == missing


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::{A}:user/admin",
        "arn:aws:iam::{A}:role/",
        "arn:aws:sts::{A}:assumed-role/job/ci",
        "arn:aws:iam::123:role/job",
        "arn:aws-cn:iam::{A}:role/job",
        "arn:aws:iam::{A}:role/job\n",
        "x" * 20,
    ],
)
def test_what_is_no_role_is_called_invalid(scene: Scene, arn: str) -> None:
    wrong = arn.replace("{A}", scene.account.account_id)
    assert scene.refusal(wrong) == Refused("ValidationError", 400, f"{wrong} is invalid")


# What is passed to the session.


def tags(transitive: list[str], **held: str) -> dict[str, Any]:
    """Return the claim that passes tags."""
    return {
        TAGS: {
            "principal_tags": {key: [value] for key, value in held.items()},
            "transitive_tag_keys": transitive,
        }
    }


def test_tags_need_the_trust_policy_to_let_them_pass(scene: Scene) -> None:
    token = scene.issuer.token(**tags([], team="a"))
    refused_without = Refused("AccessDenied", 403, "Not authorized to perform sts:TagSession")
    assert scene.refusal(scene.role(), token) == refused_without
    reply = scene.assume(scene.role(scene.trusting("TagSession"), name="tagged"), token)
    assert reply["PackedPolicySize"] > 0


def test_tags_of_a_token_are_tags_of_the_session(scene: Scene) -> None:
    role = scene.role(scene.trusting("TagSession"), Tags=[{"Key": "Team", "Value": "of the role"}])
    own = {"StringEquals": {"aws:PrincipalTag/team": "a", "aws:PrincipalTag/stage": "prod"}}
    scene.account.iam.put_role_policy(
        RoleName="job",
        PolicyName="all",
        PolicyDocument=document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": own}
        ),
    )
    token = scene.issuer.token(**tags([], team="a", stage="prod"))
    scene.client("iam", scene.assume(role, token)).list_users()
    other = scene.issuer.token(**tags([], team="b", stage="prod"))
    assert refused(scene.client("iam", scene.assume(role, other)), "ListUsers").code == "AccessDenied"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:RequestTag/team": "a"}}, True),
        ({"StringEquals": {"aws:RequestTag/TEAM": "a"}}, True),
        ({"StringEquals": {"aws:RequestTag/team": "b"}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, False),
        ({"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["team"]}}, True),
        ({"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["stage"]}}, False),
        ({"Null": {"sts:TransitiveTagKeys": "false"}}, True),
    ],
)
def test_conditions_on_passed_tags_decide(scene: Scene, condition: Any, expected: bool) -> None:
    passing = scene.trusting(Condition=condition) | {"Action": "sts:TagSession"}
    role = scene.role(scene.trusting(), passing)
    token = scene.issuer.token(**tags(["team"], team="a", stage="prod"))
    if expected:
        scene.assume(role, token)
    else:
        assert scene.refusal(role, token).message == "Not authorized to perform sts:TagSession"


def test_transitive_tags_and_the_source_identity_go_on_to_the_next_session(scene: Scene) -> None:
    both = ("TagSession", "SetSourceIdentity")
    role = scene.role(scene.trusting(*both))
    known = {
        "StringEquals": {
            "aws:PrincipalTag/team": "a",
            "aws:SourceIdentity": "mona",
        },
        "Null": {"aws:PrincipalTag/stage": "true"},
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": scene.account.account_id},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    further = scene.role(trust, name="next")
    scene.account.iam.put_role_policy(
        RoleName="next",
        PolicyName="all",
        PolicyDocument=document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": known}
        ),
    )
    token = scene.issuer.token(**tags(["team"], team="a", stage="prod"), **{SOURCE_IDENTITY: "mona"})
    reply = scene.assume(role, token)
    assert reply["SourceIdentity"] == "mona"
    chained = scene.client("sts", reply).assume_role(RoleArn=further, RoleSessionName="next")
    scene.client("iam", chained).list_users()


def test_a_source_identity_needs_the_trust_policy_to_let_it_pass(scene: Scene) -> None:
    token = scene.issuer.token(**{SOURCE_IDENTITY: "mona"})
    said = scene.refusal(scene.role(), token)
    assert said == ("AccessDenied", 403, "Not authorized to perform sts:SetSourceIdentity")
    only = {"StringEquals": {"sts:SourceIdentity": "lisa"}}
    of_lisa = scene.role(scene.trusting("SetSourceIdentity", Condition=only), name="lisas")
    assert scene.refusal(of_lisa, token) == NOT_AUTHORIZED
    scene.assume(of_lisa, scene.issuer.token(**{SOURCE_IDENTITY: "lisa"}))


@pytest.mark.parametrize(
    ("claim", "code", "status"),
    [
        (tags([], **{"aws:team": "a"}), "ValidationError", 400),
        (tags([], team="a", TEAM="b"), "ValidationError", 400),
        (tags(["stage"], team="a"), "ValidationError", 400),
        (tags([], **{f"k{number}": "v" for number in range(51)}), "ValidationError", 400),
        (tags([], team="x" * 257), "IDPRejectedClaim", 403),
        (tags([], **{"x" * 129: "a"}), "IDPRejectedClaim", 403),
        ({TAGS: {"principal_tags": {"team": ["a", "b"]}}}, "IDPRejectedClaim", 403),
        ({SOURCE_IDENTITY: "a"}, "IDPRejectedClaim", 403),
        ({SOURCE_IDENTITY: "a b"}, "IDPRejectedClaim", 403),
        ({"sub": "a\nb"}, "IDPRejectedClaim", 403),
    ],
)
def test_what_cannot_be_passed_is_refused(
    scene: Scene, claim: dict[str, Any], code: str, status: int
) -> None:
    role = scene.role(scene.trusting("TagSession", "SetSourceIdentity"))
    assert scene.refusal(role, scene.issuer.token(**claim))[:2] == (code, status)


def test_as_many_tags_as_there_may_be_are_passed(scene: Scene) -> None:
    role = scene.role(scene.trusting("TagSession"))
    held = {f"k{number}": "v" * 10 for number in range(50)}
    assert scene.assume(role, scene.issuer.token(**tags([*held], **held)))["PackedPolicySize"] <= 100


def test_tags_that_are_too_much_together_are_refused(scene: Scene) -> None:
    chance = random.Random(7)
    held = {f"k{number}": "".join(chance.choices(string.ascii_letters, k=200)) for number in range(50)}
    role = scene.role(scene.trusting("TagSession"))
    said = scene.refusal(role, scene.issuer.token(**tags([], **held)))
    assert said[:2] == ("PackedPolicyTooLarge", 400)
