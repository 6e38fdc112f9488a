"""Cerbos, an authorization server, as a peer of decisions; `npm install cerbos` brings its program."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests import servers
from tests.servers import free_ports

MAX_RESOURCES = 500  # of a request, the most that it can be set to
_POLICY = """
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  version: default
  resource: s3
  rules:
    - actions: ["s3:GetObject"]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: 'R.id.startsWith("arn:aws:s3:::bucket/")'}}
"""


@contextlib.contextmanager
def running(program: Path, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server with a policy like that of the benchmark's user; yield its URL and its process."""
    port, grpc_port = free_ports(2)
    (folder / "policies").mkdir()
    (folder / "policies/s3.yaml").write_text(_POLICY)
    settings = {
        "server": {
            "httpListenAddr": f"127.0.0.1:{port}",
            "grpcListenAddr": f"127.0.0.1:{grpc_port}",
            "requestLimits": {"maxActionsPerResource": 50, "maxResourcesPerRequest": MAX_RESOURCES},
        },
        "storage": {"driver": "disk", "disk": {"directory": str(folder / "policies")}},
        "telemetry": {"disabled": True},
        "audit": {"enabled": False},
    }
    (folder / "cerbos.json").write_text(json.dumps(settings))
    with (folder / "cerbos.log").open("w") as log:
        process = subprocess.Popen(
            [str(program), "server", f"--config={folder / 'cerbos.json'}"],
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        servers.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(timeout=10)


def check_request(url: str, count: int) -> bytes:
    """Return the bytes of a request about a number of resources."""
    resource = {"actions": ["s3:GetObject"], "resource": {"kind": "s3", "id": ""}}
    body = json.dumps(
        {
            "requestId": "1",
            "principal": {"id": "admin", "roles": ["user"]},
            "resources": [
                {**resource, "resource": {"kind": "s3", "id": f"arn:aws:s3:::bucket/key-{number}"}}
                for number in range(count)
            ],
        }
    ).encode()
    lines = [
        "POST /api/check/resources HTTP/1.1",
        f"Host: {url.removeprefix('http://')}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
