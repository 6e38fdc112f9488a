"""Ansible's modules for IAM and STS: a second run changes nothing. See tests/clients/ansible/README.md."""

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
    """How many tasks changed something and how many failed, and all that was printed."""

    changed: int
    failed: int
    text: str


def play(account: Account, *arguments: str) -> Recap:
    done = subprocess.run(
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
    counted = re.search(r"changed=(\d+) .* failed=(\d+)", done.stdout)
    assert counted, done.stdout + done.stderr
    return Recap(int(counted[1]), int(counted[2]), done.stdout + done.stderr)


def test_a_second_run_changes_nothing(account: Account) -> None:
    for arguments in ([], ["-e", "changed=true"]):
        first, second = play(account, *arguments), play(account, *arguments)
        assert (first.failed, second.failed) == (0, 0), first.text + second.text
        assert first.changed > 0
        assert second.changed == 0, second.text


def test_what_was_made_is_removed_and_a_second_run_finds_nothing_to_remove(account: Account) -> None:
    play(account)
    first, second = play(account, "-e", "state=absent"), play(account, "-e", "state=absent")
    assert (first.failed, second.failed) == (0, 0), first.text + second.text
    assert first.changed > 0
    assert second.changed == 0, second.text
