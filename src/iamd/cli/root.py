"""`iamd root`: set up a root user, reset its password and reset its MFA, on the host."""

import typer

from iamd import app
from iamd.admin import root_mfa
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, locked_account
from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.core import clock
from iamd.signin import links

commands = typer.Typer(
    help="Set up root users, and reset their passwords and MFA.", no_args_is_help=True, rich_markup_mode=None
)


@commands.command("setup-link", epilog="Example: iamd root setup-link --data ./iamd-data")
def setup_link(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Print a link to set up the root user of an account. It works once and expires in 24 hours."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with locked_account(settings, account_id) as (tx, _, account):
        token = links.create_setup_token(tx, account.account_id, int(clock.now().timestamp()))
    if token is None:
        raise CommandError(f"account {account.account_id} already has a root user")
    typer.echo(setup_url(settings, token))


@commands.command("reset-password", epilog="Example: iamd root reset-password --account-id 123456789012")
def reset_password(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Print a link to reset a root password. It works once and expires in an hour. MFA is still required."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with locked_account(settings, account_id) as (tx, _, account):
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
    """Remove the MFA devices and recovery codes of a root user, and end its sessions."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with locked_account(settings, account_id) as (tx, _, account):
        count = root_mfa.reset_mfa(tx, account, clock.iso(clock.now()))
    typer.echo(f"Removed {_device_count(count)} from the root user of account {account.account_id}.")


def _device_count(count: int) -> str:
    return {0: "no MFA devices", 1: "one MFA device"}.get(count, f"{count} MFA devices")


def setup_url(settings: Settings, token: str) -> str:
    """Return the URL of the setup page for a token."""
    return f"{app.base_url(settings)}/setup/{token}"
