"""Pages: one keyset walk behind every list, so that rows that come and go never shift a page."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from iamd.core.errors import ValidationError
from iamd.store.query import Query, Tx

Item = TypeVar("Item")

DEFAULT = 100  # items a page where the caller does not say, as IAM has it

_CHECK_BYTES = 4
# A Marker has 320 characters at most, so a place has 236 bytes at most.
_LONG_BYTES = 200
_HEAD = 40  # characters, which may have four bytes each


class Cut(NamedTuple):
    """What a caller asked of a list: at most `size` items after the place `after`."""

    after: str = ""
    size: int = DEFAULT


EVERY = Cut(size=1_000_000)  # more than any quota lets there be


class Page(NamedTuple, Generic[Item]):
    """Some items, and the marker of the next page where there is one."""

    items: Sequence[Item]
    marker: str | None

    def rest(self) -> dict[str, Any]:
        """Return what a reply says of the pages that follow."""
        return {"IsTruncated": self.marker is not None, "Marker": self.marker}


def cut(marker: str | None, max_items: int | None) -> Cut:
    """Read a caller's Marker and MaxItems; ValidationError for a Marker that no page gave."""
    return Cut(_place(marker) if marker else "", max_items or DEFAULT)


def _place(marker: str) -> str:
    try:
        place = base64.b64decode(marker, altchars=b"-_", validate=True)[_CHECK_BYTES:].decode()
    except ValueError as broken:
        raise _invalid() from broken
    if "\0" in place or _marker(place) != marker:  # PostgreSQL has no NUL in a text
        raise _invalid()
    return place


def _invalid() -> ValidationError:
    return ValidationError("Invalid Marker.")


def _marker(place: str) -> str:
    """Return a place as callers see it; a checksum tells it from what somebody made up, and hides nothing."""
    raw = place.encode()
    check = zlib.crc32(raw).to_bytes(_CHECK_BYTES, "big")
    return base64.urlsafe_b64encode(check + raw).decode()


def page(items: Sequence[Item], asked: Cut, place: Callable[[Item], str]) -> Page[Item]:
    """Cut `items`, which hold one more than asked where there are more; `place` is an item's sort key."""
    if len(items) <= asked.size:
        return Page(items, None)
    kept = items[: asked.size]
    return Page(kept, _marker(place(kept[-1])))


def fetch(query: Query[Item], tx: Tx, asked: Cut, place: Callable[[Item], str], **values: Any) -> Page[Item]:
    """Run a query that takes `:after` and `:limit`, and cut a page from it."""
    return page(query.all(tx, after=asked.after, limit=asked.size + 1, **values), asked, place)


def names(items: Iterable[Item], asked: Cut, name: Callable[[Item], str] = str) -> Page[Item]:
    """Cut a page from all items of a short list, which need not be sorted, by name without regard to case."""

    def place(item: Item) -> str:
        return _short(name(item).lower())

    later = sorted((item for item in items if place(item) > asked.after), key=place)
    return page(later[: asked.size + 1], asked, place)


def _short(name: str) -> str:
    """Return a place that fits into a marker: a long name's end gives way to its hash."""
    raw = name.encode()
    return name if len(raw) <= _LONG_BYTES else name[:_HEAD] + hashlib.sha256(raw).hexdigest()


def chain(sources: Mapping[str, Callable[[Cut], Page[Any]]], asked: Cut) -> Page[Any]:
    """Page through several lists, one after the other; a marker tells the list and the place in it."""
    names = list(sources)
    at, _, after = asked.after.partition(":")
    if asked.after and at not in names:
        raise _invalid()
    start = names.index(at) if at in names else 0
    items: list[Any] = []
    for name in names[start:]:
        found = sources[name](Cut(after if name == at else "", asked.size - len(items)))
        items.extend(found.items)
        if found.marker is not None:
            return Page(items, _marker(f"{name}:{_place(found.marker)}"))
        if len(items) == asked.size and name != names[-1]:
            following = names[names.index(name) + 1]
            return Page(items, _marker(f"{following}:")) if _any(sources, name) else Page(items, None)
    return Page(items, None)


def _any(sources: Mapping[str, Callable[[Cut], Page[Any]]], after: str) -> bool:
    names = list(sources)
    return any(sources[name](Cut("", 1)).items for name in names[names.index(after) + 1 :])
