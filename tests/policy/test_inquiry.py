"""What each kind of policy says for itself, and which context keys policies ask for."""

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
SILENT, ABSENT = LayerOutcome.NO_MATCH, LayerOutcome.ABSENT


def source(*statements: dict[str, Any], name: str = "p") -> PolicySource:
    text = document(*statements)
    return PolicySource(name, text, parse(text))


READS, WRITES = source(allow("s3:Get*")), source(allow("s3:Put*"))
FORBIDS = source(deny("s3:GetObject"))


def granting(arn: str, *actions: str) -> PolicySource:
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": list(actions)}
    return source({**statement, "Resource": "*"})


def standing(held: SourceLayers, layer: Layer, request: Request | None = None) -> LayerOutcome:
    return explain_decision(request or Request(ALICE, "s3:GetObject", BOX), held).layer_results[layer].outcome


@pytest.mark.parametrize(
    ("held", "layer", "expected"),
    [
        (SourceLayers(), Layer.IDENTITY, ABSENT),
        (SourceLayers(identity=(READS,)), Layer.IDENTITY, ALLOWS),
        (SourceLayers(identity=(WRITES,)), Layer.IDENTITY, SILENT),
        (SourceLayers(identity=(READS, FORBIDS)), Layer.IDENTITY, DENIES),
        (SourceLayers(identity=(READS,)), Layer.BOUNDARY, ABSENT),
        (SourceLayers(identity=(FORBIDS,), boundary=READS), Layer.BOUNDARY, ALLOWS),
        (SourceLayers(boundary=WRITES), Layer.BOUNDARY, SILENT),
        (SourceLayers(session=()), Layer.SESSION, SILENT),
        (SourceLayers(session=(READS,)), Layer.SESSION, ALLOWS),
        (SourceLayers(resource=granting(ALICE.arn, "s3:*")), Layer.RESOURCE, ALLOWS),
        (SourceLayers(resource=granting(ROOT.arn, "s3:*")), Layer.RESOURCE, ALLOWS),
        (SourceLayers(resource=granting(ROLE, "s3:*")), Layer.RESOURCE, SILENT),
        (SourceLayers(scps=((READS,), (READS,))), Layer.SCP, ALLOWS),
        (SourceLayers(scps=((READS, WRITES), (WRITES,))), Layer.SCP, SILENT),
        (SourceLayers(scps=((READS,), ())), Layer.SCP, SILENT),
        (SourceLayers(scps=((READS,), (READS, FORBIDS))), Layer.SCP, DENIES),
    ],
)
def test_a_layer_stands_for_itself(held: SourceLayers, layer: Layer, expected: LayerOutcome) -> None:
    assert standing(held, layer) is expected


def test_a_root_users_identity_side_allows_everything() -> None:
    assert standing(SourceLayers(), Layer.IDENTITY, Request(ROOT, "s3:GetObject", BOX)) is ALLOWS


def test_scps_do_not_bind_service_linked_roles() -> None:
    linked = principal_from_arn("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R")
    assert (
        standing(SourceLayers(scps=((FORBIDS,),)), Layer.SCP, Request(linked, "s3:GetObject", BOX)) is ABSENT
    )


def test_a_boundary_counts_where_a_resource_policy_exempts_the_caller() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": ALICE.arn}, "Action": "s3:*", "Resource": "*"}
    held = SourceLayers(resource=source(statement))
    assert standing(held, Layer.RESOURCE) is SILENT
    assert standing(SourceLayers(resource=held.resource, boundary=READS), Layer.RESOURCE) is DENIES


def test_a_role_that_is_assumed_has_a_trust_policy() -> None:
    trust = source({"Effect": "Allow", "Principal": {"AWS": ALICE.arn}, "Action": "sts:AssumeRole"})
    found = explain_decision(Request(ALICE, "sts:AssumeRole", ROLE), SourceLayers(resource=trust))
    assert found.layer_results[Layer.TRUST].outcome is ALLOWS
    assert Layer.RESOURCE not in found.layer_results
    assert found.decision.allowed


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
def test_what_must_grant(action: str, resource: str, expected: bool) -> None:
    assert requires_grant(Request(ALICE, action, resource)) is expected


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity"])
def test_cases_have_a_role_grant_what_the_server_has_it_grant(action: str) -> None:
    assert test_cases.requires_grant(Request(ALICE, action, ROLE))


ASKED = [case for case in decision_cases() if case.layers.rcps is None]  # nobody asks with RCPs


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.id)
def test_what_the_layers_say_agrees_with_what_is_decided(case: Case) -> None:
    """Over all vectors: denied explicitly where a layer denies, and allowed only where the layers let it."""
    layers = case.layers

    def each(policies: Any) -> tuple[PolicySource, ...]:
        return tuple(PolicySource("p", "", policy) for policy in policies)

    held = SourceLayers(
        identity=each(layers.identity),
        boundary=each([layers.boundary])[0] if layers.boundary else None,
        session=None if layers.session is None else each(layers.session),
        resource=each([layers.resource])[0] if layers.resource else None,
        scps=None if layers.scps is None else tuple(each(level) for level in layers.scps),
    )
    found = explain_decision(case.request, held)
    told = {stand.outcome for stand in found.layer_results.values()}
    assert found.decision.outcome is case.expected
    assert (DENIES in told) is (case.expected is Outcome.EXPLICITLY_DENIED)
    if found.decision.layer is not None and case.expected is Outcome.IMPLICITLY_DENIED:
        # A root user assumes no role, whatever the trust policy says; a deny of the root user's is nobody's.
        assert (
            found.layer_results[found.decision.layer].outcome is not ALLOWS
            or "root" in case.request.principal.arn
        )


