"""What must hold of any policy and any request, however they are made up."""

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

calm = examples(40)
thorough = examples(200)

HERE, THERE = "111122223333", "444455556666"
CALLERS = [
    principal_from_arn(arn)
    for arn in (
        f"arn:aws:iam::{HERE}:root",
        f"arn:aws:iam::{HERE}:user/alice",
        f"arn:aws:iam::{HERE}:role/app/web",
        f"arn:aws:sts::{HERE}:assumed-role/web/s1",
        f"arn:aws:sts::{HERE}:federated-user/fay",
        f"arn:aws:iam::{THERE}:user/beth",
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
    f"arn:aws:iam::{HERE}:role/target",
    f"arn:aws:sqs:eu-west-1:{HERE}:jobs",
]
NAMES = ["*", HERE, THERE, *(caller.arn for caller in CALLERS[:6])]

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
    draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny"), *, named: bool = False
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(effects))}
    actions = draw(st.sampled_from(["*", "s3:*", "s3:Get*", "sts:AssumeRole", ["iam:*", "s3:GetObject"]]))
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = actions
    resources = draw(
        st.sampled_from(["*", "arn:aws:s3:::*", "arn:aws:sqs", "arn:aws:s3:::box/${x:a}", RESOURCES[2]])
    )
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = resources
    statement["Condition"] = draw(conditions)
    if named:
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2))
        statement[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = {"AWS": names}
    return statement


@st.composite
def policies(draw: st.DrawFn, *, named: bool = False) -> Policy:
    version = draw(st.sampled_from(["2012-10-17", "2008-10-17"]))
    return parse(
        {"Version": version, "Statement": draw(st.lists(statements(named=named), min_size=1, max_size=3))}
    )


several = st.lists(policies(), max_size=2)
requests = st.builds(
    Request,
    principal=st.sampled_from(CALLERS),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    resource_account=st.sampled_from([None, HERE, THERE]),
    context=contexts,
)
layers = st.builds(
    PolicyLayers,
    identity=several,
    boundary=st.none() | policies(),
    session=st.none() | several,
    resource=st.none() | policies(named=True),
    requires_grant=st.booleans(),
    scps=st.none() | st.lists(several, max_size=2),
    rcps=st.none() | st.lists(st.lists(policies(named=True), max_size=1), max_size=2),
)
deny_everything = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})


def _allowed(request: Request, given_layers: PolicyLayers) -> bool:
    return decide(request, given_layers).allowed


@calm
@given(requests, layers, policies())
def test_an_added_deny_never_widens(request: Request, some: PolicyLayers, policy: Policy) -> None:
    denies = replace(policy, statements=tuple(replace(each, effect="Deny") for each in policy.statements))
    more = replace(some, identity=[*some.identity, denies])
    assert _allowed(request, some) or not _allowed(request, more)


@calm
@given(requests, layers, st.randoms(use_true_random=False))
def test_a_removed_allow_never_widens(request: Request, some: PolicyLayers, random: Any) -> None:
    def without(policy: Policy) -> Policy:
        return replace(policy, statements=tuple(each for each in policy.statements if _stays(each)))

    def _stays(statement: Statement) -> bool:
        return statement.effect == "Deny" or random.random() < 0.5

    fewer = replace(
        some,
        identity=[without(policy) for policy in some.identity],
        boundary=some.boundary and without(some.boundary),
        session=None if some.session is None else [without(policy) for policy in some.session],
        resource=some.resource and without(some.resource),
        scps=None if some.scps is None else [[without(policy) for policy in level] for level in some.scps],
    )
    assert _allowed(request, some) or not _allowed(request, fewer)


@calm
@given(requests, layers)
def test_order_is_irrelevant(request: Request, some: PolicyLayers) -> None:
    def turned(policy: Policy) -> Policy:
        return replace(policy, statements=policy.statements[::-1])

    other = replace(
        some,
        identity=[turned(policy) for policy in reversed(some.identity)],
        session=None if some.session is None else list(reversed(some.session)),
        resource=some.resource and turned(some.resource),
        scps=None if some.scps is None else [level[::-1] for level in some.scps[::-1]],
    )
    assert decide(request, some).outcome is decide(request, other).outcome


@calm
@given(requests, layers)
def test_limits_never_grant(request: Request, some: PolicyLayers) -> None:
    unlimited = replace(some, boundary=None, session=None, scps=None, rcps=None)
    assert _allowed(request, unlimited) or not _allowed(request, some)


@calm
@given(requests, layers)
def test_nothing_comes_of_nothing(request: Request, some: PolicyLayers) -> None:
    bare = replace(some, identity=(), resource=None)
    root = request.principal.arn.endswith(":root")
    assert root or not _allowed(request, bare)


