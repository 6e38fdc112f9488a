"""Trust policies: storage, encoding, principals by unique ID, and validation errors."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from iamd.core import ids
from iamd.store import accounts, roles
from tests.api import sts_sessions
from tests.api.operation_calls import TRUST, fill_placeholders
from tests.api.responses import Refused, allowed, body, refused
from tests.api.sts_sessions import create_role, trust_statement
from tests.servers import Account, allow, document

CALLS_RETURNING_TRUST_POLICY: dict[str, dict[str, str]] = {
    "GetRole": {"RoleName": "job"},
    "ListRoles": {},
    "UpdateRoleDescription": {"RoleName": "job", "Description": "d"},
}


def get_trust_policy(account: Account, name: str = "job") -> Any:
    """Return the trust policy of a role as GetRole returns it."""
    return account.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]


def get_principal(account: Account, name: str = "job") -> Any:
    """Return the AWS principal of the only statement of a role's trust policy."""
    return get_trust_policy(account, name)["Statement"][0]["Principal"]["AWS"]


def encoded_trust_policy(account: Account, operation: str) -> str:
    """Return the trust policy of a response, still percent-encoded."""
    xml = body(account.iam, operation, **CALLS_RETURNING_TRUST_POLICY[operation])
    return xml.partition("<AssumeRolePolicyDocument>")[2].partition("</AssumeRolePolicyDocument>")[0]


def set_principal(account: Account, principal: Any) -> None:
    """Replace the trust policy of the role `job` by one that trusts a principal."""
    policy = document(trust_statement({"AWS": principal}))
    account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=policy)


def can_assume(account: Account, key: tuple[str, str], arn: str) -> bool:
    sts = account.client("sts", key)
    return allowed(sts, "AssumeRole", RoleArn=arn, RoleSessionName="work")


def account_ids(account: Account, other_account: Account) -> dict[str, str]:
    """Return the values of the placeholders `{A}` and `{B}`."""
    return {"{A}": account.account_id, "{B}": other_account.account_id}


PRINCIPALS = [
    "*",
    "arn:aws:iam::{A}:user/team/bob",
    "arn:aws:iam::{A}:role/team/worker",
    "arn:aws:iam::{A}:root",
    "arn:aws:iam::{B}:root",
    "arn:aws:iam::{B}:user/admin",
    "arn:aws:sts::{A}:assumed-role/worker/session",
    "arn:aws:sts::{A}:federated-user/guest",
]


@pytest.mark.parametrize("as_list", [False, True], ids=["single", "list"])
@pytest.mark.parametrize("template", PRINCIPALS)
def test_principal_is_returned_as_it_was_written(
    account: Account, other_account: Account, template: str, as_list: bool
) -> None:
    account.iam.create_user(UserName="bob", Path="/team/")
    create_role(account, "worker", Path="/team/")
    principal = fill_placeholders(template, account_ids(account, other_account))
    statement = trust_statement({"AWS": [principal] if as_list else principal})
    create_role(account, "job", statement)
    assert get_trust_policy(account) == json.loads(document(statement))


@pytest.mark.parametrize("template", ["{A}", "{B}"])
def test_account_id_principal_is_returned_as_the_root_arn(
    account: Account, other_account: Account, template: str
) -> None:
    account_id = fill_placeholders(template, account_ids(account, other_account))
    create_role(account, "job", trust_statement({"AWS": account_id}))
    assert get_principal(account) == f"arn:aws:iam::{account_id}:root"
    set_principal(account, [account_id, "*"])
    assert get_principal(account) == [f"arn:aws:iam::{account_id}:root", "*"]


UNCHANGED_POLICIES: list[dict[str, Any]] = [
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


@pytest.mark.parametrize("policy", UNCHANGED_POLICIES)
def test_other_elements_are_returned_as_they_were_written(account: Account, policy: dict[str, Any]) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(policy, indent=4))
    assert get_trust_policy(account) == policy


@pytest.mark.parametrize("number", ["1.10", "1e400", "0.1000000000000000000001"])
def test_numbers_keep_their_digits(account: Account, number: str) -> None:
    text = TRUST.replace("}]}", ', "Condition": {"StringEquals": {"aws:PrincipalTag/v": NUMBER}}}]}')
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=text.replace("NUMBER", number))
    match = re.search(r'PrincipalTag/v":"?([^"}]*)', unquote(encoded_trust_policy(account, "GetRole")))
    assert match is not None
    assert match[1] == number


