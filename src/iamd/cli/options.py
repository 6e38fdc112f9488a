"""Options that several commands share, and how they become settings."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from iamd.cli.errors import CommandError
from iamd.config import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of an SQLite store. [default: ./iamd-data]"),
]
Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="PostgreSQL store: postgresql://user@host/name."),
]
MasterKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--master-key-file",
        metavar="F",
        help="File of the master key. [default: beside the data folder, DIR.key]",
    ),
]
AccountId = Annotated[
    str | None, typer.Option("--account-id", metavar="ID", help="12 digits. [default: a random one]")
]
AccountName = Annotated[str | None, typer.Option("--account-name", metavar="NAME", help="What to call it.")]
RootEmail = Annotated[
    str | None, typer.Option("--root-email", metavar="EMAIL", help="Email address of the root user.")
]
JsonOutput = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def settings(**overrides: Any) -> Settings:
    """Read the settings; options that were given win over the environment and the file."""
    try:
        result = Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise CommandError(_describe(error), status=2) from error
    if overrides.get("data") is not None and overrides.get("database") is not None:
        raise CommandError("--data and --database exclude each other", status=2)
    return result


def _describe(error: ValidationError) -> str:
    first_error = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first_error["loc"])
    return f"setting {name}: {first_error['msg']}"
