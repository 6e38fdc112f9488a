"""Cedar engine: the workloads translated to Cedar, evaluated with cedarpy in one batch of parsed requests.

Allow statements become `permit`, Deny statements `forbid`. Cedar has no policy layers: a boundary or SCP
becomes a `forbid` of everything that it does not allow. Cedar has no wildcards in actions: a pattern becomes
a group of actions, whose members are determined in advance. Left out: `?`, which `like` does not support (it
becomes `*`), and condition operators that no workload uses.
"""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from bench.engines import RunWorkload, import_optional
from bench.workloads import Workload, as_list, conditions, principal_statements
from iamd.policy.patterns import matches_action

Entity = dict[str, Any]


def engine(work: Workload) -> RunWorkload:
    """Prepare a workload; return the function that evaluates its requests."""
    cedar = import_optional("cedarpy")
    policies = cedar.PolicySet.from_str("\n".join(_cedar_policies(work)))
    entities = cedar.Entities.from_json_str(json.dumps(_entities(work)))
    requests = [
        {
            "principal": {"type": "User", "id": request.principal.arn},
            "action": {"type": "Action", "id": request.action},
            "resource": {"type": "Resource", "id": request.resource},
            "context": json.dumps(dict(request.context)),
        }
        for request in work.requests
    ]
    return lambda: [result.allowed for result in cedar.is_authorized_batch(requests, policies, entities)]


def _cedar_policies(work: Workload) -> Iterator[str]:
    limiting_statements = [document["Statement"] for document in (work.boundary, work.scp) if document]
    identity = [statement for document in work.identity for statement in document["Statement"]]
    yield from (
        _cedar_policy("permit", candidate) for candidate in identity if candidate["Effect"] == "Allow"
    )
    for statement in itertools.chain(identity, *limiting_statements):
        if statement["Effect"] == "Deny":
            yield _cedar_policy("forbid", statement)
    for statement, name in principal_statements(work):
        yield _cedar_policy("permit" if statement["Effect"] == "Allow" else "forbid", statement, name)
    yield from filter(None, (_forbid_unless_allowed(work, statements) for statements in limiting_statements))


def _cedar_policy(keyword: str, statement: Any, name: str = "*") -> str:
    is_action_in_scope = "Action" in statement and "*" not in as_list(statement["Action"])
    actions = f"action in [{_groups(statement['Action'])}]" if is_action_in_scope else "action"
    expression = _expression(statement, with_action=not is_action_in_scope)
    return f"{keyword} ({_principal(name)}, {actions}, resource) when {{ {expression} }};"


def _forbid_unless_allowed(work: Workload, statements: list[Any]) -> str | None:
    """Forbid what a layer does not allow, unless the resource policy grants access to the caller directly."""
    allows = [
        _expression(limiting_statement)
        for limiting_statement in statements
        if limiting_statement["Effect"] == "Allow"
    ]
    if "true" in allows:
        return None
    direct_grants = [
        f"({_principal(name)} && {_expression(statement)})"
        for statement, name in principal_statements(work)
        if statement["Effect"] == "Allow" and name != "*"
    ]
    return f"forbid (principal, action, resource) unless {{ {' || '.join([*allows, *direct_grants])} }};"


def _principal(name: str) -> str:
    return "principal" if name == "*" else f"principal == User::{json.dumps(name)}"


def _expression(statement: Any, *, with_action: bool = True) -> str:
    parts = list(_actions(statement)) if with_action else []
    if "*" not in (patterns := as_list(statement["Resource"])):
        likes = (f"resource.arn like {json.dumps(pattern.replace('?', '*'))}" for pattern in patterns)
        parts.append(f"({' || '.join(likes)})")
    parts += [_condition(*condition) for condition in conditions(statement)]
    return " && ".join(parts) or "true"


def _actions(statement: Any) -> Iterator[str]:
    if "NotAction" in statement:
        yield f"!(action in [{_groups(statement['NotAction'])}])"
    elif "*" not in as_list(statement["Action"]):
        yield f"action in [{_groups(statement['Action'])}]"


def _groups(patterns: Any) -> str:
    return ", ".join(f"Action::{json.dumps(pattern)}" for pattern in as_list(patterns))


def _condition(operator: str, key: str, values: list[str]) -> str:
    has_key, value = f"context has {json.dumps(key)}", f"context[{json.dumps(key)}]"
    tests = (f"{value} == {_cedar_value(expected)}" for expected in values)
    expression = f"({has_key} && ({' || '.join(tests)}))"
    if operator in {"StringEquals", "Bool"}:
        return expression
    if operator == "StringNotEquals":
        return f"!{expression}"
    raise ValueError(operator)


def _cedar_value(expected: str) -> str:
    variable = re.fullmatch(r"\$\{([^}]+)\}", expected)
    return f"context[{json.dumps(variable[1].lower())}]" if variable else json.dumps(expected)


def _entities(work: Workload) -> list[Entity]:
    groups = _action_patterns(work)
    actions = {request.action for request in work.requests} | groups
    resources = {request.resource for request in work.requests}
    return [
        _entity("User", work.requests[0].principal.arn),
        *(_action(name, groups) for name in sorted(actions)),
        *({**_entity("Resource", name), "attrs": {"arn": name}} for name in sorted(resources)),
    ]


def _action(name: str, groups: set[str]) -> Entity:
    if "*" in name:
        return _entity("Action", name)
    parents = sorted(group for group in groups if group != name and matches_action(group, name))
    return {**_entity("Action", name), "parents": [{"type": "Action", "id": group} for group in parents]}


def _entity(kind: str, name: str) -> Entity:
    return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": []}


def _action_patterns(work: Workload) -> set[str]:
    documents = (*work.identity, work.boundary, work.scp, work.resource)
    statements = [statement for document in documents if document for statement in document["Statement"]]
    return {
        pattern
        for statement in statements
        for pattern in as_list(statement.get("Action", statement.get("NotAction")))
        if pattern != "*"
    }
