"""Trust policies: how they are kept, what is shown of them, and which are refused; on both databases."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from tests.api import temporary
from tests.api.answers import Refused, allowed, body, refused
from tests.api.served import TRUST, filled
from tests.api.temporary import create_role, trust_statement
from tests.servers import Account, allow, document

READING: dict[str, dict[str, str]] = {
    "GetRole": {"RoleName": "job"},
    "ListRoles": {},
    "UpdateRoleDescription": {"RoleName": "job", "Description": "d"},
}


def shown(account: Account, name: str = "job") -> Any:
    """Return the trust policy of a role as it is shown."""
    return account.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]


def principal(account: Account, name: str = "job") -> Any:
    """Return whom the only statement of a role's trust policy names."""
    return shown(account, name)["Statement"][0]["Principal"]["AWS"]


def as_it_came(account: Account, operation: str) -> str:
    """Return the trust policy in a reply, still encoded."""
    answer = body(account.iam, operation, **READING[operation])
    return answer.partition("<AssumeRolePolicyDocument>")[2].partition("</AssumeRolePolicyDocument>")[0]


def trust(account: Account, named: Any) -> None:
    """Have the role trust others from now on."""
    policy = document(trust_statement({"AWS": named}))
    account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=policy)


def may_assume(account: Account, key: tuple[str, str], arn: str) -> bool:
    sts = account.client("sts", key)
    return allowed(sts, "AssumeRole", RoleArn=arn, RoleSessionName="work")


def names(account: Account, other: Account) -> dict[str, str]:
    return {"{A}": account.account_id, "{B}": other.account_id}


FORMS = [
    "*",
    "arn:aws:iam::{A}:user/team/bob",
    "arn:aws:iam::{A}:role/team/worker",
    "arn:aws:iam::{A}:root",
    "arn:aws:iam::{B}:root",
    "arn:aws:iam::{B}:user/admin",
    "arn:aws:sts::{A}:assumed-role/worker/session",
    "arn:aws:sts::{A}:federated-user/guest",
]


@pytest.mark.parametrize("many", [False, True], ids=["single", "list"])
@pytest.mark.parametrize("form", FORMS)
def test_a_principal_is_shown_in_the_form_that_it_was_written_in(
    account: Account, other_account: Account, form: str, many: bool
) -> None:
    account.iam.create_user(UserName="bob", Path="/team/")
    create_role(account, "worker", Path="/team/")
    named = filled(form, names(account, other_account))
    written = trust_statement({"AWS": [named] if many else named})
    create_role(account, "job", written)
    assert shown(account) == json.loads(document(written))


@pytest.mark.parametrize("whose", ["{A}", "{B}"])
def test_an_account_of_twelve_digits_is_shown_as_its_root(
    account: Account, other_account: Account, whose: str
) -> None:
    account_id = filled(whose, names(account, other_account))
    create_role(account, "job", trust_statement({"AWS": account_id}))
    assert principal(account) == f"arn:aws:iam::{account_id}:root"
    trust(account, [account_id, "*"])
    assert principal(account) == [f"arn:aws:iam::{account_id}:root", "*"]


KEPT: list[dict[str, Any]] = [
    {"Version": "2012-10-17", "Statement": trust_statement("*")},
    {"Version": "2008-10-17", "Id": "x", "Statement": [{"Sid": "a", **trust_statement({"AWS": "*"})}]},
    {"Statement": [trust_statement({"Service": ["ec2.amazonaws.com", "ecs.amazonaws.com"]})]},
    {"Statement": [trust_statement({"Federated": "arn:aws:iam::000000000000:oidc-provider/idp.example"})]},
    {
        "Statement": [
            {**trust_statement({"AWS": "*"}, "sts:AssumeRole", "sts:TagSession"), "Effect": "Deny"},
            trust_statement(
                {"AWS": "*", "Service": "ec2.amazonaws.com"}, Condition={"Bool": {"aws:a": [True, "x"]}}
            ),
        ]
    },
]


@pytest.mark.parametrize("policy", KEPT)
def test_all_else_stays_as_it_was_written(account: Account, policy: dict[str, Any]) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(policy, indent=4))
    assert shown(account) == policy


@pytest.mark.parametrize("number", ["1.10", "1e400", "0.1000000000000000000001"])
def test_numbers_say_what_they_said(account: Account, number: str) -> None:
    text = TRUST.replace("}]}", ', "Condition": {"StringEquals": {"aws:PrincipalTag/v": NUMBER}}}]}')
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=text.replace("NUMBER", number))
    said = re.search(r'PrincipalTag/v":"?([^"}]*)', unquote(as_it_came(account, "GetRole")))
    assert said is not None
    assert said[1] == number


@pytest.mark.parametrize(
    "letter",
    [
        "\u00e9",
        "\\u00e9",
        "<&>\\u0000 %2F+",
        "\\u4e2d",
        "\\ud83d\\ude00",
    ],
)
def test_what_is_shown_can_be_put_back(account: Account, letter: str) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/v": "LETTER"}}
    policy = document(trust_statement({"AWS": "*"}, Condition=condition)).replace("LETTER", letter)
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=policy)
    first = shown(account)
    assert first == json.loads(policy)
    text = unquote(as_it_came(account, "GetRole"))
    account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=text)
    assert shown(account) == first


