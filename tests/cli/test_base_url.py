"""The base URL of a server, derived from its settings."""

from pathlib import Path
from typing import Any

import pytest

from iamd.app import base_url
from iamd.config import Settings

CERT = Path("cert.pem")
BASE_URLS: list[tuple[dict[str, Any], str]] = [
    ({}, "http://localhost:8470"),
    ({"host": "0.0.0.0", "port": 80}, "http://localhost"),
    ({"host": "::1"}, "http://localhost:8470"),
    ({"host": "2001:db8::1"}, "http://[2001:db8::1]:8470"),
    ({"host": "iam.example.com", "port": 443, "tls_cert": CERT}, "https://iam.example.com"),
    ({"port": 443}, "http://localhost:443"),
    ({"public_url": "https://iam.example.com/"}, "https://iam.example.com"),
    ({"public_url": "https://iam.example.com:443"}, "https://iam.example.com"),
    ({"public_url": "http://iam.example.com:8080"}, "http://iam.example.com:8080"),
]


@pytest.mark.parametrize(("settings", "expected"), BASE_URLS, ids=range(len(BASE_URLS)))
def test_base_url_from_settings(settings: dict[str, Any], expected: str) -> None:
    assert base_url(Settings(**settings)) == expected
