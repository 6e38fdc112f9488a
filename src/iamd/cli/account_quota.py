"""`iamd account quota`: show and change the quotas of an account."""

import difflib
import json
from collections.abc import Mapping
from typing import Annotated

import typer

from iamd.admin import account_quotas
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, select_account
from iamd.cli.errors import CommandError
from iamd.core import clock
from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.datastore import opened_store
from iamd.store import quotas as quota_store

_MAX_VALUE = 1_000_000
# The store holds at most one of each, whatever the quota. They cannot be changed on AWS either.
_FIXED_QUOTAS = ("AccountAliasesPerAccount", "InstanceSessionsPerInstanceProfile")
_MAX_SUGGESTIONS = 3

Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="Quota name, such as UsersPerAccount. [default: all quotas]"),
]
Value = Annotated[
    int | None,
    typer.Argument(metavar="VALUE", min=0, max=_MAX_VALUE, help="New value of the quota."),
]
Reset = Annotated[bool, typer.Option("--reset", help="Reset the quota to the AWS default.")]


def quota(
    name: Name = None,
    value: Value = None,
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
    reset: Reset = False,
    as_json: options.JsonOutput = False,
) -> None:
    """Show or set an account's quotas."""
    _require_known_quota(name)
    if reset and (name is None or value is not None):
        raise CommandError("--reset requires NAME and takes no VALUE", status=2)
    is_change = reset or value is not None
    if is_change and name in _FIXED_QUOTAS:
        raise CommandError(f"{name} is {DEFAULT_QUOTAS[name]} and cannot be changed", status=2)
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with (
        opened_store(settings) as store,
        store.database.write() if is_change else store.database.read() as tx,
    ):
        account = select_account(tx, account_id)
        if name is not None and is_change:
            account_quotas.set_quota(tx, account, name, value, clock.iso(clock.now()))
        all_quotas = quota_store.get_all(tx, account.account_id)
    selection = all_quotas if name is None else {name: all_quotas[name]}
    typer.echo(_as_json(account.account_id, selection) if as_json else "\n".join(_lines(selection)))


def _require_known_quota(name: str | None) -> None:
    if name is None or name in DEFAULT_QUOTAS:
        return
    suggestions = _suggest(name)
    hint = f"did you mean {', '.join(suggestions)}?" if suggestions else "run iamd account quota for a list"
    raise CommandError(f"unknown quota {name!r}: {hint}", status=2)


def _suggest(name: str) -> list[str]:
    """Return up to `_MAX_SUGGESTIONS` quotas whose names contain the text, or else resemble it."""
    by_lower = {quota_name.lower(): quota_name for quota_name in DEFAULT_QUOTAS}
    name_part = name.lower()
    matches = [lower for lower in by_lower if name_part in lower]
    return [
        by_lower[lower]
        for lower in (matches or difflib.get_close_matches(name_part, by_lower))[:_MAX_SUGGESTIONS]
    ]


def _lines(selection: Mapping[str, int]) -> list[str]:
    width = max(map(len, selection))
    return [f"{name:{width}}  {_format_value(name, value)}" for name, value in selection.items()]


def _format_value(name: str, value: int) -> str:
    return str(value) if value == DEFAULT_QUOTAS[name] else f"{value} (AWS's default: {DEFAULT_QUOTAS[name]})"


def _as_json(account_id: str, selection: Mapping[str, int]) -> str:
    payload = [
        {"name": name, "value": value, "default": DEFAULT_QUOTAS[name]} for name, value in selection.items()
    ]
    return json.dumps({"account_id": account_id, "quotas": payload})
