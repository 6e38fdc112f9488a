"""Lint checks of policy variables: syntax, unknown keys, and where variables are supported."""

from collections.abc import Iterator

from iamd.policy.lint.document import LintDocument, StatementNode, TextNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.lint.values import operator_family

_ESCAPES = frozenset("*?$")


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        _check_unsupported_elements(node, findings)
        for value in _texts_with_variables(node):
            if not document.has_variables:
                message = f"variables require Version 2012-10-17; this is plain text: {quote(value.text)}"
                findings.add("VARIABLE_UNSUPPORTED_IN_VERSION", value.path, message)
            else:
                _check_text(value, catalog, findings)


def _texts_with_variables(node: StatementNode) -> Iterator[TextNode]:
    """Yield the texts with `${` in elements that support variables."""
    for value in node.texts("Resource", "NotResource"):
        if "${" in value.text:
            yield value
    for clause in node.clauses:
        if operator_family(clause.condition) in {"String", "Arn"}:
            yield from (value for value in clause.values() if "${" in value.text)


def _check_unsupported_elements(node: StatementNode, findings: Findings) -> None:
    message_for_element = "variables are supported only in Resource and in condition values"
    for value in node.texts("Action", "NotAction"):
        if "${" in value.text:
            findings.add("VARIABLE_UNSUPPORTED_IN_ELEMENT", value.path, message_for_element)
    for principal in node.principals:
        if "${" in principal.value:
            findings.add("VARIABLE_UNSUPPORTED_IN_ELEMENT", principal.path, message_for_element)
    for clause in node.clauses:
        if "${" in clause.condition.key:
            findings.add("VARIABLE_UNSUPPORTED_IN_ELEMENT", clause.path, message_for_element)
        if operator_family(clause.condition) not in {"String", "Arn"}:
            for value in clause.values():
                if "${" in value.text:
                    message = f"variables require String or Arn operators, not {clause.condition.operator}"
                    findings.add("INVALID_VARIABLE_FOR_OPERATOR", value.path, message)


def _check_text(value: TextNode, catalog: ServiceCatalog, findings: Findings) -> None:
    position = 0
    while (start := value.text.find("${", position)) >= 0:
        end = value.text.find("}", start)
        if end < 0:
            message = f"the variable {quote(value.text[start:])} has no closing brace"
            findings.add("MISSING_BRACE_IN_VARIABLE", value.path, message)
            return
        _check_variable(value.text[start + 2 : end], value.path, catalog, findings)
        position = end + 1


def _check_variable(expression: str, path: str, catalog: ServiceCatalog, findings: Findings) -> None:
    if expression in _ESCAPES:
        return
    name, comma, default = expression.partition(",")
    if not name:
        findings.add("EMPTY_VARIABLE", path, "the variable has no name")
    elif comma and not (default.startswith(" '") and default.endswith("'") and len(default) > 2):
        message = f"a default value must follow a comma and a space, in single quotes: ${{{name}, 'default'}}"
        findings.add("MISSING_QUOTE_IN_VARIABLE", path, message)
    elif " " in name:
        findings.add("UNSUPPORTED_SPACE_IN_VARIABLE", path, f"the variable name {quote(name)} has a space")
    else:
        _check_variable_name(name, path, catalog, findings)


def _check_variable_name(name: str, path: str, catalog: ServiceCatalog, findings: Findings) -> None:
    key = catalog.find_key(name)
    if key is None:
        suggestion = catalog.suggest_key(name if ":" in name else f"aws:{name}", ())
        message = f"the condition key {quote(name)} of the variable does not exist{suggestion}"
        findings.add("UNKNOWN_VARIABLE", path, message)
    elif key.is_multivalued:
        message = f"{name} is multivalued and cannot be used as a variable"
        findings.add("VARIABLE_OF_MULTIVALUED_KEY", path, message)
