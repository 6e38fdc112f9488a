"""Hypothesis strategies for policies and requests with every feature of the policy language."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from iamd.policy import Policy, PolicyLayers, Request, parse, principal_from_arn
from iamd.policy.operators import OPERATORS

PolicyStrategy = Callable[..., st.SearchStrategy[Policy]]
ACCOUNT_ID, OTHER_ACCOUNT_ID = "111122223333", "444455556666"
ARNS = (
    f"arn:aws:iam::{ACCOUNT_ID}:root",
    f"arn:aws:iam::{ACCOUNT_ID}:user/alice",
    f"arn:aws:iam::{ACCOUNT_ID}:role/app/web",
    f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/ecs.amazonaws.com/R",
    f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/web/s1",
    f"arn:aws:sts::{ACCOUNT_ID}:federated-user/fay",
    f"arn:aws:iam::{OTHER_ACCOUNT_ID}:user/beth",
    f"arn:aws:iam::{OTHER_ACCOUNT_ID}:root",
)
ROLE_ID = "AROAWEBWEBWEBWEBWEB12"
CALLERS = [principal_from_arn(arn) for arn in (*ARNS, "")] + [
    replace(principal_from_arn(ARNS[4]), unique_id=ROLE_ID, role_arn=ARNS[2]),
    principal_from_arn("sns.amazonaws.com", "Service"),
    principal_from_arn("accounts.google.com", "Federated"),
]
PRINCIPALS = ("*", ACCOUNT_ID, OTHER_ACCOUNT_ID, *ARNS, ROLE_ID, f"{ROLE_ID}:s1", f"{ROLE_ID}:s2")
ACTIONS = (
    "s3:GetObject",
    "S3:getobject",
    "s3:PutObject",
    "iam:CreateUser",
    "sts:AssumeRole",
    "sts:GetSessionToken",
    "sts:GetCallerIdentity",
)
ACTION_PATTERNS = (
    "*",
    "*:*",
    "s3:*",
    "s3:Get*",
    "s3:?etObject",
    "s3:*Object",
    "S3:G*t*",
    "sts:*",
    "s3:GetObject",
    "i*:*",
)
RESOURCES = (
    "*",
    "arn:aws:s3:::box/a",
    "arn:aws:s3:::box/a/b:c",
    "arn:aws:s3:::box/alice",
    f"arn:aws:iam::{ACCOUNT_ID}:role/target",
    f"arn:aws:sqs:eu-west-1:{ACCOUNT_ID}:jobs",
    f"arn:aws:sqs:eu-west-1:{OTHER_ACCOUNT_ID}:jobs",
    "not an arn",
    "",
)
RESOURCE_PATTERNS = (
    "*",
    "**",
    "arn:aws:s3:::*",
    "arn:aws:s3:::box/?",
    "arn:aws:s3:::b*x/*a*",
    "arn:aws:s3:::*/a?b:*",
    "arn:aws:s3:::box/${aws:username}",
    "arn:aws:s3:::box/${aws:username, 'a'}*",
    "arn:aws:s3:::box/${x:none}",
    "arn:aws:s3:::${*}",
    "arn:${x}:s3:::box/a",
    "arn:aws:sqs",
    "arn:aws:sqs:*",
    "arn:aws:sqs:*:*:jobs",
    f"arn:aws:*:*:{ACCOUNT_ID}:*",
    RESOURCES[4],
)
CONTEXT_KEYS = (
    "aws:username",
    "aws:SourceIp",
    "aws:CurrentTime",
    "x:Number",
    "x:List",
    "X:Flag",
    "x:Arn",
    "x:none",
)
CONTEXT_VALUES = (
    "alice",
    "ALICE",
    "a*",
    "",
    "10.1.2.3",
    "10.0.0.0/8",
    "2001:db8::1",
    "2026-01-01T00:00:00Z",
    "2026",
    "5",
    "5.0",
    "abc",
    "true",
    "False",
    "YWJj",
    "arn:aws:s3:::box/a",
    "arn:aws:s3:::*",
    "${aws:username}",
    "${x:none}",
    "${x:none, 'alice'}x*",
    "${x:List}",
)

values = st.sampled_from(CONTEXT_VALUES)
contexts = st.dictionaries(
    st.sampled_from([key.lower() for key in CONTEXT_KEYS[:-1]]),
    values | st.lists(values, max_size=3),
    max_size=5,
)
operators = st.builds(
    lambda quantifier, base, suffix: f"{quantifier}{base}{suffix}",
    st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(sorted(OPERATORS)),
    st.sampled_from(["", "", "IfExists"]),
) | st.just("Null")
conditions = st.dictionaries(
    operators,
    st.dictionaries(
        st.sampled_from(CONTEXT_KEYS), values | st.lists(values, max_size=3), min_size=1, max_size=2
    ),
    max_size=2,
)


def _one_or_list(choices: tuple[str, ...], element: str) -> st.SearchStrategy[Any]:
    """Return one value or a list of values; a Not… element must not have an empty list."""
    min_size = int(element.startswith("Not"))
    return st.sampled_from(choices) | st.lists(st.sampled_from(choices), min_size=min_size, max_size=3)


@st.composite
def statements(draw: st.DrawFn, *, with_principal: bool) -> dict[str, Any]:
    """Generate a statement; a Principal element may be missing, or be present where it does not belong."""
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    action_element = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
    statement[action_element] = draw(_one_or_list(ACTION_PATTERNS, action_element))
    resource_element = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource", None]))
    if resource_element is not None:
        statement[resource_element] = draw(_one_or_list(RESOURCE_PATTERNS, resource_element))
    if draw(st.booleans()):
        statement["Condition"] = draw(conditions)
    if draw(st.integers(0, 9)) < (9 if with_principal else 1):
        principal_element = draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))
        kind = draw(st.sampled_from(["AWS", "AWS", "AWS", "Service", "Federated"]))
        statement[principal_element] = {kind: draw(_one_or_list(PRINCIPALS, principal_element))}
    return statement


@st.composite
def policies(draw: st.DrawFn, *, with_principal: bool = False) -> Policy:
    """Generate a policy with either version, or without one."""
    document: dict[str, Any] = {
        "Statement": draw(st.lists(statements(with_principal=with_principal), min_size=1, max_size=3))
    }
    version = draw(st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17", None]))
    return parse(document if version is None else {"Version": version, **document})


def build_layers(policies: PolicyStrategy) -> st.SearchStrategy[PolicyLayers]:
    """Return a strategy for all policy layers of a request, from one for a policy."""
    policy_lists = st.lists(policies(), max_size=2)
    resource_policies = policies(with_principal=True)
    return st.builds(
        PolicyLayers,
        identity=policy_lists,
        boundary=st.none() | policies(),
        session=st.none() | policy_lists,
        resource=st.none() | resource_policies,
        requires_grant=st.booleans(),
        scps=st.none() | st.lists(policy_lists, max_size=2),
        rcps=st.none() | st.lists(st.lists(resource_policies, max_size=2), max_size=2),
    )


requests = st.builds(
    Request,
    principal=st.sampled_from(CALLERS),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    resource_account=st.sampled_from([None, None, ACCOUNT_ID, OTHER_ACCOUNT_ID]),
    context=contexts,
)
layers = build_layers(policies)
