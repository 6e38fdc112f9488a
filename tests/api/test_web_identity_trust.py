"""Trust policies for web identities: conditions, principals, session tags, source identity."""

import json
import random
import string
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.api.federation import Federation
from tests.api.responses import Refused, refused
from tests.issuer import CLIENT_ID, SUBJECT
from tests.servers import Account, document

NOT_AUTHORIZED = Refused("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


def can_assume_role(federation: Federation, role: str, token: str | None = None, **params: Any) -> bool:
    """Return whether a token can assume a role; any error but the trust policy's fails the test."""
    try:
        federation.assume_role(role, token, **params)
    except ClientError as error:
        details = error.response["Error"]
        assert (details["Code"], details["Message"]) == NOT_AUTHORIZED[::2]
        return False
    return True


# Conditions on claims and on the request.


@pytest.mark.parametrize(
    ("operator", "claim", "value", "expected"),
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
        # Claims that the token lacks, and claims that are no condition keys, are absent from the context.
        ("StringEquals", "azp", CLIENT_ID, False),
        ("StringLike", "azp", "*", False),
        ("StringEqualsIfExists", "azp", "other", True),
        ("StringNotEquals", "azp", "other", True),
        ("ForAnyValue:StringEquals", "groups", "admins", False),
        ("ForAllValues:StringEquals", "groups", "admins", True),
        ("StringEquals", "email", "mona@example.com", False),
    ],
)
def test_conditions_on_claims(
    federation: Federation, operator: str, claim: str, value: Any, expected: bool
) -> None:
    role = federation.create_role(federation.conditional_trust(operator, claim, value))
    token = federation.issuer.token(amr=["pwd", "mfa"], groups=["admins"], email="mona@example.com")
    assert can_assume_role(federation, role, token) == expected


def test_azp_claim_replaces_aud_which_becomes_oaud(federation: Federation) -> None:
    by_azp = federation.create_role(
        federation.conditional_trust("StringEquals", "aud", CLIENT_ID), name="by-azp"
    )
    by_aud = federation.create_role(
        federation.conditional_trust("StringEquals", "oaud", "https://api.example"), name="by-aud"
    )
    token = federation.issuer.token(aud="https://api.example", azp=CLIENT_ID)
    assert can_assume_role(federation, by_azp, token)
    assert can_assume_role(federation, by_aud, token)
    assert not can_assume_role(federation, by_aud)
    assert federation.assume_role(by_azp, token)["Audience"] == CLIENT_ID


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
def test_conditions_on_the_request(federation: Federation, condition: Any, expected: bool) -> None:
    role = federation.create_role(
        federation.trust_statement(Condition=condition), Tags=[{"Key": "team", "Value": "a"}]
    )
    assert can_assume_role(federation, role) == expected


def test_resource_account_condition_key_of_an_unsigned_request(federation: Federation) -> None:
    condition = {"StringEquals": {"aws:ResourceAccount": federation.account.account_id}}
    role = federation.create_role(federation.trust_statement(Condition=condition))
    assert can_assume_role(federation, role)


def test_claim_as_policy_variable(federation: Federation) -> None:
    condition = {"StringEquals": {"sts:RoleSessionName": f"${{{federation.issuer.host}:sub}}"}}
    role = federation.create_role(federation.trust_statement(Condition=condition))
    assert can_assume_role(federation, role, federation.issuer.token(sub="mona"), RoleSessionName="mona")
    assert not can_assume_role(federation, role, federation.issuer.token(sub="mona"), RoleSessionName="lisa")
    assert not can_assume_role(federation, role, federation.issuer.token(sub="*"), RoleSessionName="lisa")


@pytest.mark.parametrize("subject", ["*", "repo:*", "repo:acme/site:ref:refs/heads/mai?", "${*}"])
def test_wildcards_in_a_claim_are_literal(federation: Federation, subject: str) -> None:
    role = federation.create_role(federation.conditional_trust("StringLike", "sub", "repo:acme/site:*"))
    token = federation.issuer.token(sub=subject)
    assert can_assume_role(federation, role, token) == subject.startswith("repo:acme/site:")
    exact_match = federation.conditional_trust("StringEquals", "sub", SUBJECT)
    exact_role = federation.create_role(exact_match, name="exact")
    assert not can_assume_role(federation, exact_role, token)


def test_explicit_deny_in_the_trust_policy_overrides_allow(federation: Federation) -> None:
    pull_requests = federation.conditional_trust("StringLike", "sub", "*:pull_request")
    role = federation.create_role(federation.trust_statement(), pull_requests | {"Effect": "Deny"})
    assert can_assume_role(federation, role)
    assert not can_assume_role(federation, role, federation.issuer.token(sub="repo:acme/site:pull_request"))


