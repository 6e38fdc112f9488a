"""`iamd check`: security recommendations for an account of iamd or AWS, through the IAM API only."""

import json
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any

import typer

from iamd import checks
from iamd.checks.recommendation import Recommendation
from iamd.cli.errors import CommandError

RECOMMENDATIONS_STATUS = 3  # the exit status if there are recommendations

_REGION = "us-east-1"
_INDENT = " " * 10
_MAX_NAMES = 10


class Format(Enum):
    """How recommendations are printed."""

    TABLE = "table"
    JSON = "json"


def check(
    endpoint_url: Annotated[
        str | None,
        typer.Option(
            "--endpoint-url", metavar="URL", help="URL of the IAM endpoint. [default: as for the AWS CLI]"
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="P", help="AWS configuration profile to use."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TABLE,
) -> None:
    """List security recommendations for an account. The exit status is 3 if there are any."""
    recommendations = _run_checks(endpoint_url, profile)
    typer.echo(_json(recommendations) if output is Format.JSON else _table(recommendations))
    if recommendations:
        raise typer.Exit(RECOMMENDATIONS_STATUS)


def _run_checks(endpoint_url: str | None, profile: str | None) -> list[Recommendation]:
    try:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.session import Session

        from iamd.cli import account_snapshot
    except ModuleNotFoundError as error:
        raise CommandError("iamd check requires botocore: pip install 'iamd[check]'") from error
    try:
        iam: Any = Session(profile=profile).create_client("iam", _REGION, endpoint_url=endpoint_url)
        return checks.evaluate(account_snapshot.take(iam))
    except (BotoCoreError, ClientError, ValueError) as error:  # ValueError: invalid endpoint URL
        raise CommandError(str(error)) from error


def _json(recommendations: list[Recommendation]) -> str:
    return json.dumps(
        {"recommendations": [asdict(recommendation) for recommendation in recommendations]}, indent=1
    )


def _table(recommendations: list[Recommendation]) -> str:
    return "\n".join(_lines(recommendation) for recommendation in recommendations) or "No recommendations."


def _lines(recommendation: Recommendation) -> str:
    count = "" if recommendation.count is None else f" ({recommendation.count})"
    lines = [
        f"{recommendation.severity:<9} {recommendation.title}{count}",
        f"{_INDENT}{recommendation.detail}",
    ]
    if recommendation.user_names:
        remaining = (recommendation.count or 0) - _MAX_NAMES
        names = ", ".join(recommendation.user_names[:_MAX_NAMES])
        lines.append(f"{_INDENT}{names}" + (f" and {remaining} more" if remaining > 0 else ""))
    return _printable("\n".join(lines))


def _printable(text: str) -> str:
    """Replace control characters, so that names from the server cannot send terminal escape sequences."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
