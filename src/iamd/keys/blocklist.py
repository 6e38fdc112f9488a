"""Passwords that others know: the common ones, an operator's own list, and a look-up by k-anonymous range.

A range look-up sends the first five hex digits of a password's SHA-1 and gets all suffixes that were seen in
breaches, as the "Pwned Passwords" API has it; the password itself never leaves this process.
"""

import contextlib
import hashlib
import string
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from iamd.core import common
from iamd.core.logs import LOGGER
from iamd.keys.passwords import Aside

_PREFIX = 5
_DRESS = string.digits + string.punctuation  # what people put behind a word, because a rule says so
_SECONDS = 3
_MOST_BYTES = 4 * 1024 * 1024


class Blocklist:
    """Knows passwords that nobody should use; `aside` gives the turn away while it looks elsewhere."""

    def __init__(
        self, more: Iterable[str] = (), range_url: str | None = None, aside: Aside = contextlib.nullcontext
    ) -> None:
        self._more = frozenset(word.lower() for word in more)
        self._range_url = range_url
        self._aside = aside

    def knows(self, password: str) -> bool:
        """Say whether others know a password; a range look-up that fails is logged and says nothing."""
        word = password.lower()
        return any(map(self._is_listed, (word, word.rstrip(_DRESS)))) or self._was_breached(password)

    def _is_listed(self, word: str) -> bool:
        return word in common.passwords() or word in self._more

    def _was_breached(self, password: str) -> bool:
        if self._range_url is None:
            return False
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            with self._aside():
                return digest[_PREFIX:] in self._suffixes(digest[:_PREFIX])
        except (OSError, ValueError):  # URLError is an OSError; ValueError is an answer that is no text
            LOGGER.warning("the breached-password look-up failed")
            return False

    def _suffixes(self, prefix: str) -> set[str]:
        request = urllib.request.Request(  # noqa: S310 - an operator's setting, checked to be http(s)
            f"{self._range_url}/{prefix}", headers={"Add-Padding": "true", "User-Agent": "iamd"}
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            lines = answer.read(_MOST_BYTES).decode("ascii").splitlines()
        pairs = (line.partition(":") for line in lines)
        return {suffix.strip().upper() for suffix, _, count in pairs if count.strip() != "0"}


def read_list(file: Path) -> list[str]:
    """Read an operator's list, one password a line; OSError or UnicodeDecodeError when it cannot be read."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line]
