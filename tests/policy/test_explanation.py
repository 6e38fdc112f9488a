"""Explanations of decisions: each layer's outcome, and the context keys that policies reference."""

import json
from typing import Any

import pytest

from iamd.policy import Layer, Outcome, Request, parse, principal_from_arn, test_cases
from iamd.policy.context_keys import referenced_keys
from iamd.policy.explanation import PolicySource, SourceLayers, explain_decision, requires_grant
from iamd.policy.layer_results import LayerOutcome
from tests.policy.cases import Case, decision_cases
from tests.servers import allow, deny, document

ALICE = principal_from_arn("arn:aws:iam::111122223333:user/alice")
ROOT = principal_from_arn("arn:aws:iam::111122223333:root")
BOX = "arn:aws:s3:::box/a"
ROLE = "arn:aws:iam::111122223333:role/job"
ALLOWS, DENIES = LayerOutcome.ALLOWS, LayerOutcome.DENIES
NO_MATCH, ABSENT = LayerOutcome.NO_MATCH, LayerOutcome.ABSENT


def source(*statements: dict[str, Any], name: str = "p") -> PolicySource:
    text = document(*statements)
    return PolicySource(name, text, parse(text))


READS, WRITES = source(allow("s3:Get*")), source(allow("s3:Put*"))
DENIES_READS = source(deny("s3:GetObject"))


def resource_policy(arn: str, *actions: str) -> PolicySource:
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": list(actions)}
    return source({**statement, "Resource": "*"})


def layer_outcome(layers: SourceLayers, layer: Layer, request: Request | None = None) -> LayerOutcome:
    return (
        explain_decision(request or Request(ALICE, "s3:GetObject", BOX), layers).layer_results[layer].outcome
    )


@pytest.mark.parametrize(
    ("layers", "layer", "expected"),
    [
        (SourceLayers(), Layer.IDENTITY, ABSENT),
        (SourceLayers(identity=(READS,)), Layer.IDENTITY, ALLOWS),
        (SourceLayers(identity=(WRITES,)), Layer.IDENTITY, NO_MATCH),
        (SourceLayers(identity=(READS, DENIES_READS)), Layer.IDENTITY, DENIES),
        (SourceLayers(identity=(READS,)), Layer.BOUNDARY, ABSENT),
        (SourceLayers(identity=(DENIES_READS,), boundary=READS), Layer.BOUNDARY, ALLOWS),
        (SourceLayers(boundary=WRITES), Layer.BOUNDARY, NO_MATCH),
        (SourceLayers(session=()), Layer.SESSION, NO_MATCH),
        (SourceLayers(session=(READS,)), Layer.SESSION, ALLOWS),
        (SourceLayers(resource=resource_policy(ALICE.arn, "s3:*")), Layer.RESOURCE, ALLOWS),
        (SourceLayers(resource=resource_policy(ROOT.arn, "s3:*")), Layer.RESOURCE, ALLOWS),
        (SourceLayers(resource=resource_policy(ROLE, "s3:*")), Layer.RESOURCE, NO_MATCH),
        (SourceLayers(scps=((READS,), (READS,))), Layer.SCP, ALLOWS),
        (SourceLayers(scps=((READS, WRITES), (WRITES,))), Layer.SCP, NO_MATCH),
        (SourceLayers(scps=((READS,), ())), Layer.SCP, NO_MATCH),
        (SourceLayers(scps=((READS,), (READS, DENIES_READS))), Layer.SCP, DENIES),
    ],
)
def test_layer_outcome_depends_only_on_its_policies(
    layers: SourceLayers, layer: Layer, expected: LayerOutcome
) -> None:
    assert layer_outcome(layers, layer) is expected


def test_identity_layer_of_the_root_user_allows_everything() -> None:
    assert layer_outcome(SourceLayers(), Layer.IDENTITY, Request(ROOT, "s3:GetObject", BOX)) is ALLOWS


def test_scps_do_not_apply_to_service_linked_roles() -> None:
    linked = principal_from_arn("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R")
    assert (
        layer_outcome(SourceLayers(scps=((DENIES_READS,),)), Layer.SCP, Request(linked, "s3:GetObject", BOX))
        is ABSENT
    )


