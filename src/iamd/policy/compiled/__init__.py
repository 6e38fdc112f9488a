"""The compiled evaluator: the same answers as `iamd.policy.evaluation`, for who asks again and again.

Policies are compiled once and shared by everybody who has them; a caller's plan for an action is made when
it is first asked for. It answers the outcome alone: for the reason of a denial ask the literal evaluator.

    evaluator = Evaluator(alice, CompiledLayers.of(Layers(identity=[admin])))
    assert evaluator.outcome(Request(alice, "iam:GetUser", alice.arn)) is Outcome.ALLOWED
"""

from iamd.policy.compiled.evaluator import Evaluator
from iamd.policy.compiled.layers import CompiledLayers, compile_policy
from iamd.policy.compiled.policies import Attachment, CompiledPolicy

__all__ = ["Attachment", "CompiledLayers", "CompiledPolicy", "Evaluator", "compile_policy"]
