"""Policy linter with findings like those of IAM Access Analyzer's ValidatePolicy.

Standard library only, no clock, no I/O. The caller supplies the actions, resource types and condition keys of
AWS services as a `Reference`:

    findings = lint('{"Statement": []}', PolicyKind.MANAGED, reference)
    assert findings[0].code == "MISSING_STATEMENT" and findings[0].level is Level.ERROR
"""

from iamd.policy.lint.findings import MAX_FINDINGS, Finding
from iamd.policy.lint.linter import lint
from iamd.policy.lint.reference import (
    Action,
    ActionResourceType,
    ConditionKey,
    KeyType,
    Reference,
    ResourceType,
)
from iamd.policy.lint.rules import RULES, Level, Rule

__all__ = [
    "MAX_FINDINGS",
    "RULES",
    "Action",
    "ActionResourceType",
    "ConditionKey",
    "Finding",
    "KeyType",
    "Level",
    "Reference",
    "ResourceType",
    "Rule",
    "lint",
]
