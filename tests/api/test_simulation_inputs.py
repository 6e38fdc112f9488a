"""What a simulation is given: policies left out, callers, context; and what is refused."""

import json
from typing import Any

import pytest

from iamd.store import inline_policies
from iamd.store.inline_policies import InlinePolicy
from tests.api.answers import Refused, refused
from tests.api.served import TRUST
from tests.api.simulating import ADMIN, READS, arn_of, custom, make_bob, of, sources
from tests.servers import Account, allow, deny, document

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
MARY = "arn:aws:iam::444455556666:user/mary"
BOX = "arn:aws:s3:::box/a"


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user that may get objects by every policy that a user can have."""
    return make_bob(account)


# Policies that are left out.


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ({"PolicyType": "inline"}, ["made", "AdministratorAccess"]),
        ({"PolicyType": "aws-managed"}, ["user_bob_own", "group_team_ours", "made"]),
        ({"PolicyType": "user-managed"}, ["user_bob_own", "group_team_ours", "AdministratorAccess"]),
        ({"PolicyType": "scp"}, ["user_bob_own", "group_team_ours", "made", "AdministratorAccess"]),
        ({"PolicyArn": ADMIN}, ["user_bob_own", "group_team_ours", "made"]),
        ({"PolicyArn": "arn:aws:iam::aws:policy/Admin*"}, ["user_bob_own", "group_team_ours", "made"]),
        (
            {"PolicyArn": "arn:aws:iam::{A}:policy/m?d?"},
            ["user_bob_own", "group_team_ours", "AdministratorAccess"],
        ),
        (
            {
                "InlinePolicyIdentifier": {
                    "PolicyName": "ours",
                    "AttachmentType": "group",
                    "AttachmentName": "team",
                }
            },
            ["user_bob_own", "made", "AdministratorAccess"],
        ),
        (
            {
                "InlinePolicyIdentifier": {
                    "PolicyName": "ours",
                    "AttachmentType": "user",
                    "AttachmentName": "team",
                }
            },
            ["user_bob_own", "group_team_ours", "made", "AdministratorAccess"],
        ),
    ],
)
def test_policies_are_left_out(account: Account, bob: str, excluded: Any, left: list[str]) -> None:
    asked = json.loads(json.dumps(excluded).replace("{A}", account.account_id))
    assert sources(of(account, bob, PolicyExclusionList=[asked])) == left


def test_a_boundary_is_left_out(account: Account, bob: str) -> None:
    account.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=AUDIT)
    found = of(account, bob, "s3:PutObject", PolicyExclusionList=[{"PolicyType": "permission-boundary"}])
    assert found["EvalDecision"] == "allowed"
    assert "PermissionsBoundaryDecisionDetail" not in found


@pytest.mark.parametrize(
    "identifier",
    [
        {"PolicyArn": "arn:aws:iam::aws:policy/*a*"},
        {"PolicyArn": "arn:aws:iam::*:policy/x"},
        {"PolicyArn": "arn:aws:iam::aws:policy/*/x"},
        {"PolicyArn": "arn:aws:iam::aws:role/xyz"},
    ],
)
def test_an_identifier_that_can_match_nothing_is_refused(account: Account, bob: str, identifier: Any) -> None:
    said = refused(
        account.iam,
        "SimulatePrincipalPolicy",
        PolicySourceArn=bob,
        ActionNames=["s3:GetObject"],
        PolicyExclusionList=[identifier],
    )
    assert said == Refused(
        "InvalidInput", 400, f"{identifier['PolicyArn']} does not identify a managed policy."
    )


# Who calls.


def test_a_caller_has_anothers_policies(account: Account, bob: str) -> None:
    policy = document(
        allow("s3:PutObject", Condition={"StringEquals": {"aws:username": "carol"}}),
        allow("s3:PutObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    )
    account.iam.create_user(UserName="carol", Tags=[{"Key": "team", "Value": "b"}])
    carol = arn_of(account, "user/carol")
    asked: dict[str, Any] = {
        "PolicyInputList": [policy],
        "PolicyExclusionList": [{"PolicyType": "aws-managed"}],
    }
    found = of(account, bob, "s3:PutObject", CallerArn=carol, **asked)
    assert (found["EvalDecision"], sources(found)) == ("allowed", ["PolicyInputList.1"])
    found = of(account, bob, "s3:PutObject", CallerArn=MARY, **asked)
    assert (found["EvalDecision"], found["MissingContextValues"]) == (
        "implicitDeny",
        ["aws:PrincipalTag/team"],
    )


def test_a_role_is_named_by_a_resource_policy_as_its_sessions_are(account: Account) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=TRUST)
    role = arn_of(account, "role/job")
    statement = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": BOX}
    found = of(account, role, ResourceArns=[BOX], ResourcePolicy=document(statement))
    assert (found["EvalDecision"], sources(found)) == ("allowed", ["ResourcePolicy"])


# The context's types.


@pytest.mark.parametrize(
    ("operator", "wanted", "kind", "value"),
    [
        ("StringEquals", "a", "string", "a"),
        ("NumericLessThan", "10", "numeric", "9.5"),
        ("Bool", "true", "boolean", "True"),
        ("IpAddress", "203.0.113.0/24", "ip", "203.0.113.7"),
        ("IpAddress", "2001:db8::/32", "ip", "2001:db8::1"),
        ("BinaryEquals", "QmluYXJ5", "binary", "QmluYXJ5"),
        ("DateLessThan", "2024-06-01", "date", "2024-05-31T23:59:59Z"),
        ("ForAnyValue:StringEquals", "b", "stringList", "a,b"),
        ("ForAllValues:NumericLessThan", "3", "numericList", "1,2"),
        ("ForAnyValue:Bool", "true", "booleanList", "false,true"),
        ("ForAnyValue:IpAddress", "192.0.2.0/24", "ipList", "192.0.2.1"),
        ("ForAnyValue:BinaryEquals", "QQ==", "binaryList", "QQ=="),
        ("ForAnyValue:DateEquals", "2024", "dateList", "2023,2024"),
    ],
)
def test_values_are_of_their_types(
    account: Account, operator: str, wanted: str, kind: str, value: str
) -> None:
    policy = document(allow("s3:GetObject", Condition={operator: {"a:key1": wanted}}))
    entry = {"ContextKeyName": "A:Key1", "ContextKeyType": kind, "ContextKeyValues": value.split(",")}
    found = custom(account, policy, ContextEntries=[entry])
    assert (found["EvalDecision"], found["MissingContextValues"]) == ("allowed", [])


def test_a_list_without_values_was_not_given(account: Account) -> None:
    policy = document(allow("s3:GetObject", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}))
    entry = {"ContextKeyName": "aws:TagKeys", "ContextKeyType": "stringList", "ContextKeyValues": []}
    assert custom(account, policy, ContextEntries=[entry])["MissingContextValues"] == ["aws:TagKeys"]


def entry(kind: str, *held: str, name: str = "a:key1") -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": list(held)}


# What is refused.

NAMELESS = {"ContextKeyType": "string", "ContextKeyValues": ["a"]}
REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"ActionNames": ["s3:*"]},
        "Invalid action name: s3:*. Action names have the form service:Name, without wildcards.",
    ),
    ({"ActionNames": ["GetObject"]}, "Invalid action name: GetObject."),
    ({"ActionNames": ["s3:Get?bject"]}, "Invalid action name: s3:Get?bject."),
    ({"ActionNames": ["s3:a:b"]}, "Invalid action name: s3:a:b."),
    ({"ResourceArns": ["box"]}, "ResourceNames are not in a valid ARN format: box."),
    ({"ResourceArns": [BOX, "arn:aws:s3"]}, "ResourceNames are not in a valid ARN format: arn:aws:s3."),
    ({"ResourceOwner": "mary"}, "'mary' is not a valid as a Resource Owner."),
    ({"CallerArn": "mary"}, "Invalid caller: mary is not the ARN of a user, a group or a role."),
    (
        {"CallerArn": "arn:aws:sts::444455556666:assumed-role/r/s"},
        "assumed-role/r/s is not the ARN of a user, a group or a role.",
    ),
    (
        {"CallerArn": "arn:aws:iam::444455556666:group/g", "ResourcePolicy": "{}"},
        "Invalid caller - Caller must be an IAM user or role in this context.",
    ),
    ({"ContextEntries": [NAMELESS]}, "A context entry must have a ContextKeyName."),
    (
        {"ContextEntries": [entry("string", "a"), entry("string", "b", name="A:KEY1")]},
        "The context key A:KEY1 is specified more than once.",
    ),
    (
        {"ContextEntries": [entry("string", "a", "b")]},
        "The context key a:key1 of the type string must have exactly one value.",
    ),
    ({"ContextEntries": [entry("boolean")]}, "of the type boolean must have exactly one value."),
    (
        {"ContextEntries": [entry("boolean", "yes")]},
        "A value of the context key a:key1 is not of the type boolean.",
    ),
    ({"ContextEntries": [entry("numericList", "1", "one")]}, "is not of the type numericList."),
    ({"ContextEntries": [entry("ip", "203.0.113.0/24")]}, "is not of the type ip."),
    ({"ContextEntries": [entry("binary", "?")]}, "is not of the type binary."),
    ({"ContextEntries": [entry("date", "yesterday")]}, "is not of the type date."),
    (
        {"PermissionsBoundaryPolicyInputList": [READS, READS]},
        "The list of Permissions Boundary policies cannot exceed 1 items.",
    ),
    (
        {"PermissionsBoundaryPolicyInputList": ["{}"]},
        "PermissionsBoundaryPolicyInputList.1: Syntax errors in policy.",
    ),
    ({"PolicyInputList": [READS, "{"]}, "PolicyInputList.2: Syntax errors in policy."),
    (
        {"PolicyInputList": [document(allow("s3:*", Principal="*"))]},
        "PolicyInputList.1: Policy document should not specify a principal.",
    ),
    ({"ResourcePolicy": READS, "CallerArn": MARY}, "ResourcePolicy: Missing required field Principal."),
    (
        {"ResourcePolicy": document(allow("s3:*", Principal="*"))},
        "CallerArn is required if ResourcePolicy is specified.",
    ),
    (
        {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": ["{}"]}]},
        "OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList.1: Syntax errors in policy.",
    ),
]


@pytest.mark.parametrize(("params", "sentence"), REFUSED, ids=[row[1][:60] for row in REFUSED])
def test_what_is_not_clear_is_refused(account: Account, params: dict[str, Any], sentence: str) -> None:
    asked = {"PolicyInputList": [READS], "ActionNames": ["s3:GetObject"], **params}
    said = refused(account.iam, "SimulateCustomPolicy", **asked)
    assert said[:2] == ("InvalidInput", 400)
    assert sentence in said.message


@pytest.mark.parametrize("operation", ["SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"])
@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (
            "arn:aws:iam::{A}:user/nobody",
            Refused("NoSuchEntity", 404, "The user with name nobody cannot be found."),
        ),
        (
            "arn:aws:iam::{A}:group/none",
            Refused("NoSuchEntity", 404, "The group with name none cannot be found."),
        ),
        (
            "arn:aws:iam::{A}:role/none",
            Refused("NoSuchEntity", 404, "The role with name none cannot be found."),
        ),
        (
            "arn:aws:iam::{A}:user/x/bob",
            Refused("NoSuchEntity", 404, "The user with name bob cannot be found."),
        ),
        (
            "arn:aws:sts::{A}:assumed-role/r/s",
            Refused(
                "InvalidInput",
                400,
                "Invalid Entity Arn: arn:aws:sts::{A}:assumed-role/r/s does not clearly define entity "
                "type and name.",
            ),
        ),
        (
            "arn:aws:iam::444455556666:user/mary",
            Refused(
                "InvalidInput",
                400,
                "Invalid Policy Source Arn: caller's account {A} does not have access to policies in account "
                "444455556666",
            ),
        ),
    ],
)
def test_whose_policies_they_are_must_be_clear(
    account: Account, bob: str, operation: str, arn: str, expected: Refused
) -> None:
    assert bob
    asked = {"PolicySourceArn": arn.replace("{A}", account.account_id)}
    more: Any = {"ActionNames": ["s3:GetObject"]} if operation == "SimulatePrincipalPolicy" else {}
    said = refused(account.iam, operation, **asked, **more)
    assert said == expected._replace(message=expected.message.replace("{A}", account.account_id))


def test_a_stored_policy_that_cannot_be_read_is_told(account: Account, bob: str) -> None:
    user_id = account.iam.get_user(UserName="bob")["User"]["UserId"]
    with account.server.store.database.write() as tx:
        inline_policies.put(tx, account.account_id, user_id, InlinePolicy("broken", "{"))
    said = refused(account.iam, "SimulatePrincipalPolicy", PolicySourceArn=bob, ActionNames=["s3:GetObject"])
    message = "The policy user_bob_broken cannot be read: Syntax errors in policy."
    assert said == Refused("PolicyEvaluation", 500, message)


# How much may be asked.


def test_what_is_too_much_at_a_time_is_refused(account: Account) -> None:
    large = document(*[allow("s3:Get*")] * 1200)
    asked = {"PolicyInputList": [large], "ActionNames": ["s3:GetObject"]}
    many = [f"{BOX}{number}" for number in range(50)]
    said = refused(account.iam, "SimulateCustomPolicy", **asked, ResourceArns=many)
    too_large = "The policies are too large for this many resources. Simulate fewer resources at a time."
    assert said == Refused("InvalidInput", 400, too_large)
    assert custom(account, large, ResourceArns=many[:1])["EvalDecision"] == "allowed"

    long = [entry("string", "x" * 10_000)]
    assert refused(account.iam, "SimulateCustomPolicy", **asked, ContextEntries=long).message == too_large


# Which keys there are to give.


def test_context_keys_are_told_in_the_order_of_the_policies(account: Account) -> None:
    text = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*",'
        '"Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}",'
        '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}'
    )
    told = account.iam.get_context_keys_for_custom_policy(PolicyInputList=[text, READS])
    assert told["ContextKeyNames"] == ["aws:username", "aws:CurrentTime"]


def test_context_keys_of_everything_that_somebody_has(account: Account, bob: str) -> None:
    def put(put_policy: Any, key: str, **whose: str) -> None:
        policy = document(allow("s3:*", Condition={"StringEquals": {key: "a"}}))
        put_policy(PolicyName="asking", PolicyDocument=policy, **whose)

    put(account.iam.put_user_policy, "a:user1", UserName="bob")
    put(account.iam.put_group_policy, "a:group", GroupName="team")
    passed = document(deny("s3:*", Condition={"StringEquals": {"A:USER1": "a", "a:passed": "b"}}))
    told = account.iam.get_context_keys_for_principal_policy(PolicySourceArn=bob, PolicyInputList=[passed])
    assert told["ContextKeyNames"] == ["a:user1", "a:group", "a:passed"]
    group = account.iam.get_context_keys_for_principal_policy(PolicySourceArn=arn_of(account, "group/team"))
    assert group["ContextKeyNames"] == ["a:group"]


def test_context_keys_of_what_is_no_policy(account: Account) -> None:
    said = refused(account.iam, "GetContextKeysForCustomPolicy", PolicyInputList=["{"])
    assert said == Refused("InvalidInput", 400, "PolicyInputList.1: Syntax errors in policy.")
