"""Real proxies, run with the configurations that iamd writes."""

import contextlib
import http.client
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests import iamd_command, servers
from tests.servers import Server, free_ports

NAMES = ("nginx", "caddy", "envoy", "haproxy", "traefik")
S3_NAMES = ("nginx", "caddy", "envoy", "haproxy")
_NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; user root; worker_processes 1;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/gateway.conf;
}}
"""


@contextlib.contextmanager
def running(
    name: str, folder: Path, server: Server, api_key: str, *options: str, **env: str
) -> Iterator[str]:
    """Run a proxy with the configuration that iamd writes for it; yield its URL.

    `env` has the settings of iamd. The test is skipped if the proxy is not installed.
    """
    port = free_ports(1)[0]
    arguments = ("--listen", f"127.0.0.1:{port}", "--iamd", server.url, *options)
    config = configuration(name, folder, api_key, *arguments, **env)
    if name == "haproxy":
        (folder / "iamd.lua").write_text(configuration("haproxy-lua", folder, api_key, *arguments, **env))
    with started(name, folder, config, port) as url:
        yield url


def configuration(name: str, folder: Path, api_key: str, *options: str, **env: str) -> str:
    """Return the configuration that iamd writes."""
    command = ("gateway", "config", name, *options)
    result = iamd_command.run(*command, cwd=folder, **{"IAMD_API_KEY": api_key, **env})
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@contextlib.contextmanager
def started(name: str, folder: Path, config: str, port: int) -> Iterator[str]:
    """Run a proxy with a configuration; yield its URL."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command(name, folder, config, port),
            cwd=folder,
            env=servers.environment(HOME=str(folder), XDG_DATA_HOME=str(folder)),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        servers.wait_for_port(port, process)
        if name == "traefik":
            _wait_for_routes(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_for_routes(port: int) -> None:
    """Wait until a proxy that reads its routes after it has begun to listen knows them."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/", headers={"Host": "localhost"})
            if connection.getresponse().status != HTTPStatus.NOT_FOUND:
                return
        time.sleep(0.01)
    raise AssertionError("the proxy did not get ready")


def command(name: str, folder: Path, config: str, port: int) -> list[str]:
    """Write a proxy's configuration into a folder, and return the command that runs the proxy with it."""
    file = folder / ("gateway.yaml" if name in ("envoy", "traefik") else "gateway.conf")
    file.write_text(config)
    if name == "nginx":
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder))
        return [_find(name), "-c", str(folder / "nginx.conf")]
    if name == "caddy":
        return [_find(name), "run", "--config", str(file), "--adapter", "caddyfile"]
    if name == "envoy":
        options = ["--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"]
        return [_find(name), "-c", str(file), *options]
    if name == "haproxy":
        return [_find(name), "-db", "-f", str(file)]
    entry_point = config.partition("--entrypoints.")[2].partition(".address")[0]
    address = f"--entrypoints.{entry_point}.address=127.0.0.1:{port}"
    aliases = f"--entrypoints.{entry_point}.http.aliasHeadersStrategy=delete"
    return [_find(name), address, aliases, f"--providers.file.filename={file}", "--log.level=ERROR"]


def check(name: str, folder: Path, config: str) -> None:
    """Check a configuration with the proxy itself; skip the test if it is not installed."""
    options = {
        "nginx": ["-t", "-q"],
        "caddy": [],
        "envoy": ["--mode", "validate"],
        "haproxy": ["-c"],
    }[name]
    arguments = [*command(name, folder, config, 0), *options]
    if name == "caddy":
        arguments[1] = "validate"
    result = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=folder)
    assert result.returncode == 0, result.stdout + result.stderr


def _find(name: str) -> str:
    """Return the path of a proxy, which may be installed in this environment."""
    path = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
