"""The workloads in Casbin, asked through pycasbin's fast enforcer, which looks at one service's rules only.

A statement becomes a rule for each of its actions with each of its resources, as anchored regular
expressions, since keyMatch knows a `*` at the end only. Casbin has no layers: one enforcer has the denies
of all of them, and each layer has one for its allows. Left out: the meaning of conditions, which Casbin
leaves to a function of the application (this one compares texts), and whatever a resource policy says of
others than the caller.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench.engines import Run, package
from bench.workloads import Work, conditions, listed, naming

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
_BY = (0, 1)  # the places of subject and service


def engine(work: Work) -> Run:
    """Prepare a workload and return what answers it."""
    caller = work.requests[0].principal.arn
    resource = [statement for statement, name in naming(work) if name in {"*", caller}]
    layers = [
        [statement for document in documents for statement in document["Statement"]]
        for documents in (work.identity, [work.boundary], [work.scp])
        if documents[0]
    ]
    undenied = _enforcer(work, [each for layer in (*layers, resource) for each in layer], _NOT_DENIED)
    direct = _enforcer(work, resource, _ALLOWED)
    needed = [_enforcer(work, layer, _ALLOWED) for layer in layers]
    requests = [
        (caller, _service(request.action), request.action, request.resource, request.context)
        for request in work.requests
    ]

    def allowed(request: Any) -> bool:
        return undenied(*request) and (direct(*request) or all(layer(*request) for layer in needed))

    return lambda: [allowed(request) for request in requests]


def _enforcer(work: Work, statements: Iterable[Any], effect: str) -> Enforce:
    """Return the question to an enforcer of the allows or of the denies."""
    casbin = package("casbin")
    wanted = "Deny" if effect == _NOT_DENIED else "Allow"
    rules = {rule for each in statements if each["Effect"] == wanted for rule in _rules(work, each)}
    if not rules:
        return lambda *_request: effect == _NOT_DENIED
    model = package("casbin.model").FastModel(_BY)
    model.load_model_from_text(_MODEL.format(effect=effect))
    enforcer = casbin.FastEnforcer(model, cache_key_order=_BY)
    enforcer.add_function("holds", _Conditions())
    enforcer.add_policies([list(rule) for rule in sorted(rules)])
    ask: Enforce = enforcer.enforce
    return ask


def _rules(work: Work, statement: Any) -> Iterator[tuple[str, ...]]:
    caller, condition = work.requests[0].principal.arn, json.dumps(list(conditions(statement)))
    every = sorted({_service(request.action) for request in work.requests})
    for services, action in _actions(statement):
        for service in services or every:
            for resource in listed(statement["Resource"]):
                yield caller, service, action, _regex(resource), condition, statement["Effect"].lower()


def _actions(statement: Any) -> Iterator[tuple[list[str], str]]:
    """Return the services, none being all of them, and the regular expression."""
    if "NotAction" in statement:
        excluded = "|".join(map(_regex, listed(statement["NotAction"])))
        yield [], f"(?!{excluded})"
        return
    for pattern in listed(statement["Action"]):
        yield [] if pattern == "*" else [_service(pattern)], _regex(pattern)


def _service(action: str) -> str:
    return action.partition(":")[0]


def _regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") + "$"


class _Conditions:
    """The function that looks at conditions: texts, equal or not, a `${key}` being the text of that key."""

    def __init__(self) -> None:
        self._read: dict[str, list[tuple[bool, str, list[str]]]] = {}

    def __call__(self, context: dict[str, str], condition: str) -> bool:
        read = self._read.get(condition)
        if read is None:
            read = self._read[condition] = [
                ("Not" in operator, key, values) for operator, key, values in json.loads(condition)
            ]
        return all(
            (context.get(key) in [_value(wanted, context) for wanted in values]) is not negated
            for negated, key, values in read
        )


def _value(wanted: str, context: dict[str, str]) -> str | None:
    return context.get(wanted[2:-1].lower()) if wanted.startswith("${") else wanted
