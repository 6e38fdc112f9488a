"""Ansible's modules for IAM and STS are idempotent. See tests/clients/ansible/README.md."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.servers import Account, environment

PLAYBOOK = Path(__file__).parent / "ansible/playbook.yml"
COMMAND = shutil.which("ansible-playbook")
pytestmark = pytest.mark.skipif(COMMAND is None, reason="ansible-playbook is not on the path")


class Recap(NamedTuple):
    """The numbers of changed and failed tasks, and the output."""

    changed: int
    failed: int
    text: str


def run_playbook(account: Account, *arguments: str) -> Recap:
    process = subprocess.run(
        [str(COMMAND), *arguments, str(PLAYBOOK)],
        env=environment(
            AWS_ACCESS_KEY_ID=account.access_key_id,
            AWS_SECRET_ACCESS_KEY=account.secret_access_key,
            AWS_REGION="us-east-1",
            AWS_ENDPOINT_URL_IAM=account.server.url,
            AWS_ENDPOINT_URL_STS=account.server.url,
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(r"changed=(\d+) .* failed=(\d+)", process.stdout)
    assert match, process.stdout + process.stderr
    return Recap(int(match[1]), int(match[2]), process.stdout + process.stderr)


def test_second_run_changes_nothing(account: Account) -> None:
    for arguments in ([], ["-e", "changed=true"]):
        first, second = run_playbook(account, *arguments), run_playbook(account, *arguments)
        assert (first.failed, second.failed) == (0, 0), first.text + second.text
        assert first.changed > 0
        assert second.changed == 0, second.text


def test_second_removal_changes_nothing(account: Account) -> None:
    run_playbook(account)
    first, second = run_playbook(account, "-e", "state=absent"), run_playbook(account, "-e", "state=absent")
    assert (first.failed, second.failed) == (0, 0), first.text + second.text
    assert first.changed > 0
    assert second.changed == 0, second.text
