"""Sizes, and documents that are made to take long: every answer comes soon, and says if it is not all."""

import json
import time
from itertools import islice, product
from typing import Any

import pytest

from iamd.operations.service_reference import ServiceReference
from iamd.policy import PolicyKind, policy_size
from iamd.policy.document import MAX_CHARACTERS
from iamd.policy.lint import MAX_FINDINGS, Finding, Level, lint

REFERENCE = ServiceReference()
SERVICES = sorted(REFERENCE.services())
EVERY_ACTION = [f"{service}:{name}" for service in SERVICES for name in REFERENCE.actions(service)]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def allow(action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::box/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


# Sizes.


def long_policy(kind: PolicyKind, characters: int) -> str:
    """Make a policy of so many characters, with white space that does not count."""
    named = {PolicyKind.TRUST: {"AWS": "arn:aws:iam::111122223333:role/r"}}.get(kind, "*")
    statement: dict[str, Any] = {"Effect": "Deny", "Action": "sts:AssumeRole"}
    if kind is not PolicyKind.TRUST:
        statement["Resource"] = "*"
    if kind in {PolicyKind.TRUST, PolicyKind.RESOURCE, PolicyKind.RCP}:
        statement["Principal"] = named
    text = document({"Sid": "", **statement})
    filled = text.replace('"Sid":""', f'"Sid":"{"a" * (characters - policy_size(text))}"')
    assert policy_size(filled) == characters
    return filled.replace(",", ",\n\t ")


def sizes_of(text: str, kind: PolicyKind) -> list[tuple[Level, str]]:
    return [(one.level, one.code) for one in lint(text, kind, REFERENCE) if "SIZE" in one.code]


@pytest.mark.parametrize(
    ("kind", "quota", "code"),
    [
        ("managed", 6_144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"),
        ("inline", 10_240, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"),
        ("session", 2_048, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"),
        ("trust", 2_048, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA"),
        ("resource", 32_768, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"),
        ("scp", 5_120, "POLICY_SIZE_EXCEEDS_SCP_QUOTA"),
        ("rcp", 5_120, "POLICY_SIZE_EXCEEDS_RCP_QUOTA"),
    ],
)
def test_a_policy_over_its_quota_is_an_error(kind: str, quota: int, code: str) -> None:
    over, within = (long_policy(PolicyKind(kind), characters) for characters in (quota + 1, quota))
    assert sizes_of(over, PolicyKind(kind)) == [(Level.ERROR, code)]
    assert (Level.ERROR, code) not in sizes_of(within, PolicyKind(kind))


@pytest.mark.parametrize(
    ("kind", "characters", "warnings"),
    [("inline", 2_048, 0), ("inline", 2_049, 1), ("inline", 5_121, 2), ("resource", 20_481, 1)],
)
def test_a_policy_that_is_too_long_for_some_is_a_warning(kind: str, characters: int, warnings: int) -> None:
    found = sizes_of(long_policy(PolicyKind(kind), characters), PolicyKind(kind))
    assert [level for level, _ in found] == [Level.WARNING] * warnings


# Hostile documents.

HOSTILE = {
    "empty statements": '{"Statement":[' + ",".join(["{}"] * 100_000) + "]}",
    "the same statement": document(*[allow()] * 14_000),
    "other statements": document(*[allow("s3:Get*", f"arn:aws:s3:::b{i}/*") for i in range(12_000)]),
    "unknown services": document(allow([f"svc{i}:Get" for i in range(60_000)])),
    "unknown actions": document(allow([f"ec2:*{i:x}*" for i in range(60_000)])),
    "patterns of actions": document(
        allow(["ec2:" + "*".join(parts) for parts in islice(product("aeinst", repeat=6), 40_000)])
    ),
    "a long pattern": document(allow("ec2:" + "*a" * 500_000)),
    "every action on many resources": document(
        allow(EVERY_ACTION[:12_000], [f"arn:aws:s3:::b{i}/*" for i in range(20_000)])
    ),
    "many patterns of resources": document(
        allow(["ec2:RunInstances"], [f"arn:aws:ec2:*:*:inst*{i}*" for i in range(25_000)])
    ),
    "long patterns of resources": document(
        allow("s3:GetObject", ["arn:aws:s3:::" + "?a" * 480 + f"{i}*" for i in range(1_000)])
    ),
    "every service on many resources": document(
        allow([f"{service}:*" for service in SERVICES], [f"arn:aws:s3:::b{i}" for i in range(40_000)])
    ),
    "variables": document(allow(resource="arn:aws:s3:::b/" + "${aws:usernme}" * 60_000)),
    "open braces": document(allow(resource="arn:aws:s3:::b/" + "${" * 400_000)),
    "keys": document(allow(Condition={"StringEquals": {f"s3:foo{i}": "x" for i in range(30_000)}})),
    "values": document(
        allow(
            Condition={
                "StringEquals": {"aws:username": [str(i) for i in range(80_000)]},
                "StringNotEquals": {"aws:username": [str(i) for i in range(20_000)]},
            }
        )
    ),
    "addresses": document(
        allow(Condition={"IpAddress": {"aws:SourceIp": [f"10.{i % 250}.0.0/24" for i in range(40_000)]}})
    ),
    "operators": document(allow(Condition={f"Foo{i}": {} for i in range(60_000)})),
    "the same key": '{"Statement":{' + ",".join(['"Sid":"a"'] * 90_000) + "}}",
    "deep": "[" * 100_000,
    "deep and closed": "[" * 40 + "]" * 40,
    "too long": " " * (MAX_CHARACTERS + 1),
    "kinds of principals": document(allow(Principal={f"X{i}": "a" for i in range(60_000)})),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_is_answered_soon(text: str) -> None:
    start = time.process_time()
    found = lint(text, PolicyKind.MANAGED, REFERENCE)
    assert time.process_time() - start < 15  # a few seconds of this process, whatever else the machine does
    assert any(finding.level is Level.ERROR for finding in found)
    assert len(found) <= MAX_FINDINGS + 1


def codes(found: list[Finding]) -> set[str]:
    return {finding.code for finding in found}


def test_too_many_findings_are_told() -> None:
    found = lint(HOSTILE["unknown services"], PolicyKind.MANAGED, REFERENCE)
    assert len(found) == MAX_FINDINGS + 1
    assert "NOT_FULLY_CHECKED" in codes(found)


def test_too_much_to_compare_is_told() -> None:
    assert "NOT_FULLY_CHECKED" in codes(lint(HOSTILE["other statements"], PolicyKind.MANAGED, REFERENCE))


def test_errors_come_before_the_limit() -> None:
    many = [allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:*:q{i}", Sid="") for i in range(1_200)]
    found = lint(document(*many, {"Effect": "Allow"}), PolicyKind.MANAGED, REFERENCE)
    assert "NOT_FULLY_CHECKED" in codes(found)
    assert any(finding.level is Level.ERROR for finding in found)
