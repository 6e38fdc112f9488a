"""Lint checks of overly broad grants: iam:PassRole, service-linked roles, NotAction and NotResource."""

from typing import NamedTuple

from iamd.policy.lint.document import IDENTITY_SIDE, LintDocument, StatementNode, TextNode
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.restrictions import is_positive
from iamd.policy.patterns import glob, matches_action
from iamd.policy.validation import PolicyKind

_ARN_FIELDS = 6
_ANY_SERVICE = frozenset({"*", "*.amazonaws.com"})  # values that match every service


class _SensitiveAction(NamedTuple):
    """An action whose resources should be specified, or limited by a condition on one of `limiting_keys`.

    `probe_resource` is a made-up resource that no policy names but broad patterns match.
    """

    code_prefix: str
    action: str
    probe_resource: str
    limiting_keys: tuple[str, ...]
    message: str


_PASS_ROLE = _SensitiveAction(
    "PASS_ROLE",
    "iam:PassRole",
    "role/zq7-zq7",
    ("iam:passedtoservice", "iam:associatedresourcearn"),
    "overly privileged roles may be passed: specify role ARNs or add a condition on iam:PassedToService",
)
_CREATE_SLR = _SensitiveAction(
    "CREATE_SLR",
    "iam:CreateServiceLinkedRole",
    "role/aws-service-role/zq7.amazonaws.com/AWSServiceRoleForZq7",
    ("iam:awsservicename",),
    "service-linked roles of any service may be created: specify ARNs or a condition on iam:AWSServiceName",
)
_CHECKED_KINDS = IDENTITY_SIDE | {PolicyKind.RESOURCE}


def check(document: LintDocument, findings: Findings) -> None:
    """Check a whole document."""
    if document.kind not in _CHECKED_KINDS:
        return
    for node in document.statements:
        if not node.is_allow:
            continue
        _check_negations(node, findings)
        for sensitive_action in (_PASS_ROLE, _CREATE_SLR) if document.kind in IDENTITY_SIDE else ():
            _check_sensitive_action(node, sensitive_action, findings)


def _check_negations(node: StatementNode, findings: Findings) -> None:
    statement = node.statement
    suffix = "including those added in the future"
    if statement.not_actions is not None and statement.not_resources is not None:
        message = f"all actions and all resources except those listed are allowed, {suffix}"
        findings.add("ALLOW_WITH_NOT_ACTION_AND_NOT_RESOURCE", f"{node.path}.NotAction", message)
    elif statement.not_actions is not None:
        message = f"all actions except those listed are allowed, {suffix}"
        findings.add("ALLOW_WITH_NOT_ACTION", f"{node.path}.NotAction", message)
    elif statement.not_resources is not None:
        message = f"all resources except those listed are allowed, {suffix}"
        findings.add("ALLOW_WITH_NOT_RESOURCE", f"{node.path}.NotResource", message)


def _check_sensitive_action(
    node: StatementNode, sensitive_action: _SensitiveAction, findings: Findings
) -> None:
    grant = _find_grant(node, sensitive_action.action)
    if grant is None or _is_limited(node, sensitive_action):
        return
    code_part, path = grant
    if node.statement.not_resources is not None:
        code_infix = {"": "", "STAR": "STAR_IN_ACTION_AND_", "NOT": "NOT_ACTION_AND_"}[code_part]
        findings.add(
            f"{sensitive_action.code_prefix}_WITH_{code_infix}NOT_RESOURCE", path, sensitive_action.message
        )
    elif any(_covers_probe(resource, sensitive_action) for resource in node.resources):
        code = {
            "": "STAR_IN_RESOURCE",
            "STAR": "STAR_IN_ACTION_AND_RESOURCE",
            "NOT": "STAR_IN_RESOURCE_AND_NOT_ACTION",
        }[code_part]
        findings.add(f"{sensitive_action.code_prefix}_WITH_{code}", path, sensitive_action.message)


def _find_grant(node: StatementNode, action: str) -> tuple[str, str] | None:
    """Return how a statement grants an action ("": by name, "STAR", "NOT": by NotAction) and the path."""
    patterns = node.statement.not_actions
    if patterns is not None:
        is_excluded = any(matches_action(pattern, action) for pattern in patterns)
        return None if is_excluded else ("NOT", f"{node.path}.NotAction")
    matching_nodes = [text_node for text_node in node.actions if matches_action(text_node.text, action)]
    exact_nodes = [text_node for text_node in matching_nodes if text_node.text.lower() == action.lower()]
    if exact_nodes:
        return "", exact_nodes[0].path
    return ("STAR", matching_nodes[0].path) if matching_nodes else None


def _is_limited(node: StatementNode, sensitive_action: _SensitiveAction) -> bool:
    return any(
        clause.key in sensitive_action.limiting_keys
        and is_positive(clause)
        and not _ANY_SERVICE & set(clause.condition.values)
        for clause in node.clauses
    )


def _covers_probe(resource: TextNode, sensitive_action: _SensitiveAction) -> bool:
    """Return whether a resource pattern matches roles with any name; the account may be specified."""
    if not resource.text.strip("*"):
        return True
    fields = resource.text.split(":", _ARN_FIELDS - 1)
    fields += ["*"] * (_ARN_FIELDS - len(fields))
    return (
        fields[2] in {"iam", "*"} and "*" in fields[-1] and glob(fields[-1], sensitive_action.probe_resource)
    )