@pytest.mark.parametrize(
    "value",
    [
        "\u00e9",
        "\\u00e9",
        "<&>\\u0000 %2F+",
        "\\u4e2d",
        "\\ud83d\\ude00",
    ],
)
def test_returned_trust_policy_is_accepted_by_update(account: Account, value: str) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/v": "VALUE"}}
    policy = document(trust_statement({"AWS": "*"}, Condition=condition)).replace("VALUE", value)
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=policy)
    trust_policy = get_trust_policy(account)
    assert trust_policy == json.loads(policy)
    text = unquote(encoded_trust_policy(account, "GetRole"))
    account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=text)
    assert get_trust_policy(account) == trust_policy


@pytest.mark.parametrize("operation", CALLS_RETURNING_TRUST_POLICY)
def test_trust_policy_is_percent_encoded_by_rfc_3986(account: Account, operation: str) -> None:
    create_role(account, "worker")
    principal = "arn:aws:sts::" + account.account_id + ":assumed-role/worker/a+=,.@-_"
    statement = trust_statement(
        {"AWS": principal}, Condition={"StringLike": {"aws:userid": "\u00fc~+ %2F*&<>'"}}
    )
    create_role(account, "job", statement)
    encoded = encoded_trust_policy(account, operation)
    assert not re.search(r"[^A-Za-z0-9._~%-]", encoded)
    assert json.loads(unquote(encoded)) == json.loads(document(statement))


# Trust is stored by unique ID.


@pytest.mark.parametrize("foreign", [False, True], ids=["own", "foreign"])
def test_recreated_user_is_not_trusted(account: Account, other_account: Account, foreign: bool) -> None:
    owner = other_account if foreign else account
    permission = allow("sts:AssumeRole")
    old_key = owner.key_of("bob", permission)
    user = owner.iam.get_user(UserName="bob")["User"]
    arn = create_role(account, "job", trust_statement({"AWS": user["Arn"]}))
    assert can_assume(owner, old_key, arn)

    owner.iam.delete_access_key(UserName="bob", AccessKeyId=old_key[0])
    owner.iam.delete_user_policy(UserName="bob", PolicyName="test")
    owner.iam.delete_user(UserName="bob")
    assert get_principal(account) == user["UserId"]
    new_key = owner.key_of("bob", permission)
    assert get_principal(account) == user["UserId"]
    assert not can_assume(owner, new_key, arn)

    set_principal(account, user["Arn"])
    assert get_principal(account) == user["Arn"]
    assert can_assume(owner, new_key, arn)


@pytest.mark.parametrize("foreign", [False, True], ids=["own", "foreign"])
@pytest.mark.parametrize("session_name", [None, "work"], ids=["role", "session"])
def test_recreated_role_is_not_trusted(
    account: Account, other_account: Account, foreign: bool, session_name: str | None
) -> None:
    owner = other_account if foreign else account

    def create_worker_session() -> Any:
        worker = create_role(owner, "worker", Path="/team/")
        sts_sessions.put_role_policy(owner, "worker", allow("sts:AssumeRole"))
        return sts_sessions.assume_role(owner.sts, worker).client(owner.server, "sts")

    old_session = create_worker_session()
    worker = owner.iam.get_role(RoleName="worker")["Role"]
    trusted_arn, trusted_id = worker["Arn"], worker["RoleId"]
    if session_name is not None:
        trusted_arn = f"arn:aws:sts::{owner.account_id}:assumed-role/worker/{session_name}"
        trusted_id = f"{worker['RoleId']}:{session_name}"
    arn = create_role(account, "job", trust_statement({"AWS": trusted_arn}))
    assume = {"RoleArn": arn, "RoleSessionName": "work"}
    assert allowed(old_session, "AssumeRole", **assume)

    owner.iam.delete_role_policy(RoleName="worker", PolicyName="test")
    owner.iam.delete_role(RoleName="worker")
    assert get_principal(account) == trusted_id
    new_session = create_worker_session()
    assert get_principal(account) == trusted_id
    assert not allowed(new_session, "AssumeRole", **assume)

    set_principal(account, trusted_arn)
    assert allowed(new_session, "AssumeRole", **assume)


