"""AWS IAM policy engine: parsing, validation and evaluation of policies, with the reasons of denials.

Standard library only, no clock, no I/O; thread-safe. For example:

    admin = parse('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}')
    alice = principal_from_arn("arn:aws:iam::123456789012:user/alice")
    request = Request(alice, "iam:GetUser", alice.arn, context={"aws:username": "alice"})
    decision = decide(request, PolicyLayers(identity=[admin]))
    assert not decision.allowed and "no identity-based policy allows" in denial_message(request, decision)
"""

from iamd.policy.decision import Decision, Layer, Match, Outcome
from iamd.policy.denial_message import denial_message
from iamd.policy.document import Condition, Policy, PrincipalName, Quantifier, Statement, parse
from iamd.policy.errors import PolicyError
from iamd.policy.evaluation import decide
from iamd.policy.principals import MatchKind, Principal, PrincipalKind, principal_from_arn
from iamd.policy.request import PolicyLayers, Request
from iamd.policy.validation import PolicyKind, policy_size, validate

__all__ = [
    "Condition",
    "Decision",
    "Layer",
    "Match",
    "MatchKind",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicyKind",
    "PolicyLayers",
    "Principal",
    "PrincipalKind",
    "PrincipalName",
    "Quantifier",
    "Request",
    "Statement",
    "decide",
    "denial_message",
    "parse",
    "policy_size",
    "principal_from_arn",
    "validate",
]
