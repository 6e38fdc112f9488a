"""Candidates of a search: the actions and resources that a caller's policies name.

A search can only return what is known here. Resources are not, but those that policies spell out; actions are
those that policies spell out, and those of the service reference that their wildcards match.
"""

from collections.abc import Iterator

from iamd.gate.callers import AuthenticatedCaller
from iamd.operations.service_reference import ServiceReference
from iamd.policy import Statement
from iamd.policy.patterns import glob

MAX_CANDIDATES = 1_000
_WILDCARDS = frozenset("*?$")
_ARN_FIELDS = 6


def action_names(caller: AuthenticatedCaller, service: str, reference: ServiceReference) -> list[str]:
    """Return the names of a service's actions, without its prefix, that the caller may be allowed."""
    names: dict[str, str] = {}
    for pattern in _action_patterns(caller):
        prefix, _, name = pattern.partition(":")
        if pattern != "*" and not glob(prefix.lower(), service):
            continue
        for found in _expand(service, name if pattern != "*" else "*", reference):
            names.setdefault(found.lower(), found)
    return sorted(names.values())[:MAX_CANDIDATES]


def resource_ids(caller: AuthenticatedCaller, service: str, prefix: str) -> list[str]:
    """Return the IDs of a service's resources that the caller's policies spell out.

    An ID is what follows `prefix` (`book/`) in the last field of an ARN.
    """
    identifiers = {
        fields[-1].removeprefix(prefix)
        for statement in _allowing_statements(caller)
        for fields in (resource.split(":", _ARN_FIELDS - 1) for resource in statement.resources or ())
        if len(fields) == _ARN_FIELDS
        and fields[2].lower() == service
        and fields[-1].startswith(prefix)
        and _WILDCARDS.isdisjoint(fields[-1])
    }
    return sorted(identifiers)[:MAX_CANDIDATES]


def _allowing_statements(caller: AuthenticatedCaller) -> Iterator[Statement]:
    for policy in caller.documents.layers().identity:
        yield from (statement for statement in policy.statements if statement.effect == "Allow")


def _action_patterns(caller: AuthenticatedCaller) -> Iterator[str]:
    for statement in _allowing_statements(caller):
        yield from statement.actions or ("*",)


def _expand(service: str, name: str, reference: ServiceReference) -> Iterator[str]:
    if _WILDCARDS.isdisjoint(name):
        yield name
        return
    pattern = name.lower()
    for lower_name, action in reference.actions(service).items():
        if glob(pattern, lower_name):
            yield action.name
