"""Casbin engine: the workloads translated to Casbin, evaluated with pycasbin's FastEnforcer.

FastEnforcer looks only at the rules of the request's service. A statement becomes one rule per action and
resource, with anchored regular expressions, since keyMatch supports `*` only at the end. Casbin has no policy
layers: one enforcer has the Deny statements of all layers, and each layer has an enforcer for its Allow
statements. Left out: condition operators, which Casbin leaves to a function of the application (this one
compares strings), and statements of a resource policy for other principals than the caller.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench.engines import RunWorkload, import_optional
from bench.workloads import Workload, as_list, conditions, principal_statements

Enforce = Callable[..., bool]

_MODEL = """
[request_definition]
r = sub, svc, act, obj, ctx
[policy_definition]
p = sub, svc, act, obj, cond, eft
[policy_effect]
e = {effect}
[matchers]
m = r.sub == p.sub && r.svc == p.svc && regexMatch(r.act, p.act) && regexMatch(r.obj, p.obj) \
&& holds(r.ctx, p.cond)
"""
_ALLOWED, _NOT_DENIED = "some(where (p.eft == allow))", "!some(where (p.eft == deny))"
_SUBJECT_AND_SERVICE = (0, 1)  # the fields' indexes in a rule


def engine(work: Workload) -> RunWorkload:
    """Prepare a workload; return the function that evaluates its requests."""
    caller = work.requests[0].principal.arn
    resource = [statement for statement, name in principal_statements(work) if name in {"*", caller}]
    layers = [
        [statement for document in documents for statement in document["Statement"]]
        for documents in (work.identity, [work.boundary], [work.scp])
        if documents[0]
    ]
    is_not_denied = _enforcer(
        work, [layer_statement for layer in (*layers, resource) for layer_statement in layer], _NOT_DENIED
    )
    is_directly_allowed = _enforcer(work, resource, _ALLOWED)
    layer_allows = [_enforcer(work, layer, _ALLOWED) for layer in layers]
    requests = [
        (caller, _service(request.action), request.action, request.resource, request.context)
        for request in work.requests
    ]

    def allowed(request: Any) -> bool:
        return is_not_denied(*request) and (
            is_directly_allowed(*request) or all(layer(*request) for layer in layer_allows)
        )

    return lambda: [allowed(request) for request in requests]


def _enforcer(work: Workload, statements: Iterable[Any], effect: str) -> Enforce:
    """Return the enforce function for the Allow or the Deny statements, depending on `effect`."""
    casbin = import_optional("casbin")
    statement_effect = "Deny" if effect == _NOT_DENIED else "Allow"
    rules = {
        rule
        for statement in statements
        if statement["Effect"] == statement_effect
        for rule in _rules(work, statement)
    }
    if not rules:
        return lambda *_request: effect == _NOT_DENIED
    model = import_optional("casbin.model").FastModel(_SUBJECT_AND_SERVICE)
    model.load_model_from_text(_MODEL.format(effect=effect))
    enforcer = casbin.FastEnforcer(model, cache_key_order=_SUBJECT_AND_SERVICE)
    enforcer.add_function("holds", _ConditionFunction())
    enforcer.add_policies([list(rule) for rule in sorted(rules)])
    enforce: Enforce = enforcer.enforce
    return enforce


def _rules(work: Workload, statement: Any) -> Iterator[tuple[str, ...]]:
    caller, condition = work.requests[0].principal.arn, json.dumps(list(conditions(statement)))
    all_services = sorted({_service(request.action) for request in work.requests})
    for services, action in _actions(statement):
        for service in services or all_services:
            for resource in as_list(statement["Resource"]):
                yield caller, service, action, _regex(resource), condition, statement["Effect"].lower()


def _actions(statement: Any) -> Iterator[tuple[list[str], str]]:
    """Return a statement's actions: services (empty for all services) and a regular expression."""
    if "NotAction" in statement:
        excluded = "|".join(map(_regex, as_list(statement["NotAction"])))
        yield [], f"(?!{excluded})"
        return
    for pattern in as_list(statement["Action"]):
        yield [] if pattern == "*" else [_service(pattern)], _regex(pattern)


def _service(action: str) -> str:
    return action.partition(":")[0]


def _regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") + "$"


class _ConditionFunction:
    """The matcher function for conditions: compares strings, and replaces `${key}` by the key's value."""

    def __init__(self) -> None:
        self._parsed: dict[str, list[tuple[bool, str, list[str]]]] = {}

    def __call__(self, context: dict[str, str], condition: str) -> bool:
        parsed = self._parsed.get(condition)
        if parsed is None:
            parsed = self._parsed[condition] = [
                ("Not" in operator, key, values) for operator, key, values in json.loads(condition)
            ]
        return all(
            (context.get(key) in [_resolve(expected, context) for expected in values]) is not is_negated
            for is_negated, key, values in parsed
        )


def _resolve(expected: str, context: dict[str, str]) -> str | None:
    return context.get(expected[2:-1].lower()) if expected.startswith("${") else expected