# Principals and actions of the trust policy.


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
def test_role_that_trusts_another_principal_is_refused(
    federation: Federation, principal: dict[str, str]
) -> None:
    text = json.dumps(principal).replace("{A}", federation.account.account_id)
    other_principal = json.loads(text.replace("{HOST}", federation.issuer.host))
    role = federation.create_role(federation.trust_statement() | {"Principal": other_principal})
    assert not can_assume_role(federation, role)


def test_trust_policy_with_several_providers(federation: Federation) -> None:
    other = f"arn:aws:iam::{federation.account.account_id}:oidc-provider/other.example.com"
    principals = {"Federated": [other, federation.provider_arn], "Service": "ec2.amazonaws.com"}
    role = federation.create_role(federation.trust_statement() | {"Principal": principals})
    assert can_assume_role(federation, role)


@pytest.mark.parametrize("actions", [["sts:AssumeRole"], ["sts:TagSession", "sts:AssumeRoleWithSAML"]])
def test_trust_policy_must_allow_assume_role_with_web_identity(
    federation: Federation, actions: list[str]
) -> None:
    role = federation.create_role(federation.trust_statement() | {"Action": actions})
    assert not can_assume_role(federation, role)


def test_trusted_provider_must_be_in_the_account_of_the_role(
    federation: Federation, other_account: Account
) -> None:
    """Both accounts have a provider for the issuer; the role first trusts the one in the other account."""
    other_account.iam.create_open_id_connect_provider(
        Url=federation.issuer.url, ClientIDList=[CLIENT_ID], ThumbprintList=[federation.issuer.thumbprint]
    )
    trust = document(federation.trust_statement())
    role = other_account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assert not can_assume_role(federation, role)
    own_trust = document(
        json.loads(trust.replace(federation.account.account_id, other_account.account_id))["Statement"][0]
    )
    other_account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=own_trust)
    assert can_assume_role(federation, role)


def test_permissions_of_the_role_do_not_replace_its_trust_policy(federation: Federation) -> None:
    ec2_only = federation.trust_statement() | {"Principal": {"Service": "ec2.amazonaws.com"}}
    role = federation.create_role(ec2_only)  # its inline policy allows every action
    assert federation.assume_role_error(role) == NOT_AUTHORIZED


# Refusals do not disclose which roles and accounts exist.


def test_missing_role_is_refused_like_a_role_that_does_not_trust_the_token(federation: Federation) -> None:
    trust = federation.conditional_trust("StringEquals", "sub", "nobody")
    closed = federation.create_role(trust, Path="/hidden/")
    missing = closed.replace("/job", "/missing")
    assert federation.assume_role_error(closed) == federation.assume_role_error(missing) == NOT_AUTHORIZED
    assert federation.assume_role_error(closed.replace("/hidden/", "/")) == NOT_AUTHORIZED
    denied = federation.create_role(federation.trust_statement() | {"Effect": "Deny"}, name="denied")
    assert federation.assume_role_error(denied) == NOT_AUTHORIZED


def test_missing_account_is_refused_like_an_account_without_the_provider(
    federation: Federation, other_account: Account
) -> None:
    provider_not_found = Refused(
        "InvalidIdentityToken",
        400,
        f"No OpenIDConnect provider found in your account for {federation.issuer.url}",
    )
    for account_id in (other_account.account_id, "000000000000", "999999999999"):
        assert federation.assume_role_error(f"arn:aws:iam::{account_id}:role/job") == provider_not_found


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
def test_invalid_role_arn_is_rejected(federation: Federation, arn: str) -> None:
    invalid_arn = arn.replace("{A}", federation.account.account_id)
    expected = Refused("ValidationError", 400, f"{invalid_arn} is invalid")
    assert federation.assume_role_error(invalid_arn) == expected


# Session tags and source identity.


def tags_claim(transitive_keys: list[str], **tags: str) -> dict[str, Any]:
    """Return the claim that passes session tags."""
    return {
        TAGS: {
            "principal_tags": {key: [value] for key, value in tags.items()},
            "transitive_tag_keys": transitive_keys,
        }
    }


def test_session_tags_need_tag_session_in_the_trust_policy(federation: Federation) -> None:
    token = federation.issuer.token(**tags_claim([], team="a"))
    expected = Refused("AccessDenied", 403, "Not authorized to perform sts:TagSession")
    assert federation.assume_role_error(federation.create_role(), token) == expected
    role = federation.create_role(federation.trust_statement("TagSession"), name="tagged")
    response = federation.assume_role(role, token)
    assert response["PackedPolicySize"] > 0


