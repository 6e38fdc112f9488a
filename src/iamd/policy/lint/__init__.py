"""A linter for policies, in the terms of AWS Access Analyzer's ValidatePolicy.

Standard library only, no clock, no I/O. What AWS's services can do comes from a `Reference` of the caller's:

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
