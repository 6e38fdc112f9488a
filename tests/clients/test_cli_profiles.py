"""The AWS CLI with profiles that assume roles."""

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
GET_CALLER_IDENTITY = ("sts", "get-caller-identity")


@pytest.fixture
def setup(account: Account, tmp_path: Path) -> Setup:
    return set_up(account, tmp_path)


def aws(setup: Setup, profile: str, *arguments: str) -> Any:
    """Run the CLI; return its parsed output, or its error."""
    process = subprocess.run(
        [AWS, "--profile", profile, *arguments], env=setup.env, capture_output=True, text=True, check=False
    )
    return process.stderr.strip() if process.returncode else json.loads(process.stdout)


def test_profile_assumes_a_role(setup: Setup, account: Account) -> None:
    identity = aws(setup, "worker", *GET_CALLER_IDENTITY)
    assert identity["Arn"] == f"arn:aws:sts::{account.account_id}:assumed-role/worker/at-work"
    cached = next(Path(setup.env["HOME"]).glob(".aws/cli/cache/*.json")).read_text()
    assert json.loads(cached)["AssumedRoleUser"]["Arn"] == identity["Arn"]
    error = aws(setup, "worker", "iam", "create-user", "--user-name", "eve")
    assert "(AccessDenied)" in error
    assert f"{identity['Arn']} is not authorized to perform: iam:CreateUser" in error


def test_profile_with_role_chaining(setup: Setup, account: Account) -> None:
    identity = aws(setup, "onwards", *GET_CALLER_IDENTITY)
    assert identity["Arn"] == f"arn:aws:sts::{account.account_id}:assumed-role/onwards/further"


def test_profile_with_a_wrong_external_id_is_refused(setup: Setup) -> None:
    error = aws(setup, "stranger", *GET_CALLER_IDENTITY)
    assert "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::" in error


def test_profile_with_too_long_a_duration_is_refused(setup: Setup) -> None:
    error = aws(setup, "hasty", *GET_CALLER_IDENTITY)
    assert "(ValidationError) when calling the AssumeRole operation: " in error
    assert "The requested DurationSeconds exceeds the MaxSessionDuration set for this role." in error


def run_in_terminal(setup: Setup, typed: str) -> subprocess.CompletedProcess[str]:
    """Call GetCallerIdentity with the profile that requires MFA; type a line at the prompt for the code."""
    controller, terminal = pty.openpty()
    command = [AWS, "--profile", "careful", *GET_CALLER_IDENTITY]
    with subprocess.Popen(
        command,
        env=setup.env,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        start_new_session=True,  # otherwise the CLI would prompt at the terminal of the test run
    ) as process:
        os.close(terminal)
        screen = _read_until(controller, "Enter MFA code")
        os.write(controller, typed.encode() + b"\n")
        stdout = process.communicate(timeout=30)[0]
    screen += _read_rest(controller)
    os.close(controller)
    return subprocess.CompletedProcess(command, process.returncode, stdout, screen)


def _read_until(terminal: int, text: str) -> str:
    screen = ""
    while text not in screen:
        screen += os.read(terminal, 4096).decode()
    return screen


def _read_rest(terminal: int) -> str:
    """Read a terminal until its other end is closed, which Linux reports as an error."""
    screen = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            chunk = b""
        if not chunk:
            return screen.decode()
        screen += chunk


def test_profile_with_mfa_prompts_for_a_code(setup: Setup, account: Account) -> None:
    process = run_in_terminal(setup, setup.app.code(1))
    assert json.loads(process.stdout)["Arn"].startswith(
        f"arn:aws:sts::{account.account_id}:assumed-role/careful/"
    )
    assert f"Enter MFA code for {setup.app.serial}" in process.stderr


def test_wrong_mfa_code_is_refused(setup: Setup) -> None:
    process = run_in_terminal(setup, "000000")
    assert process.returncode
    assert "MultiFactorAuthentication failed with invalid MFA one time pass code." in " ".join(
        process.stderr.split()
    )
