"""Command-line options shared by several commands, and their conversion to settings."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from iamd import settings_sources
from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.settings_sources import SettingsError

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Directory of the SQLite store. [default: ./iamd-data]"),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="URL", help="URL of the PostgreSQL store: postgresql://user@host/name."
    ),
]
MasterKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--master-key-file",
        metavar="F",
        help="Master key file. [default: DIR.key, next to the data directory]",
    ),
]
AccountId = Annotated[
    str | None, typer.Option("--account-id", metavar="ID", help="Account ID, 12 digits. [default: random]")
]
AccountName = Annotated[str | None, typer.Option("--account-name", metavar="NAME", help="Account name.")]
RootEmail = Annotated[
    str | None, typer.Option("--root-email", metavar="EMAIL", help="Email address of the root user.")
]
JsonOutput = Annotated[bool, typer.Option("--json", help="Print only one JSON object.")]


def settings(**overrides: Any) -> Settings:
    """Read the settings; options that are not None override the environment and the settings file.

    Raises CommandError, with status 2, if a setting is invalid.
    """
    try:
        result = settings_sources.load(overrides, os.environ, Path.cwd())
    except SettingsError as error:
        raise CommandError(str(error), status=2) from error
    if overrides.get("data") is not None and overrides.get("database") is not None:
        raise CommandError("--data and --database are mutually exclusive", status=2)
    return result
