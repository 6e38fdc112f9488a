"""A Ceph cluster on this machine: monitor, manager, one OSD in memory, and the object gateway (RGW)."""

import contextlib
import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import environment, free_ports, wait_for_answer

PROGRAMS = ("ceph", "ceph-authtool", "ceph-mgr", "ceph-mon", "ceph-osd", "monmaptool", "radosgw")
_START_SECONDS = 60
_CONFIG = """
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon_port}
public addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = {folder}/keyring
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
log to stderr = false
ms bind msgr2 = false
mon allow pool size one = true
mon data avail crit = 1
mon max pg per osd = 1000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 268435456
[mon.a]
mon data = {folder}/mon
mon addr = 127.0.0.1:{mon_port}
keyring = {folder}/mon.keyring
[mgr.x]
mgr data = {folder}/mgr
[osd.0]
osd data = {folder}/osd
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{rgw_port}
rgw data = {folder}/rgw
"""
# Who has a key, and its capabilities.
_CAPABILITIES = {
    "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *"},
    "client.rgw": {"mon": "allow rwx", "osd": "allow rwx", "mgr": "allow rw"},
    "mgr.x": {"mon": "allow profile mgr", "osd": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *", "mgr": "allow profile osd"},
}


def require_programs() -> None:
    """Skip the test if Ceph is not installed."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextlib.contextmanager
def running(folder: Path, gateway_settings: str) -> Iterator[str]:
    """Run a cluster until the block ends; yield the gateway's URL. The settings are lines of ceph.conf."""
    mon_port, rgw_port = free_ports(2)
    fsid = str(uuid.uuid4())
    for name in ("mon", "mgr", "osd", "rgw"):
        (folder / name).mkdir()
    config = _CONFIG.format(folder=folder, fsid=fsid, mon_port=mon_port, rgw_port=rgw_port)
    (folder / "ceph.conf").write_text(config + gateway_settings)
    _create_keys(folder)
    with contextlib.ExitStack() as daemons:
        _start_monitor(folder, fsid, mon_port, daemons)
        daemons.enter_context(_daemon(folder, "ceph-mgr", "-i", "x"))
        osd_id = str(uuid.uuid4())
        _run(folder, "ceph", "osd", "new", osd_id)
        _run(folder, "ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd_id)
        daemons.enter_context(_daemon(folder, "ceph-osd", "-i", "0"))
        gateway = daemons.enter_context(_daemon(folder, "radosgw", "-n", "client.rgw"))
        url = f"http://127.0.0.1:{rgw_port}"
        wait_for_answer(url, gateway, _START_SECONDS)
        yield url


def _create_keys(folder: Path) -> None:
    monitor_keys, keys = str(folder / "mon.keyring"), str(folder / "keyring")
    _run(
        folder,
        "ceph-authtool",
        "--create-keyring",
        monitor_keys,
        "--gen-key",
        "-n",
        "mon.",
        "--cap",
        "mon",
        "allow *",
    )
    _run(folder, "ceph-authtool", "--create-keyring", keys)
    for name, capabilities in _CAPABILITIES.items():
        options = [part for item in capabilities.items() for part in ("--cap", *item)]
        _run(folder, "ceph-authtool", keys, "--gen-key", "-n", name, *options)
    _run(folder, "ceph-authtool", monitor_keys, "--import-keyring", keys)


def _start_monitor(folder: Path, fsid: str, port: int, daemons: contextlib.ExitStack) -> None:
    monitor_map = str(folder / "monmap")
    _run(folder, "monmaptool", "--create", "--addv", "a", f"v1:127.0.0.1:{port}", "--fsid", fsid, monitor_map)
    keys = str(folder / "mon.keyring")
    _run(folder, "ceph-mon", "--mkfs", "-i", "a", "--monmap", monitor_map, "--keyring", keys)
    daemons.enter_context(_daemon(folder, "ceph-mon", "-i", "a"))
    status = json.loads(_run(folder, "ceph", "status", "--format", "json"))
    assert status["quorum_names"] == ["a"], status


def _run(folder: Path, program: str, *arguments: str) -> str:
    command = [program, *arguments]
    if program.startswith("ceph") and program != "ceph-authtool":
        command += ["-c", str(folder / "ceph.conf")]
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=_START_SECONDS,
    )
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


@contextlib.contextmanager
def _daemon(folder: Path, program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [program, "-c", str(folder / "ceph.conf"), "-f", *arguments]
    with (folder / f"{program}.out").open("w") as output:
        process = subprocess.Popen(command, env=environment(), cwd=folder, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()  # nothing that it keeps is needed again
        process.wait(timeout=10)
