"""Access denied messages, in AWS's words."""

from iamd.policy.decision import Decision, Layer, Outcome
from iamd.policy.evaluation import is_root_assuming_role
from iamd.policy.request import Request

ROOT_CANNOT_ASSUME_ROLE = "Roles may not be assumed by root accounts."

_LAYER_WITH_ARTICLE = {
    Layer.IDENTITY: "an identity-based policy",
    Layer.TRUST: "the role trust policy",
}


def denial_message(request: Request, decision: Decision) -> str:
    """Return AWS's message for a denied request, "" if it was allowed. The text is not escaped."""
    if decision.layer is None:
        return ""
    if decision.outcome is Outcome.IMPLICITLY_DENIED and is_root_assuming_role(request):
        return ROOT_CANNOT_ASSUME_ROLE
    caller = request.principal.arn or "anonymous"
    on_resource = f" on resource: {request.resource}" if request.resource else ""
    reason = _reason(request, decision)
    return f"User: {caller} is not authorized to perform: {request.action}{on_resource} {reason}"


def _reason(request: Request, decision: Decision) -> str:
    layer = decision.layer or Layer.IDENTITY
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        return f"with an explicit deny in {_LAYER_WITH_ARTICLE.get(layer, f'a {layer.value}')}"
    return f"because no {layer.value} allows the {request.action} action"
