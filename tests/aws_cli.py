"""The AWS CLI run in this process, which saves the half second that a new process needs for its imports."""

import contextlib
import io
import json
import os
from collections.abc import Mapping
from typing import Any

from awscli.clidriver import create_clidriver

from tests.iamd_command import process_state

_DATA_PATH = os.environ["AWS_DATA_PATH"]  # set by the import of awscli


def run(env: Mapping[str, str], *arguments: str) -> Any:
    """Run a command with an environment; return its parsed output, or its error message."""
    status, output, error = _run(env, arguments)
    if status:
        return error
    return json.loads(output) if output.strip() else None


def run_text(env: Mapping[str, str], *arguments: str) -> str:
    """Run a command that succeeds and prints something else than JSON; return what it prints."""
    status, output, error = _run(env, arguments)
    assert status == 0, error
    return output


def _run(env: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[int, str, str]:
    """Return the status, the output and the error message."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with (
        process_state(None, {**env, "AWS_DATA_PATH": _DATA_PATH}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        status = create_clidriver().main(list(arguments))
    out.seek(0)
    return status, out.read(), err.getvalue().strip()
