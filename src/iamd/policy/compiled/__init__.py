"""Compiled policy evaluation: the same outcomes as `iamd.policy.evaluation`, fast for repeated requests.

Policies are compiled once and shared by all callers that have them; a caller's plan for an action is built on
first use. The evaluator returns only the outcome: for the reason of a denial use `iamd.policy.decide`.

    evaluator = Evaluator(alice, CompiledLayers.compile(PolicyLayers(identity=[admin])))
    assert evaluator.outcome(Request(alice, "iam:GetUser", alice.arn)) is Outcome.ALLOWED
"""

from iamd.policy.compiled.evaluator import Evaluator
from iamd.policy.compiled.layers import CompiledLayers, compile_policy
from iamd.policy.compiled.policies import Attachment, CompiledPolicy

__all__ = ["Attachment", "CompiledLayers", "CompiledPolicy", "Evaluator", "compile_policy"]
