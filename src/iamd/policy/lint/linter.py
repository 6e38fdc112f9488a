"""The linter: all that a save refuses, and what it does not refuse but nobody can have meant."""

from datetime import datetime

from iamd.policy.errors import PolicyError
from iamd.policy.lint import (
    actions,
    contradictions,
    grants,
    keys,
    presence,
    principals,
    redundancy,
    resources,
    saves,
    structure,
    values,
    variables,
)
from iamd.policy.lint.draft import Draft
from iamd.policy.lint.findings import MOST_FINDINGS, Finding, Findings, Full
from iamd.policy.lint.known import Known
from iamd.policy.lint.reference import Reference
from iamd.policy.lint.rules import RULES, Level
from iamd.policy.validate import PolicyKind, validate


def lint(
    document: str,
    kind: PolicyKind,
    reference: Reference,
    *,
    partition: str = "aws",
    account: str | None = None,
    now: datetime | None = None,
) -> list[Finding]:
    """Find what is wrong with a document, in the order of its places.

    `account` is whose policy it is, where that is known; without `now` no date is over. There are errors if
    and only if `validate` refuses the document, or something in it cannot act at all. The time is bounded:
    after a thousand findings nothing more is looked for, and a finding says so.
    """
    found, more = Findings(), list[Finding]()
    try:
        _look(document, kind, reference, found, partition, account, now)
    except Full:
        more.append(_unfinished(f"there are more than {MOST_FINDINGS:,} findings, and the rest is left out"))
    if found.exhausted:
        more.append(_unfinished("the document is so large that patterns were not all compared"))
    if not found.has_error:
        more += _refused(document, kind, partition)
    return found.listed(*more)


def _look(
    document: str,
    kind: PolicyKind,
    reference: Reference,
    found: Findings,
    partition: str,
    account: str | None,
    now: datetime | None,
) -> None:
    """Look for everything, for errors first, since there is a limit."""
    top = structure.read(document, found)
    if top is None:
        return
    entries = tuple(structure.entries(top, found))
    version = top.get("Version")
    version = version if isinstance(version, str) else None
    draft = Draft(document, kind, version, entries, partition, account, now)
    known = Known(reference, found)
    saves.check(draft, found)
    actions.check(draft, known, found)
    keys.check(draft, known, found)
    values.check(draft, known, found)
    variables.check(draft, known, found)
    presence.check(draft, known, found)
    principals.check(draft, found)
    grants.check(draft, found)
    resources.check(draft, known, found)
    contradictions.check(draft, found)
    redundancy.check(draft, found)


def _refused(document: str, kind: PolicyKind, partition: str) -> list[Finding]:
    """Ask `validate` in the end: what it refuses is an error, whatever was overlooked."""
    try:
        validate(document, kind, partition=partition)
    except PolicyError as wrong:
        return [Finding(Level.ERROR, "MALFORMED_POLICY", wrong.message, wrong.path or "")]
    return []


def _unfinished(said: str) -> Finding:
    return Finding(RULES["NOT_FULLY_CHECKED"].level, "NOT_FULLY_CHECKED", said, "")
