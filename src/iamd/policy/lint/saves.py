"""What a save refuses, all of it: the same rules as `validate`, each place by itself."""

import re
from typing import Final

from iamd.policy.document import MODERN, PrincipalName
from iamd.policy.grammar import TRUST_ACTIONS, action_fault, is_legacy_arn, principal_fault, resource_fault
from iamd.policy.lint.draft import Draft, Entry, Principal
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.rules import Level
from iamd.policy.validate import WITH_PRINCIPAL, PolicyKind, size
from iamd.policy.values import instant

_SID = re.compile(r"[A-Za-z0-9]*")
_FIELDS = 6
# How AWS's sentence on a resource begins or ends, and what Access Analyzer calls the same.
_RESOURCE_CODES = (
    ("Partition ", "INVALID_PARTITION"),
    ("must be in ARN format", "INVALID_ARN_PREFIX"),
    ("region information", "ARN_REGION_NOT_ALLOWED"),
    ("IAM resource path", "INVALID_ARN_RESOURCE"),
)
_BY_KIND: Final = {
    PolicyKind.MANAGED: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 6_144),
    PolicyKind.INLINE: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 10_240),
    PolicyKind.SESSION: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 2_048),
    PolicyKind.TRUST: ("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", 2_048),
    PolicyKind.RESOURCE: ("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", 32_768),
    PolicyKind.SCP: ("POLICY_SIZE_EXCEEDS_SCP_QUOTA", 5_120),
    PolicyKind.RCP: ("POLICY_SIZE_EXCEEDS_RCP_QUOTA", 5_120),
}
# Smaller quotas that some holders of such a policy have: whose, how much.
_FOR_SOME: Final = {
    PolicyKind.INLINE: (("user", 2_048), ("group", 5_120)),
    PolicyKind.RESOURCE: (("bucket or a secret", 20_480),),
}


def check(draft: Draft, found: Findings) -> None:
    """Check a whole document."""
    _check_version(draft, found)
    _check_size(draft, found)
    _check_sids(draft, found)
    for entry in draft.entries:
        _check_actions(draft, entry, found)
        _check_resources(draft, entry, found)
        _check_principals(draft, entry, found)
        _check_dates(entry, found)


def _check_version(draft: Draft, found: Findings) -> None:
    if draft.kind is PolicyKind.MANAGED and draft.version != MODERN:
        code = "INVALID_VERSION" if draft.version else "MISSING_VERSION"
        found.add(code, "Version", f"the Version of a managed policy must be {MODERN}", Level.ERROR)
    elif draft.version is None:
        said = (
            f"without a Version the policy is read as 2008-10-17, where variables do not act; write {MODERN}"
        )
        found.add("MISSING_VERSION", "Version", said)


def _check_size(draft: Draft, found: Findings) -> None:
    code, most = _BY_KIND[draft.kind]
    characters = size(draft.text)
    said = f"{characters:,} characters, white space left out, and"
    if characters > most:
        kind = "an inline policy" if draft.kind is PolicyKind.INLINE else "a policy of this kind"
        found.add(code, "", f"{said} {kind} may have {most:,}", Level.ERROR)
        return
    for whose, quota in _FOR_SOME.get(draft.kind, ()):
        if characters > quota:
            found.add(code, "", f"{said} that of a {whose} may have {quota:,}", Level.WARNING)


def _check_sids(draft: Draft, found: Findings) -> None:
    seen = set[str]()
    for entry in draft.entries:
        sid, path = entry.statement.sid, f"{entry.path}.Sid"
        if draft.kind is not PolicyKind.RESOURCE and not _SID.fullmatch(sid or ""):
            found.add("UNSUPPORTED_SID", path, "a Sid must be letters and digits: [0-9A-Za-z]*")
        if sid and sid in seen:
            found.add("UNIQUE_SIDS_REQUIRED", path, f"another statement has the Sid {shown(sid)}")
        if sid == "":
            found.add(
                "EMPTY_SID_VALUE", path, "the Sid is empty: leave it out, or say what the statement is for"
            )
        seen.add(sid or "")


def _check_actions(draft: Draft, entry: Entry, found: Findings) -> None:
    statement = entry.statement
    if statement.actions is None and statement.not_actions is None:
        found.add("MISSING_ACTION", f"{entry.path}.Action", "a statement must have Action or NotAction")
    elif not (statement.actions or statement.not_actions):
        element = "Action" if statement.actions is not None else "NotAction"
        said = "the list of actions is empty, and a statement must have some"
        found.add("EMPTY_ARRAY_ACTION", f"{entry.path}.{element}", said, Level.ERROR)
    for path, action in entry.texts("Action", "NotAction"):
        if fault := action_fault(action):
            code = "INVALID_SERVICE_IN_ACTION" if fault.startswith("Vendor") else "INVALID_ACTION"
            found.add(code, path, fault)
    if draft.kind is PolicyKind.TRUST:
        _check_trust_actions(entry, found)


