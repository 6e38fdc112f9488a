"""`iamd` as a child process: its streams, its exit status, and no tracebacks.

The other tests run commands in this process, which is faster: see tests/iamd_command.py.
"""

import json
from pathlib import Path

import pytest

from tests import iamd_command

FAILING_CASE = {"action": "s3:GetObject", "expected": "Allowed"}
COMMANDS = [
    (("version",), "", 0, "iamd 0.", ""),
    (("policy", "test", "-"), json.dumps(FAILING_CASE), 1, "1 case, 1 failed\n", ""),
    (("init", "--database", "mysql://x"), "", 1, "", "postgresql://"),
    (("policy", "validate", "nowhere.json"), "", 2, "", "nowhere.json cannot be read"),
    (("nonsense",), "", 2, "", "No such command"),
]


@pytest.mark.parametrize(
    ("arguments", "stdin", "status", "output", "error"), COMMANDS, ids=[" ".join(row[0]) for row in COMMANDS]
)
def test_process_has_the_output_and_status_of_the_command_in_process(
    tmp_path: Path, arguments: tuple[str, ...], stdin: str, status: int, output: str, error: str
) -> None:
    result = iamd_command.run_process(*arguments, stdin=stdin, cwd=tmp_path)
    assert result.returncode == status
    assert output in result.stdout
    assert error in result.stderr
    assert result.stderr.count("\n") == bool(error)
    assert result.stderr.startswith("iamd: " if error else "")
    in_process = iamd_command.run(*arguments, stdin=stdin, cwd=tmp_path)
    assert (in_process.returncode, in_process.stdout, in_process.stderr) == (
        result.returncode,
        result.stdout,
        result.stderr,
    )


def test_files_created_by_a_process_are_private(tmp_path: Path) -> None:
    result = iamd_command.run_process("init", "--data", "d", "--json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(json.loads(result.stdout)["account_id"]) == 12
    assert (tmp_path / "d.key").stat().st_mode & 0o777 == 0o600
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "d").iterdir())
