"""Which account a command of the operator is about."""

from typing import Annotated

import typer

from iamd.cli.errors import CommandError
from iamd.core.records import Account
from iamd.store import accounts
from iamd.store.query import Tx

Whose = Annotated[
    str | None,
    typer.Option("--account-id", metavar="ID", help="12 digits. [default: the store's only account]"),
]


def chosen(tx: Tx, account_id: str | None) -> Account:
    """Return the account that a command is about, its row locked; CommandError when that is not clear."""
    if account_id is not None:
        found = accounts.find(tx, account_id)
        if found is None:
            raise CommandError(f"there is no account {account_id}")
        accounts.lock(tx, account_id)
        return found
    held = accounts.every(tx)
    if len(held) != 1:
        raise CommandError(f"there are {len(held)} accounts: name one with --account-id", status=2)
    accounts.lock(tx, held[0].account_id)
    return held[0]
