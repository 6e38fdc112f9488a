"""The sentence that a denied caller reads, in AWS's words."""

from iamd.policy.decide import assumes_as_root
from iamd.policy.decision import Decision, Layer, Outcome
from iamd.policy.request import Request

ROOT_ASSUMES = "Roles may not be assumed by root accounts."

_WITH_ARTICLE = {
    Layer.IDENTITY: "an identity-based policy",
    Layer.TRUST: "the role trust policy",
}


def explain(request: Request, decision: Decision) -> str:
    """Say why a request was denied, as AWS does; the empty string if it was not. The text is not escaped."""
    if decision.layer is None:
        return ""
    if decision.outcome is Outcome.IMPLICITLY_DENIED and assumes_as_root(request):
        return ROOT_ASSUMES
    who = request.principal.arn or "anonymous"
    where = f" on resource: {request.resource}" if request.resource else ""
    return f"User: {who} is not authorized to perform: {request.action}{where} {_reason(request, decision)}"


def _reason(request: Request, decision: Decision) -> str:
    layer = decision.layer or Layer.IDENTITY
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        return f"with an explicit deny in {_WITH_ARTICLE.get(layer, f'a {layer.value}')}"
    return f"because no {layer.value} allows the {request.action} action"
