"""How many decisions a second of CPU time: our evaluators beside others, the same work in one run.

    python -m bench.policy [--json] [--write docs/performance.md] [--only NAME …]

W1: one policy, one statement. W2: ten managed policies of ten statements with wildcards and some conditions, a
boundary and an SCP, 1,000 distinct requests, half of them allowed, 15 context keys each. W3: W2 with a resource
policy and principal matching. `cold`: W2's first question to a caller whose policies are compiled. The median of
five runs, one core. Other engines get the work in their own language, as far as it goes; how is said at each.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from iamd.policy import Layers, Outcome, Request, decide, parse, principal_from_arn
from iamd.policy.compiled import Evaluator, CompiledLayers, Place, compiled

from bench import rivals

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
SERVICES = ("s3", "sqs", "sns", "dynamodb", "lambda", "logs", "kms", "ec2", "ecr", "events")
VERBS = ("Get", "Put", "List", "Delete", "Create", "Update", "Describe", "Tag", "Start", "Stop")
_RUNS = 5
_SECONDS = 0.6


class Work(NamedTuple):
    """A workload as data: documents as JSON values, requests as tuples."""

    identity: list[Any]
    boundary: Any
    scp: Any
    resource: Any
    requests: list[Request]
    expected: list[bool]


def w1() -> Work:
    """Return one policy of one statement, and one question."""
    policy = _policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*"})
    request = Request(principal_from_arn(ALICE), "s3:GetObject", "arn:aws:s3:::box/a", ACCOUNT, {})
    return _with_answers(Work([policy], None, None, None, [request], []))


def w2() -> Work:
    """Return the policies and the questions of a busy account."""
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
    return _with_answers(Work(identity, boundary, scp, None, _requests(), []))


def w3() -> Work:
    """Return W2 with a policy of the resource's own, which names an account, a user and a role."""
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
    return _with_answers(w2()._replace(resource=resource))


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
    place = "team-a" if number // 100 % 2 else "team-b"
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
    name = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{place}/thing-{number}"
    return Request(alice, f"{service}:{verb}Thing", name, ACCOUNT, context)


def _with_answers(work: Work) -> Work:
    """Let the literal evaluator say what is right: every engine is held to it."""
    layers = literal_layers(work)
    return work._replace(expected=[decide(request, layers).allowed for request in work.requests])


def literal_layers(work: Work) -> Layers:
    """Return a workload's policies, parsed."""
    return Layers(
        identity=[parse(document) for document in work.identity],
        boundary=parse(work.boundary) if work.boundary else None,
        scps=[[parse(work.scp)]] if work.scp else None,
        resource=parse(work.resource) if work.resource else None,
    )


Engine = Callable[[Work], Callable[[], list[bool]]]


def _literal(work: Work) -> Callable[[], list[bool]]:
    layers = literal_layers(work)
    return lambda: [decide(request, layers).allowed for request in work.requests]


def _compiled(work: Work) -> Callable[[], list[bool]]:
    layers = literal_layers(work)
    caller = Evaluator(work.requests[0].principal, CompiledLayers.of(layers))
    resource = compiled(layers.resource, Place.RESOURCE) if layers.resource else None
    outcome, allowed = caller.outcome, Outcome.ALLOWED
    requests = work.requests

    def once() -> list[bool]:
        return [outcome(request, resource) is allowed for request in requests]

    return once


def _cold(work: Work) -> Callable[[], list[bool]]:
    layers = literal_layers(work)
    held = CompiledLayers.of(layers)
    resource = compiled(layers.resource, Place.RESOURCE) if layers.resource else None
    allowed = Outcome.ALLOWED

    def once() -> list[bool]:
        return [
            Evaluator(request.principal, CompiledLayers(*held)).outcome(request, resource) is allowed
            for request in work.requests
        ]

    return once


ENGINES: dict[str, Engine] = {"compiled": _compiled, "compiled, cold caller": _cold, "literal": _literal}
WORKLOADS: dict[str, Callable[[], Work]] = {"W1": w1, "W2": w2, "W3": w3}


def rate(once: Callable[[], list[bool]], count: int) -> float:
    """Return decisions per CPU-second, the median of five runs."""
    rates = []
    for _ in range(_RUNS):
        done, began = 0, time.process_time()
        while (spent := time.process_time() - began) < _SECONDS:
            once()
            done += count
        rates.append(done / spent)
    return statistics.median(rates)


def measured(names: list[str]) -> dict[str, dict[str, float]]:
    """Measure engines; one that answers anything wrong is not measured but reported."""
    results: dict[str, dict[str, float]] = {}
    for name, engine in {**ENGINES, **rivals.ENGINES}.items():
        if names and name not in names:
            continue
        results[name] = {}
        for workload, make in WORKLOADS.items():
            work = make()
            once = engine(work)
            if once() == work.expected:
                results[name][workload] = rate(once, len(work.requests))
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    print(json.dumps(measured(given.only)))


if __name__ == "__main__":
    main()
