"""`iamd tokens import`: import the seeds of hardware MFA tokens, which users then assign by serial number."""

from pathlib import Path
from typing import Annotated

import typer

from iamd.admin import hardware_tokens
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, locked_account
from iamd.cli.errors import CommandError
from iamd.core import clock
from iamd.crypto import token_seed_file
from iamd.crypto.token_seed_file import TokenFileError

commands = typer.Typer(help="Import hardware MFA tokens.", no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def tokens_group() -> None:
    """Make `iamd tokens` a command group although it has a single command."""


@commands.command("import", epilog="Example: iamd tokens import seeds.csv --account-id 123456789012")
def import_tokens(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="PSKC file (RFC 6030), or CSV file: serial number, seed.")
    ],
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file", metavar="F", help="File with the password of an encrypted PSKC file."
        ),
    ] = None,
) -> None:
    """Import the seeds of hardware tokens into an account; users assign them by serial number."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    password = password_file.read_text().strip() if password_file else None
    try:
        seeds = token_seed_file.parse(file.read_bytes(), password)
    except TokenFileError as error:
        raise CommandError(str(error)) from error
    with locked_account(settings, account_id) as (tx, vault, account):
        added = hardware_tokens.import_tokens(tx, vault, account, seeds, clock.iso(clock.now()))
    typer.echo(f"{added} tokens were imported, {len(seeds) - added} already existed.")