# The keys that are named.


def keys_of(*statements: dict[str, Any], version: str | None = "2012-10-17") -> tuple[str, ...]:
    made = {"Version": version, "Statement": list(statements)} if version else {"Statement": list(statements)}
    return referenced_keys(parse(json.dumps(made)))


def conditioned(operator: str, key: str, *values: str, **more: Any) -> dict[str, Any]:
    return allow("s3:*", **more, Condition={operator: {key: list(values)}})


def test_keys_are_named_by_conditions_and_variables_in_the_order_of_the_document() -> None:
    found = keys_of(
        conditioned(
            "StringLike",
            "s3:prefix",
            "${aws:PrincipalTag/team}/*",
            resource=["arn:aws:s3:::${aws:username}", "arn:aws:s3:::x/${aws:userid, 'none'}"],
        ),
        conditioned("DateGreaterThan", "aws:CurrentTime", "2024"),
    )
    assert found == ("aws:username", "aws:userid", "s3:prefix", "aws:PrincipalTag/team", "aws:CurrentTime")


def test_a_key_is_named_once_as_it_was_spelled_first() -> None:
    assert keys_of(
        conditioned("StringEquals", "aws:UserName", "a"),
        conditioned("StringEquals", "aws:username", "${AWS:USERNAME}"),
    ) == ("aws:UserName",)


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:*", resource="arn:aws:s3:::${*}${?}${$}"),
        allow("s3:*", resource="arn:aws:s3::${aws:username}:box"),
        allow("s3:*", resource="arn:aws:s3:::${aws:username"),
    ],
    ids=["escapes", "before the fifth colon", "without its end"],
)
def test_what_is_no_variable_names_no_key(statement: dict[str, Any]) -> None:
    assert keys_of(statement) == ()


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_variables_of_old_versions_are_plain_text(version: str | None) -> None:
    statement = conditioned("StringEquals", "aws:userid", "${aws:username}", resource="arn:aws:s3:::${a:b}")
    assert keys_of(statement, version=version) == ("aws:userid",)


def test_variables_do_not_act_in_every_operator() -> None:
    assert keys_of(conditioned("Bool", "aws:SecureTransport", "${aws:username}")) == ("aws:SecureTransport",)


# The keys that are missing.


def missing(statement: dict[str, Any], action: str = "s3:GetObject", **context: str) -> tuple[str, ...]:
    given = {key.replace("_", ":"): value for key, value in context.items()}
    request = Request(ALICE, action, BOX, context=given)
    return explain_decision(request, SourceLayers(identity=(source(statement),))).missing_keys


def test_a_key_is_missing_where_everything_else_matches() -> None:
    statement = conditioned("StringEquals", "s3:prefix", "a")
    assert missing(statement) == ("s3:prefix",)
    assert missing(statement, s3_prefix="b") == ()
    assert missing({**statement, "Effect": "Deny"}) == ("s3:prefix",)
    assert missing({**statement, "Resource": "arn:aws:s3:::other/*"}) == ()
    assert missing({**statement, "Action": "s3:Put*"}) == ()


def test_the_keys_of_variables_are_missing_where_a_value_could_make_a_match() -> None:
    home = allow("s3:*", resource="arn:aws:s3:::box/${aws:username}")
    assert missing(home) == ("aws:username",)
    assert missing(home, aws_username="a") == ()
    assert missing(home, aws_username="b") == ()
    assert missing({**home, "Resource": "arn:aws:s3:::other/${aws:username}"}) == ()
    assert missing({**home, "Resource": "arn:aws:s3:::box/${aws:username, 'a'}"}) == ()


def test_a_variable_that_spares_what_is_not_known_is_missing() -> None:
    others = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::box/${aws:username}"}
    assert missing(others) == ("aws:username",)
    assert missing(others, aws_username="b") == ()


def test_a_list_in_a_variables_place_was_given_all_the_same() -> None:
    statement = allow("s3:*", resource="arn:aws:s3:::box/${aws:TagKeys}")
    request = Request(ALICE, "s3:GetObject", BOX, context={"aws:tagkeys": ("a",)})
    assert explain_decision(request, SourceLayers(identity=(source(statement),))).missing_keys == ()


def test_keys_of_every_layer_but_scps_are_missing() -> None:
    def asking(key: str, **more: Any) -> PolicySource:
        return source({**conditioned("StringEquals", key, "a"), **more})

    held = SourceLayers(
        identity=(asking("a:identity"),),
        boundary=asking("a:boundary"),
        session=(asking("a:session"),),
        resource=asking("a:resource", Principal={"AWS": ALICE.arn}),
        scps=((asking("a:scp"),),),
    )
    found = explain_decision(Request(ALICE, "s3:GetObject", BOX), held).missing_keys
    assert found == ("a:identity", "a:boundary", "a:session", "a:resource")


def test_a_resource_policy_that_names_somebody_else_asks_for_nothing() -> None:
    statement = conditioned("StringEquals", "a:resource", "a")
    held = SourceLayers(resource=source({**statement, "Principal": {"AWS": ROLE}}))
    assert explain_decision(Request(ALICE, "s3:GetObject", BOX), held).missing_keys == ()
