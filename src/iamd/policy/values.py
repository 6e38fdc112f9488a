"""Parsers of condition values: numbers, dates, booleans, base64, IP addresses; None if invalid."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_EPOCH = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,9})?")
_INSTANT = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[Tt](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)


def number(text: str) -> Decimal | None:
    """Parse an integer or a decimal; no exponents, no infinities."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def instant(text: str) -> Decimal | None:
    """Parse an ISO 8601 date (W3C profile) or epoch seconds into epoch seconds; four digits are a year."""
    if match := _INSTANT.fullmatch(text):
        return _epoch_seconds(match)
    return Decimal(text) if _EPOCH.fullmatch(text) else None


def _epoch_seconds(match: re.Match[str]) -> Decimal | None:
    year, month, day, hour, minute, second = (
        int(match[name] or default)
        for name, default in (
            ("year", 0),
            ("month", 1),
            ("day", 1),
            ("hour", 0),
            ("minute", 0),
            ("second", 0),
        )
    )
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(match["zone"]))
        whole_seconds = (moment - _EPOCH_START) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return whole_seconds + Decimal(f"0.{match['fraction'] or 0}")


def _zone(text: str | None) -> timezone:
    if text is None or text in {"Z", "z"}:
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes >= 60:
        raise ValueError(text)
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def boolean(text: str) -> bool | None:
    """Parse `true` or `false`, ignoring case."""
    return {"true": True, "false": False}.get(text.lower())


def binary(text: str) -> bytes | None:
    """Decode base64; padding is required."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def address(text: str) -> IPv4Address | IPv6Address | None:
    """Parse one IP address, without mask or zone."""
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


def network(text: str) -> IPv4Network | IPv6Network | None:
    """Parse a CIDR block; a bare address is a block of one address, host bits are ignored."""
    base, slash, mask = text.partition("/")
    if "%" in base or (slash and not (mask.isascii() and mask.isdigit())):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
