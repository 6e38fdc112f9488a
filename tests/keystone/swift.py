"""OpenStack Swift on this machine: one server of each kind, with its S3 API and Keystone middleware."""

import contextlib
import getpass
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import environment, free_ports, wait_for_answer

_START_SECONDS = 60
_KINDS = ("account", "container", "object")
# Swift is not part of the project's own environment, and has a fixed path for its first file.
_SERVE = """
import sys
from swift.common import utils
from swift.common.wsgi import run_wsgi
utils.SWIFT_CONF_FILE = sys.argv[2]
sys.exit(run_wsgi(sys.argv[3], sys.argv[1]))
"""
_PYTHON = "/usr/bin/python3"
_SWIFT_CONF = """
[swift-hash]
swift_hash_path_prefix = x
swift_hash_path_suffix = x
[storage-policy:0]
name = default
default = yes
"""
_DEFAULT = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_name = {kind}
"""
_STORAGE = """
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
_PROXY = """
[pipeline:main]
pipeline = catch_errors cache authtoken s3api s3token keystoneauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
auth_pipeline_check = false
s3_acl = false
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = member
"""


def require_programs() -> None:
    """Skip the test if Swift and its Keystone middleware are not installed."""
    missing = [
        program for program in ("swift-proxy-server", "swift-ring-builder") if not shutil.which(program)
    ]
    command = [_PYTHON, "-c", "import keystonemiddleware, swift"]
    if missing or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"not installed: {', '.join([*missing, 'keystonemiddleware, swift'])}")


@contextlib.contextmanager
def running(folder: Path, filters: str) -> Iterator[str]:
    """Run Swift until the block ends; yield its proxy's URL. `filters` are sections of the configuration."""
    (folder / "devices" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text(_SWIFT_CONF)
    ports = dict(zip(("proxy", *_KINDS), free_ports(4), strict=True))
    for kind, port in ports.items():
        config = _DEFAULT.format(port=port, user=getpass.getuser(), folder=folder, kind=kind)
        config += _PROXY + filters if kind == "proxy" else _STORAGE.format(kind=kind)
        (folder / f"{kind}.conf").write_text(config)
    with contextlib.ExitStack() as servers:
        for kind in _KINDS:
            _build_ring(folder, kind, ports[kind])
            servers.enter_context(_server(folder, kind))
        process = servers.enter_context(_server(folder, "proxy"))
        url = f"http://127.0.0.1:{ports['proxy']}"
        for port in ports.values():
            wait_for_answer(f"http://127.0.0.1:{port}/", process, _START_SECONDS)
        yield url


def _build_ring(folder: Path, kind: str, port: int) -> None:
    builder = f"{kind}.builder"
    for arguments in (
        ["create", "4", "1", "1"],
        ["add", f"r1z1-127.0.0.1:{port}/d1", "1"],
        ["rebalance"],
    ):
        command = ["swift-ring-builder", builder, *arguments]
        result = subprocess.run(
            command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr


@contextlib.contextmanager
def _server(folder: Path, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    files = (str(folder / "swift.conf"), str(folder / f"{kind}.conf"))
    command = [_PYTHON, "-c", _SERVE, f"{kind}-server", *files]
    with (folder / f"{kind}.out").open("w") as output:
        process = subprocess.Popen(command, env=environment(), cwd=folder, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)
