"""Lint checks of condition keys: unknown keys, and keys that the statement's actions do not support."""

from iamd.policy.lint.document import ConditionClause, LintDocument, StatementNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.global_condition_keys import DEPRECATED_KEYS, GLOBAL_KEYS, PAIRED_KEYS, TAG_KEY_PREFIXES
from iamd.policy.lint.missing_keys import requires_key
from iamd.policy.lint.service_catalog import ServiceCatalog

_TAG_KEYS_WITHOUT_NAME = frozenset(
    {"aws:requesttag", "aws:resourcetag", "aws:principaltag", "iam:resourcetag", "s3:existingobjecttag"}
)


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        services = _services(node, catalog)
        for clause in node.clauses:
            if _check_key(clause, services, catalog, findings):
                _check_support(node, clause, services, catalog, findings)
        _check_duplicate_case(node, findings)
        _check_paired_keys(node, findings)


def _services(node: StatementNode, catalog: ServiceCatalog) -> tuple[str, ...]:
    names = (action.text.partition(":")[0].lower() for action in node.texts("Action", "NotAction"))
    return tuple(name for name in dict.fromkeys(names) if name in catalog.services)


def _check_key(
    clause: ConditionClause, services: tuple[str, ...], catalog: ServiceCatalog, findings: Findings
) -> bool:
    """Return whether a key exists and is not deprecated; otherwise add a finding."""
    key = clause.condition.key
    if clause.key in DEPRECATED_KEYS:
        message = f"{key} is deprecated: use {DEPRECATED_KEYS[clause.key]}"
        findings.add("DEPRECATED_GLOBAL_CONDITION_KEY", clause.path, message)
    elif clause.key.rstrip("/") in _TAG_KEYS_WITHOUT_NAME:
        message = f"{key} has no tag key: use {key.rstrip('/')}/tag-key"
        findings.add("MISSING_TAG_KEY_IN_CONDITION", clause.path, message)
    elif "${" in key or catalog.find_key(key, services):
        return "${" not in key
    else:
        findings.add(*_unknown_key_finding(clause, services, catalog))
    return False


def _unknown_key_finding(
    clause: ConditionClause, services: tuple[str, ...], catalog: ServiceCatalog
) -> tuple[str, str, str]:
    key = clause.condition.key
    prefix, colon, name = clause.key.partition(":")
    if not (prefix and colon and name):
        suggestion = catalog.suggest_key(f"aws:{clause.key}", services)
        message = f"the condition key {quote(key)} must be service:key-name{suggestion}"
        return "INVALID_CONDITION_KEY_FORMAT", clause.path, message
    suggestion = catalog.suggest_key(key, (*services, prefix))
    if prefix == "aws":
        message = f"the global condition key {quote(key)} does not exist{suggestion}"
        return "INVALID_GLOBAL_CONDITION_KEY", clause.path, message
    if prefix in catalog.services:
        message = f"the condition key {quote(key)} of {prefix} does not exist{suggestion}"
        return "INVALID_SERVICE_CONDITION_KEY", clause.path, message
    return (
        "INVALID_SERVICE",
        clause.path,
        f"the service {quote(prefix)} of the key {quote(key)} does not exist{suggestion}",
    )


def _check_duplicate_case(node: StatementNode, findings: Findings) -> None:
    first_paths = dict[tuple[str, str], str]()
    for clause in node.clauses:
        block = clause.path.removesuffix(clause.condition.key)
        if first_paths.setdefault((block, clause.key), clause.path) != clause.path:
            message = "the same key in different case: keys are case-insensitive, so both conditions apply"
            findings.add("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", clause.path, message)


def _check_paired_keys(node: StatementNode, findings: Findings) -> None:
    keys = {clause.key for clause in node.clauses}
    for clause in node.clauses:
        if node.is_allow and clause.key in PAIRED_KEYS and not keys & {*PAIRED_KEYS[clause.key]}:
            message = f"{clause.condition.key} alone is not specific, since VPCs may use the same addresses:"
            message += " add aws:SourceVpc or aws:SourceVpce"
            findings.add("MISSING_PAIRED_CONDITION_KEYS", clause.path, message)


# Keys that only some actions support.


def _check_support(
    node: StatementNode,
    clause: ConditionClause,
    services: tuple[str, ...],
    catalog: ServiceCatalog,
    findings: Findings,
) -> None:
    is_tag_key = clause.key.startswith(TAG_KEY_PREFIXES)
    prefix = clause.key.partition(":")[0]
    if not is_tag_key and (prefix == "aws" or "." in prefix or clause.key in GLOBAL_KEYS):
        return
    if node.statement.not_actions is not None:
        if is_tag_key and requires_key(clause):
            _add_unsupported_tag_key_with_not_action(node, clause, findings)
        return
    unsupported_services = _services_without_key(node, clause.key, catalog)
    if unsupported_services is None:
        return
    services_without_key = tuple(service for service in services if service in unsupported_services)
    if len(services_without_key) == len(services):
        message = f"none of the actions supports the condition key {clause.condition.key}"
        findings.add("UNSUPPORTED_CONDITION_KEY", clause.path, message)
    elif services_without_key and is_tag_key and requires_key(clause):
        _add_unsupported_tag_key(node, clause, services_without_key, findings)


def _services_without_key(node: StatementNode, key: str, catalog: ServiceCatalog) -> frozenset[str] | None:
    """Return the services whose actions in the statement do not support a key; None if unknown."""
    supported_by_service: dict[str, bool] = {}
    for action in node.actions:
        names = catalog.actions(action.text)
        if not names:
            return None
        service = action.text.partition(":")[0].lower()
        supported_by_service[service] = supported_by_service.get(service, False) or any(
            catalog.supports(name, key) for name in names
        )
    return (
        frozenset(service for service, is_supported in supported_by_service.items() if not is_supported)
        if supported_by_service
        else None
    )


def _add_unsupported_tag_key(
    node: StatementNode, clause: ConditionClause, services_without_key: tuple[str, ...], findings: Findings
) -> None:
    names = ", ".join(services_without_key[:6])
    if node.is_allow:
        message = (
            f"this statement does not allow the actions of services without {clause.condition.key}: {names}"
        )
        findings.add("ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", clause.path, message)
    else:
        message = (
            f"this statement does not deny the actions of services without {clause.condition.key}: {names}"
        )
        findings.add("DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", clause.path, message)


def _add_unsupported_tag_key_with_not_action(
    node: StatementNode, clause: ConditionClause, findings: Findings
) -> None:
    if node.is_allow:
        message = f"actions that do not support {clause.condition.key} are not allowed by this statement"
        findings.add("ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", clause.path, message)
    else:
        message = f"actions that do not support {clause.condition.key} are not denied by this statement"
        findings.add("DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", clause.path, message)
