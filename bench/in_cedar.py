"""The workloads in Cedar, asked through cedarpy: all is parsed beforehand, the requests are one batch.

Allows become `permit`, Denies `forbid`. Cedar has no layers: a boundary and an SCP become a `forbid` of
whatever they do not allow. It has no wildcards in actions: a pattern becomes a group of actions, and which
action is in which group is worked out beforehand. Left out: `?`, which `like` does not have (it becomes
`*`), and the operators that no workload has.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from bench.engines import Run, package
from bench.workloads import Work, conditions, listed, naming
from iamd.policy.patterns import matches_action

Entity = dict[str, Any]


def engine(work: Work) -> Run:
    """Prepare a workload and return what answers it."""
    cedar = package("cedarpy")
    policies = cedar.PolicySet.from_str("\n".join(_policies(work)))
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


def _policies(work: Work) -> Iterator[str]:
    limits = [document["Statement"] for document in (work.boundary, work.scp) if document]
    identity = [statement for document in work.identity for statement in document["Statement"]]
    yield from (_policy("permit", each) for each in identity if each["Effect"] == "Allow")
    for statement in (each for statements in (identity, *limits) for each in statements):
        if statement["Effect"] == "Deny":
            yield _policy("forbid", statement)
    for statement, name in naming(work):
        yield _policy("permit" if statement["Effect"] == "Allow" else "forbid", statement, name)
    yield from filter(None, (_limit(work, statements) for statements in limits))


def _policy(word: str, statement: Any, name: str = "*") -> str:
    in_scope = "Action" in statement and "*" not in listed(statement["Action"])
    actions = f"action in [{_groups(statement['Action'])}]" if in_scope else "action"
    holds = _expression(statement, with_action=not in_scope)
    return f"{word} ({_principal(name)}, {actions}, resource) when {{ {holds} }};"


def _limit(work: Work, statements: list[Any]) -> str | None:
    """Forbid what a layer does not allow, unless the resource's policy names the caller itself."""
    allows = [_expression(each) for each in statements if each["Effect"] == "Allow"]
    if "true" in allows:
        return None
    direct = [
        f"({_principal(name)} && {_expression(statement)})"
        for statement, name in naming(work)
        if statement["Effect"] == "Allow" and name != "*"
    ]
    return f"forbid (principal, action, resource) unless {{ {' || '.join([*allows, *direct])} }};"


def _principal(name: str) -> str:
    return "principal" if name == "*" else f"principal == User::{json.dumps(name)}"


def _expression(statement: Any, *, with_action: bool = True) -> str:
    parts = list(_actions(statement)) if with_action else []
    if "*" not in (patterns := listed(statement["Resource"])):
        likes = (f"resource.arn like {json.dumps(pattern.replace('?', '*'))}" for pattern in patterns)
        parts.append(f"({' || '.join(likes)})")
    parts += [_condition(*condition) for condition in conditions(statement)]
    return " && ".join(parts) or "true"


def _actions(statement: Any) -> Iterator[str]:
    if "NotAction" in statement:
        yield f"!(action in [{_groups(statement['NotAction'])}])"
    elif "*" not in listed(statement["Action"]):
        yield f"action in [{_groups(statement['Action'])}]"


def _groups(patterns: Any) -> str:
    return ", ".join(f"Action::{json.dumps(pattern)}" for pattern in listed(patterns))


def _condition(operator: str, key: str, values: list[str]) -> str:
    is_there, value = f"context has {json.dumps(key)}", f"context[{json.dumps(key)}]"
    tests = (f"{value} == {_value(wanted)}" for wanted in values)
    holds = f"({is_there} && ({' || '.join(tests)}))"
    if operator in {"StringEquals", "Bool"}:
        return holds
    if operator == "StringNotEquals":
        return f"!{holds}"
    raise ValueError(operator)


def _value(wanted: str) -> str:
    variable = re.fullmatch(r"\$\{([^}]+)\}", wanted)
    return f"context[{json.dumps(variable[1].lower())}]" if variable else json.dumps(wanted)


def _entities(work: Work) -> list[Entity]:
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
    belongs = sorted(group for group in groups if group != name and matches_action(group, name))
    return {**_entity("Action", name), "parents": [{"type": "Action", "id": group} for group in belongs]}


def _entity(kind: str, name: str) -> Entity:
    return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": []}


def _action_patterns(work: Work) -> set[str]:
    documents = (*work.identity, work.boundary, work.scp, work.resource)
    statements = [statement for document in documents if document for statement in document["Statement"]]
    return {
        pattern
        for statement in statements
        for pattern in listed(statement.get("Action", statement.get("NotAction")))
        if pattern != "*"
    }