def test_deny_with_not_principal_applies_to_a_caller_with_a_boundary() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": ALICE.arn}, "Action": "s3:*", "Resource": "*"}
    resource = source(statement)
    assert layer_outcome(SourceLayers(resource=resource), Layer.RESOURCE) is NO_MATCH
    assert layer_outcome(SourceLayers(resource=resource, boundary=READS), Layer.RESOURCE) is DENIES


def test_resource_policy_of_an_assumed_role_is_the_trust_layer() -> None:
    trust = source({"Effect": "Allow", "Principal": {"AWS": ALICE.arn}, "Action": "sts:AssumeRole"})
    explanation = explain_decision(Request(ALICE, "sts:AssumeRole", ROLE), SourceLayers(resource=trust))
    assert explanation.layer_results[Layer.TRUST].outcome is ALLOWS
    assert Layer.RESOURCE not in explanation.layer_results
    assert explanation.decision.allowed


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("sts:AssumeRole", ROLE, True),
        ("STS:assumerolewithwebidentity", ROLE, True),
        ("sts:TagSession", ROLE, True),
        ("sts:SetSourceIdentity", ROLE, True),
        ("sts:AssumeRole", "*", False),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:user/role/job", False),
        ("iam:GetRole", ROLE, False),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1", True),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/1", False),
    ],
)
def test_requires_grant(action: str, resource: str, expected: bool) -> None:
    assert requires_grant(Request(ALICE, action, resource)) is expected


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity"])
def test_policy_test_cases_require_the_same_grants_as_the_server(action: str) -> None:
    assert test_cases.requires_grant(Request(ALICE, action, ROLE))


CASES_WITHOUT_RCPS = [
    case for case in decision_cases() if case.layers.rcps is None
]  # SourceLayers has no RCPs


@pytest.mark.parametrize("case", CASES_WITHOUT_RCPS, ids=lambda case: case.id)
def test_layer_results_agree_with_the_decision(case: Case) -> None:
    """In all vectors, an explicit deny comes from a layer that denies, an allow from layers that allow."""
    layers = case.layers

    def sources(policies: Any) -> tuple[PolicySource, ...]:
        return tuple(PolicySource("p", "", policy) for policy in policies)

    source_layers = SourceLayers(
        identity=sources(layers.identity),
        boundary=sources([layers.boundary])[0] if layers.boundary else None,
        session=None if layers.session is None else sources(layers.session),
        resource=sources([layers.resource])[0] if layers.resource else None,
        scps=None if layers.scps is None else tuple(sources(level) for level in layers.scps),
    )
    explanation = explain_decision(case.request, source_layers)
    outcomes = {result.outcome for result in explanation.layer_results.values()}
    assert explanation.decision.outcome is case.expected
    assert (DENIES in outcomes) is (case.expected is Outcome.EXPLICITLY_DENIED)
    if explanation.decision.layer is not None and case.expected is Outcome.IMPLICITLY_DENIED:
        # A root user cannot assume a role, even where the trust policy allows it; no layer denies that.
        assert (
            explanation.layer_results[explanation.decision.layer].outcome is not ALLOWS
            or "root" in case.request.principal.arn
        )


# Context keys that a policy references.


def referenced_keys_of(*statements: dict[str, Any], version: str | None = "2012-10-17") -> tuple[str, ...]:
    policy = (
        {"Version": version, "Statement": list(statements)} if version else {"Statement": list(statements)}
    )
    return referenced_keys(parse(json.dumps(policy)))


def allow_with_condition(operator: str, key: str, *values: str, **elements: Any) -> dict[str, Any]:
    return allow("s3:*", **elements, Condition={operator: {key: list(values)}})


def test_referenced_keys_are_in_document_order() -> None:
    keys = referenced_keys_of(
        allow_with_condition(
            "StringLike",
            "s3:prefix",
            "${aws:PrincipalTag/team}/*",
            resource=["arn:aws:s3:::${aws:username}", "arn:aws:s3:::x/${aws:userid, 'none'}"],
        ),
        allow_with_condition("DateGreaterThan", "aws:CurrentTime", "2024"),
    )
    assert keys == ("aws:username", "aws:userid", "s3:prefix", "aws:PrincipalTag/team", "aws:CurrentTime")


