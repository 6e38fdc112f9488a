"""`iamd` in this process: what its entry point does, without a second that the imports of a process cost.

That a process of its own ends in the same way is what tests/cli/test_processes.py shows.
"""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from iamd.cli import main
from tests.servers import command, environment

Done = subprocess.CompletedProcess[str]


def iamd(*arguments: str, given: str = "", cwd: Path | None = None, **env: str) -> Done:
    """Run `iamd` in this process, as in a folder and an environment of its own; return how it ended."""
    out, err = io.StringIO(), io.StringIO()
    with _standing_in(cwd, environment(**env)), _reading(given):
        before, sys.argv = sys.argv, ["iamd", *arguments]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main.run()
        except SystemExit as ended:
            return Done(sys.argv, int(ended.code or 0), out.getvalue(), err.getvalue())
        finally:
            sys.argv = before
    raise AssertionError("a command ends by exiting")


def process(*arguments: str, given: str = "", cwd: Path | None = None, **env: str) -> Done:
    """Run `iamd` in a process of its own, for what only a process has."""
    return subprocess.run(
        command(*arguments),
        input=given,
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def _standing_in(folder: Path | None, env: dict[str, str]) -> Iterator[None]:
    """Have a working directory, an environment and a mask of files that the block may change."""
    held, mask = dict(os.environ), os.umask(0o022)
    try:
        with contextlib.chdir(folder or Path.cwd()):
            os.environ.clear()
            os.environ.update(env)
            yield
    finally:
        os.environ.clear()
        os.environ.update(held)
        os.umask(mask)


@contextlib.contextmanager
def _reading(given: str) -> Iterator[None]:
    """Have a text as standard input: the descriptor, which commands read by /dev/stdin."""
    held = os.dup(0)
    try:
        with tempfile.TemporaryFile() as file:
            file.write(given.encode())
            file.seek(0)
            os.dup2(file.fileno(), 0)
            yield
    finally:
        os.dup2(held, 0)
        os.close(held)