@pytest.mark.parametrize("operation", READING)
def test_a_document_comes_over_the_wire_in_rfc_3986(account: Account, operation: str) -> None:
    named = "arn:aws:sts::" + account.account_id + ":assumed-role/job/a+=,.@-_"
    written = trust_statement({"AWS": named}, Condition={"StringLike": {"aws:userid": "\u00fc~+ %2F*&<>'"}})
    create_role(account, "job", written)
    encoded = as_it_came(account, operation)
    assert not re.search(r"[^A-Za-z0-9._~%-]", encoded)
    assert json.loads(unquote(encoded)) == json.loads(document(written))


# Who is trusted is trusted by unique ID.


@pytest.mark.parametrize("foreign", [False, True], ids=["own", "foreign"])
def test_a_namesake_of_a_trusted_user_is_not_trusted(
    account: Account, other_account: Account, foreign: bool
) -> None:
    theirs = other_account if foreign else account
    may = allow("sts:AssumeRole")
    old = theirs.key_of("bob", may)
    user = theirs.iam.get_user(UserName="bob")["User"]
    arn = create_role(account, "job", trust_statement({"AWS": user["Arn"]}))
    assert may_assume(theirs, old, arn)

    theirs.iam.delete_access_key(UserName="bob", AccessKeyId=old[0])
    theirs.iam.delete_user_policy(UserName="bob", PolicyName="test")
    theirs.iam.delete_user(UserName="bob")
    assert principal(account) == user["UserId"]
    new = theirs.key_of("bob", may)
    assert principal(account) == user["UserId"]
    assert not may_assume(theirs, new, arn)

    trust(account, user["Arn"])
    assert principal(account) == user["Arn"]
    assert may_assume(theirs, new, arn)


@pytest.mark.parametrize("foreign", [False, True], ids=["own", "foreign"])
def test_a_namesake_of_a_trusted_role_is_not_trusted(
    account: Account, other_account: Account, foreign: bool
) -> None:
    theirs = other_account if foreign else account

    def session() -> Any:
        worker = create_role(theirs, "worker", Path="/team/")
        temporary.put_role_policy(theirs, "worker", allow("sts:AssumeRole"))
        return temporary.assume_role(theirs.sts, worker).client(theirs.server, "sts")

    old = session()
    worker = theirs.iam.get_role(RoleName="worker")["Role"]
    arn = create_role(account, "job", trust_statement({"AWS": worker["Arn"]}))
    assume = {"RoleArn": arn, "RoleSessionName": "work"}
    assert allowed(old, "AssumeRole", **assume)

    theirs.iam.delete_role_policy(RoleName="worker", PolicyName="test")
    theirs.iam.delete_role(RoleName="worker")
    assert principal(account) == worker["RoleId"]
    new = session()
    assert principal(account) == worker["RoleId"]
    assert not allowed(new, "AssumeRole", **assume)

    trust(account, worker["Arn"])
    assert allowed(new, "AssumeRole", **assume)


@pytest.mark.parametrize("foreign", [False, True], ids=["own", "foreign"])
def test_trust_follows_a_user_to_its_new_name(
    account: Account, other_account: Account, foreign: bool
) -> None:
    theirs = other_account if foreign else account
    key = theirs.key_of("bob", allow("sts:AssumeRole"))
    theirs.iam.create_user(UserName="eve")
    arn = create_role(
        account, "job", trust_statement({"AWS": [f"arn:aws:iam::{theirs.account_id}:user/bob"]})
    )
    theirs.iam.update_user(UserName="bob", NewUserName="Robert", NewPath="/team/")
    theirs.iam.update_user(UserName="eve", NewUserName="bob")
    assert principal(account) == [f"arn:aws:iam::{theirs.account_id}:user/team/Robert"]
    assert may_assume(theirs, key, arn)
    assert not may_assume(theirs, theirs.key_of("mallory", allow("sts:AssumeRole")), arn)


def test_a_unique_id_may_be_named_while_there_is_somebody_of_it(account: Account) -> None:
    user = account.iam.create_user(UserName="bob")["User"]
    create_role(account, "job", trust_statement({"AWS": user["UserId"]}))
    assert principal(account) == user["Arn"]
    account.iam.delete_user(UserName="bob")
    was = shown(account)
    said = refused(account.iam, "UpdateAssumeRolePolicy", RoleName="job", PolicyDocument=json.dumps(was))
    assert said == Refused(
        "MalformedPolicyDocument", 400, f'Invalid principal in policy: "AWS":"{user["UserId"]}"'
    )


