"""Lint checks of principals: public access, confused deputies, OIDC federation, external IDs."""

from collections.abc import Iterable
from typing import Final

from iamd.policy.lint.document import (
    RESOURCE_SIDE,
    ConditionClause,
    LintDocument,
    PrincipalNode,
    StatementNode,
)
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.restrictions import restricts, restricts_caller
from iamd.policy.lint.rules import Level
from iamd.policy.principals import is_account_id
from iamd.policy.validation import PolicyKind

_SOURCE_KEYS: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
# Services that assume roles without source keys: EC2 does so for instance profiles.
_SERVICES_WITHOUT_SOURCE: Final = frozenset({"ec2.amazonaws.com", "ec2.amazonaws.com.cn"})
# OIDC issuers whose tokens have the same audience for all of their customers.
_SHARED_AUDIENCE_ISSUERS: Final = (
    "app.terraform.io",
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "agent.buildkite.com",
    "oidc.eks.",
)
# Claims that identify the owner of a token, for issuers whose other claims anyone may have.
_SUBJECT_CLAIMS: Final = {
    "token.actions.githubusercontent.com": frozenset(
        {
            "sub",
            "repository",
            "repository_id",
            "repository_owner",
            "repository_owner_id",
            "job_workflow_ref",
            "enterprise",
            "enterprise_id",
        }
    )
}
# Principals that can call an action of a trust policy: the type, and a substring of the value.
_PRINCIPALS_BY_ACTION: Final = {
    "sts:assumerole": (("AWS", ""), ("Service", ""), ("CanonicalUser", "")),
    "sts:assumerolewithsaml": (("Federated", ":saml-provider/"),),
    "sts:assumerolewithwebidentity": (("Federated", ""),),
}


def check(document: LintDocument, findings: Findings) -> None:
    """Check a whole document."""
    if document.kind not in RESOURCE_SIDE:
        return
    for node in document.statements:
        for principal in node.principals:
            _check_unique_id(principal, findings)
        if not node.is_allow:
            continue
        if node.statement.not_principals is not None:
            message = (
                "Allow with NotPrincipal allows all other principals, even anonymous ones: use Principal"
            )
            findings.add("ALLOW_WITH_NOT_PRINCIPAL", f"{node.path}.NotPrincipal", message)
        for principal in node.principals if node.statement.principals is not None else ():
            _check_principal(document, node, principal, findings)
        if document.kind is PolicyKind.TRUST:
            _check_principal_types(node, findings)


def _check_unique_id(principal: PrincipalNode, findings: Findings) -> None:
    if principal.type != "AWS":
        return
    message = "the principal is a unique ID, as shown for a deleted user or role: use the ARN"
    if principal.value.startswith("AROA"):
        findings.add("INVALID_ROLE_REFERENCE", principal.path, message)
    elif principal.value.startswith("AIDA"):
        findings.add("INVALID_USER_REFERENCE", principal.path, message)


def _check_principal(
    document: LintDocument, node: StatementNode, principal: PrincipalNode, findings: Findings
) -> None:
    if principal.type == "AWS" and principal.value == "*":
        if not any(restricts_caller(clause) for clause in node.clauses):
            message = "everyone is allowed" if not node.clauses else "no condition restricts who is allowed"
            findings.add(
                "PUBLIC_PRINCIPAL",
                principal.path,
                f"{message}: specify principals or add a condition on aws:PrincipalOrgID",
            )
    elif principal.type == "Service":
        _check_service(document, node, principal, findings)
    elif principal.type == "Federated":
        _check_federated(node, principal, findings)
    elif document.kind is PolicyKind.TRUST and principal.type == "AWS":
        _check_external_id(document, node, principal, findings)


def _check_service(
    document: LintDocument, node: StatementNode, principal: PrincipalNode, findings: Findings
) -> None:
    if any(clause.key in _SOURCE_KEYS and restricts(clause) for clause in node.clauses):
        return
    is_trust_policy = document.kind is PolicyKind.TRUST
    if is_trust_policy and principal.value in _SERVICES_WITHOUT_SOURCE:
        return
    message = (
        f"{principal.value} may act for any account: add a condition on aws:SourceArn, aws:SourceAccount or"
    )
    level = Level.SUGGESTION if is_trust_policy else Level.SECURITY_WARNING
    findings.add("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", principal.path, f"{message} aws:SourceOrgID", level)


def _check_federated(node: StatementNode, principal: PrincipalNode, findings: Findings) -> None:
    if ":saml-provider/" in principal.value:
        return
    host = principal.value.rpartition(":oidc-provider/")[2].lower()
    issuer_clauses = [clause for clause in node.clauses if clause.key.startswith(f"{host}:")]
    if not any(_restricts_subject(clause, host) for clause in issuer_clauses):
        message = f"every identity of {host} is allowed: add a condition on {host}:sub"
        message += ", which the existing conditions do not restrict" if issuer_clauses else ""
        findings.add("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", principal.path, message)


def _has_shared_audience(host: str) -> bool:
    return host.startswith(_SHARED_AUDIENCE_ISSUERS)


def _restricts_subject(clause: ConditionClause, host: str) -> bool:
    """Return whether a condition on a token's claim restricts whose tokens are accepted."""
    claim = clause.key.removeprefix(f"{host}:")
    if not restricts(clause) or (_has_shared_audience(host) and claim == "aud"):
        return False
    if host in _SUBJECT_CLAIMS and claim not in _SUBJECT_CLAIMS[host]:
        return False
    return claim != "sub" or not any(map(_is_open_subject, clause.condition.values))


def _is_open_subject(subject: str) -> bool:
    """Return whether a subject pattern has a wildcard in its first name: `repo:*`, `repo:o*/r:*`."""
    subject_name = subject.partition(":")[2] or subject
    return bool(set(subject_name.split("/")[0].split(":")[0]) & set("*?"))


def _check_external_id(
    document: LintDocument, node: StatementNode, principal: PrincipalNode, findings: Findings
) -> None:
    account = principal.value.split(":")[4] if principal.value.endswith(":root") else principal.value
    allows_assume_role = any(action.text.lower() == "sts:assumerole" for action in node.actions)
    if node.clauses or not allows_assume_role or not is_account_id(account) or account == document.account:
        return
    message = f"any principal of account {account} may assume the role if its policies allow it:"
    message += " if the account is a third party's, require sts:ExternalId or specify its roles"
    findings.add("MISSING_EXTERNAL_ID", principal.path, message)


def _check_principal_types(node: StatementNode, findings: Findings) -> None:
    principals = node.principals
    if not principals or any(principal.value == "*" for principal in principals):
        return
    for action in node.actions:
        allowed_principals = _PRINCIPALS_BY_ACTION.get(action.text.lower())
        if allowed_principals is not None and not _has_allowed_principal(principals, allowed_principals):
            message = f"{quote(action.text)} cannot be called by any of the principals"
            findings.add("MISMATCHED_ACTION_FOR_PRINCIPAL", action.path, message)


def _has_allowed_principal(
    principals: Iterable[PrincipalNode], allowed_principals: tuple[tuple[str, str], ...]
) -> bool:
    return any(
        principal.type == kind and part in principal.value
        for principal in principals
        for kind, part in allowed_principals
    )
