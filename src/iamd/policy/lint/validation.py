"""Lint checks of everything that a save rejects: the rules of `validate`, with a finding per violation."""

import re
from typing import Final

from iamd.policy.document import CURRENT_VERSION, PrincipalName
from iamd.policy.grammar import TRUST_ACTIONS, action_error, is_legacy_arn, principal_error, resource_error
from iamd.policy.lint.document import LintDocument, PrincipalNode, StatementNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.rules import Level
from iamd.policy.validation import KINDS_WITH_PRINCIPAL, PolicyKind, policy_size
from iamd.policy.values import instant

_SID = re.compile(r"[A-Za-z0-9]*")
_ARN_FIELDS = 6
# Parts of AWS's error messages for resources, and Access Analyzer's codes for the same errors.
_RESOURCE_CODES_BY_MESSAGE = (
    ("Partition ", "INVALID_PARTITION"),
    ("must be in ARN format", "INVALID_ARN_PREFIX"),
    ("region information", "ARN_REGION_NOT_ALLOWED"),
    ("IAM resource path", "INVALID_ARN_RESOURCE"),
)
_QUOTAS: Final = {
    PolicyKind.MANAGED: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 6_144),
    PolicyKind.INLINE: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 10_240),
    PolicyKind.SESSION: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 2_048),
    PolicyKind.TRUST: ("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", 2_048),
    PolicyKind.RESOURCE: ("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", 32_768),
    PolicyKind.SCP: ("POLICY_SIZE_EXCEEDS_SCP_QUOTA", 5_120),
    PolicyKind.RCP: ("POLICY_SIZE_EXCEEDS_RCP_QUOTA", 5_120),
}
# Lower quotas that depend on the owner of the policy: owner, characters.
_SMALLER_QUOTAS: Final = {
    PolicyKind.INLINE: (("user", 2_048), ("group", 5_120)),
    PolicyKind.RESOURCE: (("bucket or a secret", 20_480),),
}


def check(document: LintDocument, findings: Findings) -> None:
    """Check a whole document."""
    _check_version(document, findings)
    _check_size(document, findings)
    _check_sids(document, findings)
    for node in document.statements:
        _check_actions(document, node, findings)
        _check_resources(document, node, findings)
        _check_principals(document, node, findings)
        _check_dates(node, findings)


def _check_version(document: LintDocument, findings: Findings) -> None:
    if document.kind is PolicyKind.MANAGED and document.version != CURRENT_VERSION:
        code = "INVALID_VERSION" if document.version else "MISSING_VERSION"
        findings.add(
            code, "Version", f"the Version of a managed policy must be {CURRENT_VERSION}", Level.ERROR
        )
    elif document.version is None:
        message = (
            "a policy without a Version is evaluated as 2008-10-17, which does not support variables; "
            f"set {CURRENT_VERSION}"
        )
        findings.add("MISSING_VERSION", "Version", message)


def _check_size(document: LintDocument, findings: Findings) -> None:
    code, max_characters = _QUOTAS[document.kind]
    characters = policy_size(document.text)
    message = f"the policy has {characters:,} characters without white space:"
    if characters > max_characters:
        description = "an inline policy" if document.kind is PolicyKind.INLINE else "a policy of this kind"
        findings.add(code, "", f"{message} {description} may have {max_characters:,}", Level.ERROR)
        return
    for owner, quota in _SMALLER_QUOTAS.get(document.kind, ()):
        if characters > quota:
            findings.add(code, "", f"{message} the policy of a {owner} may have {quota:,}", Level.WARNING)


def _check_sids(document: LintDocument, findings: Findings) -> None:
    sids = set[str]()
    for node in document.statements:
        sid, path = node.statement.sid, f"{node.path}.Sid"
        if document.kind is not PolicyKind.RESOURCE and not _SID.fullmatch(sid or ""):
            findings.add("UNSUPPORTED_SID", path, "a Sid may have only letters and digits: [0-9A-Za-z]*")
        if sid and sid in sids:
            findings.add("UNIQUE_SIDS_REQUIRED", path, f"another statement already has the Sid {quote(sid)}")
        if sid == "":
            findings.add("EMPTY_SID_VALUE", path, "the Sid is empty: remove it or set a value")
        sids.add(sid or "")


def _check_actions(document: LintDocument, node: StatementNode, findings: Findings) -> None:
    statement = node.statement
    if statement.actions is None and statement.not_actions is None:
        findings.add("MISSING_ACTION", f"{node.path}.Action", "a statement must have Action or NotAction")
    elif not (statement.actions or statement.not_actions):
        element = "Action" if statement.actions is not None else "NotAction"
        message = "the list of actions is empty: a statement must have at least one"
        findings.add("EMPTY_ARRAY_ACTION", f"{node.path}.{element}", message, Level.ERROR)
    for path, action in node.texts("Action", "NotAction"):
        if error := action_error(action):
            code = "INVALID_SERVICE_IN_ACTION" if error.startswith("Vendor") else "INVALID_ACTION"
            findings.add(code, path, error)
    if document.kind is PolicyKind.TRUST:
        _check_trust_actions(node, findings)


def _check_trust_actions(node: StatementNode, findings: Findings) -> None:
    message = "a trust policy may only have sts:AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity,"
    message += " TagSession, SetSourceIdentity and SetContext"
    if node.statement.not_actions is not None:
        findings.add("UNSUPPORTED_ACTION_IN_POLICY", f"{node.path}.NotAction", message)
    for path, action in node.actions:
        if action.lower() not in TRUST_ACTIONS:
            findings.add("UNSUPPORTED_ACTION_IN_POLICY", path, message)