def _check_trust_actions(entry: Entry, found: Findings) -> None:
    said = "a trust policy may only have sts:AssumeRole, …WithSAML, …WithWebIdentity, sts:TagSession,"
    said += " sts:SetSourceIdentity and sts:SetContext"
    if entry.statement.not_actions is not None:
        found.add("UNSUPPORTED_ACTION_IN_POLICY", f"{entry.path}.NotAction", said)
    for path, action in entry.actions:
        if action.lower() not in TRUST_ACTIONS:
            found.add("UNSUPPORTED_ACTION_IN_POLICY", path, said)


def _check_resources(draft: Draft, entry: Entry, found: Findings) -> None:
    element = "NotResource" if entry.statement.not_resources is not None else "Resource"
    there = entry.statement.resources is not None or entry.statement.not_resources is not None
    path = f"{entry.path}.{element}"
    if draft.kind is PolicyKind.TRUST:
        if there:
            said = "a trust policy must not name resources: it speaks of its role"
            found.add("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", path, said)
    elif not there:
        found.add("MISSING_RESOURCE", path, "a statement must have Resource or NotResource")
    elif not (entry.statement.resources or entry.statement.not_resources):
        said = "the list of resources is empty, and a statement must have some"
        found.add("EMPTY_ARRAY_RESOURCE", path, said, Level.ERROR)
    for place, resource in entry.texts("Resource", "NotResource"):
        if fault := resource_fault(resource, draft.partition):
            found.add(_resource_code(fault, resource), place, fault, Level.ERROR)
        elif is_legacy_arn(resource):
            found.add(*_legacy(place, resource))


def _resource_code(fault: str, resource: str) -> str:
    for said, code in _RESOURCE_CODES:
        if said in fault:
            return code
    service = resource.split(":")[2:3]
    return "WILDCARD_IN_SERVICE_NAME" if service and set(service[0]) & set("*?") else "MISSING_ARN_FIELD"


def _legacy(path: str, resource: str) -> tuple[str, str, str]:
    fields = resource.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS or not fields[2]:
        said = "an ARN has six fields, arn:partition:service:region:account:resource, the service filled in"
        return "MISSING_ARN_FIELD", path, said
    if "${" in fields[3] or "${" in fields[4]:
        return "VARIABLE_UNSUPPORTED_IN_ELEMENT", path, "variables do not act before an ARN's fifth colon"
    return "INVALID_ARN_ACCOUNT", path, f"{shown(fields[4])} is not an account, nor a pattern of one"


def _check_dates(entry: Entry, found: Findings) -> None:
    for test in entry.tests:
        if test.condition.operator.startswith("Date"):
            for path, value in test.values():
                if instant(value) is None and "${" not in value:
                    said = f"{shown(value)} is no date: write 2026-02-28 or 2026-02-28T12:00:00Z"
                    found.add("TYPE_MISMATCH_DATE", path, said, Level.ERROR)


# Principals.


def _check_principals(draft: Draft, entry: Entry, found: Findings) -> None:
    statement = entry.statement
    named = [name for name in ("Principal", "NotPrincipal") if name in entry.raw]
    if draft.kind not in WITH_PRINCIPAL:
        for element in named:
            _refuse_principal(draft, f"{entry.path}.{element}", found)
        return
    if statement.not_principals is not None and draft.kind is not PolicyKind.RESOURCE:
        path = f"{entry.path}.NotPrincipal"
        if draft.kind is PolicyKind.TRUST:
            said = "a trust policy must name whom it means: Principal, not NotPrincipal"
            found.add("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", path, said)
        else:
            found.add("RCP_SYNTAX_ERROR_PRINCIPAL", path, 'an RCP must have the Principal "*"')
    if not (statement.principals or statement.not_principals):
        found.add(*_missing_principal(entry, named), Level.ERROR)
    for name in entry.principals:
        _check_principal(draft, name, found)


def _refuse_principal(draft: Draft, path: str, found: Findings) -> None:
    if draft.kind is PolicyKind.SCP:
        said = "an SCP has no principals: its conditions may name them by aws:PrincipalArn"
        found.add("SCP_SYNTAX_ERROR_PRINCIPAL", path, said)
    else:
        said = "a policy of an identity has no principals: it speaks of whom it is attached to"
        found.add("UNSUPPORTED_PRINCIPAL", path, said)


def _missing_principal(entry: Entry, named: list[str]) -> tuple[str, str, str]:
    if not named:
        return (
            "MISSING_PRINCIPAL",
            f"{entry.path}.Principal",
            "a statement of this kind must have a Principal",
        )
    code = "EMPTY_ARRAY_PRINCIPAL" if entry.raw[named[0]] else "EMPTY_OBJECT_PRINCIPAL"
    return code, f"{entry.path}.{named[0]}", f"the {named[0]} names nobody"


def _check_principal(draft: Draft, name: Principal, found: Findings) -> None:
    if draft.kind is PolicyKind.RCP and (name.type, name.value) != ("AWS", "*"):
        found.add("RCP_SYNTAX_ERROR_PRINCIPAL", name.path, 'an RCP must have the Principal "*"')
    elif fault := principal_fault(PrincipalName(name.type, name.value)):
        found.add(_principal_code(name), name.path, fault)


def _principal_code(name: Principal) -> str:
    if set(name.value) & set("*?"):
        return "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
    return "INVALID_SERVICE_PRINCIPAL_FORMAT" if name.type == "Service" else "INVALID_PRINCIPAL_FORMAT"
