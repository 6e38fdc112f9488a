"""Real servers of WSGI and ASGI applications, for those of `echo_apps`."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import servers

ROOT = Path(__file__).parent.parent.parent
_GRANIAN = ("granian", "--host", "127.0.0.1", "--workers", "1", "--log-level", "error", "--port", "{port}")
_FLASK, _ASGI = "tests.client.echo_apps:flask_app", "tests.client.echo_apps:asgi_app"
COMMANDS = {
    "flask-granian": (*_GRANIAN, "--interface", "wsgi", _FLASK),
    "flask-werkzeug": ("tests.client.echo_apps", "{port}"),
    "asgi-granian": (*_GRANIAN, "--interface", "asgi", _ASGI),
    "asgi-uvicorn": ("uvicorn", "--log-level", "error", "--port", "{port}", _ASGI),
}
NAMES = tuple(COMMANDS)


@contextlib.contextmanager
def running(name: str, iamd_url: str, api_key: str) -> Iterator[str]:
    """Run an application until the block ends; yield its URL."""
    port = servers.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *(part.format(port=port) for part in COMMANDS[name])],
        cwd=ROOT,
        env=servers.environment(LIBRARY_IAMD=iamd_url, LIBRARY_API_KEY=api_key),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        servers.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=15)
