"""`iamd root …`: what the host's operator can do for a root user who cannot get in."""

import typer

from iamd import app
from iamd.admin import root_mfa
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, select_account
from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.core import clock
from iamd.signin import links

commands = typer.Typer(help="Root users of a store.", no_args_is_help=True, rich_markup_mode=None)


@commands.command("setup-link", epilog="Example: iamd root setup-link --data ./iamd-data")
def setup_link(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Print a link to set an account up with; it works once, for 24 hours."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with app.opened_store(settings) as store, store.database.write() as tx:
        account = select_account(tx, account_id)
        token = links.create_setup_token(tx, account.account_id, int(clock.now().timestamp()))
    if token is None:
        raise CommandError(f"account {account.account_id} has its root user already")
    typer.echo(setup_url(settings, token))


@commands.command("reset-password", epilog="Example: iamd root reset-password --account-id 123456789012")
def reset_password(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Print a link to choose a new root password with; it works once, for an hour, and skips no MFA."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with app.opened_store(settings) as store, store.database.write() as tx:
        account = select_account(tx, account_id)
        token = links.create_reset_token(tx, account.account_id, int(clock.now().timestamp()))
    if token is None:
        raise CommandError(f"account {account.account_id} has no root password yet: see iamd root setup-link")
    typer.echo(f"{app.base_url(settings)}/signin/reset/{token}")


@commands.command("reset-mfa", epilog="Example: iamd root reset-mfa --account-id 123456789012")
def reset_mfa(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Take all MFA devices and recovery codes from a root user, and end its sessions."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with app.opened_store(settings) as store, store.database.write() as tx:
        account = select_account(tx, account_id)
        count = root_mfa.reset_mfa(tx, account, clock.iso(clock.now()))
    typer.echo(
        f"The root user of account {account.account_id} has no MFA any more; it had {_device_count(count)}."
    )


def _device_count(count: int) -> str:
    return {0: "none", 1: "one device"}.get(count, f"{count} devices")


def setup_url(settings: Settings, token: str) -> str:
    """Return the link of a set-up token."""
    return f"{app.base_url(settings)}/setup/{token}"
