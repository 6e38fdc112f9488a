"""Policy engine benchmark: decisions per CPU-second of our evaluators and other engines, in one run.

    python -m bench.policy [--json] [--write docs/performance.md] [--only NAME …]

The workloads are in `bench.workloads`. "Cold" means that each request is the first one of its caller, whose
policies have been compiled. Rates are the median of five runs on one core. The workloads are translated for
other engines as far as possible; see the engines' modules. An engine that is not installed is skipped, and
one that answers a request wrong is not measured.
"""

import argparse
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from itertools import chain
from pathlib import Path

from bench import evaluator_metrics, iam_simulate_engine, other_engines
from bench.engines import Engine, EngineUnavailable, RunWorkload, SelfTimed
from bench.http import replace_section
from bench.workloads import WORKLOADS, Workload, literal_layers
from iamd.core import clock
from iamd.policy import Outcome, decide
from iamd.policy.compiled import Attachment, CompiledLayers, CompiledPolicy, Evaluator, compile_policy

Rates = dict[str, dict[str, float]]

_RUNS = 5
_SECONDS = 0.6
_COMPILED = "compiled"
_MAX_WRONG_ANSWERS = 3  # listed in a message


def _literal_engine(work: Workload) -> RunWorkload:
    layers = literal_layers(work)
    return lambda: [decide(request, layers).allowed for request in work.requests]


def _compiled_engine(work: Workload) -> RunWorkload:
    layers = literal_layers(work)
    outcome = Evaluator(work.requests[0].principal, CompiledLayers.compile(layers)).outcome
    resource, allowed, requests = _compiled_resource(work), Outcome.ALLOWED, work.requests
    return lambda: [outcome(request, resource) is allowed for request in requests]


def _cold_engine(work: Workload) -> RunWorkload:
    compiled_layers = CompiledLayers.compile(literal_layers(work))
    resource, allowed, requests = _compiled_resource(work), Outcome.ALLOWED, work.requests
    return lambda: [
        Evaluator(request.principal, CompiledLayers(*compiled_layers)).outcome(request, resource) is allowed
        for request in requests
    ]


def _compiled_resource(work: Workload) -> CompiledPolicy | None:
    resource = literal_layers(work).resource
    return compile_policy(resource, Attachment.RESOURCE) if resource else None


ENGINES: dict[str, Engine] = {
    _COMPILED: _compiled_engine,
    "compiled, cold caller": _cold_engine,
    "literal": _literal_engine,
}


def rate(run: RunWorkload, count: int) -> float:
    """Return decisions per CPU-second, the median of five runs; `count` is the number of a run's requests."""
    if isinstance(run, SelfTimed):
        return run.rate()
    rates = []
    for _ in range(_RUNS):
        decisions, start = 0, time.process_time()
        while (elapsed := time.process_time() - start) < _SECONDS:
            run()
            decisions += count
        rates.append(decisions / elapsed)
    return statistics.median(rates)


def measure(names: list[str]) -> Rates:
    """Measure the available engines (or those in `names`) on the workloads that they answer correctly."""
    results: Rates = {}
    for name, engine in {**ENGINES, **other_engines.ENGINES}.items():
        if names and name not in names:
            continue
        try:
            results[name] = dict(_workload_rates(name, engine))
        except EngineUnavailable as error:
            print(f"{name} is skipped: {error}", file=sys.stderr)
    return results


def _workload_rates(name: str, engine: Engine) -> Iterator[tuple[str, float]]:
    for workload, make_workload in WORKLOADS.items():
        work = make_workload()
        run = engine(work)
        if problem := _describe_wrong_answers(work, run()):
            print(f"{name} is not measured on {workload}: {problem}", file=sys.stderr)
        else:
            yield workload, rate(run, len(work.requests))


def _describe_wrong_answers(work: Workload, answers: list[bool]) -> str:
    """Describe the wrong answers; return an empty string if there are none."""
    wrong_answers = [
        f"{request.action} on {request.resource}: {answer} instead of {expected}"
        for request, answer, expected in zip(work.requests, answers, work.expected, strict=True)
        if answer is not expected
    ]
    return (
        f"{len(wrong_answers)} answers are wrong, such as {'; '.join(wrong_answers[:_MAX_WRONG_ANSWERS])}"
        if wrong_answers
        else ""
    )


# The section of the page.


def rates_table(results: Rates) -> str:
    """Return a table of decisions per CPU-second, with the speedup of the compiled evaluator."""
    lines = [
        f"| decisions per CPU-second | {' | '.join(f'{name} | compiled is ×' for name in WORKLOADS)} |",
        f"|---|{'---:|---:|' * len(WORKLOADS)}",
    ]
    for name in results:
        cells = chain.from_iterable(_cells(results, name, workload) for workload in WORKLOADS)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(results: Rates, name: str, workload: str) -> tuple[str, str]:
    rates, ours = results[name], results.get(_COMPILED, {}).get(workload)
    if workload not in rates:
        return "wrong", ""
    return f"{rates[workload]:,.0f}", f"{ours / rates[workload]:,.1f}" if ours and name != _COMPILED else ""


def _metrics_table() -> str:
    lines = ["| compiled evaluator | |", "|---|---:|"]
    lines += [f"| {metric.name} | {metric.value} |" for metric in evaluator_metrics.measure()]
    return "\n".join(lines)


def _environment(load: float) -> str:
    return (
        f"{clock.iso(clock.now())[:10]}, {_processor()}, {os.cpu_count()} cores, load {load:.1f} before; "
        f"Python {platform.python_version()}, {', '.join(_versions())}."
    )


def _processor() -> str:
    with suppress(OSError):
        if match := re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE):
            return match[1]
    return platform.machine()


def _versions() -> Iterator[str]:
    for name in ("cedarpy", "pycasbin"):
        with suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"
    yield f"iam-simulate {iam_simulate_engine.VERSIONS['@cloud-copilot/iam-simulate']}"


def main() -> None:
    """Measure, print the results, and write them to the page if `--write` is given."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--json", action="store_true", help="print only engines, workloads and rates, as JSON"
    )
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    results = measure(arguments.only)
    if arguments.json:
        print(json.dumps(results))
        return
    page = "\n\n".join((rates_table(results), _metrics_table(), _environment(load)))
    print(page)
    if arguments.write:
        replace_section(arguments.write, "<!-- policy -->", page)


if __name__ == "__main__":
    main()
