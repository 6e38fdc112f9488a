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
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def settings(**given: Any) -> Settings:
    """Read the settings; options that were given win over the environment and the file."""
    try:
        read = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as wrong:
        raise CommandError(_told(wrong), status=2) from wrong
    if given.get("data") is not None and given.get("database") is not None:
        raise CommandError("--data and --database exclude each other", status=2)
    return read


def _told(wrong: ValidationError) -> str:
    first = wrong.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    return f"setting {name}: {first['msg']}"
