"""`iamd policy validate`: lint policy files."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from iamd.cli.errors import CommandError
from iamd.cli.policy.input_files import expand_paths, printable
from iamd.cli.policy.policy_file import PolicyFile, read_policy_file
from iamd.cli.policy.sarif import LocatedFinding, to_sarif
from iamd.policy import PolicyKind
from iamd.policy.grammar import TRUST_ACTIONS
from iamd.policy.lint import Level, Reference, lint


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class PolicyKindOption(StrEnum):
    """The type of a policy; identity-based policies and boundaries are validated as managed policies."""

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
    def to_policy_kind(self) -> PolicyKind:
        """The corresponding policy kind."""
        return (
            PolicyKind.MANAGED
            if self in {PolicyKindOption.IDENTITY, PolicyKindOption.BOUNDARY}
            else PolicyKind(self.value)
        )


class FailOn(StrEnum):
    """The lowest finding level that makes the command fail."""

    ERROR = "error"
    SECURITY_WARNING = "security-warning"
    WARNING = "warning"
    SUGGESTION = "suggestion"

    @property
    def level(self) -> Level:
        """The corresponding finding level."""
        return Level[self.name]


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…", help="JSON or YAML files with one policy each, or directories; - is standard input."
    ),
]
Kind = Annotated[
    PolicyKindOption | None,
    typer.Option("--kind", help="Policy type. [default: guessed for each file]"),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="text, one JSON object per line, or SARIF.")]
FailLevel = Annotated[
    FailOn, typer.Option("--fail-on", help="Lowest finding level that makes the exit status 1.")
]
PolicyAccount = Annotated[
    str | None,
    typer.Option("--account-id", metavar="ID", help="The policies' account; not reported as external."),
]
ServiceFiles = Annotated[
    list[Path] | None,
    typer.Option("--service", metavar="FILE", help="Definition of a service of your own; repeatable."),
]


def validate_files(
    files: Files,
    kind: Kind = None,
    output_format: OutputFormat = Format.TEXT,
    fail_on: FailLevel = FailOn.ERROR,
    account_id: PolicyAccount = None,
    services: ServiceFiles = None,
) -> None:
    """Validate policies as IAM Access Analyzer does: errors that prevent saving, and likely mistakes."""
    reference = _reference(services or [])
    policy_files, unreadable = list[PolicyFile](), 0
    for file in expand_paths(files):
        try:
            policy_files.append(read_policy_file(file))
        except CommandError as error:
            unreadable += 1
            typer.echo(f"iamd: {error}", err=True)
    findings = [
        located_finding
        for policy_file in policy_files
        for located_finding in _lint(policy_file, kind, account_id, reference)
    ]
    if not policy_files and not unreadable:
        raise CommandError("no policies found", status=2)
    if policy_files or output_format is Format.SARIF:
        _print(findings, len(policy_files), output_format)
    if unreadable:
        raise typer.Exit(2)
    if any(finding.level.rank <= fail_on.level.rank for _, _, finding in findings):
        raise typer.Exit(1)


def _reference(services: list[Path]) -> Reference:
    from iamd.operations.service_reference import ServiceReference
    from iamd.service_files import ServiceFileError, read_service_files

    try:
        return ServiceReference(read_service_files(services))
    except ServiceFileError as error:
        raise CommandError(str(error), status=2) from error


def _lint(
    policy_file: PolicyFile, kind: PolicyKindOption | None, account: str | None, reference: Reference
) -> Iterator[LocatedFinding]:
    policy_kind = kind.to_policy_kind if kind else guess_policy_kind(policy_file.text)
    findings = lint(policy_file.text, policy_kind, reference, account=account, now=datetime.now(UTC))
    located_findings = [
        (policy_file.file, policy_file.location(finding.path), finding) for finding in findings
    ]
    yield from sorted(located_findings, key=lambda located_finding: located_finding[1])


def guess_policy_kind(text: str) -> PolicyKind:
    """Guess a policy's kind: only trust policies and resource-based policies have principals."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return PolicyKind.MANAGED
    statements = _as_list(document.get("Statement")) if isinstance(document, dict) else []
    with_principal = [
        statement
        for statement in statements
        if isinstance(statement, dict) and {"Principal", "NotPrincipal"} & statement.keys()
    ]
    if not with_principal:
        return PolicyKind.MANAGED
    return PolicyKind.TRUST if all(map(_is_trust_statement, with_principal)) else PolicyKind.RESOURCE


def _is_trust_statement(statement: dict[str, Any]) -> bool:
    actions = _as_list(statement.get("Action"))
    only_trust_actions = all(
        isinstance(action, str) and action.lower() in TRUST_ACTIONS for action in actions
    )
    return bool(actions) and only_trust_actions and not {"Resource", "NotResource"} & statement.keys()


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# Output.


def _print(findings: list[LocatedFinding], files: int, output_format: Format) -> None:
    if output_format is Format.SARIF:
        typer.echo(json.dumps(to_sarif(findings), indent=2, ensure_ascii=False))
        return
    for located_finding in findings:
        typer.echo(
            _text_line(located_finding)
            if output_format is Format.TEXT
            else json.dumps(_json_fields(located_finding), ensure_ascii=False)
        )
    if output_format is Format.TEXT:
        typer.echo(_summary(findings, files))


def _text_line(located_finding: LocatedFinding) -> str:
    file, location, finding = located_finding
    path = f" ({finding.path})" if finding.path else ""
    line = f"{file}:{location.line}: {finding.level.value} {finding.code}: {finding.message}{path}"
    return printable(line)


def _json_fields(located_finding: LocatedFinding) -> dict[str, Any]:
    file, location, finding = located_finding
    return {
        "file": str(file),
        "line": location.line,
        "column": location.column,
        "level": finding.level.value,
        "code": finding.code,
        "message": finding.message,
        "path": finding.path,
    }


def _summary(findings: list[LocatedFinding], files: int) -> str:
    files_text = f"{files} {'policy' if files == 1 else 'policies'}"
    counts = Counter(finding.level for _, _, finding in findings)
    levels_text = ", ".join(_count_text(level, counts[level]) for level in Level if counts[level])
    return f"{files_text}: {levels_text or 'no findings'}"


def _count_text(level: Level, number: int) -> str:
    name = level.value.lower().replace("_", " ")
    return f"{number} {name}{'' if number == 1 else 's'}"