def test_only_the_named_session_of_a_role_is_trusted(account: Account) -> None:
    worker = create_role(account, "worker", Path="/team/")
    sts_sessions.put_role_policy(account, "worker", allow("sts:AssumeRole"))
    session = f"arn:aws:sts::{account.account_id}:assumed-role/worker/night"
    arn = create_role(account, "job", trust_statement({"AWS": session}))
    for name, is_trusted in (("night", True), ("nights", False), ("Night", False), ("worker", False)):
        sts = sts_sessions.assume_role(account.sts, worker, RoleSessionName=name).client(
            account.server, "sts"
        )
        assert allowed(sts, "AssumeRole", RoleArn=arn, RoleSessionName="work") is is_trusted


def test_session_stored_by_its_arn_stays_trusted(account: Account) -> None:
    """Stores have such policies if they were saved before sessions were stored by their role's ID."""
    worker = create_role(account, "worker")
    sts_sessions.put_role_policy(account, "worker", allow("sts:AssumeRole"))
    sts = sts_sessions.assume_role(account.sts, worker).client(account.server, "sts")
    session = f"arn:aws:sts::{account.account_id}:assumed-role/worker/work"
    arn = create_role(account, "job", trust_statement({"Service": "ec2.amazonaws.com"}))
    with account.server.store.database.write() as tx:
        job = sts_sessions.role_of(account, "job")._replace(trust=document(trust_statement({"AWS": session})))
        roles.update(tx, account.account_id, job)
        accounts.set_revision(tx, account.account_id, ids.revision())
    assert get_principal(account) == session
    assert allowed(sts, "AssumeRole", RoleArn=arn, RoleSessionName="work")


@pytest.mark.parametrize("foreign", [False, True], ids=["own", "foreign"])
def test_renamed_user_stays_trusted(account: Account, other_account: Account, foreign: bool) -> None:
    owner = other_account if foreign else account
    key = owner.key_of("bob", allow("sts:AssumeRole"))
    eve_key = owner.key_of("eve", allow("sts:AssumeRole"))
    arn = create_role(account, "job", trust_statement({"AWS": [f"arn:aws:iam::{owner.account_id}:user/bob"]}))
    owner.iam.update_user(UserName="bob", NewUserName="Robert", NewPath="/team/")
    owner.iam.update_user(UserName="eve", NewUserName="bob")
    assert get_principal(account) == [f"arn:aws:iam::{owner.account_id}:user/team/Robert"]
    assert can_assume(owner, key, arn)
    assert not can_assume(owner, eve_key, arn)  # eve now has the name that the trust policy was written with


def test_unique_id_is_a_valid_principal_while_its_user_exists(account: Account) -> None:
    user = account.iam.create_user(UserName="bob")["User"]
    create_role(account, "job", trust_statement({"AWS": user["UserId"]}))
    assert get_principal(account) == user["Arn"]
    account.iam.delete_user(UserName="bob")
    expect_own_trust_policy_refused(account, user["UserId"])


def test_session_id_is_a_valid_principal_while_its_role_exists(account: Account) -> None:
    create_role(account, "worker", Path="/team/")
    session_id = f"{sts_sessions.role_of(account, 'worker').role_id}:night"
    create_role(account, "job", trust_statement({"AWS": session_id}))
    assert get_principal(account) == f"arn:aws:sts::{account.account_id}:assumed-role/worker/night"
    account.iam.delete_role(RoleName="worker")
    expect_own_trust_policy_refused(account, session_id)


def expect_own_trust_policy_refused(account: Account, unique_id: str) -> None:
    """Assert that the trust policy of the role `job`, as it is returned, names an ID and is not accepted."""
    trust_policy = get_trust_policy(account)
    error = refused(
        account.iam, "UpdateAssumeRolePolicy", RoleName="job", PolicyDocument=json.dumps(trust_policy)
    )
    assert error == Refused(
        "MalformedPolicyDocument", 400, f'Invalid principal in policy: "AWS":"{unique_id}"'
    )


def test_trust_policy_conditions_can_test_tags_of_the_role(account: Account) -> None:
    condition = {"StringEquals": {"iam:ResourceTag/Team": "a", "aws:ResourceTag/Team": "a"}}
    user = f"arn:aws:iam::{account.account_id}:user/admin"
    arn = create_role(account, "job", trust_statement({"AWS": user}, Condition=condition))
    assume = {"RoleArn": arn, "RoleSessionName": "work"}
    assert not allowed(account.sts, "AssumeRole", **assume)
    account.iam.tag_role(RoleName="job", Tags=[{"Key": "Team", "Value": "a"}])
    assert allowed(account.sts, "AssumeRole", **assume)


# Validation.

