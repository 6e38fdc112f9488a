"""`iamd account replace-signing-keys`: new keys for an account's web identity tokens, at once."""

import typer

from iamd.admin import signing_keys
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, locked_account
from iamd.cli.errors import CommandError
from iamd.core import clock


def replace_signing_keys(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Replace the keys of web identity tokens at once, if one may be known. Earlier tokens become invalid."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with locked_account(settings, account_id) as (tx, vault, account):
        if not signing_keys.replace(tx, vault, account, clock.now()):
            raise CommandError(f"account {account.account_id} has no signing keys: it issues no tokens")
    typer.echo(f"Account {account.account_id} has new signing keys.")
