"""Pages: one keyset walk behind every list, so that rows that come and go never shift a page."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from iamd.core.errors import ValidationError
from iamd.store.query import Query, Tx

Item = TypeVar("Item")

DEFAULT = 100  # items a page where the caller does not say, as IAM has it


class Cut(NamedTuple):
    """What a caller asked of a list: at most `size` items after the place `after`."""

    after: str = ""
    size: int = DEFAULT


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
        place = base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as broken:
        raise ValidationError("Invalid Marker.") from broken
    if "\0" in place:
        raise ValidationError("Invalid Marker.")
    return place


def _marker(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def page(items: Sequence[Item], asked: Cut, place: Callable[[Item], str]) -> Page[Item]:
    """Cut `items`, which hold one more than asked where there are more; `place` is an item's sort key."""
    if len(items) <= asked.size:
        return Page(items, None)
    kept = items[: asked.size]
    return Page(kept, _marker(place(kept[-1])))


def fetch(query: Query[Item], tx: Tx, asked: Cut, place: Callable[[Item], str], **values: Any) -> Page[Item]:
    """Run a query that takes `:after` and `:limit`, and cut a page from it."""
    return page(query.all(tx, after=asked.after, limit=asked.size + 1, **values), asked, place)


def names(items: Sequence[str], asked: Cut) -> Page[str]:
    """Cut a page from all names of a short list, which need not be sorted."""
    later = sorted(item for item in items if item > asked.after)
    return page(later[: asked.size + 1], asked, lambda item: item)


def chain(sources: Mapping[str, Callable[[Cut], Page[Any]]], asked: Cut) -> Page[Any]:
    """Page through several lists, one after the other; a marker tells the list and the place in it."""
    names = list(sources)
    at, _, after = asked.after.partition(":")
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
