"""`iamd account replace-signing-keys`: new keys for an account's web identity tokens, at once."""

import typer

from iamd.admin import signing_keys
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, select_account
from iamd.cli.errors import CommandError
from iamd.core import clock
from iamd.datastore import opened_store


def replace_signing_keys(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Replace the keys of web identity tokens at once, if one may be known. Earlier tokens become invalid."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with opened_store(settings) as store, store.database.write() as tx:
        account = select_account(tx, account_id)
        if not signing_keys.replace(tx, store.vault, account, clock.now()):
            raise CommandError(f"account {account.account_id} has no signing keys: it issues no tokens")
    typer.echo(f"Account {account.account_id} has new signing keys.")
