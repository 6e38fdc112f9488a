"""`iamd policy test`: unit tests for policies."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from iamd.cli.errors import CommandError
from iamd.cli.policy_files import entries, files_in, printable
from iamd.policy import Decision, Match, Outcome, decide, explain
from iamd.policy.cases import Case, CaseError, read_case, unknown_fields
from iamd.policy.compiled import CompiledLayers, Evaluator, Place, compiled


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class Result(NamedTuple):
    """A case and what came of it."""

    case: Case
    decision: Decision

    @property
    def failed(self) -> bool:
        """Whether something else was expected."""
        return self.case.expected not in (None, self.decision.outcome)

    @property
    def reasons(self) -> list[str]:
        """Say what decided: the sentence of a refusal, and the statements that matched."""
        sentence = explain(self.case.request, self.decision)
        return [*([sentence] if sentence else []), *map(_place, self.decision.matches)]


class Unread(NamedTuple):
    """A case that cannot be read, and why."""

    id: str
    why: str


def run_cases(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="YAML, JSON, JSON lines, or folders of them; - is standard input."
        ),
    ],
    form: Annotated[Format, typer.Option("--format", help="text, or one JSON object a line.")] = Format.TEXT,
) -> None:
    """Put requests to policies and compare what is decided with what is expected.

    The exit status is 0 when all is as expected, 1 when something is not, 2 when something cannot be read.
    """
    count = failed = unread = asked = 0
    for file in files_in(files):
        for result in _results(file):
            count += 1
            unread += isinstance(result, Unread)
            failed += isinstance(result, Result) and result.failed
            asked += isinstance(result, Result) and result.case.expected is None
            _tell(file, result, form)
    if form is Format.TEXT:
        typer.echo(_summary(count, failed, unread, asked))
    if not count:
        raise CommandError("there are no cases", status=2)
    if failed or unread:
        raise typer.Exit(2 if unread else 1)


def _tell(file: Path, result: Result | Unread, form: Format) -> None:
    if isinstance(result, Unread):
        typer.echo(printable(f"iamd: {file}: {result.id}: {result.why}"), err=True)
    if form is Format.JSON:
        shown = {"id": result.id, "error": result.why} if isinstance(result, Unread) else _shown(result)
        typer.echo(json.dumps(shown))
    elif isinstance(result, Result) and result.failed:
        typer.echo(_told(file, result))


def _summary(count: int, failed: int, unread: int, asked: int) -> str:
    told = [f"{failed} failed"] if failed else []
    told += [f"{unread} cannot be read"] if unread else []
    told += [f"{asked} without an expectation"] if asked else []
    return f"{count} case{'' if count == 1 else 's'}, {', '.join(told) or 'all as expected'}"


def _results(file: Path) -> Iterator[Result | Unread]:
    for number, entry in enumerate(entries(file), 1):
        try:
            case = read_case(entry, number)
        except CaseError as wrong:
            name = entry.get("id", f"case {number}") if isinstance(entry, dict) else f"case {number}"
            yield Unread(str(name), str(wrong))
            continue
        for name in unknown_fields(entry):
            typer.echo(printable(f"iamd: {file}: {case.id}: the field {name} means nothing here"), err=True)
        yield Result(case, _decided(case))


def _decided(case: Case) -> Decision:
    """Ask both evaluators: what they do not agree on is a bug of ours, and no answer."""
    decision = decide(case.request, case.layers)
    evaluator = Evaluator(case.request.principal, CompiledLayers.of(case.layers))
    own = case.layers.resource
    resource = compiled(own, Place.RESOURCE) if own is not None else None
    if evaluator.outcome(case.request, resource, must_grant=case.layers.must_grant) is not decision.outcome:
        raise CommandError(f"this is a bug in iamd: its evaluators do not agree on {case.id}", status=70)
    return decision


def _place(match: Match) -> str:
    level = "" if match.level is None else f" of level {match.level + 1}"
    sid = f" ({match.statement.sid})" if match.statement.sid else ""
    return (
        f"{match.statement.effect} by {match.layer.value} {match.policy_index + 1}{level}, "
        f"statement {match.statement.index + 1}{sid}"
    )


def _shown(result: Result) -> dict[str, Any]:
    expected = result.case.expected
    return {
        "id": result.case.id,
        "decision": result.decision.outcome.value,
        "expected": expected.value if expected else None,
        "reasons": result.reasons,
    }


def _told(file: Path, result: Result) -> str:
    case, request = result.case, result.case.request
    wanted = case.expected or Outcome.ALLOWED
    lines = [
        f"{file}: {case.id}: {result.decision.outcome.value}, expected {wanted.value}",
        f"    {request.principal.arn or 'anonymous'} {request.action} {request.resource}",
        *(f"    {reason}" for reason in result.reasons or ["no statement matched"]),
    ]
    return "\n".join(map(printable, lines))
