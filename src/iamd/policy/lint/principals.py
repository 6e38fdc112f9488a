"""Principals: who is let in, and whether the conditions say enough of who that is."""

from collections.abc import Iterable
from typing import Final

from iamd.policy.lint.draft import ON_RESOURCE, Draft, Entry, Principal, Test
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.narrowing import narrows, says_who
from iamd.policy.lint.rules import Level
from iamd.policy.principals import is_account_id
from iamd.policy.validate import PolicyKind

_SOURCES: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
# A service whose calls for a role have no source: the role is handed out by an instance profile.
_WITHOUT_SOURCE: Final = frozenset({"ec2.amazonaws.com", "ec2.amazonaws.com.cn"})
# Issuers whose tokens have the same audience for everybody.
_SHARED_AUDIENCE: Final = (
    "app.terraform.io",
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "agent.buildkite.com",
    "oidc.eks.",
)
# The claims that say whose a token is, of issuers whose other claims anybody in the world may have.
_WORLDWIDE: Final = {
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
# Who can call an action of a trust policy: the types of principals, and a part of a Federated one's name.
_CALLERS: Final = {
    "sts:assumerole": (("AWS", ""), ("Service", ""), ("CanonicalUser", "")),
    "sts:assumerolewithsaml": (("Federated", ":saml-provider/"),),
    "sts:assumerolewithwebidentity": (("Federated", ""),),
}


def check(draft: Draft, found: Findings) -> None:
    """Check a whole document."""
    if draft.kind not in ON_RESOURCE:
        return
    for entry in draft.entries:
        for name in entry.principals:
            _check_reference(name, found)
        if not entry.allows:
            continue
        if entry.statement.not_principals is not None:
            said = "whoever is not named here is allowed, strangers included: name whom you mean in Principal"
            found.add("ALLOW_WITH_NOT_PRINCIPAL", f"{entry.path}.NotPrincipal", said)
        for name in entry.principals if entry.statement.principals is not None else ():
            _check_name(draft, entry, name, found)
        if draft.kind is PolicyKind.TRUST:
            _check_callers(entry, found)


def _check_reference(name: Principal, found: Findings) -> None:
    if name.type != "AWS":
        return
    said = "an ID stands where whom it belongs to was deleted, or where it was written by hand: use the ARN"
    if name.value.startswith("AROA"):
        found.add("INVALID_ROLE_REFERENCE", name.path, said)
    elif name.value.startswith("AIDA"):
        found.add("INVALID_USER_REFERENCE", name.path, said)


def _check_name(draft: Draft, entry: Entry, name: Principal, found: Findings) -> None:
    if name.type == "AWS" and name.value == "*":
        if not any(says_who(test) for test in entry.tests):
            said = (
                "anybody is allowed, whoever it is" if not entry.tests else "no condition says who is allowed"
            )
            found.add(
                "PUBLIC_PRINCIPAL", name.path, f"{said}: name principals, or ask for aws:PrincipalOrgID"
            )
    elif name.type == "Service":
        _check_service(draft, entry, name, found)
    elif name.type == "Federated":
        _check_federated(entry, name, found)
    elif draft.kind is PolicyKind.TRUST and name.type == "AWS":
        _check_account(draft, entry, name, found)


def _check_service(draft: Draft, entry: Entry, name: Principal, found: Findings) -> None:
    if any(test.key in _SOURCES and narrows(test) for test in entry.tests):
        return
    trust = draft.kind is PolicyKind.TRUST
    if trust and name.value in _WITHOUT_SOURCE:
        return
    said = f"{name.value} may be made to act here by anybody: ask for aws:SourceArn, aws:SourceAccount or"
    level = Level.SUGGESTION if trust else Level.SECURITY_WARNING
    found.add("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", name.path, f"{said} aws:SourceOrgID", level)


def _check_federated(entry: Entry, name: Principal, found: Findings) -> None:
    if ":saml-provider/" in name.value:
        return
    host = name.value.rpartition(":oidc-provider/")[2].lower()
    asked = [test for test in entry.tests if test.key.startswith(f"{host}:")]
    if not any(_says_whose(test, host) for test in asked):
        said = f"whoever {host} gives a token to is allowed: ask for {host}:sub"
        said += ", which the conditions here leave open" if asked else ""
        found.add("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", name.path, said)


def _is_shared(host: str) -> bool:
    return host.startswith(_SHARED_AUDIENCE)


def _says_whose(test: Test, host: str) -> bool:
    """Say whether a condition on a token's claim leaves open whose it is."""
    claim = test.key.removeprefix(f"{host}:")
    if not narrows(test) or (_is_shared(host) and claim == "aud"):
        return False
    if host in _WORLDWIDE and claim not in _WORLDWIDE[host]:
        return False
    return claim != "sub" or not any(map(_is_open, test.condition.values))


def _is_open(subject: str) -> bool:
    """Say whether a pattern of subjects leaves the first name in it open: `repo:*`, `repo:o*/r:*`."""
    named = subject.partition(":")[2] or subject
    return bool(set(named.split("/")[0].split(":")[0]) & set("*?"))


def _check_account(draft: Draft, entry: Entry, name: Principal, found: Findings) -> None:
    account = name.value.split(":")[4] if name.value.endswith(":root") else name.value
    assumes = any(place.text.lower() == "sts:assumerole" for place in entry.actions)
    if entry.tests or not assumes or not is_account_id(account) or account == draft.account:
        return
    said = f"all of account {account} may assume the role, as far as its own policies allow:"
    said += " if it is not yours, ask for sts:ExternalId or name its roles"
    found.add("MISSING_EXTERNAL_ID", name.path, said)


def _check_callers(entry: Entry, found: Findings) -> None:
    names = entry.principals
    if not names or any(name.value == "*" for name in names):
        return
    for place in entry.actions:
        callers = _CALLERS.get(place.text.lower())
        if callers is not None and not _has_caller(names, callers):
            said = f"{shown(place.text)} cannot be called by any of the principals"
            found.add("MISMATCHED_ACTION_FOR_PRINCIPAL", place.path, said)


def _has_caller(names: Iterable[Principal], callers: tuple[tuple[str, str], ...]) -> bool:
    return any(name.type == kind and part in name.value for name in names for kind, part in callers)
