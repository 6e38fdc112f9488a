"""Actions: whether there are any such."""

from iamd.policy.grammar import action_error
from iamd.policy.lint.document import LintDocument, TextNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.validation import PolicyKind


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        for action in node.texts("Action", "NotAction"):
            if action_error(action.text) is None and action.text not in {"*", "*:*"}:
                _check_action(action, catalog, findings)
        if document.kind is PolicyKind.RCP and node.is_allow:
            message = "RCPs act by denying alone: this Allow does nothing that RCPFullAWSAccess does not do"
            findings.add("ALLOW_WITHOUT_EFFECT", f"{node.path}.Effect", message)


def _check_action(action: TextNode, catalog: ServiceCatalog, findings: Findings) -> None:
    service, _, name = action.text.partition(":")
    service_key = service.lower()
    if "${" in action.text:
        return
    if service_key not in catalog.services:
        message = f"there is no service {quote(service)}{catalog.suggest_service(service_key)}"
        findings.add("INVALID_SERVICE_IN_ACTION", action.path, message)
    elif catalog.actions(action.text) == frozenset():
        problem = "matches no action" if set(name) & set("*?") else "is no action"
        suggestion = catalog.suggest_action(service_key, name)
        findings.add(
            "INVALID_ACTION", action.path, f"{quote(action.text)} {problem} of {service_key}{suggestion}"
        )