@calm
@given(requests, layers)
def test_deny_everything_denies_everything(request: Request, some: PolicyLayers) -> None:
    denied = replace(some, identity=[deny_everything, *some.identity])
    signed = request.principal.kind.has_identity_side
    assert not signed or decide(request, denied).outcome is Outcome.EXPLICITLY_DENIED


@calm
@given(requests, layers)
def test_a_service_and_a_stranger_heed_the_resource_alone(request: Request, some: PolicyLayers) -> None:
    if not request.principal.kind.has_identity_side:
        bare = PolicyLayers(resource=some.resource, requires_grant=some.requires_grant, rcps=some.rcps)
        assert _allowed(request, some) == _allowed(request, bare)


@calm
@given(requests, layers)
def test_a_denial_is_explained_and_a_grant_is_not(request: Request, some: PolicyLayers) -> None:
    decision: Decision = decide(request, some)
    assert bool(denial_message(request, decision)) is not decision.allowed
    assert {match.statement.effect for match in decision.matches} <= {
        "Deny" if decision.outcome is Outcome.EXPLICITLY_DENIED else "Allow"
    }


@calm
@given(requests, layers, st.sampled_from(ACTIONS))
def test_the_case_of_an_action_is_irrelevant(request: Request, some: PolicyLayers, action: str) -> None:
    lower = replace(request, action=action.lower())
    assert decide(lower, some).outcome is decide(replace(request, action=action.upper()), some).outcome


@calm
@given(st.text("aB:*?", max_size=8), st.text("aB:", max_size=8))
def test_action_patterns_ignore_case(pattern: str, action: str) -> None:
    assert matches_action(pattern.swapcase(), action) == matches_action(pattern, action.swapcase())


@thorough
@given(st.text("ab*?", max_size=9), st.text("ab*", max_size=9))
def test_glob_equals_the_naive_matcher(pattern: str, subject: str) -> None:
    assert glob(pattern, subject) == _naive([(char, False) for char in pattern], subject)


@thorough
@given(
    st.lists(st.builds(PatternPart, st.text("ab*?", max_size=4), st.booleans()), max_size=4),
    st.text("ab*?", max_size=9),
)
def test_literal_pieces_equal_the_naive_matcher(parts: list[PatternPart], subject: str) -> None:
    assert glob_parts(parts, subject) == _naive(
        [(char, literal) for text, literal in parts for char in text], subject
    )


def _naive(pattern: list[tuple[str, bool]], subject: str) -> bool:
    if not pattern:
        return not subject
    (char, literal), rest = pattern[0], pattern[1:]
    if char == "*" and not literal:
        return any(_naive(rest, subject[start:]) for start in range(len(subject) + 1))
    fits = bool(subject) and (char == subject[0] or (char == "?" and not literal))
    return fits and _naive(rest, subject[1:])


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
nearly = st.recursive(
    st.sampled_from(["2012-10-17", "Allow", "Deny", "*", "s3:*", "", True, None, 1, 1.5, "StringEquals"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(elements, inner, max_size=5),
    max_leaves=15,
)
kinds = st.sampled_from(list(PolicyKind))


@calm
@given(st.text() | st.text('{}[]":,0eE+-."'), kinds)
def test_text_is_read_or_refused(text: str, kind: PolicyKind) -> None:
    _read_or_refused(text, kind)


@calm
@given(json_values | nearly, kinds)
def test_json_is_read_or_refused(value: object, kind: PolicyKind) -> None:
    _read_or_refused(json.dumps(value), kind)


@calm
@given(st.dictionaries(st.sampled_from(["Version", "Statement"]), json_values | nearly), kinds)
def test_mappings_are_read_or_refused(document: dict[str, object], kind: PolicyKind) -> None:
    _read_or_refused(document, kind)


@calm
@given(statements(named=False), st.sampled_from([PolicyKind.MANAGED, PolicyKind.SCP]), st.data())
def test_a_broken_statement_is_read_or_refused(
    statement: dict[str, Any], kind: PolicyKind, data: st.DataObject
) -> None:
    statement[data.draw(st.sampled_from([*statement, "Principal", "Sid"]))] = data.draw(json_values | nearly)
    _read_or_refused({"Version": "2012-10-17", "Statement": statement}, kind)


def _read_or_refused(document: Any, kind: PolicyKind) -> None:
    for read in (parse, lambda given_document: validate(given_document, kind)):
        with suppress(PolicyError):
            assert isinstance(read(document), Policy)


@calm
@given(requests, policies(named=True), st.text(max_size=5), st.text(max_size=5))
def test_odd_requests_are_answered(request: Request, policy: Policy, action: str, resource: str) -> None:
    odd = replace(request, action=action, resource=resource, context={"x:a": resource, "x:b": [action]})
    assert isinstance(decide(odd, PolicyLayers(identity=[policy], resource=policy)).outcome, Outcome)
