"""The URL of the store: what is read from it, and errors that do not show its secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.config import Settings
from iamd.forward_auth.backend import Backend, parse_backend
from tests.examples import examples

SECRET = "hunter2secret"
VALID: list[tuple[str, tuple[str, str, str, str]]] = [
    ("http://KEY:pass@127.0.0.1:8333", ("http", "127.0.0.1:8333", "KEY", "pass")),
    ("http://KEY:pass@127.0.0.1:8333/", ("http", "127.0.0.1:8333", "KEY", "pass")),
    ("http://KEY:pass@store", ("http", "store", "KEY", "pass")),
    ("http://KEY:pass@store:80", ("http", "store", "KEY", "pass")),
    ("http://KEY:pass@store:443", ("http", "store:443", "KEY", "pass")),
    ("https://KEY:pass@store.example.com", ("https", "store.example.com", "KEY", "pass")),
    ("https://KEY:pass@store.example.com:443", ("https", "store.example.com", "KEY", "pass")),
    ("https://KEY:pass@store.example.com:80", ("https", "store.example.com:80", "KEY", "pass")),
    ("https://KEY:pass@STORE.example.com", ("https", "store.example.com", "KEY", "pass")),
    ("HTTPS://KEY:pass@store", ("https", "store", "KEY", "pass")),
    ("http://KEY:pass@[::1]:8333", ("http", "[::1]:8333", "KEY", "pass")),
    ("http://KEY:pass@[2001:DB8::1]", ("http", "[2001:db8::1]", "KEY", "pass")),
    ("http://KEY:pass@[::1]:80", ("http", "[::1]", "KEY", "pass")),
    ("http://KEY:a%2Fb%2B%25c@store", ("http", "store", "KEY", "a/b+%c")),
    ("http://K%3AE%40Y:a:b@store", ("http", "store", "K:E@Y", "a:b")),
    ("http://KEY:a+b=@store", ("http", "store", "KEY", "a+b=")),
    ("http://KEY:a@b@store", ("http", "store", "KEY", "a@b")),
]


@pytest.mark.parametrize(("url", "expected"), VALID)
def test_valid_url(url: str, expected: tuple[str, str, str, str]) -> None:
    assert parse_backend(url, "eu-west-1") == Backend(*expected, "eu-west-1")


INVALID: list[tuple[str, str]] = [
    ("", "the store must be http"),
    ("store", "the store must be http"),
    (f"s3://KEY:{SECRET}@store", "the store must be http"),
    (f"KEY:{SECRET}@store", "the store must be http"),
    (f"http:KEY:{SECRET}@store", "the store must be http"),
    (f"http://KEY:{SECRET}@", "the store must be http"),
    (f"http://KEY:{SECRET}@store/bucket", "the store must be http"),
    (f"http://KEY:{SECRET}@store?x=1", "the store must be http"),
    (f"http://KEY:{SECRET}@store#x", "the store must be http"),
    (f"http://KEY:{SECRET}@store;evil", "the store must be http"),
    (f'http://KEY:{SECRET}@store"', "the store must be http"),
    (f"http://KEY:{SECRET}@sto re", "the store must be http"),
    (f"http://KEY:{SECRET}@[::1", "the store must be http"),
    (f"http://KEY:{SECRET}@[store]", "the store must be http"),
    (f"http://KEY:{SECRET}\u2100@store", "the store must be http"),  # not allowed in a URL
    ("http://store", "the store's URL must have its access key"),
    ("http://KEY@store", "the store's URL must have its access key"),
    (f"http://:{SECRET}@store", "the store's URL must have its access key"),
    ("http://KEY:@store", "the store's URL must have its access key"),
    (f"http://KEY:{SECRET}@store:port", "the port of the store is not valid"),
    (f"http://KEY:{SECRET}@store:65536", "the port of the store is not valid"),
    (f"http://KEY:{SECRET}@store:0", "the port of the store is not valid"),
    (f"http://KEY:{SECRET}/with/slashes@store", "the port of the store is not valid"),
    (f"http://KEY:{SECRET}#x@store", "the port of the store is not valid"),
]


@pytest.mark.parametrize(("url", "message"), INVALID)
def test_invalid_url(url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        parse_backend(url, "us-east-1")
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(("url", "message"), INVALID)
def test_invalid_setting(url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        Settings.model_validate({"s3_store": url})
    assert SECRET not in str(raised.value)


@examples(300)
@given(st.text(max_size=20), st.text(max_size=20))
def test_secret_is_in_no_error(before: str, after: str) -> None:
    try:
        parse_backend(f"http://{before}:{SECRET}{after}", "us-east-1")
    except ValueError as error:
        assert SECRET not in str(error)
