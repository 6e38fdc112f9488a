"""`iamd` as a process of its own: its streams, its exit status, and never a traceback.

What the commands do is shown in this process, where they start at once: see tests/running.py.
"""

import json
from pathlib import Path

import pytest

from tests import running

DENIED = {"action": "s3:GetObject", "expected": "Allowed"}
ENDED = [
    (("version",), "", 0, "iamd 0.", ""),
    (("policy", "test", "-"), json.dumps(DENIED), 1, "1 case, 1 failed\n", ""),
    (("init", "--database", "mysql://x"), "", 1, "", "postgresql://"),
    (("policy", "validate", "nowhere.json"), "", 2, "", "nowhere.json cannot be read"),
    (("nonsense",), "", 2, "", "No such command"),
]


@pytest.mark.parametrize(
    ("arguments", "given", "status", "told", "complaint"), ENDED, ids=[" ".join(row[0]) for row in ENDED]
)
def test_a_process_ends_as_its_command_does(
    tmp_path: Path, arguments: tuple[str, ...], given: str, status: int, told: str, complaint: str
) -> None:
    done = running.process(*arguments, given=given, cwd=tmp_path)
    assert done.returncode == status
    assert told in done.stdout
    assert complaint in done.stderr
    assert done.stderr.count("\n") == bool(complaint)
    assert done.stderr.startswith("iamd: " if complaint else "")
    again = running.iamd(*arguments, given=given, cwd=tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (done.returncode, done.stdout, done.stderr)


def test_what_a_process_makes_is_its_owners_alone(tmp_path: Path) -> None:
    done = running.process("init", "--data", "d", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["account_id"]) == 12
    assert (tmp_path / "d.key").stat().st_mode & 0o777 == 0o600
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "d").iterdir())
