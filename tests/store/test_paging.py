"""Keyset pagination of one list and of several chained lists."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.errors import ValidationError
from iamd.store import paging
from iamd.store.paging import Page, PageLimits

pytestmark = pytest.mark.both_databases


NAMES = st.lists(st.text("ab:é", min_size=1, max_size=4), unique=True, max_size=12)


def paginate(sources: dict[str, Sequence[str]], size: int) -> list[str]:
    def source(items: Sequence[str]):  # type: ignore[no-untyped-def]
        return lambda limits: paging.page_by_name(items, limits)

    page_sources = {name: source(items) for name, items in sources.items()}
    items_seen: list[str] = []
    marker: str | None = None
    for _ in range(100):
        page: Page[str] = paging.chain(page_sources, paging.page_limits(marker, size))
        assert len(page.items) <= size
        items_seen += page.items
        marker = page.marker
        if marker is None:
            return items_seen
        assert page.items
    raise AssertionError("pagination does not end")


@given(NAMES, NAMES, NAMES, st.integers(1, 5))
def test_chained_pages_have_every_item_once_in_order(
    first: list[str], second: list[str], third: list[str], size: int
) -> None:
    items_seen = paginate({"a": first, "b": second, "c": third}, size)
    assert items_seen == [*sorted(first), *sorted(second), *sorted(third)]


@given(NAMES, st.integers(1, 5), st.text("abé", min_size=1, max_size=3))
def test_next_page_continues_after_the_last_item_despite_changes(
    names: list[str], size: int, new_name: str
) -> None:
    first = paging.page_by_name(names, PageLimits("", size))
    if first.marker is None:
        return
    changed = [name for name in names if name not in first.items] + [new_name]
    second = paging.page_by_name(changed, paging.page_limits(first.marker, 100))
    expected = sorted({name for name in changed if name > first.items[-1]})
    assert sorted(set(second.items)) == expected


@pytest.mark.parametrize("marker", ["x", "é", "////", "%%%", "AA=", "_-8=", "AA=="])
def test_invalid_marker_is_rejected(marker: str) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        paging.page_limits(marker, None)
