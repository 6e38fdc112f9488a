"""Bodies that are being received: counted by client address, and large ones in all."""

from collections.abc import Callable

import pytest

from iamd.core.errors import Throttling
from iamd.gate.request_bodies import BODY_SECONDS, MAX_LARGE_BYTES, SMALL_BODY_BYTES, RequestBodies


def receive(bodies: RequestBodies, address: str, length: int, meanwhile: Callable[[], object]) -> bytes:
    """Receive a body; call a function before it is complete."""

    def read(length: int) -> bytes:
        meanwhile()
        return bytes(length)

    return bodies.receive(address, address, length, read)


def is_refused(bodies: RequestBodies, address: str, length: int = 10) -> bool:
    try:
        receive(bodies, address, length, lambda: None)
    except Throttling:
        return True
    return False


@pytest.mark.parametrize(
    ("first", "second", "same_client"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),  # one subscriber usually has a whole /64
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", True),
    ],
)
def test_bodies_of_one_client_are_limited(first: str, second: str, same_client: bool) -> None:
    bodies = RequestBodies(per_address=1)
    refused: list[bool] = []
    receive(bodies, first, 10, lambda: refused.append(is_refused(bodies, second)))
    assert refused == [same_client]
    assert not is_refused(bodies, first)


def test_body_is_no_longer_counted_after_a_failure() -> None:
    bodies = RequestBodies(per_address=1)

    def fail(_: int) -> bytes:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the one above
        bodies.receive("192.0.2.1", "192.0.2.1", 10, fail)
    assert not is_refused(bodies, "192.0.2.1")


def test_large_bodies_are_limited_in_all_and_small_ones_are_not() -> None:
    bodies = RequestBodies(per_address=100)
    refused: list[bool] = []

    def try_others() -> None:
        refused.append(is_refused(bodies, "192.0.2.2", SMALL_BODY_BYTES + 1))
        refused.append(is_refused(bodies, "192.0.2.2", SMALL_BODY_BYTES))

    receive(bodies, "192.0.2.1", MAX_LARGE_BYTES, try_others)
    assert refused == [True, False]


def test_peer_whose_body_is_overdue_is_stalled_until_it_ends() -> None:
    now = 1000.0
    bodies = RequestBodies(per_address=100, monotonic_time=lambda: now)
    seen: list[frozenset[str]] = []

    def stall(_: int) -> bytes:
        nonlocal now
        now += BODY_SECONDS
        seen.append(bodies.stalled_peers())
        now += 1
        receive(bodies, "192.0.2.7", 10, lambda: seen.append(bodies.stalled_peers()))
        return bytes(10)

    bodies.receive("203.0.113.9", "192.0.2.1", 10, stall)
    assert seen == [frozenset(), {"192.0.2.1"}]
    assert bodies.stalled_peers() == frozenset()
