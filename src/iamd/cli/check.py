"""`iamd check`: the dashboard's recommendations for any account, ours or AWS's, over the API alone."""

import json
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any

import typer

from iamd.cli.errors import CommandError
from iamd.core import recommendations
from iamd.core.recommendations import Recommendation

FOUND = 3  # the exit status when there is something to mend

_REGION = "us-east-1"
_INDENT = " " * 10
_MOST_NAMES = 10


class Format(Enum):
    """How recommendations are printed."""

    TABLE = "table"
    JSON = "json"


def check(
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            "--endpoint-url", metavar="URL", help="Where IAM is served. [default: as for the AWS CLI]"
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="P", help="Profile of the AWS configuration to call with."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print what is found.")] = Format.TABLE,
) -> None:
    """Tell what is still unsafe in an account. The exit status is 3 when something is found."""
    found = _found(endpoint_url, profile)
    typer.echo(_json(found) if output is Format.JSON else _table(found))
    if found:
        raise typer.Exit(FOUND)


def _found(endpoint_url: str | None, profile: str | None) -> list[Recommendation]:
    try:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.session import Session

        from iamd.cli import facts
    except ModuleNotFoundError as missing:
        raise CommandError("this needs botocore: pip install 'iamd[check]'") from missing
    try:
        iam: Any = Session(profile=profile).create_client("iam", _REGION, endpoint_url=endpoint_url)
        return recommendations.judge(facts.gather(iam))
    except (BotoCoreError, ClientError, ValueError) as failed:  # ValueError is an endpoint that is no URL
        raise CommandError(str(failed)) from failed


def _json(found: list[Recommendation]) -> str:
    return json.dumps({"recommendations": [asdict(one) for one in found]}, indent=1)


def _table(found: list[Recommendation]) -> str:
    return "\n".join(_lines(one) for one in found) or "Nothing was found that should be mended."


def _lines(one: Recommendation) -> str:
    count = "" if one.count is None else f" ({one.count})"
    lines = [f"{one.severity:<9} {one.title}{count}", f"{_INDENT}{one.detail}"]
    if one.user_names:
        more = (one.count or 0) - _MOST_NAMES
        names = ", ".join(one.user_names[:_MOST_NAMES])
        lines.append(f"{_INDENT}{names}" + (f" and {more} more" if more > 0 else ""))
    return _printable("\n".join(lines))


def _printable(text: str) -> str:
    """Keep a server's names from steering the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
