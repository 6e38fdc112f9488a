"""Password blocklist: common passwords, the operator's list, and breached passwords (Pwned Passwords API).

A range query sends the first five hex digits of a password's SHA-1 and returns the suffixes of all breached
passwords with this prefix (k-anonymity). The password itself never leaves this process.
"""

import contextlib
import hashlib
import string
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from iamd.core import common
from iamd.core.execution_slots import ReleaseSlot
from iamd.core.logs import LOGGER

_HASH_PREFIX_LENGTH = 5
# Users append these to a common password because a password policy requires them.
_DECORATION_CHARACTERS = string.digits + string.punctuation
_TIMEOUT_SECONDS = 3
_MAX_RESPONSE_BYTES = 4 * 1024 * 1024


class PasswordBlocklist:
    """Passwords that must not be used; `release_slot` releases the execution slot during a range query."""

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
        """Return whether a password is common, listed or breached.

        Common and listed passwords also match with digits or punctuation appended. If the range query fails,
        this is logged, and the password counts as not breached.
        """
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
        except (OSError, ValueError):  # URLError is an OSError; a response that is not ASCII is a ValueError
            LOGGER.warning("the breached-password look-up failed")
            return False

    def _fetch_suffixes(self, prefix: str) -> set[str]:
        request = urllib.request.Request(  # noqa: S310 - a setting of the operator, validated as HTTP(S)
            f"{self._range_url}/{prefix}", headers={"Add-Padding": "true", "User-Agent": "iamd"}
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            lines = response.read(_MAX_RESPONSE_BYTES).decode("ascii").splitlines()
        pairs = (line.partition(":") for line in lines)
        return {suffix.strip().upper() for suffix, _, count in pairs if count.strip() != "0"}


def read_password_list(file: Path) -> list[str]:
    """Read the operator's list, one password per line, in UTF-8.

    Raises OSError if it cannot be read, ValueError if it is not UTF-8 text.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"the password list {file} is not UTF-8 text") from error
    return [line for line in text.splitlines() if line]
