"""Runs each request against each candidate, prints the table, and writes it if `--write` is given."""

import argparse
import tempfile
from pathlib import Path

from bench.comparison.calls import SetupFailed
from bench.comparison.cases import CASES, Case, permitted
from bench.comparison.environments import Candidate, Environment, candidates, find_ministack
from bench.http import replace_section

_SECTION = "<!-- comparison -->"
_SERVERS = "<!-- servers -->"
_MAX_REASON = 60
_MISSING = "MiniStack is not installed here, so it is not in the tables."


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ministack", help="the command of MiniStack [default: MINISTACK, or on the PATH]")
    parser.add_argument("--only", nargs="*", default=[], help="names of columns")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    ministack = find_ministack(arguments.ministack)
    found = [
        candidate
        for candidate in candidates(ministack)
        if not arguments.only or candidate.name in arguments.only
    ]
    table = _table(found, [_measure(candidate) for candidate in found])
    servers = _servers(found) + ("" if ministack else f"\n\n{_MISSING}")
    print(f"{servers}\n\n{table}")
    if arguments.write:
        replace_section(arguments.write, _SERVERS, servers)
        replace_section(arguments.write, _SECTION, table)


def _measure(candidate: Candidate) -> list[str]:
    """Return the cells of a column."""
    rows = (Case("control", permitted), *CASES)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        candidate.start(Path(folder)) as environment,
    ):
        return [_cell(case, environment) for case in rows]


def _cell(case: Case, environment: Environment) -> str:
    try:
        return str(case.run(environment))
    except SetupFailed as error:
        return f"not tried: {str(error)[:_MAX_REASON].replace('|', ' ')}"


def _servers(found: list[Candidate]) -> str:
    lines = ["| column | version | started by |", "|---|---|---|"]
    lines += [f"| {name} | {version} | `{command}` |" for name, version, command, _ in found]
    return "\n".join(lines)


def _table(found: list[Candidate], columns: list[list[str]]) -> str:
    names = ["*a user does what a policy allows (control)*", *(case.name for case in CASES)]
    lines = [
        f"| a request that … | {' | '.join(candidate.name for candidate in found)} |",
        "|---|" + "---|" * len(found),
    ]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, *cells in zip(names, *columns, strict=True)]
    refused = [sum(cell.startswith("refused") for cell in column[1:]) for column in columns]
    lines.append(f"| **refused, of {len(CASES)}** | {' | '.join(map(str, refused))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
