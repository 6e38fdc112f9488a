"""Grants that reach further than they seem to: roles to pass, service-linked roles, all but what is named."""

from typing import NamedTuple

from iamd.policy.lint.draft import OWN_SIDE, Draft, Entry, Text
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.narrowing import is_positive
from iamd.policy.patterns import glob, matches_action
from iamd.policy.validate import PolicyKind

_FIELDS = 6
_WIDE = frozenset({"*", "*.amazonaws.com"})  # services, as many as there are


class _Reach(NamedTuple):
    """An action whose resource should be named, with a resource nobody has, and what limits it otherwise."""

    stem: str
    action: str
    probe: str
    limits: tuple[str, ...]
    said: str


_PASS_ROLE = _Reach(
    "PASS_ROLE",
    "iam:PassRole",
    "role/zq7-zq7",
    ("iam:passedtoservice", "iam:associatedresourcearn"),
    "roles may be passed that hold more than they should: name the roles, or ask for iam:PassedToService",
)
_CREATE_SLR = _Reach(
    "CREATE_SLR",
    "iam:CreateServiceLinkedRole",
    "role/aws-service-role/zq7.amazonaws.com/AWSServiceRoleForZq7",
    ("iam:awsservicename",),
    "service-linked roles of any service may be made: name them, or ask for iam:AWSServiceName",
)
_KINDS = OWN_SIDE | {PolicyKind.RESOURCE}


def check(draft: Draft, found: Findings) -> None:
    """Check a whole document."""
    if draft.kind not in _KINDS:
        return
    for entry in draft.entries:
        if not entry.allows:
            continue
        _check_exceptions(entry, found)
        for reach in (_PASS_ROLE, _CREATE_SLR) if draft.kind in OWN_SIDE else ():
            _check_reach(entry, reach, found)


def _check_exceptions(entry: Entry, found: Findings) -> None:
    statement = entry.statement
    still = "those still to come included"
    if statement.not_actions is not None and statement.not_resources is not None:
        said = f"all actions but these on all resources but some are allowed, {still}"
        found.add("ALLOW_WITH_NOT_ACTION_AND_NOT_RESOURCE", f"{entry.path}.NotAction", said)
    elif statement.not_actions is not None:
        said = f"all actions but these are allowed, {still}"
        found.add("ALLOW_WITH_NOT_ACTION", f"{entry.path}.NotAction", said)
    elif statement.not_resources is not None:
        said = f"all resources but these are allowed, {still}"
        found.add("ALLOW_WITH_NOT_RESOURCE", f"{entry.path}.NotResource", said)


def _check_reach(entry: Entry, reach: _Reach, found: Findings) -> None:
    granted = _granted(entry, reach.action)
    if granted is None or _is_limited(entry, reach):
        return
    by, place = granted
    if entry.statement.not_resources is not None:
        what = {"": "", "STAR": "STAR_IN_ACTION_AND_", "NOT": "NOT_ACTION_AND_"}[by]
        found.add(f"{reach.stem}_WITH_{what}NOT_RESOURCE", place, reach.said)
    elif any(_reaches(resource, reach) for resource in entry.resources):
        code = {
            "": "STAR_IN_RESOURCE",
            "STAR": "STAR_IN_ACTION_AND_RESOURCE",
            "NOT": "STAR_IN_RESOURCE_AND_NOT_ACTION",
        }[by]
        found.add(f"{reach.stem}_WITH_{code}", place, reach.said)


def _granted(entry: Entry, action: str) -> tuple[str, str] | None:
    """Say how a statement has an action, by its name, by a star or by NotAction, and where."""
    patterns = entry.statement.not_actions
    if patterns is not None:
        spared = any(matches_action(pattern, action) for pattern in patterns)
        return None if spared else ("NOT", f"{entry.path}.NotAction")
    matching = [place for place in entry.actions if matches_action(place.text, action)]
    named = [place for place in matching if place.text.lower() == action.lower()]
    if named:
        return "", named[0].path
    return ("STAR", matching[0].path) if matching else None


def _is_limited(entry: Entry, reach: _Reach) -> bool:
    return any(
        test.key in reach.limits and is_positive(test) and not _WIDE & set(test.condition.values)
        for test in entry.tests
    )


def _reaches(resource: Text, reach: _Reach) -> bool:
    """Say whether a resource has a role in it that nobody thought of: its account may be named."""
    if not resource.text.strip("*"):
        return True
    fields = resource.text.split(":", _FIELDS - 1)
    fields += ["*"] * (_FIELDS - len(fields))
    return fields[2] in {"iam", "*"} and "*" in fields[-1] and glob(fields[-1], reach.probe)