ASSUME_ACTIONS_ONLY = "AssumeRole policy may only specify STS AssumeRole actions."
ANYBODY = {"AWS": "*"}
MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({**trust_statement(ANYBODY), "Resource": "*"}, "Has prohibited field Resource."),
    ({**trust_statement(ANYBODY), "NotResource": "arn:aws:s3:::a"}, "Has prohibited field Resource."),
    (trust_statement(ANYBODY, "s3:GetObject"), ASSUME_ACTIONS_ONLY),
    (trust_statement(ANYBODY, "sts:AssumeRole", "sts:GetCallerIdentity"), ASSUME_ACTIONS_ONLY),
    (trust_statement(ANYBODY, "sts:*"), ASSUME_ACTIONS_ONLY),
    (trust_statement(ANYBODY, "*"), ASSUME_ACTIONS_ONLY),
    ({"Effect": "Allow", "Principal": ANYBODY, "NotAction": "sts:AssumeRole"}, ASSUME_ACTIONS_ONLY),
    ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal."),
    ({**trust_statement({}), "Principal": {}}, "Missing required field Principal."),
    (
        {"Effect": "Deny", "NotPrincipal": ANYBODY, "Action": "sts:AssumeRole"},
        "Has prohibited field NotPrincipal.",
    ),
    ({**trust_statement(ANYBODY), "Effect": "allow"}, "The policy failed legacy parsing"),
    (
        {**trust_statement(ANYBODY), "Sid": "a b"},
        (
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*"
        ),
    ),
    ({**trust_statement(ANYBODY), "More": "x"}, "Syntax errors in policy."),
    (trust_statement("arn:aws:iam::{A}:root"), "Syntax errors in policy."),
    (trust_statement({"Service": "ec2"}), 'Invalid principal in policy: "SERVICE":"ec2"'),
]


@pytest.mark.parametrize(("statement", "message"), MALFORMED)
def test_malformed_trust_policy_has_the_error_message_of_aws(
    account: Account, statement: dict[str, Any], message: str
) -> None:
    expect_refused(account, document(statement), Refused("MalformedPolicyDocument", 400, message))


def expect_refused(account: Account, policy: str, expected: Refused) -> None:
    """Assert that CreateRole and UpdateAssumeRolePolicy refuse a trust policy and change nothing."""
    create_role(account, "job", trust_statement({"Service": "ec2.amazonaws.com"}))
    trust_policy = get_trust_policy(account)
    create = {"RoleName": "new", "AssumeRolePolicyDocument": policy}
    assert refused(account.iam, "CreateRole", **create) == expected
    update = {"RoleName": "job", "PolicyDocument": policy}
    assert refused(account.iam, "UpdateAssumeRolePolicy", **update) == expected
    assert get_trust_policy(account) == trust_policy


INVALID_PRINCIPALS = [
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
    "arn:aws:sts::{A}:assumed-role/nobody/session",
    "arn:aws:sts::{A}:assumed-role/Worker/session",
    "arn:aws:sts::{A}:assumed-role/worker/*",
    "000000000000",
    "admin",
    "AIDAAAAAAAAAAAAAAAAAA",
    "AROAAAAAAAAAAAAAAAAAA",
    "AROAAAAAAAAAAAAAAAAAA:session",
]


@pytest.mark.parametrize("template", INVALID_PRINCIPALS)
def test_nonexistent_principal_is_invalid(account: Account, other_account: Account, template: str) -> None:
    account.iam.create_user(UserName="bob")
    create_role(account, "worker")
    principal = fill_placeholders(template, account_ids(account, other_account))
    policy = document(trust_statement({"AWS": ["*", principal]}))
    message = f'Invalid principal in policy: "AWS":"{principal}"'
    expect_refused(account, policy, Refused("MalformedPolicyDocument", 400, message))


def test_trust_policy_is_limited_to_2048_characters_without_whitespace(account: Account) -> None:
    def policy_of_size(size: int) -> str:
        empty = document({**trust_statement(ANYBODY), "Sid": ""})
        return empty.replace('"Sid": ""', f'"Sid": "{"a" * (size - len("".join(empty.split())))}"')

    role = account.iam.create_role(RoleName="new", AssumeRolePolicyDocument=policy_of_size(2048))["Role"]
    assert len(role["AssumeRolePolicyDocument"]["Statement"][0]["Sid"]) > 1900
    too_large = Refused("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048")
    account.iam.delete_role(RoleName="new")
    expect_refused(account, policy_of_size(2049), too_large)
