"""Further metrics of the compiled evaluator: compilation time, hostile patterns, memory, fuzzing."""

import json
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench.compare_evaluators import CaseGenerator, compare
from bench.workloads import Workload, literal_layers, w2
from iamd.policy import Policy, PolicyLayers, Request, parse
from iamd.policy.compiled import Attachment, CompiledLayers, CompiledPolicy, Evaluator
from iamd.policy.compiled.globs import compile_glob
from iamd.policy.patterns import glob

_REPEATS = 200
_CALLERS = 20
_ACTIONS = 50
_FUZZ_CASES = 200_000
_HOSTILE_GLOB = "*a*a*a*a*a*a*a*a*b", "a" * 80


class Metric(NamedTuple):
    """A metric; `goal` is the project's target, empty if there is none."""

    name: str
    value: str
    goal: str = ""


def measure() -> Iterator[Metric]:
    """Measure the metrics one at a time."""
    yield from _measure_compilation()
    pattern, subject = _HOSTILE_GLOB
    matcher = compile_glob(pattern)
    yield Metric(
        f"`{pattern}` against 80 × `a`, compiled", f"{_cpu_seconds(lambda: matcher(subject)) * 1e6:.1f} µs"
    )
    yield Metric("the same, literal", f"{_cpu_seconds(lambda: glob(pattern, subject)) * 1e6:.1f} µs")
    shared_bytes, own_bytes = (
        _bytes_per_caller(has_own_policies=False),
        _bytes_per_caller(has_own_policies=True),
    )
    yield Metric(
        f"memory per caller after {_ACTIONS} actions, shared policies", f"{shared_bytes / 1024:.0f} KiB"
    )
    yield Metric("the same, no shared policies", f"{own_bytes / 1024:.0f} KiB", "< 200 KiB")
    outcomes = compare(CaseGenerator(1), _FUZZ_CASES)
    yield Metric("generated cases in which both evaluators agree", f"{outcomes.total():,} of {_FUZZ_CASES:,}")


def _measure_compilation() -> Iterator[Metric]:
    statements = [statement for document in w2().identity for statement in document["Statement"]]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = parse(text)
    actions = [statement["Action"][-1].lower() for statement in statements]
    parsing, compiling = _cpu_seconds(lambda: parse(text)), _cpu_seconds(lambda: _compile(policy, actions))
    yield Metric(f"parse a policy of {len(statements)} statements", f"{parsing * 1e3:.2f} ms")
    yield Metric("compile it, each statement for its own action", f"{compiling * 1e3:.2f} ms", "< 2 ms")


def _compile(policy: Policy, actions: list[str]) -> None:
    """Compile a whole policy: a statement is compiled when an action first needs it."""
    compiled_policy = CompiledPolicy(policy, Attachment.IDENTITY)
    for action in actions:
        compiled_policy.predicates(action)


def _cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of a function in seconds, the median of many calls."""
    durations = []
    for _ in range(_REPEATS):
        start = time.process_time_ns()
        work()
        durations.append(time.process_time_ns() - start)
    return statistics.median(durations) / 1e9


def _bytes_per_caller(*, has_own_policies: bool) -> float:
    """Return the memory of each further caller in bytes, including parsed policies if they are not shared."""
    work = w2()
    requests = {request.action: request for request in work.requests}
    requests_by_action = list(requests.values())[:_ACTIONS]
    layers = literal_layers(work)
    # The first evaluator creates everything that callers share, before memory is measured.
    evaluators = [_warm_evaluator(CompiledLayers.compile(layers), requests_by_action)]
    tracemalloc.start()
    try:
        for number in range(_CALLERS):
            layers_of_caller = CompiledLayers.compile(
                _distinct_layers(work, number) if has_own_policies else layers
            )
            evaluators.append(_warm_evaluator(layers_of_caller, requests_by_action))
        return tracemalloc.get_traced_memory()[0] / _CALLERS
    finally:
        tracemalloc.stop()


def _warm_evaluator(layers: CompiledLayers, requests: list[Request]) -> Evaluator:
    evaluator = Evaluator(requests[0].principal, layers)
    for request in requests:
        evaluator.outcome(request)
    return evaluator


def _distinct_layers(work: Workload, number: int) -> PolicyLayers:
    """Return the workload's policies with an ID, so that no other caller shares them."""

    def parse_distinct(document: dict[str, object]) -> Policy:
        return parse({**document, "Id": f"of-{number}"})

    return PolicyLayers(
        identity=[parse_distinct(document) for document in work.identity],
        boundary=parse_distinct(work.boundary),
        scps=[[parse_distinct(work.scp)]],
    )
