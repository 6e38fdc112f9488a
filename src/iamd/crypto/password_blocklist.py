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
from iamd.crypto.passwords import ReleaseSlot

_HASH_PREFIX_LENGTH = 5
_DECORATION_CHARACTERS = (
    string.digits + string.punctuation
)  # what people put behind a word, because a rule says so
_TIMEOUT_SECONDS = 3
_MAX_RESPONSE_BYTES = 4 * 1024 * 1024


class PasswordBlocklist:
    """Knows passwords that nobody should use; `aside` gives the turn away while it looks elsewhere."""

    def __init__(
        self,
        extra_passwords: Iterable[str] = (),
        range_url: str | None = None,
        release_slot: ReleaseSlot = contextlib.nullcontext,
    ) -> None:
        self._extra_passwords = frozenset(word.lower() for word in extra_passwords)
        self._range_url = range_url
        self._release_slot = release_slot

    def contains(self, password: str) -> bool:
        """Say whether others know a password; a range look-up that fails is logged and says nothing."""
        word = password.lower()
        return any(map(self._is_listed, (word, word.rstrip(_DECORATION_CHARACTERS)))) or self._is_breached(
            password
        )

    def _is_listed(self, word: str) -> bool:
        return word in common.passwords() or word in self._extra_passwords

    def _is_breached(self, password: str) -> bool:
        if self._range_url is None:
            return False
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            with self._release_slot():
                return digest[_HASH_PREFIX_LENGTH:] in self._fetch_suffixes(digest[:_HASH_PREFIX_LENGTH])
        except (OSError, ValueError):  # URLError is an OSError; ValueError is an answer that is no text
            LOGGER.warning("the breached-password look-up failed")
            return False

    def _fetch_suffixes(self, prefix: str) -> set[str]:
        request = urllib.request.Request(  # noqa: S310 - an operator's setting, checked to be http(s)
            f"{self._range_url}/{prefix}", headers={"Add-Padding": "true", "User-Agent": "iamd"}
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            lines = response.read(_MAX_RESPONSE_BYTES).decode("ascii").splitlines()
        pairs = (line.partition(":") for line in lines)
        return {suffix.strip().upper() for suffix, _, count in pairs if count.strip() != "0"}


def read_password_list(file: Path) -> list[str]:
    """Read an operator's list, one password a line; OSError or UnicodeDecodeError when it cannot be read."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line]
