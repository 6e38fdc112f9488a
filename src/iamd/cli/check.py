"""`iamd check`: the dashboard's recommendations for any account, ours or AWS's, over the API alone."""

import json
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any

import typer

from iamd.checks import recommendations
from iamd.checks.recommendations import Recommendation
from iamd.cli.errors import CommandError

FINDINGS_STATUS = 3  # the exit status when there is something to mend

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
    findings = _collect_findings(endpoint_url, profile)
    typer.echo(_json(findings) if output is Format.JSON else _table(findings))
    if findings:
        raise typer.Exit(FINDINGS_STATUS)


def _collect_findings(endpoint_url: str | None, profile: str | None) -> list[Recommendation]:
    try:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.session import Session

        from iamd.cli import account_facts
    except ModuleNotFoundError as error:
        raise CommandError("this needs botocore: pip install 'iamd[check]'") from error
    try:
        iam: Any = Session(profile=profile).create_client("iam", _REGION, endpoint_url=endpoint_url)
        return recommendations.evaluate(account_facts.gather(iam))
    except (BotoCoreError, ClientError, ValueError) as error:  # ValueError is an endpoint that is no URL
        raise CommandError(str(error)) from error


def _json(findings: list[Recommendation]) -> str:
    return json.dumps({"recommendations": [asdict(finding) for finding in findings]}, indent=1)


def _table(findings: list[Recommendation]) -> str:
    return "\n".join(_lines(finding) for finding in findings) or "Nothing was found that should be mended."


def _lines(finding: Recommendation) -> str:
    count = "" if finding.count is None else f" ({finding.count})"
    lines = [f"{finding.severity:<9} {finding.title}{count}", f"{_INDENT}{finding.detail}"]
    if finding.user_names:
        remaining = (finding.count or 0) - _MAX_NAMES
        names = ", ".join(finding.user_names[:_MAX_NAMES])
        lines.append(f"{_INDENT}{names}" + (f" and {remaining} more" if remaining > 0 else ""))
    return _printable("\n".join(lines))


def _printable(text: str) -> str:
    """Keep a server's names from steering the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
