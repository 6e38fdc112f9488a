"""How many decisions a second of CPU time: our evaluators beside others, the same work in one run.

    python -m bench.policy [--json] [--write docs/performance.md] [--only NAME …]

The workloads are those of `bench.workloads`; `cold` is each question as the first one of a caller whose
policies are compiled. The median of five runs on one core. Other engines get the work in their own
language, as far as it goes; how is said at each. One that is not installed is left out, and one that
answers anything wrong is not measured.
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

from bench import figures, iam_simulate, rivals
from bench.engines import Absent, Engine, Run, TimesItself
from bench.http import replace_between
from bench.workloads import WORKLOADS, Work, literal_layers
from iamd.core import clock
from iamd.policy import Outcome, decide
from iamd.policy.compiled import CompiledLayers, CompiledPolicy, Evaluator, Place, compiled

Rates = dict[str, dict[str, float]]

_RUNS = 5
_SECONDS = 0.6
_OURS = "compiled"
_SHOWN = 3  # wrong answers


def _literal(work: Work) -> Run:
    layers = literal_layers(work)
    return lambda: [decide(request, layers).allowed for request in work.requests]


def _compiled(work: Work) -> Run:
    layers = literal_layers(work)
    outcome = Evaluator(work.requests[0].principal, CompiledLayers.of(layers)).outcome
    resource, allowed, requests = _compiled_resource(work), Outcome.ALLOWED, work.requests
    return lambda: [outcome(request, resource) is allowed for request in requests]


def _cold(work: Work) -> Run:
    held = CompiledLayers.of(literal_layers(work))
    resource, allowed, requests = _compiled_resource(work), Outcome.ALLOWED, work.requests
    return lambda: [
        Evaluator(request.principal, CompiledLayers(*held)).outcome(request, resource) is allowed
        for request in requests
    ]


def _compiled_resource(work: Work) -> CompiledPolicy | None:
    resource = literal_layers(work).resource
    return compiled(resource, Place.RESOURCE) if resource else None


ENGINES: dict[str, Engine] = {_OURS: _compiled, "compiled, cold caller": _cold, "literal": _literal}


def rate(once: Run, count: int) -> float:
    """Return decisions per CPU-second, the median of five runs."""
    if isinstance(once, TimesItself):
        return once.rate()
    rates = []
    for _ in range(_RUNS):
        done, began = 0, time.process_time()
        while (spent := time.process_time() - began) < _SECONDS:
            once()
            done += count
        rates.append(done / spent)
    return statistics.median(rates)


def measured(names: list[str]) -> Rates:
    """Measure the engines that are there, on the workloads that they answer rightly."""
    results: Rates = {}
    for name, engine in {**ENGINES, **rivals.ENGINES}.items():
        if names and name not in names:
            continue
        try:
            results[name] = dict(_each(name, engine))
        except Absent as absent:
            print(f"{name} is left out: {absent}", file=sys.stderr)
    return results


def _each(name: str, engine: Engine) -> Iterator[tuple[str, float]]:
    for workload, make in WORKLOADS.items():
        work = make()
        once = engine(work)
        if wrong := _wrong(work, once()):
            print(f"{name} is not measured on {workload}: {wrong}", file=sys.stderr)
        else:
            yield workload, rate(once, len(work.requests))


def _wrong(work: Work, answers: list[bool]) -> str:
    """Say which answers are wrong; nothing where none is."""
    wrong = [
        f"{request.action} on {request.resource}: {answer} instead of {expected}"
        for request, answer, expected in zip(work.requests, answers, work.expected, strict=True)
        if answer is not expected
    ]
    return f"{len(wrong)} answers are wrong, as {'; '.join(wrong[:_SHOWN])}" if wrong else ""


# The page.


def table(results: Rates) -> str:
    """Return decisions per CPU-second, and how many times as many the compiled evaluator makes."""
    lines = [
        f"| decisions per CPU-second | {' | '.join(f'{name} | ours is ×' for name in WORKLOADS)} |",
        f"|---|{'---:|---:|' * len(WORKLOADS)}",
    ]
    for name in results:
        cells = chain.from_iterable(_cells(results, name, workload) for workload in WORKLOADS)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(results: Rates, name: str, workload: str) -> tuple[str, str]:
    rates, ours = results[name], results.get(_OURS, {}).get(workload)
    if workload not in rates:
        return "wrong", ""
    return f"{rates[workload]:,.0f}", f"{ours / rates[workload]:,.1f}" if ours and name != _OURS else ""


def _figures() -> str:
    lines = ["| compiled evaluator | |", "|---|---:|"]
    lines += [f"| {figure.name} | {figure.value} |" for figure in figures.measured()]
    return "\n".join(lines)


def _circumstances(load: float) -> str:
    return (
        f"{clock.iso(clock.now())[:10]}, {_processor()}, {os.cpu_count()} cores, load {load:.1f} before; "
        f"Python {platform.python_version()}, {', '.join(_versions())}."
    )


def _processor() -> str:
    with suppress(OSError):
        if found := re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE):
            return found[1]
    return platform.machine()


def _versions() -> Iterator[str]:
    for name in ("cedarpy", "pycasbin"):
        with suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"
    yield f"iam-simulate {iam_simulate.VERSIONS['@cloud-copilot/iam-simulate']}"


def main() -> None:
    """Measure, print, and write the page when asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print nothing but engines, workloads and rates")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    load = os.getloadavg()[0]
    results = measured(given.only)
    if given.json:
        print(json.dumps(results))
        return
    page = "\n\n".join((table(results), _figures(), _circumstances(load)))
    print(page)
    if given.write:
        replace_between(given.write, "<!-- policy -->", page)


if __name__ == "__main__":
    main()
