"""`iamd init` (which `iamd account create` is too) and `iamd account list`: accounts, made on the host."""

import json
from typing import Annotated, Any

import typer

from iamd.api import founding
from iamd.api.founding import Founded, Wanted
from iamd.app import opened
from iamd.cli import options
from iamd.config import Settings
from iamd.core import clock
from iamd.store import accounts

Admin = Annotated[
    str | None,
    typer.Option(
        "--admin", metavar="NAME", help="Make an administrator of this name too, with one access key."
    ),
]


def init(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: options.AccountId = None,
    account_name: options.AccountName = None,
    root_email: options.RootEmail = None,
    admin: Admin = None,
    as_json: options.Json = False,
) -> None:
    """Make an account, and the store for it where there is none."""
    given = options.settings(data=data, database=database, master_key_file=master_key_file)
    _make(given, Wanted(account_id, account_name, root_email, admin), as_json=as_json)


def list_accounts(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    as_json: options.Json = False,
) -> None:
    """List the accounts of a store."""
    given = options.settings(data=data, database=database, master_key_file=master_key_file)
    with opened(given) as store, store.database.read() as tx:
        found = accounts.every(tx)
    if as_json:
        shown = [
            {"account_id": held.account_id, "account_name": held.name, "root_email": held.root_email}
            for held in found
        ]
        typer.echo(json.dumps({"accounts": shown}))
        return
    for held in found:
        typer.echo(f"{held.account_id}  {held.name}  {held.root_email}")


def _make(settings: Settings, wanted: Wanted, *, as_json: bool) -> None:
    with opened(settings) as store:
        made = founding.found(store.database, store.vault, wanted, clock.now())
    typer.echo(json.dumps(_fields(made)) if as_json else told(made))


def _fields(made: Founded) -> dict[str, Any]:
    return {
        "account_id": made.account.account_id,
        "account_name": made.account.name,
        "root_email": made.account.root_email,
        "user_name": made.admin,
        "access_key_id": made.access_key_id,
        "secret_access_key": made.secret_access_key,
    }


def told(made: Founded) -> str:
    """Say in plain words what was made."""
    lines = [f"Account {made.account.account_id} was made; its root user is {made.account.root_email}."]
    if made.admin is not None:
        lines += [
            f"Its administrator is the IAM user {made.admin}, with this access key.",
            "The secret is not shown again:",
            "",
            f"    aws_access_key_id = {made.access_key_id}",
            f"    aws_secret_access_key = {made.secret_access_key}",
        ]
    return "\n".join(lines)
