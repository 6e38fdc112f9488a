"""Files of hardware tokens' seeds, as their makers deliver them: PSKC (RFC 6030) or CSV."""

import base64
import binascii
import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pskc.key import Key

_SERIAL = re.compile(r"[A-Za-z0-9+=,.@_/:-]{9,256}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){10,64}")
_SHORTEST, _LONGEST = 10, 64  # bytes of a seed
_PERIOD, _DIGITS = 30, 6


class TokenFileError(Exception):
    """The file cannot be read; the message says why in one line, and names no seed."""


class Token(NamedTuple):
    """A token: what is printed on its back, and the seed inside it."""

    serial_number: str
    seed: bytes


def read(content: bytes, password: str | None = None) -> list[Token]:
    """Read a file of either kind; `password` opens an encrypted PSKC file. TokenFileError where it cannot."""
    tokens = _pskc(content, password) if content.lstrip()[:1] == b"<" else _csv(content)
    if not tokens:
        raise TokenFileError("the file holds no token")
    return [_checked(token, number) for number, token in enumerate(tokens, 1)]


def _checked(token: Token, number: int) -> Token:
    if not _SERIAL.fullmatch(token.serial_number):
        raise TokenFileError(f"token {number} has no usable serial number")
    if not _SHORTEST <= len(token.seed) <= _LONGEST:
        raise TokenFileError(
            f"the seed of token {token.serial_number} has {len(token.seed)} bytes, not 10 to 64"
        )
    return token


def _csv(content: bytes) -> list[Token]:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        pairs = [(row[0].strip(), row[1].strip()) for row in rows if len(row) > 1]
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise TokenFileError("the file is neither PSKC nor CSV") from wrong
    if pairs and pairs[0][0].lower() in ("serial", "serial number", "serialnumber"):
        del pairs[0]
    return [Token(serial, _seed(serial, text)) for serial, text in pairs]


def _seed(serial: str, text: str) -> bytes:
    """Read a seed in hex, or in base32 as authenticator apps have it."""
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    bare = text.replace(" ", "").upper()
    try:
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except binascii.Error as wrong:
        raise TokenFileError(f"the seed of token {serial} is neither hex nor base32") from wrong


def _pskc(content: bytes, password: str | None) -> list[Token]:
    from defusedxml.common import DefusedXmlException
    from pskc import PSKC
    from pskc.exceptions import PSKCError

    try:
        held = PSKC(io.BytesIO(content))
        if password is not None:
            held.encryption.derive_key(password)
        return [_key(key) for key in held.keys]
    except (PSKCError, DefusedXmlException, SyntaxError, ValueError) as wrong:
        raise TokenFileError("the PSKC file cannot be read, or opened with this password") from wrong


def _key(key: "Key") -> Token:
    serial = str(key.serial or key.id or "")
    if str(key.algorithm or "").rpartition(":")[2].lower() != "totp":
        raise TokenFileError(f"token {serial} is no TOTP token")
    if (key.time_interval or _PERIOD) != _PERIOD or (key.response_length or _DIGITS) != _DIGITS:
        raise TokenFileError(f"token {serial} does not show six digits every 30 seconds")
    if key.secret is None:
        raise TokenFileError(f"the seed of token {serial} is encrypted: give its password")
    return Token(serial, key.secret)
