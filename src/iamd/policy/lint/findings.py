"""Findings: what is wrong with a document, how bad it is, and where."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from iamd.policy.lint.rules import RULES, Level

MAX_FINDINGS: Final = 1_000
WORK_BUDGET: Final = 150_000  # twice what the largest of AWS's own policies needs; about two seconds
_MAX_SUGGESTIONS = 40
_MAX_QUOTED_LENGTH = 120
_PATH_SEPARATOR = re.compile(r"\[(\d+)\]|\.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; `path` is the place in the document (`Statement[2].Action[0]`), "" the whole."""

    level: Level
    code: str
    message: str
    path: str


class TooManyFindings(Exception):
    """Enough has been found; nothing more is looked for."""


class Findings:
    """Collects findings up to a limit, and counts the work that the dearer checks may still do."""

    def __init__(self) -> None:
        self.has_error = False
        self._findings: dict[Finding, None] = {}
        self._remaining_work = WORK_BUDGET
        self._remaining_suggestions = _MAX_SUGGESTIONS

    def add(self, code: str, path: str, message: str, level: Level | None = None) -> None:
        """Note a finding, at the level of its rule where none is given; Full when there are too many."""
        if len(self._findings) >= MAX_FINDINGS:
            raise TooManyFindings
        finding = Finding(level or RULES[code].level, code, message, path)
        self._findings[finding] = None
        self.has_error = self.has_error or finding.level is Level.ERROR

    @property
    def is_work_exhausted(self) -> bool:
        """Whether some checks were left out for want of work."""
        return self._remaining_work <= 0

    def spend_work(self, work: int) -> bool:
        """Take some work; False when there is not enough left, and none is left from then on."""
        self._remaining_work -= work
        return self._remaining_work > 0

    def suggest(self, find_suggestion: Callable[[], str]) -> str:
        """Ask for a near match, which is dear; the empty string once that was done often enough."""
        if not self._remaining_suggestions:
            return ""
        self._remaining_suggestions -= 1
        return find_suggestion()

    def to_list(self, *extra: Finding) -> list[Finding]:
        """Return the findings in the order of the document."""
        return sorted({**self._findings, **dict.fromkeys(extra)}, key=_sort_key)


def quote(text: str) -> str:
    """Return a text as a message shows it: quoted, and shortened where it is long."""
    return f'"{text}"' if len(text) <= _MAX_QUOTED_LENGTH else f'"{text[:_MAX_QUOTED_LENGTH]}…"'


def _sort_key(finding: Finding) -> tuple[list[tuple[int, str]], int, str]:
    parts = _PATH_SEPARATOR.split(finding.path)
    path_key = [(int(part), "") if part and part.isdecimal() else (-1, part or "") for part in parts]
    return path_key, finding.level.rank, finding.code
