"""The AWS SDK for JavaScript with temporary credentials, from API calls and from profiles."""

import json
from pathlib import Path

from tests import javascript
from tests.clients.profiles import EXTERNAL_ID, set_up
from tests.servers import Account


def test_assumes_roles_by_calls_and_by_profiles(account: Account, tmp_path: Path) -> None:
    setup = set_up(account, tmp_path)
    worker = f"arn:aws:iam::{account.account_id}:role/worker"
    output = json.loads(javascript.run("roles.mjs", worker, EXTERNAL_ID, setup.app.code(1), env=setup.env))
    sessions = f"arn:aws:sts::{account.account_id}:assumed-role"
    assert 890 <= output.pop("seconds") <= 900
    assert output.pop("mfa").startswith(f"{sessions}/careful/")
    assert output == {
        "assumed": f"{sessions}/worker/js",
        "identity": f"{sessions}/worker/js",
        "users": ["admin", "bob"],
        "refused": {"name": "AccessDenied", "status": 403},
        "stranger": {"name": "AccessDenied", "status": 403},
        "session": f"arn:aws:iam::{account.account_id}:user/bob",
        "guest": f"arn:aws:sts::{account.account_id}:federated-user/guest",
        "profile": f"{sessions}/worker/at-work",
        "chained": f"{sessions}/onwards/further",
    }
