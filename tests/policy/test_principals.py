"""Principals, where vectors cannot express it: unique IDs, federated users, principals from ARNs."""

from dataclasses import replace

import pytest

from iamd.policy import (
    MatchKind,
    Outcome,
    Policy,
    PolicyLayers,
    Principal,
    PrincipalKind,
    PrincipalName,
    Request,
    decide,
    parse,
    principal_from_arn,
)
from iamd.policy.principals import match_principal_name

ACCOUNT = "111122223333"
ALICE = replace(principal_from_arn(f"arn:aws:iam::{ACCOUNT}:user/alice"), unique_id="AIDAALICEALICEALICE12")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/web"
SESSION = replace(
    principal_from_arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/web/s1"),
    unique_id="AROAWEBWEBWEBWEBWEB12",
    role_arn=ROLE,
)
FEDERATED_USER = replace(
    principal_from_arn(f"arn:aws:sts::{ACCOUNT}:federated-user/fay"),
    user_arn=ALICE.arn,
    unique_id=ALICE.unique_id,
)
UNRELATED_POLICY = parse({"Statement": {"Effect": "Allow", "Action": "none:None", "Resource": "*"}})


@pytest.mark.parametrize(
    ("caller", "principal_name", "expected"),
    [
        (ALICE, ALICE.arn, MatchKind.SELF),
        (ALICE, ALICE.unique_id, MatchKind.SELF),
        (ALICE, "AIDAOTHEROTHEROTHER12", None),
        (ALICE, ACCOUNT, MatchKind.ACCOUNT),
        (ALICE, f"arn:aws:iam::{ACCOUNT}:root", MatchKind.ACCOUNT),
        (ALICE, f"arn:aws-cn:iam::{ACCOUNT}:root", None),
        (ALICE, "444455556666", None),
        (ALICE, "*", MatchKind.STAR),
        (SESSION, SESSION.arn, MatchKind.SELF),
        (SESSION, ROLE, MatchKind.ROLE),
        (SESSION, SESSION.unique_id, MatchKind.ROLE),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/web", None),
        (replace(SESSION, role_arn=None), f"arn:aws:iam::{ACCOUNT}:role/web", MatchKind.ROLE),
        (replace(SESSION, role_arn=None, unique_id=None), ROLE, MatchKind.ROLE),
        (SESSION, f"{SESSION.unique_id}:s1", MatchKind.SELF),
        (SESSION, f"{SESSION.unique_id}:s2", None),
        (SESSION, "AROAANOTHERWEB1234567:s1", None),
        (replace(SESSION, unique_id=None), "None:s1", None),
        (replace(SESSION, arn=ROLE), f"{SESSION.unique_id}:web", None),  # some session of the role
        (ALICE, f"{ALICE.unique_id}:alice", None),
        (FEDERATED_USER, f"{ALICE.unique_id}:fay", None),
        (FEDERATED_USER, FEDERATED_USER.arn, MatchKind.SELF),
        (FEDERATED_USER, ALICE.arn, MatchKind.USER),
        (FEDERATED_USER, ALICE.unique_id, MatchKind.USER),
        (FEDERATED_USER, ACCOUNT, MatchKind.ACCOUNT),
        (ALICE, FEDERATED_USER.arn, None),
        (principal_from_arn(ACCOUNT), ACCOUNT, MatchKind.ACCOUNT),
    ],
)
def test_match_principal_name(caller: Principal, principal_name: str, expected: MatchKind | None) -> None:
    assert match_principal_name(PrincipalName("AWS", principal_name), caller) is expected


@pytest.mark.parametrize("principal_name", [ALICE.arn, ALICE.unique_id])
def test_resource_policy_for_the_user_allows_a_federated_user_within_limits(principal_name: str) -> None:
    resource_policy = _resource_policy(principal_name)
    assert _outcome(FEDERATED_USER, PolicyLayers(resource=resource_policy)) is Outcome.ALLOWED
    assert (
        _outcome(FEDERATED_USER, PolicyLayers(resource=resource_policy, boundary=UNRELATED_POLICY))
        is Outcome.IMPLICITLY_DENIED
    )
    assert (
        _outcome(FEDERATED_USER, PolicyLayers(resource=resource_policy, session=()))
        is Outcome.IMPLICITLY_DENIED
    )


