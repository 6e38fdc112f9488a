"""The `--account-id` option, and the selection of the account of a command."""

import contextlib
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import typer

from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.core.records import Account
from iamd.datastore import opened_store
from iamd.gate.vault import Vault
from iamd.store import accounts
from iamd.store.query import Tx

AccountIdOption = Annotated[
    str | None,
    typer.Option(
        "--account-id", metavar="ID", help="Account ID, 12 digits. [default: the store's only account]"
    ),
]


class LockedAccount(NamedTuple):
    """The account of a command, in a transaction that writes, with the vault of its store."""

    tx: Tx
    vault: Vault
    account: Account


@contextlib.contextmanager
def locked_account(settings: Settings, account_id: str | None) -> Iterator[LockedAccount]:
    """Open the store and select the account, as `select_account` does, for a change in the block."""
    with opened_store(settings) as store, store.database.write() as tx:
        yield LockedAccount(tx, store.vault, select_account(tx, account_id))


def select_account(tx: Tx, account_id: str | None) -> Account:
    """Return the account with this ID, or the only account, and lock its row.

    Raises CommandError if it does not exist, or without an ID unless the store has exactly one account.
    """
    if account_id is not None:
        account = accounts.find(tx, account_id)
        if account is None:
            raise CommandError(f"account {account_id} does not exist")
        accounts.lock(tx, account_id)
        return account
    all_accounts = accounts.list_all(tx)
    if len(all_accounts) != 1:
        raise CommandError(f"there are {len(all_accounts)} accounts: specify one with --account-id", status=2)
    accounts.lock(tx, all_accounts[0].account_id)
    return all_accounts[0]
