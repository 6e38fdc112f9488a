"""What else is to be known of the compiled evaluator: compiling, hostile patterns, memory, fuzzing."""

import json
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scripts.compare_evaluators import Maker, compare

from bench.workloads import Work, literal_layers, w2
from iamd.policy import Layers, Policy, Request, parse
from iamd.policy.compiled import CompiledLayers, CompiledPolicy, Evaluator, Place
from iamd.policy.compiled.globs import compile_glob
from iamd.policy.patterns import glob

_TIMES = 200
_CALLERS = 20
_ACTIONS = 50
_CASES = 200_000
_HOSTILE = "*a*a*a*a*a*a*a*a*b", "a" * 80


class Figure(NamedTuple):
    """One line; `wanted` is what the project set itself, empty where nothing."""

    name: str
    value: str
    wanted: str = ""


def measured() -> Iterator[Figure]:
    """Measure, a figure at a time."""
    yield from _compiling()
    pattern, subject = _HOSTILE
    test = compile_glob(pattern)
    yield Figure(f"`{pattern}` against 80 × `a`, compiled", f"{_cpu(lambda: test(subject)) * 1e6:.1f} µs")
    yield Figure("the same, literal", f"{_cpu(lambda: glob(pattern, subject)) * 1e6:.1f} µs")
    shared, own = _bytes(own=False), _bytes(own=True)
    yield Figure(f"a caller with plans for {_ACTIONS} actions, policies shared", f"{shared / 1024:.0f} KiB")
    yield Figure("the same, with all of its policies its own", f"{own / 1024:.0f} KiB", "< 200 KiB")
    seen = compare(Maker(1), _CASES)
    yield Figure("made-up cases in which both evaluators agree", f"{seen.total():,} of {_CASES:,}")


def _compiling() -> Iterator[Figure]:
    statements = [statement for document in w2().identity for statement in document["Statement"]]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = parse(text)
    actions = [statement["Action"][-1].lower() for statement in statements]
    parsing, compiling = _cpu(lambda: parse(text)), _cpu(lambda: _compile(policy, actions))
    yield Figure(f"parse a policy of {len(statements)} statements", f"{parsing * 1e3:.2f} ms")
    yield Figure(
        "compile it, every statement asked for its own action", f"{compiling * 1e3:.2f} ms", "< 2 ms"
    )


def _compile(policy: Policy, actions: list[str]) -> None:
    """Compile all of a policy: a statement is compiled when an action first needs it."""
    held = CompiledPolicy(policy, Place.OWN)
    for action in actions:
        held.said(action)


def _cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU time that something takes, the median of many times."""
    taken = []
    for _ in range(_TIMES):
        began = time.process_time_ns()
        work()
        taken.append(time.process_time_ns() - began)
    return statistics.median(taken) / 1e9


def _bytes(*, own: bool) -> float:
    """Return the bytes that each further caller takes, with its parsed policies where they are its own."""
    work = w2()
    requests = {request.action: request for request in work.requests}
    asked = list(requests.values())[:_ACTIONS]
    layers = literal_layers(work)
    held = [_caller(CompiledLayers.of(layers), asked)]  # what all share is there before anything is counted
    tracemalloc.start()
    try:
        for number in range(_CALLERS):
            mine = CompiledLayers.of(_own(work, number) if own else layers)
            held.append(_caller(mine, asked))
        return tracemalloc.get_traced_memory()[0] / _CALLERS
    finally:
        tracemalloc.stop()


def _caller(layers: CompiledLayers, asked: list[Request]) -> Evaluator:
    caller = Evaluator(asked[0].principal, layers)
    for request in asked:
        caller.outcome(request)
    return caller


def _own(work: Work, number: int) -> Layers:
    """Return the workload's policies as nobody else has them."""

    def mine(document: dict[str, object]) -> Policy:
        return parse({**document, "Id": f"of-{number}"})

    return Layers(
        identity=[mine(document) for document in work.identity],
        boundary=mine(work.boundary),
        scps=[[mine(work.scp)]],
    )