def test_recreated_user_does_not_match_the_old_unique_id() -> None:
    layers = PolicyLayers(resource=_resource_policy("AIDAALICEALICEALICE12"))
    assert _outcome(ALICE, layers) is Outcome.ALLOWED
    assert _outcome(replace(ALICE, unique_id="AIDAANOTHERALICE12345"), layers) is Outcome.IMPLICITLY_DENIED


def test_recreated_role_does_not_match_the_old_unique_id() -> None:
    layers = PolicyLayers(resource=_resource_policy("AROAWEBWEBWEBWEBWEB12"))
    assert _outcome(SESSION, layers) is Outcome.ALLOWED
    assert _outcome(replace(SESSION, unique_id="AROAANOTHERWEB1234567"), layers) is Outcome.IMPLICITLY_DENIED


def test_recreated_role_does_not_match_the_old_session_id() -> None:
    layers = PolicyLayers(resource=_resource_policy("AROAWEBWEBWEBWEBWEB12:s1"))
    assert _outcome(SESSION, layers) is Outcome.ALLOWED
    assert _outcome(replace(SESSION, unique_id="AROAANOTHERWEB1234567"), layers) is Outcome.IMPLICITLY_DENIED


def test_exemption_of_one_session_by_its_id_does_not_exempt_the_role() -> None:
    names = [ACCOUNT, ROLE, "AROAWEBWEBWEBWEBWEB12:s1"]
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": names}, "Action": "s3:*", "Resource": "*"}
    allow = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:*", "Resource": "*"}
    layers = PolicyLayers(resource=parse({"Version": "2012-10-17", "Statement": [deny, allow]}))
    other_session = replace(SESSION, arn=SESSION.arn.replace("/s1", "/s2"))
    assert _outcome(SESSION, layers) is Outcome.ALLOWED
    assert _outcome(other_session, layers) is Outcome.EXPLICITLY_DENIED


@pytest.mark.parametrize(
    ("arn", "principal_type", "kind", "account"),
    [
        (ACCOUNT, "AWS", PrincipalKind.ROOT, ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:root", "AWS", PrincipalKind.ROOT, ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/a/b", "AWS", PrincipalKind.USER, ACCOUNT),
        (ROLE, "AWS", PrincipalKind.ROLE_SESSION, ACCOUNT),
        (SESSION.arn, "AWS", PrincipalKind.ROLE_SESSION, ACCOUNT),
        (FEDERATED_USER.arn, "AWS", PrincipalKind.FEDERATED_USER, ACCOUNT),
        ("ec2.amazonaws.com", "Service", PrincipalKind.SERVICE, None),
        ("accounts.google.com", "Federated", PrincipalKind.WEB_IDENTITY, None),
        (f"arn:aws:iam::{ACCOUNT}:saml-provider/x", "Federated", PrincipalKind.SAML, None),
        ("", "Anonymous", PrincipalKind.ANONYMOUS, None),
        ("", "AWS", PrincipalKind.ANONYMOUS, None),
    ],
)
def test_principal_kind_and_account_follow_from_the_arn(
    arn: str, principal_type: str, kind: PrincipalKind, account: str | None
) -> None:
    principal = principal_from_arn(arn, principal_type)
    assert (principal.kind, principal.account) == (kind, account)


@pytest.mark.parametrize(
    "arn", ["alice", "arn:aws:iam::1:user/a", f"arn:aws:iam::{ACCOUNT}:group/g", "arn:aws:s3:::b"]
)
def test_arn_that_is_not_a_principal_is_rejected(arn: str) -> None:
    with pytest.raises(ValueError, match="not the ARN of a principal"):
        principal_from_arn(arn)


def _resource_policy(principal_name: str) -> Policy:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal_name}, "Action": "s3:*", "Resource": "*"}
    return parse({"Version": "2012-10-17", "Statement": statement})


def _outcome(caller: Principal, layers: PolicyLayers) -> Outcome:
    return decide(Request(caller, "s3:GetObject", "arn:aws:s3:::box/a"), layers).outcome