def _check_resources(document: LintDocument, node: StatementNode, findings: Findings) -> None:
    element = "NotResource" if node.statement.not_resources is not None else "Resource"
    has_resources = node.statement.resources is not None or node.statement.not_resources is not None
    path = f"{node.path}.{element}"
    if document.kind is PolicyKind.TRUST:
        if has_resources:
            message = "a trust policy must not have a Resource: it applies to its role"
            findings.add("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", path, message)
    elif not has_resources:
        findings.add("MISSING_RESOURCE", path, "a statement must have Resource or NotResource")
    elif not (node.statement.resources or node.statement.not_resources):
        message = "the list of resources is empty: a statement must have at least one"
        findings.add("EMPTY_ARRAY_RESOURCE", path, message, Level.ERROR)
    for resource_path, resource in node.texts("Resource", "NotResource"):
        if error := resource_error(resource, document.partition):
            findings.add(_resource_code(error, resource), resource_path, error, Level.ERROR)
        elif is_legacy_arn(resource):
            findings.add(*_legacy_arn_finding(resource_path, resource))


def _resource_code(error: str, resource: str) -> str:
    for fragment, code in _RESOURCE_CODES_BY_MESSAGE:
        if fragment in error:
            return code
    service = resource.split(":")[2:3]
    return "WILDCARD_IN_SERVICE_NAME" if service and set(service[0]) & set("*?") else "MISSING_ARN_FIELD"


def _legacy_arn_finding(path: str, resource: str) -> tuple[str, str, str]:
    fields = resource.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS or not fields[2]:
        message = "an ARN must have six fields, arn:partition:service:region:account:resource, and a service"
        return "MISSING_ARN_FIELD", path, message
    if "${" in fields[3] or "${" in fields[4]:
        message = "variables are not supported before an ARN's fifth colon"
        return "VARIABLE_UNSUPPORTED_IN_ELEMENT", path, message
    return "INVALID_ARN_ACCOUNT", path, f"{quote(fields[4])} is neither an account ID nor a pattern of one"


def _check_dates(node: StatementNode, findings: Findings) -> None:
    for clause in node.clauses:
        if clause.condition.operator.startswith("Date"):
            for path, value in clause.values():
                if instant(value) is None and "${" not in value:
                    message = f"{quote(value)} is not a date: use 2026-02-28 or 2026-02-28T12:00:00Z"
                    findings.add("TYPE_MISMATCH_DATE", path, message, Level.ERROR)


# Principals.


def _check_principals(document: LintDocument, node: StatementNode, findings: Findings) -> None:
    statement = node.statement
    elements = [principal for principal in ("Principal", "NotPrincipal") if principal in node.raw]
    if document.kind not in KINDS_WITH_PRINCIPAL:
        for element in elements:
            _add_unsupported_principal(document, f"{node.path}.{element}", findings)
        return
    if statement.not_principals is not None and document.kind is not PolicyKind.RESOURCE:
        path = f"{node.path}.NotPrincipal"
        if document.kind is PolicyKind.TRUST:
            message = "a trust policy must not have a NotPrincipal: use Principal"
            findings.add("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", path, message)
        else:
            findings.add("RCP_SYNTAX_ERROR_PRINCIPAL", path, 'an RCP must have the Principal "*"')
    if not (statement.principals or statement.not_principals):
        findings.add(*_missing_principal_finding(node, elements), Level.ERROR)
    for name in node.principals:
        _check_principal(document, name, findings)


def _add_unsupported_principal(document: LintDocument, path: str, findings: Findings) -> None:
    if document.kind is PolicyKind.SCP:
        message = "an SCP must not have a principal: use a condition on aws:PrincipalArn"
        findings.add("SCP_SYNTAX_ERROR_PRINCIPAL", path, message)
    else:
        message = "an identity-based policy must not have a principal: it applies to its identity"
        findings.add("UNSUPPORTED_PRINCIPAL", path, message)


def _missing_principal_finding(node: StatementNode, elements: list[str]) -> tuple[str, str, str]:
    if not elements:
        return (
            "MISSING_PRINCIPAL",
            f"{node.path}.Principal",
            "a statement of this kind of policy must have a Principal",
        )
    code = "EMPTY_ARRAY_PRINCIPAL" if node.raw[elements[0]] else "EMPTY_OBJECT_PRINCIPAL"
    return code, f"{node.path}.{elements[0]}", f"the {elements[0]} is empty"


def _check_principal(document: LintDocument, principal: PrincipalNode, findings: Findings) -> None:
    if document.kind is PolicyKind.RCP and (principal.type, principal.value) != ("AWS", "*"):
        findings.add("RCP_SYNTAX_ERROR_PRINCIPAL", principal.path, 'an RCP must have the Principal "*"')
    elif error := principal_error(PrincipalName(principal.type, principal.value)):
        findings.add(_principal_code(principal), principal.path, error)


def _principal_code(principal: PrincipalNode) -> str:
    if set(principal.value) & set("*?"):
        return "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
    return "INVALID_SERVICE_PRINCIPAL_FORMAT" if principal.type == "Service" else "INVALID_PRINCIPAL_FORMAT"
