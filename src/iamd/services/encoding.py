"""Percent-encoded text of a request target, decoded only where every program decodes it to the same text."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from iamd.services.service_request import AmbiguousRequest

# RFC 3986, section 3.3, less `;` (some servers cut path parameters off) and `+` (some read a space).
_PATH_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*,=:@/%]*")
_QUERY_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*,=:@/%+]*")
_INVALID_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL_CHARACTER: Final = re.compile(r"[\x00-\x1f\x7f]")


def decode_path(path: str, what: str) -> str:
    """Decode once. `what` names the path in messages."""
    if not _PATH_CHARACTERS.fullmatch(path):
        raise AmbiguousRequest(
            f"The {what} has a character that programs read differently. "
            "Percent-encode everything but letters, digits, slashes and -._~ (a plus sign is %2B)."
        )
    return _decode(path, what) if "%" in path else path


def decode_query_value(value: str, name: str) -> str:
    """Decode once; a plus sign is a space, as in HTML forms."""
    if not _QUERY_CHARACTERS.fullmatch(value):
        raise AmbiguousRequest(
            f"The value of {name} has a character that programs read differently. "
            "Percent-encode everything but letters, digits and -._~ (a semicolon is %3B)."
        )
    if "%" not in value and "+" not in value:
        return value
    return _decode(value.replace("+", " "), f"value of {name}")


def _decode(text: str, what: str) -> str:
    if _INVALID_ESCAPE.search(text):
        raise AmbiguousRequest(f"The {what} has a percent sign without two hexadecimal digits; send %25.")
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise AmbiguousRequest(f"The {what} is not valid UTF-8.") from None
    if _CONTROL_CHARACTER.search(decoded):
        raise AmbiguousRequest(f"The {what} contains a control character.")
    return decoded
