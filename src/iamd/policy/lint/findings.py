"""Findings: what is wrong with a document, how bad it is, and where."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from iamd.policy.lint.rules import RULES, Level

MOST_FINDINGS: Final = 1_000
MOST_WORK: Final = 150_000  # twice what the largest of AWS's own policies needs; about two seconds
_MOST_GUESSES = 40
_SHOWN = 120
_INDEX = re.compile(r"\[(\d+)\]|\.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; `path` is the place in the document (`Statement[2].Action[0]`), "" the whole."""

    level: Level
    code: str
    message: str
    path: str


class Full(Exception):
    """Enough has been found; nothing more is looked for."""


class Findings:
    """Collects findings up to a limit, and counts the work that the dearer checks may still do."""

    def __init__(self) -> None:
        self.has_error = False
        self._found: dict[Finding, None] = {}
        self._work = MOST_WORK
        self._guesses = _MOST_GUESSES

    def add(self, code: str, path: str, message: str, level: Level | None = None) -> None:
        """Note a finding, at the level of its rule where none is given; Full when there are too many."""
        if len(self._found) >= MOST_FINDINGS:
            raise Full
        finding = Finding(level or RULES[code].level, code, message, path)
        self._found[finding] = None
        self.has_error = self.has_error or finding.level is Level.ERROR

    @property
    def exhausted(self) -> bool:
        """Whether some checks were left out for want of work."""
        return self._work <= 0

    def may(self, work: int) -> bool:
        """Take some work; False when there is not enough left, and none is left from then on."""
        self._work -= work
        return self._work > 0

    def guess(self, near: Callable[[], str]) -> str:
        """Ask for a near match, which is dear; the empty string once that was done often enough."""
        if not self._guesses:
            return ""
        self._guesses -= 1
        return near()

    def listed(self, *more: Finding) -> list[Finding]:
        """Return the findings in the order of the document."""
        return sorted({**self._found, **dict.fromkeys(more)}, key=_order)


def shown(text: str) -> str:
    """Return a text as a message shows it: quoted, and shortened where it is long."""
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}…"'


def _order(finding: Finding) -> tuple[list[tuple[int, str]], int, str]:
    parts = _INDEX.split(finding.path)
    place = [(int(part), "") if part and part.isdecimal() else (-1, part or "") for part in parts]
    return place, finding.level.rank, finding.code
