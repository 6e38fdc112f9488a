"""Pagination: page limits (MaxItems and Marker) and keyset pages.

Every list is paged by sort key (keyset pagination), so rows added or deleted between two calls never shift a
page. A Marker is the sort key of the last item, with a checksum.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from iamd.core.errors import ValidationError
from iamd.store.query import Query, Tx

Item = TypeVar("Item")

DEFAULT_MAX_ITEMS = 100  # IAM's default for MaxItems

_CHECKSUM_BYTES = 4
# A Marker has at most 320 characters, so a sort key has at most 236 bytes, including `chain`'s prefix.
_MAX_SORT_KEY_BYTES = 200
_SHORTENED_PREFIX_LENGTH = 40  # characters, of up to four bytes each


class PageLimits(NamedTuple):
    """The page that a caller asks for: at most `max_items` items after the sort key `after`."""

    after: str = ""
    max_items: int = DEFAULT_MAX_ITEMS


UNLIMITED = PageLimits(max_items=1_000_000)  # more than any quota allows


class Page(NamedTuple, Generic[Item]):
    """Items of one page, and the marker of the next page; None on the last page."""

    items: Sequence[Item]
    marker: str | None

    def truncation_members(self) -> dict[str, Any]:
        """Return the reply members `IsTruncated` and `Marker`."""
        return {"IsTruncated": self.marker is not None, "Marker": self.marker}


def page_limits(marker: str | None, max_items: int | None) -> PageLimits:
    """Parse a request's Marker and MaxItems; raise ValidationError for a Marker that no page returned."""
    return PageLimits(_decode_marker(marker) if marker else "", max_items or DEFAULT_MAX_ITEMS)


def _decode_marker(marker: str) -> str:
    try:
        position = base64.b64decode(marker, altchars=b"-_", validate=True)[_CHECKSUM_BYTES:].decode()
    except ValueError as error:
        raise _invalid_marker() from error
    if "\0" in position or _encode_marker(position) != marker:  # PostgreSQL does not store NUL in text
        raise _invalid_marker()
    return position


def _invalid_marker() -> ValidationError:
    return ValidationError("Invalid Marker.")


def _encode_marker(position: str) -> str:
    """Encode a position as a Marker; the checksum detects made-up Markers, it does not hide the position."""
    raw = position.encode()
    checksum = zlib.crc32(raw).to_bytes(_CHECKSUM_BYTES, "big")
    return base64.urlsafe_b64encode(checksum + raw).decode()


def make_page(items: Sequence[Item], limits: PageLimits, sort_key: Callable[[Item], str]) -> Page[Item]:
    """Make a page of `items`, which contain one item more than `limits.max_items` if another page follows."""
    if len(items) <= limits.max_items:
        return Page(items, None)
    page_items = items[: limits.max_items]
    return Page(page_items, _encode_marker(sort_key(page_items[-1])))


def page_until(items: Sequence[Item], position: str | None) -> Page[Item]:
    """Make a page whose search ended at a sort key; None if it ended because there is nothing more."""
    return Page(items, None if position is None else _encode_marker(position))


def fetch_page(
    query: Query[Item], tx: Tx, limits: PageLimits, sort_key: Callable[[Item], str], **values: Any
) -> Page[Item]:
    """Run a query with the parameters `:after` and `:limit` and return a page of its rows."""
    return make_page(
        query.all(tx, after=limits.after, limit=limits.max_items + 1, **values), limits, sort_key
    )


def page_by_name(items: Iterable[Item], limits: PageLimits, name: Callable[[Item], str] = str) -> Page[Item]:
    """Return a page of a complete list in memory, in any order; the page is sorted by name, ignoring case."""

    def sort_key(item: Item) -> str:
        return _shorten(name(item).lower())

    remaining = sorted((item for item in items if sort_key(item) > limits.after), key=sort_key)
    return make_page(remaining[: limits.max_items + 1], limits, sort_key)


def _shorten(name: str) -> str:
    """Return a sort key that fits into a Marker: the end of a long name is replaced by a hash of the name."""
    raw = name.encode()
    return (
        name
        if len(raw) <= _MAX_SORT_KEY_BYTES
        else name[:_SHORTENED_PREFIX_LENGTH] + hashlib.sha256(raw).hexdigest()
    )


def chain(sources: Mapping[str, Callable[[PageLimits], Page[Any]]], limits: PageLimits) -> Page[Any]:
    """Page through several lists, one after another; a position is `list:sort key`."""
    source_names = list(sources)
    current_source, _, after = limits.after.partition(":")
    if limits.after and current_source not in source_names:
        raise _invalid_marker()
    start = source_names.index(current_source) if current_source in source_names else 0
    items: list[Any] = []
    for name in source_names[start:]:
        source_page = sources[name](
            PageLimits(after if name == current_source else "", limits.max_items - len(items))
        )
        items.extend(source_page.items)
        if source_page.marker is not None:
            return Page(items, _encode_marker(f"{name}:{_decode_marker(source_page.marker)}"))
        if len(items) == limits.max_items and name != source_names[-1]:
            next_source = source_names[source_names.index(name) + 1]
            return (
                Page(items, _encode_marker(f"{next_source}:"))
                if _has_items_after(sources, name)
                else Page(items, None)
            )
    return Page(items, None)


def _has_items_after(sources: Mapping[str, Callable[[PageLimits], Page[Any]]], source_name: str) -> bool:
    source_names = list(sources)
    return any(
        sources[name](PageLimits("", 1)).items for name in source_names[source_names.index(source_name) + 1 :]
    )