def test_referenced_key_is_listed_once_in_its_first_spelling() -> None:
    assert referenced_keys_of(
        allow_with_condition("StringEquals", "aws:UserName", "a"),
        allow_with_condition("StringEquals", "aws:username", "${AWS:USERNAME}"),
    ) == ("aws:UserName",)


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:*", resource="arn:aws:s3:::${*}${?}${$}"),
        allow("s3:*", resource="arn:aws:s3::${aws:username}:box"),
        allow("s3:*", resource="arn:aws:s3:::${aws:username"),
    ],
    ids=["escapes", "before the fifth colon", "unterminated"],
)
def test_text_that_is_not_a_variable_references_no_key(statement: dict[str, Any]) -> None:
    assert referenced_keys_of(statement) == ()


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_variables_in_old_policy_versions_are_plain_text(version: str | None) -> None:
    statement = allow_with_condition(
        "StringEquals", "aws:userid", "${aws:username}", resource="arn:aws:s3:::${a:b}"
    )
    assert referenced_keys_of(statement, version=version) == ("aws:userid",)


def test_variables_are_ignored_in_the_bool_operator() -> None:
    assert referenced_keys_of(allow_with_condition("Bool", "aws:SecureTransport", "${aws:username}")) == (
        "aws:SecureTransport",
    )


# Context keys that are missing from a request.


def missing_keys_of(
    statement: dict[str, Any], action: str = "s3:GetObject", **context: str
) -> tuple[str, ...]:
    context_keys = {key.replace("_", ":"): value for key, value in context.items()}
    request = Request(ALICE, action, BOX, context=context_keys)
    return explain_decision(request, SourceLayers(identity=(source(statement),))).missing_keys


def test_condition_key_is_missing_only_if_the_rest_of_the_statement_matches() -> None:
    statement = allow_with_condition("StringEquals", "s3:prefix", "a")
    assert missing_keys_of(statement) == ("s3:prefix",)
    assert missing_keys_of(statement, s3_prefix="b") == ()
    assert missing_keys_of({**statement, "Effect": "Deny"}) == ("s3:prefix",)
    assert missing_keys_of({**statement, "Resource": "arn:aws:s3:::other/*"}) == ()
    assert missing_keys_of({**statement, "Action": "s3:Put*"}) == ()


def test_variable_key_is_missing_only_if_some_value_would_match() -> None:
    home = allow("s3:*", resource="arn:aws:s3:::box/${aws:username}")
    assert missing_keys_of(home) == ("aws:username",)
    assert missing_keys_of(home, aws_username="a") == ()
    assert missing_keys_of(home, aws_username="b") == ()
    assert missing_keys_of({**home, "Resource": "arn:aws:s3:::other/${aws:username}"}) == ()
    assert missing_keys_of({**home, "Resource": "arn:aws:s3:::box/${aws:username, 'a'}"}) == ()


def test_variable_key_in_not_resource_is_missing() -> None:
    others = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::box/${aws:username}"}
    assert missing_keys_of(others) == ("aws:username",)
    assert missing_keys_of(others, aws_username="b") == ()


def test_variable_key_with_a_list_value_is_not_missing() -> None:
    statement = allow("s3:*", resource="arn:aws:s3:::box/${aws:TagKeys}")
    request = Request(ALICE, "s3:GetObject", BOX, context={"aws:tagkeys": ("a",)})
    assert explain_decision(request, SourceLayers(identity=(source(statement),))).missing_keys == ()


def test_missing_keys_come_from_every_layer_except_scps() -> None:
    def source_with_condition(key: str, **elements: Any) -> PolicySource:
        return source({**allow_with_condition("StringEquals", key, "a"), **elements})

    layers = SourceLayers(
        identity=(source_with_condition("a:identity"),),
        boundary=source_with_condition("a:boundary"),
        session=(source_with_condition("a:session"),),
        resource=source_with_condition("a:resource", Principal={"AWS": ALICE.arn}),
        scps=((source_with_condition("a:scp"),),),
    )
    missing_keys = explain_decision(Request(ALICE, "s3:GetObject", BOX), layers).missing_keys
    assert missing_keys == ("a:identity", "a:boundary", "a:session", "a:resource")


def test_resource_policy_for_another_principal_has_no_missing_keys() -> None:
    statement = allow_with_condition("StringEquals", "a:resource", "a")
    layers = SourceLayers(resource=source({**statement, "Principal": {"AWS": ROLE}}))
    assert explain_decision(Request(ALICE, "s3:GetObject", BOX), layers).missing_keys == ()
