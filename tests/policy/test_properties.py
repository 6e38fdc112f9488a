"""Properties of policy evaluation and parsing for generated policies and requests."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamd.policy import (
    Outcome,
    Policy,
    PolicyError,
    PolicyKind,
    PolicyLayers,
    Request,
    decide,
    denial_message,
    parse,
    principal_from_arn,
    validate,
)
from iamd.policy.decision import Decision
from iamd.policy.document import Statement
from iamd.policy.patterns import PatternPart, glob, glob_parts, matches_action
from tests.examples import examples
from tests.policy.strategies import build_layers

few_examples = examples(40)
many_examples = examples(200)

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
CALLERS = [
    principal_from_arn(arn)
    for arn in (
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:user/alice",
        f"arn:aws:iam::{ACCOUNT}:role/app/web",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/web/s1",
        f"arn:aws:sts::{ACCOUNT}:federated-user/fay",
        f"arn:aws:iam::{OTHER_ACCOUNT}:user/beth",
        "",
    )
] + [
    principal_from_arn("sns.amazonaws.com", "Service"),
    principal_from_arn("accounts.google.com", "Federated"),
]
ACTIONS = ["s3:GetObject", "s3:PutObject", "iam:CreateUser", "sts:AssumeRole"]
RESOURCES = [
    "*",
    "arn:aws:s3:::box/a",
    f"arn:aws:iam::{ACCOUNT}:role/target",
    f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs",
]
PRINCIPAL_NAMES = ["*", ACCOUNT, OTHER_ACCOUNT, *(caller.arn for caller in CALLERS[:6])]

contexts = st.dictionaries(
    st.sampled_from(["x:a", "x:b"]),
    st.sampled_from(["1", "2", "a*", ""]) | st.lists(st.sampled_from(["1", "2"])),
)
conditions = st.dictionaries(
    st.sampled_from(
        [
            "StringEquals",
            "StringNotEquals",
            "StringLikeIfExists",
            "ForAllValues:StringEquals",
            "NumericLessThan",
            "Null",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["x:a", "X:B"]), st.sampled_from(["1", "${x:a}", "true", ["1", "2"]]), max_size=2
    ),
    max_size=2,
)


@st.composite
def statements(
    draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny"), *, with_principal: bool = False
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(effects))}
    actions = draw(st.sampled_from(["*", "s3:*", "s3:Get*", "sts:AssumeRole", ["iam:*", "s3:GetObject"]]))
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = actions
    resources = draw(
        st.sampled_from(["*", "arn:aws:s3:::*", "arn:aws:sqs", "arn:aws:s3:::box/${x:a}", RESOURCES[2]])
    )
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = resources
    statement["Condition"] = draw(conditions)
    if with_principal:
        principal_names = draw(st.lists(st.sampled_from(PRINCIPAL_NAMES), min_size=1, max_size=2))
        statement[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = {
            "AWS": principal_names
        }
    return statement


@st.composite
def policies(draw: st.DrawFn, *, with_principal: bool = False) -> Policy:
    version = draw(st.sampled_from(["2012-10-17", "2008-10-17"]))
    return parse(
        {
            "Version": version,
            "Statement": draw(st.lists(statements(with_principal=with_principal), min_size=1, max_size=3)),
        }
    )


requests = st.builds(
    Request,
    principal=st.sampled_from(CALLERS),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    resource_account=st.sampled_from([None, ACCOUNT, OTHER_ACCOUNT]),
    context=contexts,
)
layers = build_layers(policies)
deny_everything = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})


def _allowed(request: Request, policy_layers: PolicyLayers) -> bool:
    return decide(request, policy_layers).allowed


@few_examples
@given(requests, layers, policies())
def test_added_deny_never_allows_more(request: Request, policy_layers: PolicyLayers, policy: Policy) -> None:
    deny_policy = replace(
        policy, statements=tuple(replace(statement, effect="Deny") for statement in policy.statements)
    )
    with_deny = replace(policy_layers, identity=[*policy_layers.identity, deny_policy])
    assert _allowed(request, policy_layers) or not _allowed(request, with_deny)


@few_examples
@given(requests, layers, st.randoms(use_true_random=False))
def test_removed_allow_never_allows_more(request: Request, policy_layers: PolicyLayers, random: Any) -> None:
    def without_some_allows(policy: Policy) -> Policy:
        return replace(
            policy, statements=tuple(statement for statement in policy.statements if is_retained(statement))
        )

    def is_retained(statement: Statement) -> bool:
        return statement.effect == "Deny" or random.random() < 0.5

    with_fewer_allows = replace(
        policy_layers,
        identity=[without_some_allows(policy) for policy in policy_layers.identity],
        boundary=policy_layers.boundary and without_some_allows(policy_layers.boundary),
        session=None
        if policy_layers.session is None
        else [without_some_allows(policy) for policy in policy_layers.session],
        resource=policy_layers.resource and without_some_allows(policy_layers.resource),
        scps=None
        if policy_layers.scps is None
        else [[without_some_allows(policy) for policy in level] for level in policy_layers.scps],
    )
    assert _allowed(request, policy_layers) or not _allowed(request, with_fewer_allows)


@few_examples
@given(requests, layers)
def test_order_of_policies_and_statements_is_irrelevant(
    request: Request, policy_layers: PolicyLayers
) -> None:
    def reverse_statements(policy: Policy) -> Policy:
        return replace(policy, statements=policy.statements[::-1])

    reversed_layers = replace(
        policy_layers,
        identity=[reverse_statements(policy) for policy in reversed(policy_layers.identity)],
        session=None if policy_layers.session is None else list(reversed(policy_layers.session)),
        resource=policy_layers.resource and reverse_statements(policy_layers.resource),
        scps=None if policy_layers.scps is None else [level[::-1] for level in policy_layers.scps[::-1]],
    )
    assert decide(request, policy_layers).outcome is decide(request, reversed_layers).outcome


@few_examples
@given(requests, layers)
def test_limiting_layers_never_grant_access(request: Request, policy_layers: PolicyLayers) -> None:
    unlimited = replace(policy_layers, boundary=None, session=None, scps=None, rcps=None)
    assert _allowed(request, unlimited) or not _allowed(request, policy_layers)


@few_examples
@given(requests, layers)
def test_no_access_without_a_granting_policy(request: Request, policy_layers: PolicyLayers) -> None:
    without_grants = replace(policy_layers, identity=(), resource=None)
    is_root = request.principal.arn.endswith(":root")
    assert is_root or not _allowed(request, without_grants)


@few_examples
@given(requests, layers)
def test_deny_everything_policy_denies_every_request(request: Request, policy_layers: PolicyLayers) -> None:
    with_deny_everything = replace(policy_layers, identity=[deny_everything, *policy_layers.identity])
    has_identity = request.principal.kind.has_identity_side
    assert not has_identity or decide(request, with_deny_everything).outcome is Outcome.EXPLICITLY_DENIED


@few_examples
@given(requests, layers)
def test_principals_without_identity_policies_need_only_the_resource_policy(
    request: Request, policy_layers: PolicyLayers
) -> None:
    if not request.principal.kind.has_identity_side:
        without_grants = PolicyLayers(
            resource=policy_layers.resource,
            requires_grant=policy_layers.requires_grant,
            rcps=policy_layers.rcps,
        )
        assert _allowed(request, policy_layers) == _allowed(request, without_grants)


@few_examples
@given(requests, layers)
def test_only_denials_have_a_message(request: Request, policy_layers: PolicyLayers) -> None:
    decision: Decision = decide(request, policy_layers)
    assert bool(denial_message(request, decision)) is not decision.allowed
    assert {match.statement.effect for match in decision.matches} <= {
        "Deny" if decision.outcome is Outcome.EXPLICITLY_DENIED else "Allow"
    }


@few_examples
@given(requests, layers, st.sampled_from(ACTIONS))
def test_requested_action_is_case_insensitive(
    request: Request, policy_layers: PolicyLayers, action: str
) -> None:
    lower = replace(request, action=action.lower())
    assert (
        decide(lower, policy_layers).outcome
        is decide(replace(request, action=action.upper()), policy_layers).outcome
    )


@few_examples
@given(st.text("aB:*?", max_size=8), st.text("aB:", max_size=8))
def test_action_patterns_are_case_insensitive(pattern: str, action: str) -> None:
    assert matches_action(pattern.swapcase(), action) == matches_action(pattern, action.swapcase())


@many_examples
@given(st.text("ab*?", max_size=9), st.text("ab*", max_size=9))
def test_glob_agrees_with_a_naive_matcher(pattern: str, subject: str) -> None:
    assert glob(pattern, subject) == _naive_match([(char, False) for char in pattern], subject)


@many_examples
@given(
    st.lists(st.builds(PatternPart, st.text("ab*?", max_size=4), st.booleans()), max_size=4),
    st.text("ab*?", max_size=9),
)
def test_glob_parts_agree_with_a_naive_matcher(parts: list[PatternPart], subject: str) -> None:
    assert glob_parts(parts, subject) == _naive_match(
        [(char, is_literal) for text, is_literal in parts for char in text], subject
    )


def _naive_match(pattern: list[tuple[str, bool]], subject: str) -> bool:
    if not pattern:
        return not subject
    (char, is_literal), remaining = pattern[0], pattern[1:]
    if char == "*" and not is_literal:
        return any(_naive_match(remaining, subject[start:]) for start in range(len(subject) + 1))
    matches_char = bool(subject) and (char == subject[0] or (char == "?" and not is_literal))
    return matches_char and _naive_match(remaining, subject[1:])


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
elements = st.sampled_from(
    [
        "Version",
        "Id",
        "Statement",
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "Condition",
    ]
)
policy_like_values = st.recursive(
    st.sampled_from(["2012-10-17", "Allow", "Deny", "*", "s3:*", "", True, None, 1, 1.5, "StringEquals"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(elements, inner, max_size=5),
    max_leaves=15,
)
kinds = st.sampled_from(list(PolicyKind))


@few_examples
@given(st.text() | st.text('{}[]":,0eE+-."'), kinds)
def test_any_text_is_parsed_or_rejected(text: str, kind: PolicyKind) -> None:
    _check_parsed_or_rejected(text, kind)


@few_examples
@given(json_values | policy_like_values, kinds)
def test_any_json_is_parsed_or_rejected(value: object, kind: PolicyKind) -> None:
    _check_parsed_or_rejected(json.dumps(value), kind)


@few_examples
@given(st.dictionaries(st.sampled_from(["Version", "Statement"]), json_values | policy_like_values), kinds)
def test_any_mapping_is_parsed_or_rejected(document: dict[str, object], kind: PolicyKind) -> None:
    _check_parsed_or_rejected(document, kind)


@few_examples
@given(statements(with_principal=False), st.sampled_from([PolicyKind.MANAGED, PolicyKind.SCP]), st.data())
def test_any_malformed_statement_is_parsed_or_rejected(
    statement: dict[str, Any], kind: PolicyKind, data: st.DataObject
) -> None:
    statement[data.draw(st.sampled_from([*statement, "Principal", "Sid"]))] = data.draw(
        json_values | policy_like_values
    )
    _check_parsed_or_rejected({"Version": "2012-10-17", "Statement": statement}, kind)


def _check_parsed_or_rejected(document: Any, kind: PolicyKind) -> None:
    for reader in (parse, lambda text_or_mapping: validate(text_or_mapping, kind)):
        with suppress(PolicyError):
            assert isinstance(reader(document), Policy)


@few_examples
@given(requests, policies(with_principal=True), st.text(max_size=5), st.text(max_size=5))
def test_unusual_requests_are_decided(request: Request, policy: Policy, action: str, resource: str) -> None:
    unusual_request = replace(
        request, action=action, resource=resource, context={"x:a": resource, "x:b": [action]}
    )
    assert isinstance(
        decide(unusual_request, PolicyLayers(identity=[policy], resource=policy)).outcome, Outcome
    )
