"""Variables: where they act, how they are written, and whether there are any such."""

from collections.abc import Iterator

from iamd.policy.lint.document import LintDocument, StatementNode, TextNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.lint.values import operator_family

_ESCAPES = frozenset("*?$")


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        _check_unsupported_places(node, findings)
        for value in _texts_with_variables(node):
            if not document.has_variables:
                message = (
                    f"without the Version 2012-10-17 this is no variable but plain text: {quote(value.text)}"
                )
                findings.add("VARIABLE_UNSUPPORTED_IN_VERSION", value.path, message)
            else:
                _check_text(value, catalog, findings)


def _texts_with_variables(node: StatementNode) -> Iterator[TextNode]:
    """Go through the texts in which a variable may act and one seems to be meant."""
    for value in node.texts("Resource", "NotResource"):
        if "${" in value.text:
            yield value
    for clause in node.clauses:
        if operator_family(clause.condition) in {"String", "Arn"}:
            yield from (place for place in clause.values() if "${" in place.text)


def _check_unsupported_places(node: StatementNode, findings: Findings) -> None:
    message_for_element = "variables act in Resource and in the values of conditions only"
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
                    message = f"variables act in String and Arn operators, not in {clause.condition.operator}"
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
        message = f"a default comes after a comma and a space and in single quotes: ${{{name}, 'default'}}"
        findings.add("MISSING_QUOTE_IN_VARIABLE", path, message)
    elif " " in name:
        findings.add("UNSUPPORTED_SPACE_IN_VARIABLE", path, f"a variable's name has no space: {quote(name)}")
    else:
        _check_variable_name(name, path, catalog, findings)


def _check_variable_name(name: str, path: str, catalog: ServiceCatalog, findings: Findings) -> None:
    key = catalog.find_key(name)
    if key is None:
        suggestion = catalog.suggest_key(name if ":" in name else f"aws:{name}", ())
        findings.add("UNKNOWN_VARIABLE", path, f"there is no key {quote(name)} for a variable{suggestion}")
    elif key.is_multivalued:
        message = f"{name} has many values, and a variable of it has none"
        findings.add("VARIABLE_OF_MULTIVALUED_KEY", path, message)
