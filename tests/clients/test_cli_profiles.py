"""The AWS CLI with profiles of roles, as its configuration file has them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.profiles import Setup, set_up
from tests.servers import Account

AWS = str(Path(sys.executable).with_name("aws"))
WHO = ("sts", "get-caller-identity")


@pytest.fixture
def setup(account: Account, tmp_path: Path) -> Setup:
    return set_up(account, tmp_path)


def aws(setup: Setup, profile: str, *arguments: str) -> Any:
    """Run the CLI; return what it printed as JSON, or its error."""
    done = subprocess.run(
        [AWS, "--profile", profile, *arguments], env=setup.env, capture_output=True, text=True, check=False
    )
    return done.stderr.strip() if done.returncode else json.loads(done.stdout)


def test_a_profile_of_a_role(setup: Setup, account: Account) -> None:
    who = aws(setup, "worker", *WHO)
    assert who["Arn"] == f"arn:aws:sts::{account.account_id}:assumed-role/worker/at-work"
    kept = next(Path(setup.env["HOME"]).glob(".aws/cli/cache/*.json")).read_text()
    assert json.loads(kept)["AssumedRoleUser"]["Arn"] == who["Arn"]
    said = aws(setup, "worker", "iam", "create-user", "--user-name", "eve")
    assert "(AccessDenied)" in said
    assert f"{who['Arn']} is not authorized to perform: iam:CreateUser" in said


def test_a_profile_of_a_role_that_another_role_assumes(setup: Setup, account: Account) -> None:
    who = aws(setup, "onwards", *WHO)
    assert who["Arn"] == f"arn:aws:sts::{account.account_id}:assumed-role/onwards/further"


def test_a_profile_with_the_wrong_external_id_is_refused(setup: Setup) -> None:
    said = aws(setup, "stranger", *WHO)
    assert "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::" in said


def test_a_profile_that_wants_too_long_a_session_is_told_so(setup: Setup) -> None:
    said = aws(setup, "hasty", *WHO)
    assert "(ValidationError) when calling the AssumeRole operation: " in said
    assert "The requested DurationSeconds exceeds the MaxSessionDuration set for this role." in said


def at_a_terminal(setup: Setup, typed: str) -> subprocess.CompletedProcess[str]:
    """Ask who one is by the profile that wants MFA, and type a line when the CLI asks for the code."""
    ours, theirs = pty.openpty()
    command = [AWS, "--profile", "careful", *WHO]
    with subprocess.Popen(
        command,
        env=setup.env,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        start_new_session=True,  # or it would ask at the terminal of whoever runs the tests
    ) as process:
        os.close(theirs)
        shown = _until(ours, "Enter MFA code")
        os.write(ours, typed.encode() + b"\n")
        out = process.communicate(timeout=30)[0]
    shown += _rest(ours)
    os.close(ours)
    return subprocess.CompletedProcess(command, process.returncode, out, shown)


def _until(terminal: int, wanted: str) -> str:
    shown = ""
    while wanted not in shown:
        shown += os.read(terminal, 4096).decode()
    return shown


def _rest(terminal: int) -> str:
    """Return what is left on a terminal whose other end is closed, which Linux tells by an error."""
    shown = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b""
        if not more:
            return shown.decode()
        shown += more


def test_a_profile_that_wants_mfa_asks_for_a_code(setup: Setup, account: Account) -> None:
    done = at_a_terminal(setup, setup.app.code(1))
    assert json.loads(done.stdout)["Arn"].startswith(
        f"arn:aws:sts::{account.account_id}:assumed-role/careful/"
    )
    assert f"Enter MFA code for {setup.app.serial}" in done.stderr


def test_a_wrong_code_is_refused(setup: Setup) -> None:
    done = at_a_terminal(setup, "000000")
    assert done.returncode
    assert "MultiFactorAuthentication failed with invalid MFA one time pass code." in " ".join(
        done.stderr.split()
    )
