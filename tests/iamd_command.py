"""The `iamd` command run in this process, which saves the second that a new process needs for its imports.

tests/cli/test_processes.py tests that a process of its own ends in the same way.
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

CompletedCommand = subprocess.CompletedProcess[str]


def run(*arguments: str, stdin: str = "", cwd: Path | None = None, **env: str) -> CompletedCommand:
    """Run `iamd` in this process with its own working directory, environment and standard input."""
    out, err = io.StringIO(), io.StringIO()
    with process_state(cwd, environment(**env)), _standard_input(stdin):
        original_argv, sys.argv = sys.argv, ["iamd", *arguments]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main.run()
        except SystemExit as exit_:
            return CompletedCommand(sys.argv, int(exit_.code or 0), out.getvalue(), err.getvalue())
        finally:
            sys.argv = original_argv
    raise AssertionError("a command ends by exiting")


def run_process(*arguments: str, stdin: str = "", cwd: Path | None = None, **env: str) -> CompletedCommand:
    """Run `iamd` as a child process, for what cannot be tested in this one."""
    return subprocess.run(
        command(*arguments),
        input=stdin,
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def process_state(folder: Path | None, env: dict[str, str]) -> Iterator[None]:
    """Set the working directory, the environment and the umask until the block ends."""
    original_env, original_mask = dict(os.environ), os.umask(0o022)
    try:
        with contextlib.chdir(folder or Path.cwd()):
            os.environ.clear()
            os.environ.update(env)
            yield
    finally:
        os.environ.clear()
        os.environ.update(original_env)
        os.umask(original_mask)


@contextlib.contextmanager
def _standard_input(stdin: str) -> Iterator[None]:
    """Redirect file descriptor 0, which commands read as /dev/stdin, until the block ends."""
    original_fd = os.dup(0)
    try:
        with tempfile.TemporaryFile() as file:
            file.write(stdin.encode())
            file.seek(0)
            os.dup2(file.fileno(), 0)
            yield
    finally:
        os.dup2(original_fd, 0)
        os.close(original_fd)
