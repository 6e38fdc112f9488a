"""Seed files of hardware TOTP tokens, as delivered by their vendors: PSKC (RFC 6030) or CSV."""

import base64
import binascii
import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pskc.key import Key

_SERIAL_NUMBER = re.compile(r"[A-Za-z0-9+=,.@_/:-]{9,256}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){10,64}")
_MIN_SEED_BYTES, _MAX_SEED_BYTES = 10, 64
_PERIOD_SECONDS, _DIGITS = 30, 6


class TokenFileError(Exception):
    """A seed file cannot be read; the message is one line and contains no seed."""


class HardwareToken(NamedTuple):
    """A hardware token: the serial number printed on it, and its seed."""

    serial_number: str
    seed: bytes


def parse(content: bytes, password: str | None = None) -> list[HardwareToken]:
    """Parse a PSKC or CSV file; `password` decrypts an encrypted PSKC file.

    Raises TokenFileError if the file cannot be parsed, or if one of its tokens is invalid or unsupported.
    """
    tokens = _parse_pskc(content, password) if content.lstrip()[:1] == b"<" else _parse_csv(content)
    if not tokens:
        raise TokenFileError("the file contains no token")
    return [_validate(token, number) for number, token in enumerate(tokens, 1)]


def _validate(token: HardwareToken, number: int) -> HardwareToken:
    if not _SERIAL_NUMBER.fullmatch(token.serial_number):
        raise TokenFileError(f"token {number} has no valid serial number")
    if not _MIN_SEED_BYTES <= len(token.seed) <= _MAX_SEED_BYTES:
        raise TokenFileError(
            f"the seed of token {token.serial_number} has {len(token.seed)} bytes, not 10 to 64"
        )
    return token


def _parse_csv(content: bytes) -> list[HardwareToken]:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        pairs = [(row[0].strip(), row[1].strip()) for row in rows if len(row) > 1]
    except (UnicodeDecodeError, csv.Error) as error:
        raise TokenFileError("the file is neither PSKC nor CSV") from error
    if pairs and pairs[0][0].lower() in ("serial", "serial number", "serialnumber"):
        del pairs[0]
    return [HardwareToken(serial, _parse_seed(serial, text)) for serial, text in pairs]


def _parse_seed(serial: str, text: str) -> bytes:
    """Decode a seed in hex, or in base32 as in authenticator apps."""
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    normalized = text.replace(" ", "").upper()
    try:
        return base64.b32decode(normalized + "=" * (-len(normalized) % 8))
    except binascii.Error as error:
        raise TokenFileError(f"the seed of token {serial} is neither hex nor base32") from error


def _parse_pskc(content: bytes, password: str | None) -> list[HardwareToken]:
    from defusedxml.common import DefusedXmlException
    from pskc import PSKC
    from pskc.exceptions import PSKCError

    try:
        document = PSKC(io.BytesIO(content))
        if password is not None:
            document.encryption.derive_key(password)
        return [_token_from_pskc_key(key) for key in document.keys]
    except (PSKCError, DefusedXmlException, SyntaxError, ValueError) as error:
        raise TokenFileError("the PSKC file cannot be read or decrypted with this password") from error


def _token_from_pskc_key(key: "Key") -> HardwareToken:
    serial = str(key.serial or key.id or "")
    if str(key.algorithm or "").rpartition(":")[2].lower() != "totp":
        raise TokenFileError(f"token {serial} is not a TOTP token")
    if (key.time_interval or _PERIOD_SECONDS) != _PERIOD_SECONDS or (
        key.response_length or _DIGITS
    ) != _DIGITS:
        raise TokenFileError(f"token {serial} does not generate six digits every 30 seconds")
    if key.secret is None:
        raise TokenFileError(f"the seed of token {serial} is encrypted: specify its password")
    return HardwareToken(serial, key.secret)
