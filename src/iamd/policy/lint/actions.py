"""Lint checks of Action and NotAction: services and actions that do not exist."""

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
            message = "RCPs only deny access: this Allow has no effect beyond that of RCPFullAWSAccess"
            findings.add("ALLOW_WITHOUT_EFFECT", f"{node.path}.Effect", message)


def _check_action(action: TextNode, catalog: ServiceCatalog, findings: Findings) -> None:
    service, _, name = action.text.partition(":")
    service_key = service.lower()
    if "${" in action.text:
        return
    if service_key not in catalog.services:
        suggestion = catalog.suggest_service(service_key)
        message = f"the service {quote(service)} of the action does not exist{suggestion}"
        findings.add("INVALID_SERVICE_IN_ACTION", action.path, message)
    elif catalog.actions(action.text) == frozenset():
        is_pattern = bool(set(name) & set("*?"))
        problem = f"does not match any action of {service_key}" if is_pattern else "does not exist"
        suggestion = catalog.suggest_action(service_key, name)
        message = f"the action {quote(action.text)} {problem}{suggestion}"
        findings.add("INVALID_ACTION", action.path, message)
