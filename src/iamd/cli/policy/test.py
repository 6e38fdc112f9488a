"""`iamd policy test`: unit tests for policies."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from iamd.cli.errors import CommandError
from iamd.cli.policy.input_files import expand_paths, printable, read_entries
from iamd.cli.policy.service_cases import with_permission
from iamd.policy import Decision, Match, Outcome, decide, denial_message
from iamd.policy.compiled import Attachment, CompiledLayers, Evaluator, compile_policy
from iamd.policy.test_cases import Case, CaseError, read_case, unknown_fields


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class CaseResult(NamedTuple):
    """A test case and its decision."""

    case: Case
    decision: Decision

    @property
    def failed(self) -> bool:
        """Whether the decision differs from the expected one."""
        return self.case.expected not in (None, self.decision.outcome)

    @property
    def reasons(self) -> list[str]:
        """The denial message, if any, and the matching statements."""
        sentence = denial_message(self.case.request, self.decision)
        return [*([sentence] if sentence else []), *map(_describe_match, self.decision.matches)]


class UnreadableCase(NamedTuple):
    """A case that cannot be read, and why."""

    id: str
    reason: str


def run_cases(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="YAML, JSON or JSON Lines files, or directories of them; - is standard input.",
        ),
    ],
    output_format: Annotated[
        Format, typer.Option("--format", help="text, or one JSON object per line.")
    ] = Format.TEXT,
) -> None:
    """Run policy test cases.

    The exit status is 0 if all cases pass, 1 if a case fails, 2 if a case cannot be read.
    """
    count = failed = unreadable = without_expectation = 0
    for file in expand_paths(files):
        for result in _results(file):
            count += 1
            unreadable += isinstance(result, UnreadableCase)
            failed += isinstance(result, CaseResult) and result.failed
            without_expectation += isinstance(result, CaseResult) and result.case.expected is None
            _report(file, result, output_format)
    if output_format is Format.TEXT:
        typer.echo(_summary(count, failed, unreadable, without_expectation))
    if not count:
        raise CommandError("no test cases found", status=2)
    if failed or unreadable:
        raise typer.Exit(2 if unreadable else 1)


def _report(file: Path, result: CaseResult | UnreadableCase, output_format: Format) -> None:
    if isinstance(result, UnreadableCase):
        typer.echo(printable(f"iamd: {file}: {result.id}: {result.reason}"), err=True)
    if output_format is Format.JSON:
        payload = (
            {"id": result.id, "error": result.reason}
            if isinstance(result, UnreadableCase)
            else _json_fields(result)
        )
        typer.echo(json.dumps(payload))
    elif isinstance(result, CaseResult) and result.failed:
        typer.echo(_failure_text(file, result))


def _summary(count: int, failed: int, unreadable: int, without_expectation: int) -> str:
    parts = [f"{failed} failed"] if failed else []
    parts += [f"{unreadable} cannot be read"] if unreadable else []
    parts += [f"{without_expectation} without an expectation"] if without_expectation else []
    return f"{count} case{'' if count == 1 else 's'}, {', '.join(parts) or 'all passed'}"


def _results(file: Path) -> Iterator[CaseResult | UnreadableCase]:
    for number, entry in enumerate(read_entries(file), 1):
        try:
            case_entry = with_permission(entry, file.parent)
            case = read_case(case_entry, number)
        except CaseError as error:
            case_id = entry.get("id", f"case {number}") if isinstance(entry, dict) else f"case {number}"
            yield UnreadableCase(str(case_id), str(error))
            continue
        for field in unknown_fields(case_entry):
            typer.echo(printable(f"iamd: {file}: {case.id}: unknown field {field}"), err=True)
        yield CaseResult(case, _decide(case))


def _decide(case: Case) -> Decision:
    """Evaluate with both evaluators; CommandError, with status 70, if they disagree, which is a bug."""
    decision = decide(case.request, case.layers)
    evaluator = Evaluator(case.request.principal, CompiledLayers.compile(case.layers))
    resource_policy = case.layers.resource
    compiled_resource_policy = (
        compile_policy(resource_policy, Attachment.RESOURCE) if resource_policy is not None else None
    )
    if (
        evaluator.outcome(case.request, compiled_resource_policy, requires_grant=case.layers.requires_grant)
        is not decision.outcome
    ):
        raise CommandError(f"this is a bug in iamd: its evaluators disagree on {case.id}", status=70)
    return decision


def _describe_match(match: Match) -> str:
    level = "" if match.level is None else f" of level {match.level + 1}"
    sid = f" ({match.statement.sid})" if match.statement.sid else ""
    return (
        f"{match.statement.effect} by {match.layer.value} {match.policy_index + 1}{level}, "
        f"statement {match.statement.index + 1}{sid}"
    )


def _json_fields(result: CaseResult) -> dict[str, Any]:
    expected = result.case.expected
    return {
        "id": result.case.id,
        "decision": result.decision.outcome.value,
        "expected": expected.value if expected else None,
        "reasons": result.reasons,
    }


def _failure_text(file: Path, result: CaseResult) -> str:
    case, request = result.case, result.case.request
    expected = case.expected or Outcome.ALLOWED
    lines = [
        f"{file}: {case.id}: {result.decision.outcome.value}, expected {expected.value}",
        f"    {request.principal.arn or 'anonymous'} {request.action} {request.resource}",
        *(f"    {reason}" for reason in result.reasons or ["no statement matched"]),
    ]
    return "\n".join(map(printable, lines))
