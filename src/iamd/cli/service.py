"""`iamd service …`: definitions of services of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from iamd.cli.errors import CommandError
from iamd.cli.policy.input_files import printable
from iamd.service_files import ServiceFileError, read_service_file
from iamd.services.definitions import ServiceDefinition
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

_ACCOUNT_ID = "111122223333"  # in the ARNs that are printed

File = Annotated[Path, typer.Argument(metavar="FILE", help="Definition of a service, in YAML.")]
Requests = Annotated[
    list[str] | None,
    typer.Argument(metavar="REQUEST…", help='Requests to map, such as "GET /books/17?format=pdf".'),
]


def check(file: File, requests: Requests = None) -> None:
    """Check the definition of a service, and print which permission requests need.

    The exit status is 1 if the definition is not valid, or if a request needs no permission that is known.
    """
    try:
        definition = read_service_file(file)
    except ServiceFileError as error:
        for line in error.lines:
            typer.echo(f"iamd: {printable(line)}", err=True)
        raise typer.Exit(1) from error
    if not requests:
        _print_summary(file, definition)
    is_unmapped = [not _print_mapping(definition, request) for request in requests or ()]
    if any(is_unmapped):
        raise typer.Exit(1)


def parse_request(text: str, host: str, headers: dict[str, str] | None = None) -> ServiceRequest:
    """Parse `GET /path?query`; ValueError if it is something else."""
    method, _, target = text.strip().partition(" ")
    path, _, query = target.strip().partition("?")
    if not method.isalpha() or not path.startswith("/"):
        raise ValueError("a request is a method and a path, such as GET /books/17")
    lower_headers = {name.lower(): value for name, value in (headers or {}).items()}
    return ServiceRequest(method.upper(), path, query, {**lower_headers, "host": host})


def _print_summary(file: Path, definition: ServiceDefinition) -> None:
    count = len(definition.routes)
    typer.echo(f"{file}: the service {definition.name} has {count} route{'' if count == 1 else 's'}")
    for route in definition.routes:
        typer.echo(f"    {definition.name}:{route.action}")


def _print_mapping(definition: ServiceDefinition, text: str) -> bool:
    """Print which permission a request needs; return whether that is known."""
    try:
        request = parse_request(text, min(definition.hosts))
    except ValueError as error:
        raise CommandError(f"{text}: {error}", status=2) from error
    try:
        mapped = definition.map_request(request, definition.signing_name, _ACCOUNT_ID, "")
    except (AmbiguousRequest, UnmappedRequest) as error:
        typer.echo(printable(f"{text}: denied: {error}"))
        return False
    permission = mapped.permissions[0]
    keys = "".join(f" {name}={value}" for name, value in sorted(permission.context.items()))
    typer.echo(printable(f"{text}: {permission.action} on {permission.resource_arn}{keys}"))
    return True
