"""Inputs of simulations: excluded policies, caller, context entries, invalid parameters and size limits."""

import json
from typing import Any

import pytest

from iamd.store import inline_policies
from iamd.store.inline_policies import InlinePolicy
from tests.api.operation_calls import TRUST
from tests.api.responses import Refused, refused
from tests.api.simulations import (
    ADMIN,
    READ_POLICY,
    arn_of,
    create_bob,
    simulate_custom,
    simulate_principal,
    source_policy_ids,
)
from tests.servers import Account, allow, deny, document

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
MARY = "arn:aws:iam::444455556666:user/mary"
BOX = "arn:aws:s3:::box/a"


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user whose inline, group and managed policies each allow s3:GetObject."""
    return create_bob(account)


# Excluded policies.


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ({"PolicyType": "inline"}, ["managed", "AdministratorAccess"]),
        ({"PolicyType": "aws-managed"}, ["user_bob_own", "group_team_ours", "managed"]),
        ({"PolicyType": "user-managed"}, ["user_bob_own", "group_team_ours", "AdministratorAccess"]),
        ({"PolicyType": "scp"}, ["user_bob_own", "group_team_ours", "managed", "AdministratorAccess"]),
        ({"PolicyArn": ADMIN}, ["user_bob_own", "group_team_ours", "managed"]),
        ({"PolicyArn": "arn:aws:iam::aws:policy/Admin*"}, ["user_bob_own", "group_team_ours", "managed"]),
        (
            {"PolicyArn": "arn:aws:iam::{A}:policy/m?n?ged"},
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
            ["user_bob_own", "managed", "AdministratorAccess"],
        ),
        (
            {
                "InlinePolicyIdentifier": {
                    "PolicyName": "ours",
                    "AttachmentType": "user",
                    "AttachmentName": "team",
                }
            },
            ["user_bob_own", "group_team_ours", "managed", "AdministratorAccess"],
        ),
    ],
)
def test_policy_exclusion_list_excludes_policies(
    account: Account, bob: str, excluded: Any, expected: list[str]
) -> None:
    exclusion = json.loads(json.dumps(excluded).replace("{A}", account.account_id))
    assert source_policy_ids(simulate_principal(account, bob, PolicyExclusionList=[exclusion])) == expected


def test_policy_exclusion_list_excludes_the_permissions_boundary(account: Account, bob: str) -> None:
    account.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=AUDIT)
    result = simulate_principal(
        account, bob, "s3:PutObject", PolicyExclusionList=[{"PolicyType": "permission-boundary"}]
    )
    assert result["EvalDecision"] == "allowed"
    assert "PermissionsBoundaryDecisionDetail" not in result


@pytest.mark.parametrize(
    "identifier",
    [
        {"PolicyArn": "arn:aws:iam::aws:policy/*a*"},
        {"PolicyArn": "arn:aws:iam::*:policy/x"},
        {"PolicyArn": "arn:aws:iam::aws:policy/*/x"},
        {"PolicyArn": "arn:aws:iam::aws:role/xyz"},
    ],
)
def test_excluded_arn_that_matches_no_managed_policy_is_invalid_input(
    account: Account, bob: str, identifier: Any
) -> None:
    error = refused(
        account.iam,
        "SimulatePrincipalPolicy",
        PolicySourceArn=bob,
        ActionNames=["s3:GetObject"],
        PolicyExclusionList=[identifier],
    )
    assert error == Refused(
        "InvalidInput", 400, f"{identifier['PolicyArn']} does not identify a managed policy."
    )


# Caller.


def test_caller_arn_replaces_the_context_but_not_the_policies(account: Account, bob: str) -> None:
    policy = document(
        allow("s3:PutObject", Condition={"StringEquals": {"aws:username": "carol"}}),
        allow("s3:PutObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    )
    account.iam.create_user(UserName="carol", Tags=[{"Key": "team", "Value": "b"}])
    carol = arn_of(account, "user/carol")
    params: dict[str, Any] = {
        "PolicyInputList": [policy],
        "PolicyExclusionList": [{"PolicyType": "aws-managed"}],
    }
    result = simulate_principal(account, bob, "s3:PutObject", CallerArn=carol, **params)
    assert (result["EvalDecision"], source_policy_ids(result)) == ("allowed", ["PolicyInputList.1"])
    result = simulate_principal(account, bob, "s3:PutObject", CallerArn=MARY, **params)
    assert (result["EvalDecision"], result["MissingContextValues"]) == (
        "implicitDeny",
        ["aws:PrincipalTag/team"],
    )


def test_resource_policy_naming_a_role_suffices_for_the_role(account: Account) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=TRUST)
    role = arn_of(account, "role/job")
    statement = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": BOX}
    result = simulate_principal(account, role, ResourceArns=[BOX], ResourcePolicy=document(statement))
    assert (result["EvalDecision"], source_policy_ids(result)) == ("allowed", ["ResourcePolicy"])


# Types of context entries.


@pytest.mark.parametrize(
    ("operator", "condition_value", "key_type", "values"),
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
def test_context_entry_matches_a_condition_of_its_type(
    account: Account, operator: str, condition_value: str, key_type: str, values: str
) -> None:
    policy = document(allow("s3:GetObject", Condition={operator: {"a:key1": condition_value}}))
    entry = context_entry(key_type, *values.split(","), name="A:Key1")
    result = simulate_custom(account, policy, ContextEntries=[entry])
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])


def test_empty_list_is_a_missing_context_value(account: Account) -> None:
    policy = document(allow("s3:GetObject", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}))
    entry = context_entry("stringList", name="aws:TagKeys")
    assert simulate_custom(account, policy, ContextEntries=[entry])["MissingContextValues"] == ["aws:TagKeys"]


def context_entry(key_type: str, *values: str, name: str = "a:key1") -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyType": key_type, "ContextKeyValues": list(values)}


# Invalid parameters.

ENTRY_WITHOUT_NAME = {"ContextKeyType": "string", "ContextKeyValues": ["a"]}
INVALID_PARAMETERS: list[tuple[dict[str, Any], str]] = [
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
    ({"ContextEntries": [ENTRY_WITHOUT_NAME]}, "A context entry must have a ContextKeyName."),
    (
        {"ContextEntries": [context_entry("string", "a"), context_entry("string", "b", name="A:KEY1")]},
        "The context key A:KEY1 is specified more than once.",
    ),
    (
        {"ContextEntries": [context_entry("string", "a", "b")]},
        "The context key a:key1 of the type string must have exactly one value.",
    ),
    ({"ContextEntries": [context_entry("boolean")]}, "of the type boolean must have exactly one value."),
    (
        {"ContextEntries": [context_entry("boolean", "yes")]},
        "A value of the context key a:key1 is not of the type boolean.",
    ),
    ({"ContextEntries": [context_entry("numericList", "1", "one")]}, "is not of the type numericList."),
    ({"ContextEntries": [context_entry("ip", "203.0.113.0/24")]}, "is not of the type ip."),
    ({"ContextEntries": [context_entry("binary", "?")]}, "is not of the type binary."),
    ({"ContextEntries": [context_entry("date", "yesterday")]}, "is not of the type date."),
    (
        {"PermissionsBoundaryPolicyInputList": [READ_POLICY, READ_POLICY]},
        "The list of Permissions Boundary policies cannot exceed 1 items.",
    ),
    (
        {"PermissionsBoundaryPolicyInputList": ["{}"]},
        "PermissionsBoundaryPolicyInputList.1: Syntax errors in policy.",
    ),
    ({"PolicyInputList": [READ_POLICY, "{"]}, "PolicyInputList.2: Syntax errors in policy."),
    (
        {"PolicyInputList": [document(allow("s3:*", Principal="*"))]},
        "PolicyInputList.1: Policy document should not specify a principal.",
    ),
    ({"ResourcePolicy": READ_POLICY, "CallerArn": MARY}, "ResourcePolicy: Missing required field Principal."),
    (
        {"ResourcePolicy": document(allow("s3:*", Principal="*"))},
        "CallerArn is required if ResourcePolicy is specified.",
    ),
    (
        {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": ["{}"]}]},
        "OrderedOrganizationPolicyInputList.1.ServiceControlPolicyInputList.1: Syntax errors in policy.",
    ),
]


@pytest.mark.parametrize(
    ("params", "message"), INVALID_PARAMETERS, ids=[message[:60] for _, message in INVALID_PARAMETERS]
)
def test_invalid_parameter_is_invalid_input(account: Account, params: dict[str, Any], message: str) -> None:
    params = {"PolicyInputList": [READ_POLICY], "ActionNames": ["s3:GetObject"], **params}
    error = refused(account.iam, "SimulateCustomPolicy", **params)
    assert error[:2] == ("InvalidInput", 400)
    assert message in error.message


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
def test_invalid_policy_source_arn_is_refused(
    account: Account, bob: str, operation: str, arn: str, expected: Refused
) -> None:
    assert bob
    params: dict[str, Any] = {"PolicySourceArn": arn.replace("{A}", account.account_id)}
    if operation == "SimulatePrincipalPolicy":
        params["ActionNames"] = ["s3:GetObject"]
    error = refused(account.iam, operation, **params)
    assert error == expected._replace(message=expected.message.replace("{A}", account.account_id))


def test_unparsable_stored_policy_is_a_policy_evaluation_error(account: Account, bob: str) -> None:
    user_id = account.iam.get_user(UserName="bob")["User"]["UserId"]
    with account.server.store.database.write() as tx:
        inline_policies.put(tx, account.account_id, user_id, InlinePolicy("broken", "{"))
    error = refused(account.iam, "SimulatePrincipalPolicy", PolicySourceArn=bob, ActionNames=["s3:GetObject"])
    message = "The policy user_bob_broken cannot be read: Syntax errors in policy."
    assert error == Refused("PolicyEvaluation", 500, message)


# Size limits.


def test_simulation_size_is_limited(account: Account) -> None:
    large = document(*[allow("s3:Get*")] * 1200)
    params = {"PolicyInputList": [large], "ActionNames": ["s3:GetObject"]}
    resources = [f"{BOX}{number}" for number in range(50)]
    error = refused(account.iam, "SimulateCustomPolicy", **params, ResourceArns=resources)
    too_large = "The policies are too large for this many resources. Simulate fewer resources at a time."
    assert error == Refused("InvalidInput", 400, too_large)
    assert simulate_custom(account, large, ResourceArns=resources[:1])["EvalDecision"] == "allowed"

    long_context = [context_entry("string", "x" * 8_000)]
    assert (
        refused(account.iam, "SimulateCustomPolicy", **params, ContextEntries=long_context).message
        == too_large
    )


# Context keys of policies.


def test_context_keys_are_in_the_order_of_the_policies(account: Account) -> None:
    text = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*",'
        '"Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}",'
        '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}'
    )
    response = account.iam.get_context_keys_for_custom_policy(PolicyInputList=[text, READ_POLICY])
    assert response["ContextKeyNames"] == ["aws:username", "aws:CurrentTime"]


def test_context_keys_for_a_principal_are_of_all_its_policies(account: Account, bob: str) -> None:
    def put_conditional_policy(put_policy: Any, key: str, **entity: str) -> None:
        policy = document(allow("s3:*", Condition={"StringEquals": {key: "a"}}))
        put_policy(PolicyName="conditional", PolicyDocument=policy, **entity)

    put_conditional_policy(account.iam.put_user_policy, "a:user1", UserName="bob")
    put_conditional_policy(account.iam.put_group_policy, "a:group", GroupName="team")
    policy = document(deny("s3:*", Condition={"StringEquals": {"A:USER1": "a", "a:passed": "b"}}))
    user = account.iam.get_context_keys_for_principal_policy(PolicySourceArn=bob, PolicyInputList=[policy])
    assert user["ContextKeyNames"] == ["a:user1", "a:group", "a:passed"]
    group = account.iam.get_context_keys_for_principal_policy(PolicySourceArn=arn_of(account, "group/team"))
    assert group["ContextKeyNames"] == ["a:group"]


def test_context_keys_for_a_malformed_policy_is_invalid_input(account: Account) -> None:
    error = refused(account.iam, "GetContextKeysForCustomPolicy", PolicyInputList=["{"])
    assert error == Refused("InvalidInput", 400, "PolicyInputList.1: Syntax errors in policy.")
