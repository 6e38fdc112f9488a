"""Lint findings: level, code, message and path; a limit on their number and on the work of the checks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from iamd.policy.lint.rules import RULES, Level

MAX_FINDINGS: Final = 1_000
WORK_BUDGET: Final = 150_000  # twice what the largest AWS managed policy needs; about two seconds
_MAX_SUGGESTIONS = 40
_MAX_QUOTED_LENGTH = 120
_PATH_SEPARATOR = re.compile(r"\[(\d+)\]|\.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem; `path` is the element (`Statement[2].Action[0]`), "" the whole document."""

    level: Level
    code: str
    message: str
    path: str


class TooManyFindings(Exception):
    """The limit of findings is reached, and checking stops."""


class Findings:
    """Collects findings up to a limit, and keeps the work budget of the expensive checks."""

    def __init__(self) -> None:
        self.has_error = False
        self._findings: dict[Finding, None] = {}
        self._remaining_work = WORK_BUDGET
        self._remaining_suggestions = _MAX_SUGGESTIONS

    def add(self, code: str, path: str, message: str, level: Level | None = None) -> None:
        """Add a finding, by default at the level of its rule; TooManyFindings if the limit is reached."""
        if len(self._findings) >= MAX_FINDINGS:
            raise TooManyFindings
        finding = Finding(level or RULES[code].level, code, message, path)
        self._findings[finding] = None
        self.has_error = self.has_error or finding.level is Level.ERROR

    @property
    def is_work_exhausted(self) -> bool:
        """Whether the work budget is used up, so that some checks were skipped."""
        return self._remaining_work <= 0

    def spend_work(self, work: int) -> bool:
        """Spend some of the work budget; False if it is used up, which it then stays."""
        self._remaining_work -= work
        return self._remaining_work > 0

    def suggest(self, find_suggestion: Callable[[], str]) -> str:
        """Look for a close match, which is expensive; "" once the limit of suggestions is reached."""
        if not self._remaining_suggestions:
            return ""
        self._remaining_suggestions -= 1
        return find_suggestion()

    def to_list(self, *extra: Finding) -> list[Finding]:
        """Return the findings in the order of the document."""
        return sorted({**self._findings, **dict.fromkeys(extra)}, key=_sort_key)


def quote(text: str) -> str:
    """Return a text for a message: quoted, and truncated if it is long."""
    return f'"{text}"' if len(text) <= _MAX_QUOTED_LENGTH else f'"{text[:_MAX_QUOTED_LENGTH]}…"'


def _sort_key(finding: Finding) -> tuple[list[tuple[int, str]], int, str]:
    parts = _PATH_SEPARATOR.split(finding.path)
    path_key = [(int(part), "") if part and part.isdecimal() else (-1, part or "") for part in parts]
    return path_key, finding.level.rank, finding.code
