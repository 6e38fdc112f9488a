"""moto, an emulator of AWS's services, as a server; it enforces nothing."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import servers

ACCOUNT_ID = "123456789012"  # moto's own


@contextlib.contextmanager
def running(folder: Path, **env: str) -> Iterator[str]:
    """Run moto until the block ends; yield its URL."""
    port = servers.free_port()
    with (folder / "moto.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from moto.server import main; main()",
                "-H",
                "127.0.0.1",
                "-p",
                str(port),
            ],
            env=servers.environment(**env),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        servers.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)
