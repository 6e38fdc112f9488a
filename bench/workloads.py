"""Workloads of the policy engine benchmark, as data that can be translated for any engine.

W1: one policy with one statement. W2: ten managed policies of ten statements with wildcards and some
conditions, a boundary and an SCP; 1,000 different requests with 16 context keys each, 433 of them
allowed. W3: W2 with a resource policy and principal matching.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from iamd.policy import PolicyLayers, Request, decide, parse, principal_from_arn

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
SERVICES = ("s3", "sqs", "sns", "dynamodb", "lambda", "logs", "kms", "ec2", "ecr", "events")
VERBS = ("Get", "Put", "List", "Delete", "Create", "Update", "Describe", "Tag", "Start", "Stop")


class Workload(NamedTuple):
    """A workload: policy documents as JSON values, requests, and whether each request must be allowed."""

    identity: list[Any]
    boundary: Any
    scp: Any
    resource: Any
    requests: list[Request]
    expected: list[bool]


def w1() -> Workload:
    """Return one policy with one statement, and the same request 1,000 times."""
    policy = _policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*"})
    request = Request(principal_from_arn(ALICE), "s3:GetObject", "arn:aws:s3:::box/a", ACCOUNT, {})
    return _with_expected(Workload([policy], None, None, None, [request] * 1000, []))


def w2() -> Workload:
    """Return the policies and requests of a busy account."""
    identity = [_policy(*(_statement(service, verb) for verb in VERBS)) for service in SERVICES]
    boundary = _policy(
        {"Effect": "Allow", "Action": [f"{service}:*" for service in SERVICES], "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:Delete*", "Resource": "*"},
    )
    scp = _policy(
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
        },
    )
    return _with_expected(Workload(identity, boundary, scp, None, _requests(), []))


def w3() -> Workload:
    """Return W2 with a resource policy whose principals are an account, a user and a role."""
    resource = _policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::444455556666:role/far"]},
            "Action": ["s3:Get*", "sqs:*"],
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": ALICE},
            "Action": "s3:PutBucket*",
            "Resource": "arn:aws:s3:::*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )
    return _with_expected(w2()._replace(resource=resource))


def _policy(*statements: Any) -> Any:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(service: str, verb: str) -> Any:
    allow = {
        "Effect": "Allow",
        "Action": [f"{service}:{verb}*", f"{service}:{verb.lower()}Batch"],
        "Resource": [
            f"arn:aws:{service}:*:{ACCOUNT}:team-a/*",
            f"arn:aws:{service}:*:{ACCOUNT}:shared-?/{verb}*",
        ],
    }
    if verb == "Delete":
        return {**allow, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    if verb == "Update":
        return {**allow, "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}
    return allow


def _requests() -> list[Request]:
    alice = principal_from_arn(ALICE)
    return [_request(alice, number) for number in range(1000)]


def _request(alice: Any, number: int) -> Request:
    service, verb = SERVICES[number % 10], VERBS[number // 10 % 10]
    team = "team-a" if number // 100 % 2 else "team-b"
    context = {
        "aws:currenttime": "2026-11-24T10:00:00Z",
        "aws:epochtime": "1795514400",
        "aws:sourceip": f"10.0.{number % 250}.7",
        "aws:securetransport": "true",
        "aws:useragent": "aws-sdk/2",
        "aws:requestedregion": "eu-west-1",
        "aws:viaawsservice": "false",
        "aws:principalisawsservice": "false",
        "aws:principalarn": ALICE,
        "aws:principalaccount": ACCOUNT,
        "aws:principaltype": "User",
        "aws:userid": "AIDAEXAMPLEEXAMPLE123",
        "aws:username": "alice",
        "aws:principaltag/team": "a",
        "aws:resourcetag/team": "a" if number % 3 else "b",
        "aws:resourceaccount": ACCOUNT,
    }
    name = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{team}/thing-{number}"
    return Request(alice, f"{service}:{verb}Thing", name, ACCOUNT, context)


def _with_expected(work: Workload) -> Workload:
    """Set the expected answers, which are those of the literal evaluator."""
    layers = literal_layers(work)
    return work._replace(expected=[decide(request, layers).allowed for request in work.requests])


def literal_layers(work: Workload) -> PolicyLayers:
    """Return a workload's parsed policies."""
    return PolicyLayers(
        identity=[parse(document) for document in work.identity],
        boundary=parse(work.boundary) if work.boundary else None,
        scps=[[parse(work.scp)]] if work.scp else None,
        resource=parse(work.resource) if work.resource else None,
    )


WORKLOADS: dict[str, Callable[[], Workload]] = {"W1": w1, "W2": w2, "W3": w3}


# Helpers for engines that translate the documents into another language.


def as_list(value: Any) -> list[Any]:
    """Return a value as a list; policy documents allow a single value in place of a list."""
    return value if isinstance(value, list) else [value]


def conditions(statement: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Yield a statement's conditions: operator, key in lower case, values."""
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            yield operator, key.lower(), as_list(values)


def principal_statements(work: Workload) -> Iterator[tuple[Any, str]]:
    """Yield the resource policy's statements with each of their principals.

    Accounts are left out: within the same account they grant nothing that identity policies do not grant.
    """
    for statement in work.resource["Statement"] if work.resource else ():
        principal = statement["Principal"]
        for name in ["*"] if principal == "*" else as_list(principal["AWS"]):
            if not name.endswith(":root"):
                yield statement, name
