"""Client addresses as limits count them."""

import pytest

from iamd.core.client_addresses import address_group


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("no address", "no address"),
    ],
)
def test_ipv6_addresses_are_counted_by_64_bit_network(address: str, counted_as: str) -> None:
    assert address_group(address) == counted_as
