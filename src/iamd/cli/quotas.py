"""`iamd account quota`: how much an account may have."""

import difflib
import json
from collections.abc import Mapping
from typing import Annotated

import typer

from iamd.api import quotas
from iamd.app import opened
from iamd.cli import options
from iamd.cli.accounts import Whose, chosen
from iamd.cli.errors import CommandError
from iamd.core import clock
from iamd.core.quotas import DEFAULTS
from iamd.store import quotas as quota_store

_MOST = 1_000_000
# The store holds one of each, whatever a quota says; AWS lets nobody change these either.
_SETTLED = ("AccountAliasesPerAccount", "InstanceSessionsPerInstanceProfile")
_NEAR = 3  # names that a wrong one is answered with, at most

Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="A quota, such as UsersPerAccount. [default: all of them]"),
]
Value = Annotated[
    int | None,
    typer.Argument(metavar="VALUE", min=0, max=_MOST, help="What to set it to."),
]
Reset = Annotated[bool, typer.Option("--reset", help="Go back to AWS's default.")]


def quota(
    name: Name = None,
    value: Value = None,
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: Whose = None,
    reset: Reset = False,
    as_json: options.Json = False,
) -> None:
    """Tell the quotas of an account, or set one."""
    _require_known(name)
    if reset and (name is None or value is not None):
        raise CommandError("--reset takes the NAME of a quota, and no VALUE", status=2)
    changes = reset or value is not None
    if changes and name in _SETTLED:
        raise CommandError(f"{name} is {DEFAULTS[name]} and cannot be changed", status=2)
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    with (
        opened(settings) as store,
        store.database.write() if changes else store.database.read() as tx,
    ):
        account = chosen(tx, account_id)
        if name is not None and changes:
            quotas.change(tx, account, name, value, clock.iso(clock.now()))
        held = quota_store.every(tx, account.account_id)
    asked = held if name is None else {name: held[name]}
    typer.echo(_as_json(account.account_id, asked) if as_json else "\n".join(_lines(asked)))


def _require_known(name: str | None) -> None:
    if name is None or name in DEFAULTS:
        return
    near = _near(name)
    hint = f"did you mean {', '.join(near)}?" if near else "iamd account quota lists all"
    raise CommandError(f"there is no quota {name!r}: {hint}", status=2)


def _near(name: str) -> list[str]:
    """Return quotas whose names hold what was typed, or else look like it."""
    by_lower = {known.lower(): known for known in DEFAULTS}
    typed = name.lower()
    holding = [lower for lower in by_lower if typed in lower]
    return [by_lower[lower] for lower in (holding or difflib.get_close_matches(typed, by_lower))[:_NEAR]]


def _lines(asked: Mapping[str, int]) -> list[str]:
    width = max(map(len, asked))
    return [f"{name:{width}}  {_told(name, value)}" for name, value in asked.items()]


def _told(name: str, value: int) -> str:
    return str(value) if value == DEFAULTS[name] else f"{value} (AWS's default: {DEFAULTS[name]})"


def _as_json(account_id: str, asked: Mapping[str, int]) -> str:
    shown = [{"name": name, "value": value, "default": DEFAULTS[name]} for name, value in asked.items()]
    return json.dumps({"account_id": account_id, "quotas": shown})