def test_session_tags_override_role_tags(federation: Federation) -> None:
    role = federation.create_role(
        federation.trust_statement("TagSession"), Tags=[{"Key": "Team", "Value": "of the role"}]
    )
    condition = {"StringEquals": {"aws:PrincipalTag/team": "a", "aws:PrincipalTag/stage": "prod"}}
    federation.account.iam.put_role_policy(
        RoleName="job",
        PolicyName="all",
        PolicyDocument=document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition}
        ),
    )
    token = federation.issuer.token(**tags_claim([], team="a", stage="prod"))
    federation.session_client("iam", federation.assume_role(role, token)).list_users()
    other_token = federation.issuer.token(**tags_claim([], team="b", stage="prod"))
    other_session = federation.session_client("iam", federation.assume_role(role, other_token))
    assert refused(other_session, "ListUsers").code == "AccessDenied"


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
def test_conditions_on_session_tags(federation: Federation, condition: Any, expected: bool) -> None:
    tag_session = federation.trust_statement(Condition=condition) | {"Action": "sts:TagSession"}
    role = federation.create_role(federation.trust_statement(), tag_session)
    token = federation.issuer.token(**tags_claim(["team"], team="a", stage="prod"))
    if expected:
        federation.assume_role(role, token)
    else:
        assert federation.assume_role_error(role, token).message == "Not authorized to perform sts:TagSession"


def test_transitive_tags_and_source_identity_persist_through_role_chaining(federation: Federation) -> None:
    role = federation.create_role(federation.trust_statement("TagSession", "SetSourceIdentity"))
    condition = {
        "StringEquals": {
            "aws:PrincipalTag/team": "a",
            "aws:SourceIdentity": "mona",
        },
        "Null": {"aws:PrincipalTag/stage": "true"},
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": federation.account.account_id},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    next_role = federation.create_role(trust, name="next")
    federation.account.iam.put_role_policy(
        RoleName="next",
        PolicyName="all",
        PolicyDocument=document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition}
        ),
    )
    token = federation.issuer.token(
        **tags_claim(["team"], team="a", stage="prod"), **{SOURCE_IDENTITY: "mona"}
    )
    response = federation.assume_role(role, token)
    assert response["SourceIdentity"] == "mona"
    sts = federation.session_client("sts", response)
    chained = sts.assume_role(RoleArn=next_role, RoleSessionName="next")
    federation.session_client("iam", chained).list_users()


def test_source_identity_needs_set_source_identity_in_the_trust_policy(federation: Federation) -> None:
    token = federation.issuer.token(**{SOURCE_IDENTITY: "mona"})
    error = federation.assume_role_error(federation.create_role(), token)
    assert error == ("AccessDenied", 403, "Not authorized to perform sts:SetSourceIdentity")
    condition = {"StringEquals": {"sts:SourceIdentity": "lisa"}}
    lisa_role = federation.create_role(
        federation.trust_statement("SetSourceIdentity", Condition=condition), name="lisa"
    )
    assert federation.assume_role_error(lisa_role, token) == NOT_AUTHORIZED
    federation.assume_role(lisa_role, federation.issuer.token(**{SOURCE_IDENTITY: "lisa"}))


@pytest.mark.parametrize(
    ("claim", "code", "status"),
    [
        (tags_claim([], **{"aws:team": "a"}), "ValidationError", 400),
        (tags_claim([], team="a", TEAM="b"), "ValidationError", 400),
        (tags_claim(["stage"], team="a"), "ValidationError", 400),
        (tags_claim([], **{f"k{number}": "v" for number in range(51)}), "ValidationError", 400),
        (tags_claim([], team="x" * 257), "IDPRejectedClaim", 403),
        (tags_claim([], **{"x" * 129: "a"}), "IDPRejectedClaim", 403),
        ({TAGS: {"principal_tags": {"team": ["a", "b"]}}}, "IDPRejectedClaim", 403),
        ({SOURCE_IDENTITY: "a"}, "IDPRejectedClaim", 403),
        ({SOURCE_IDENTITY: "a b"}, "IDPRejectedClaim", 403),
        ({"sub": "a\nb"}, "IDPRejectedClaim", 403),
    ],
)
def test_invalid_session_tags_or_source_identity_are_rejected(
    federation: Federation, claim: dict[str, Any], code: str, status: int
) -> None:
    role = federation.create_role(federation.trust_statement("TagSession", "SetSourceIdentity"))
    assert federation.assume_role_error(role, federation.issuer.token(**claim))[:2] == (code, status)


def test_fifty_session_tags_are_accepted(federation: Federation) -> None:
    role = federation.create_role(federation.trust_statement("TagSession"))
    tags = {f"k{number}": "v" * 10 for number in range(50)}
    token = federation.issuer.token(**tags_claim([*tags], **tags))
    assert federation.assume_role(role, token)["PackedPolicySize"] <= 100


def test_session_tags_over_the_packed_size_limit_are_rejected(federation: Federation) -> None:
    generator = random.Random(7)
    tags = {f"k{number}": "".join(generator.choices(string.ascii_letters, k=200)) for number in range(50)}
    role = federation.create_role(federation.trust_statement("TagSession"))
    error = federation.assume_role_error(role, federation.issuer.token(**tags_claim([], **tags)))
    assert error[:2] == ("PackedPolicyTooLarge", 400)
