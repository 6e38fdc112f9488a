"""Actions: whether there are any such."""

from iamd.policy.grammar import action_fault
from iamd.policy.lint.draft import Draft, Text
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.known import Known
from iamd.policy.validate import PolicyKind


def check(draft: Draft, known: Known, found: Findings) -> None:
    """Check a whole document."""
    for entry in draft.entries:
        for place in entry.texts("Action", "NotAction"):
            if action_fault(place.text) is None and place.text not in {"*", "*:*"}:
                _check(place, known, found)
        if draft.kind is PolicyKind.RCP and entry.allows:
            said = "RCPs act by denying alone: this Allow does nothing that RCPFullAWSAccess does not do"
            found.add("ALLOW_WITHOUT_EFFECT", f"{entry.path}.Effect", said)


def _check(place: Text, known: Known, found: Findings) -> None:
    service, _, name = place.text.partition(":")
    lower = service.lower()
    if "${" in place.text:
        return
    if lower not in known.services:
        said = f"there is no service {shown(service)}{known.near_service(lower)}"
        found.add("INVALID_SERVICE_IN_ACTION", place.path, said)
    elif known.actions(place.text) == frozenset():
        what = "matches no action" if set(name) & set("*?") else "is no action"
        near = known.near_action(lower, name)
        found.add("INVALID_ACTION", place.path, f"{shown(place.text)} {what} of {lower}{near}")
