"""`iamd policy validate`: a linter for policies in files."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from iamd.cli.errors import CommandError
from iamd.cli.policy_files import files_in, printable
from iamd.cli.policy_sarif import Located, sarif
from iamd.cli.policy_sources import Source, read_source
from iamd.policy import PolicyKind
from iamd.policy.grammar import TRUST_ACTIONS
from iamd.policy.lint import Level, lint


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class Kind(StrEnum):
    """What a file's policy is to be saved as; an identity's policy and a boundary are managed policies."""

    IDENTITY = "identity"
    INLINE = "inline"
    MANAGED = "managed"
    BOUNDARY = "boundary"
    SESSION = "session"
    TRUST = "trust"
    RESOURCE = "resource"
    SCP = "scp"
    RCP = "rcp"

    @property
    def policy_kind(self) -> PolicyKind:
        """The kind that a save knows."""
        return PolicyKind.MANAGED if self in {Kind.IDENTITY, Kind.BOUNDARY} else PolicyKind(self.value)


class FailOn(StrEnum):
    """The least level that makes the command fail."""

    ERROR = "error"
    SECURITY_WARNING = "security-warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"

    @property
    def level(self) -> Level:
        """The level of findings."""
        return Level[self.name]


def validate_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="One policy each, JSON or YAML, or folders; - is standard input."
        ),
    ],
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="What they are saved as. [default: guessed of each]")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="text, one JSON object a line, or SARIF.")
    ] = Format.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The least level that makes the exit status 1.")
    ] = FailOn.ERROR,
    account_id: Annotated[
        str | None,
        typer.Option("--account-id", metavar="ID", help="Whose they are; it is not told to be a stranger."),
    ] = None,
) -> None:
    """Check policies as AWS's Access Analyzer does: what a save refuses, and what nobody can have meant."""
    sources, unread = list[Source](), 0
    for file in files_in(files):
        try:
            sources.append(read_source(file))
        except CommandError as wrong:
            unread += 1
            typer.echo(f"iamd: {wrong}", err=True)
    found = [one for source in sources for one in _found(source, kind, account_id)]
    if not sources and not unread:
        raise CommandError("there are no policies", status=2)
    if sources or form is Format.SARIF:
        _print(found, len(sources), form)
    if unread:
        raise typer.Exit(2)
    if any(finding.level.rank <= fail_on.level.rank for _, _, finding in found):
        raise typer.Exit(1)


def _found(source: Source, kind: Kind | None, account: str | None) -> Iterator[Located]:
    from iamd.ops.service_reference import ServiceReference

    policy_kind = kind.policy_kind if kind else guess(source.text)
    findings = lint(source.text, policy_kind, ServiceReference(), account=account, now=datetime.now(UTC))
    located = [(source.file, source.place(finding.path), finding) for finding in findings]
    yield from sorted(located, key=lambda one: one[1])


def guess(text: str) -> PolicyKind:
    """Guess what a policy is saved as: principals are in those of roles and of resources only."""
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        return PolicyKind.MANAGED
    statements = _listed(top.get("Statement")) if isinstance(top, dict) else []
    named = [
        one for one in statements if isinstance(one, dict) and {"Principal", "NotPrincipal"} & one.keys()
    ]
    if not named:
        return PolicyKind.MANAGED
    return PolicyKind.TRUST if all(map(_trusts, named)) else PolicyKind.RESOURCE


def _trusts(statement: dict[str, Any]) -> bool:
    actions = _listed(statement.get("Action"))
    assumes = all(isinstance(action, str) and action.lower() in TRUST_ACTIONS for action in actions)
    return bool(actions) and assumes and not {"Resource", "NotResource"} & statement.keys()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# What is printed.


def _print(found: list[Located], files: int, form: Format) -> None:
    if form is Format.SARIF:
        typer.echo(json.dumps(sarif(found), indent=2, ensure_ascii=False))
        return
    for one in found:
        typer.echo(_line(one) if form is Format.TEXT else json.dumps(_shown(one), ensure_ascii=False))
    if form is Format.TEXT:
        typer.echo(_summary(found, files))


def _line(one: Located) -> str:
    file, place, finding = one
    where = f" ({finding.path})" if finding.path else ""
    line = f"{file}:{place.line}: {finding.level.value} {finding.code}: {finding.message}{where}"
    return printable(line)


def _shown(one: Located) -> dict[str, Any]:
    file, place, finding = one
    return {
        "file": str(file),
        "line": place.line,
        "column": place.column,
        "level": finding.level.value,
        "code": finding.code,
        "message": finding.message,
        "path": finding.path,
    }


def _summary(found: list[Located], files: int) -> str:
    looked = f"{files} {'policy' if files == 1 else 'policies'}"
    counted = Counter(finding.level for _, _, finding in found)
    told = ", ".join(_counted(level, counted[level]) for level in Level if counted[level])
    return f"{looked}: {told or 'nothing found'}"


def _counted(level: Level, number: int) -> str:
    name = level.value.lower().replace("_", " ")
    return f"{number} {name}{'' if number == 1 else 's'}"