def test_a_trust_policy_may_ask_for_tags_of_its_role(account: Account) -> None:
    condition = {"StringEquals": {"iam:ResourceTag/Team": "a", "aws:ResourceTag/Team": "a"}}
    user = f"arn:aws:iam::{account.account_id}:user/admin"
    arn = create_role(account, "job", trust_statement({"AWS": user}, Condition=condition))
    assume = {"RoleArn": arn, "RoleSessionName": "work"}
    assert not allowed(account.sts, "AssumeRole", **assume)
    account.iam.tag_role(RoleName="job", Tags=[{"Key": "Team", "Value": "a"}])
    assert allowed(account.sts, "AssumeRole", **assume)


# What is refused.

ASSUME_ACTIONS_ONLY = "AssumeRole policy may only specify STS AssumeRole actions."
STAR = {"AWS": "*"}
MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({**trust_statement(STAR), "Resource": "*"}, "Has prohibited field Resource."),
    ({**trust_statement(STAR), "NotResource": "arn:aws:s3:::a"}, "Has prohibited field Resource."),
    (trust_statement(STAR, "s3:GetObject"), ASSUME_ACTIONS_ONLY),
    (trust_statement(STAR, "sts:AssumeRole", "sts:GetCallerIdentity"), ASSUME_ACTIONS_ONLY),
    (trust_statement(STAR, "sts:*"), ASSUME_ACTIONS_ONLY),
    (trust_statement(STAR, "*"), ASSUME_ACTIONS_ONLY),
    ({"Effect": "Allow", "Principal": STAR, "NotAction": "sts:AssumeRole"}, ASSUME_ACTIONS_ONLY),
    ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal."),
    ({**trust_statement({}), "Principal": {}}, "Missing required field Principal."),
    (
        {"Effect": "Deny", "NotPrincipal": STAR, "Action": "sts:AssumeRole"},
        "Has prohibited field NotPrincipal.",
    ),
    ({**trust_statement(STAR), "Effect": "allow"}, "The policy failed legacy parsing"),
    (
        {**trust_statement(STAR), "Sid": "a b"},
        (
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*"
        ),
    ),
    ({**trust_statement(STAR), "More": "x"}, "Syntax errors in policy."),
    (trust_statement("arn:aws:iam::{A}:root"), "Syntax errors in policy."),
    (trust_statement({"Service": "ec2"}), 'Invalid principal in policy: "SERVICE":"ec2"'),
]


@pytest.mark.parametrize(("statement", "sentence"), MALFORMED)
def test_a_malformed_trust_policy_is_told_in_awss_words(
    account: Account, statement: dict[str, Any], sentence: str
) -> None:
    refuse_both(account, document(statement), Refused("MalformedPolicyDocument", 400, sentence))


def refuse_both(account: Account, policy: str, expected: Refused) -> None:
    """Have a trust policy refused for a new role and for one that is there, which keeps its own."""
    create_role(account, "job", trust_statement({"Service": "ec2.amazonaws.com"}))
    was = shown(account)
    create = {"RoleName": "new", "AssumeRolePolicyDocument": policy}
    assert refused(account.iam, "CreateRole", **create) == expected
    update = {"RoleName": "job", "PolicyDocument": policy}
    assert refused(account.iam, "UpdateAssumeRolePolicy", **update) == expected
    assert shown(account) == was


NOBODY = [
    "arn:aws:iam::{A}:user/nobody",
    "arn:aws:iam::{A}:user/ADMIN",
    "arn:aws:iam::{A}:user/else/admin",
    "arn:aws:iam::{A}:role/nobody",
    "arn:aws:iam::{A}:role/else/worker",
    "arn:aws:iam::{B}:user/bob",
    "arn:aws:iam::{A}:user/*",
    "arn:aws:iam::{A}:group/Administrators",
    "arn:aws:iam::{A}:*",
    "arn:aws:s3:::bucket",
    "arn:aws:iam::000000000000:root",
    "arn:aws:iam::000000000000:user/admin",
    "arn:aws:sts::000000000000:assumed-role/a/b",
    "000000000000",
    "admin",
    "AIDAAAAAAAAAAAAAAAAAA",
    "AROAAAAAAAAAAAAAAAAAA",
]


@pytest.mark.parametrize("form", NOBODY)
def test_whoever_is_not_there_is_no_principal(account: Account, other_account: Account, form: str) -> None:
    account.iam.create_user(UserName="bob")
    create_role(account, "worker")
    named = filled(form, names(account, other_account))
    policy = document(trust_statement({"AWS": ["*", named]}))
    sentence = f'Invalid principal in policy: "AWS":"{named}"'
    refuse_both(account, policy, Refused("MalformedPolicyDocument", 400, sentence))


def test_a_trust_policy_has_2048_characters_without_white_space(account: Account) -> None:
    def of_size(size: int) -> str:
        empty = document({**trust_statement(STAR), "Sid": ""})
        return empty.replace('"Sid": ""', f'"Sid": "{"a" * (size - len("".join(empty.split())))}"')

    role = account.iam.create_role(RoleName="new", AssumeRolePolicyDocument=of_size(2048))["Role"]
    assert len(role["AssumeRolePolicyDocument"]["Statement"][0]["Sid"]) > 1900
    too_large = Refused("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048")
    account.iam.delete_role(RoleName="new")
    refuse_both(account, of_size(2049), too_large)
