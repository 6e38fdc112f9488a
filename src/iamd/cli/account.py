"""`iamd init`, its synonym `iamd account create`, and `iamd account list`: create and list accounts."""

import json
from typing import Annotated, Any

import typer

from iamd.admin import account_creation
from iamd.admin.account_creation import AccountSpec, NewAccount
from iamd.cli import options
from iamd.config import Settings
from iamd.core import clock
from iamd.datastore import opened_store
from iamd.store import accounts

AdminName = Annotated[
    str | None,
    typer.Option(
        "--admin", metavar="NAME", help="Also create an administrator of this name, with one access key."
    ),
]


def init(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: options.AccountId = None,
    account_name: options.AccountName = None,
    root_email: options.RootEmail = None,
    admin_name: AdminName = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Create an account, and the store if it does not exist yet."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    _create(settings, AccountSpec(account_id, account_name, root_email, admin_name), as_json=as_json)


def list_accounts(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    as_json: options.JsonOutput = False,
) -> None:
    """List the accounts of a store."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with opened_store(settings) as store, store.database.read() as tx:
        account_list = accounts.list_all(tx)
    if as_json:
        payload = [
            {"account_id": account.account_id, "account_name": account.name, "root_email": account.root_email}
            for account in account_list
        ]
        typer.echo(json.dumps({"accounts": payload}))
        return
    for account in account_list:
        typer.echo(f"{account.account_id}  {account.name}  {account.root_email}")


def _create(settings: Settings, spec: AccountSpec, *, as_json: bool) -> None:
    with opened_store(settings) as store:
        new_account = account_creation.create(store.database, store.vault, spec, clock.now())
    typer.echo(json.dumps(_fields(new_account)) if as_json else describe(new_account))


def _fields(new_account: NewAccount) -> dict[str, Any]:
    return {
        "account_id": new_account.account.account_id,
        "account_name": new_account.account.name,
        "root_email": new_account.account.root_email,
        "user_name": new_account.admin_name,
        "access_key_id": new_account.access_key_id,
        "secret_access_key": new_account.secret_access_key,
    }


def describe(new_account: NewAccount) -> str:
    """Return the text output for a new account."""
    account = new_account.account
    lines = [f"Account {account.account_id} was created. Its root user is {account.root_email}."]
    if new_account.admin_name is not None:
        lines += [
            f"Its administrator is the IAM user {new_account.admin_name}, with this access key.",
            "The secret is not shown again:",
            "",
            f"    aws_access_key_id = {new_account.access_key_id}",
            f"    aws_secret_access_key = {new_account.secret_access_key}",
        ]
    return "\n".join(lines)
