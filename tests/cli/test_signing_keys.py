"""`iamd account replace-signing-keys`: tokens signed with the old keys are refused, new ones are accepted."""

import json

import pytest
from joserfc.errors import JoseError

from iamd.store import audit
from tests import iamd_command
from tests.api.web_identity import enable, published_keys, request_token, verify
from tests.iamd_command import CompletedCommand
from tests.servers import Account


def replace_keys(account: Account) -> CompletedCommand:
    arguments = (*account.server.arguments, "--account-id", account.account_id)
    return iamd_command.run("account", "replace-signing-keys", *arguments)


@pytest.mark.both_databases
def test_keys_are_replaced_at_once(account: Account) -> None:
    issuer = enable(account)
    old_token, old_keys = request_token(account.sts), published_keys(issuer)["keys"]
    command = replace_keys(account)
    assert (command.returncode, command.stdout) == (
        0,
        f"Account {account.account_id} has new signing keys.\n",
    )
    new_keys = published_keys(issuer)["keys"]
    assert sorted(key["alg"] for key in new_keys) == ["ES384", "RS256"]
    assert not {key["kid"] for key in old_keys} & {key["kid"] for key in new_keys}
    for algorithm in ("ES384", "RS256"):
        verify(request_token(account.sts, SigningAlgorithm=algorithm), issuer)
    with pytest.raises((JoseError, ValueError)):
        verify(old_token, issuer)
    with account.server.store.database.read() as tx:
        events = audit.list_recent(tx, account.account_id, 100)
    (record,) = [json.loads(event.record) for event in events if event.event_name == "ReplaceSigningKeys"]
    assert len(record["additionalEventData"]["DeletedKeyIds"]) == 2


def test_an_account_that_is_no_issuer_has_no_keys(account: Account) -> None:
    command = replace_keys(account)
    assert command.returncode == 1
    assert command.stderr == (
        f"iamd: account {account.account_id} has no signing keys: it issues no tokens\n"
    )
