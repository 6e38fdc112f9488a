"""Policy size quotas and hostile documents: time and findings are bounded, incomplete checks are reported."""

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


def allow(
    action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::box/*", **elements: Any
) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


# Size quotas.


def long_policy(kind: PolicyKind, characters: int) -> str:
    """Return a policy of this size, plus white space, which does not count."""
    principal = {PolicyKind.TRUST: {"AWS": "arn:aws:iam::111122223333:role/r"}}.get(kind, "*")
    statement: dict[str, Any] = {"Effect": "Deny", "Action": "sts:AssumeRole"}
    if kind is not PolicyKind.TRUST:
        statement["Resource"] = "*"
    if kind in {PolicyKind.TRUST, PolicyKind.RESOURCE, PolicyKind.RCP}:
        statement["Principal"] = principal
    text = document({"Sid": "", **statement})
    padded = text.replace('"Sid":""', f'"Sid":"{"a" * (characters - policy_size(text))}"')
    assert policy_size(padded) == characters
    return padded.replace(",", ",\n\t ")


def size_findings(text: str, kind: PolicyKind) -> list[tuple[Level, str]]:
    return [
        (finding.level, finding.code) for finding in lint(text, kind, REFERENCE) if "SIZE" in finding.code
    ]


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
def test_policy_over_its_quota_is_an_error(kind: str, quota: int, code: str) -> None:
    over, within = (long_policy(PolicyKind(kind), characters) for characters in (quota + 1, quota))
    assert size_findings(over, PolicyKind(kind)) == [(Level.ERROR, code)]
    assert (Level.ERROR, code) not in size_findings(within, PolicyKind(kind))


@pytest.mark.parametrize(
    ("kind", "characters", "warnings"),
    [("inline", 2_048, 0), ("inline", 2_049, 1), ("inline", 5_121, 2), ("resource", 20_481, 1)],
)
def test_policy_over_the_quota_of_some_attachments_is_a_warning(
    kind: str, characters: int, warnings: int
) -> None:
    findings = size_findings(long_policy(PolicyKind(kind), characters), PolicyKind(kind))
    assert [level for level, _ in findings] == [Level.WARNING] * warnings


# Hostile documents.

HOSTILE = {
    "empty statements": '{"Statement":[' + ",".join(["{}"] * 100_000) + "]}",
    "the same statement": document(*[allow()] * 14_000),
    "other statements": document(*[allow("s3:Get*", f"arn:aws:s3:::b{i}/*") for i in range(12_000)]),
    "unknown services": document(allow([f"svc{i}:Get" for i in range(60_000)])),
    "unknown actions": document(allow([f"ec2:*{i:x}*" for i in range(60_000)])),
    "patterns of actions": document(
        allow(["ec2:" + "*".join(parts) for parts in islice(product("aeinst", repeat=6), 10_000)])
    ),
    "a long pattern": document(allow("ec2:" + "*a" * 500_000)),
    "every action on many resources": document(
        allow(EVERY_ACTION[:3_000], [f"arn:aws:s3:::b{i}/*" for i in range(5_000)])
    ),
    "many patterns of resources": document(
        allow(["ec2:RunInstances"], [f"arn:aws:ec2:*:*:inst*{i}*" for i in range(6_000)])
    ),
    "long patterns of resources": document(
        allow("s3:GetObject", ["arn:aws:s3:::" + "?a" * 480 + f"{i}*" for i in range(300)])
    ),
    "every service on many resources": document(
        allow([f"{service}:*" for service in SERVICES], [f"arn:aws:s3:::b{i}" for i in range(10_000)])
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
        allow(Condition={"IpAddress": {"aws:SourceIp": [f"10.{i % 250}.0.0/24" for i in range(10_000)]}})
    ),
    "operators": document(allow(Condition={f"Foo{i}": {} for i in range(60_000)})),
    "the same key": '{"Statement":{' + ",".join(['"Sid":"a"'] * 90_000) + "}}",
    "deep": "[" * 100_000,
    "deep and closed": "[" * 40 + "]" * 40,
    "too long": " " * (MAX_CHARACTERS + 1),
    "kinds of principals": document(allow(Principal={f"X{i}": "a" for i in range(60_000)})),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_document_is_linted_in_bounded_time(text: str) -> None:
    start = time.process_time()
    findings = lint(text, PolicyKind.MANAGED, REFERENCE)
    assert time.process_time() - start < 15  # CPU seconds of this process: independent of the load
    assert any(finding.level is Level.ERROR for finding in findings)
    assert len(findings) <= MAX_FINDINGS + 1


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def test_too_many_findings_are_reported_as_not_fully_checked() -> None:
    findings = lint(HOSTILE["unknown services"], PolicyKind.MANAGED, REFERENCE)
    assert len(findings) == MAX_FINDINGS + 1
    assert "NOT_FULLY_CHECKED" in codes(findings)


def test_too_many_comparisons_are_reported_as_not_fully_checked() -> None:
    assert "NOT_FULLY_CHECKED" in codes(lint(HOSTILE["other statements"], PolicyKind.MANAGED, REFERENCE))


def test_errors_are_found_before_the_limit_is_reached() -> None:
    statements = [allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:*:q{i}", Sid="") for i in range(1_200)]
    findings = lint(document(*statements, {"Effect": "Allow"}), PolicyKind.MANAGED, REFERENCE)
    assert "NOT_FULLY_CHECKED" in codes(findings)
    assert any(finding.level is Level.ERROR for finding in findings)
