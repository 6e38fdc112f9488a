"""The AWS policy language: documents, the checks of a save, decisions and their reasons.

Standard library only, no clock, no I/O; safe to share between threads. For example:

    admin = parse('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}')
    alice = principal_from_arn("arn:aws:iam::123456789012:user/alice")
    request = Request(alice, "iam:GetUser", alice.arn, context={"aws:username": "alice"})
    decision = decide(request, Layers(identity=[admin]))
    assert not decision.allowed and "no identity-based policy allows" in explain(request, decision)
"""

from iamd.policy.decide import decide
from iamd.policy.decision import Decision, Layer, Match, Outcome
from iamd.policy.document import Condition, Policy, PrincipalName, Quantifier, Statement, parse
from iamd.policy.errors import PolicyError
from iamd.policy.explain import explain
from iamd.policy.principals import MatchKind, Principal, PrincipalKind, principal_from_arn
from iamd.policy.request import Layers, Request
from iamd.policy.validate import PolicyKind, size, validate

__all__ = [
    "Condition",
    "Decision",
    "Layer",
    "Layers",
    "Match",
    "MatchKind",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicyKind",
    "Principal",
    "PrincipalKind",
    "PrincipalName",
    "Quantifier",
    "Request",
    "Statement",
    "decide",
    "explain",
    "parse",
    "principal_from_arn",
    "size",
    "validate",
]
