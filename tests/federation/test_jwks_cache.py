"""Cache of JSON Web Key Sets: fetching, expiry, rotation, failures and invalid configurations."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from iamd.federation.errors import ProviderUnreachable, UntrustedCertificate
from iamd.federation.https_client import HttpsClient
from iamd.federation.jwks import VerificationKey
from iamd.federation.jwks_cache import JwksCache
from iamd.federation.ssrf_guard import parse_networks
from tests.issuer import (
    CONFIGURATION,
    Issuer,
    Page,
    json_page,
    never_responds,
    page,
    public_jwk,
    serving,
    serving_issuer,
)

CLIENT = HttpsClient(parse_networks(["127.0.0.1/32"]))


class Clock:
    """A clock that the test advances."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jwks_cache(clock: Clock) -> JwksCache:
    return JwksCache(CLIENT, clock=clock)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving_issuer() as provider:
        yield provider


def find_key(
    jwks_cache: JwksCache, issuer: Issuer, key_id: str | None = "rsa", algorithm: str = "RS256"
) -> VerificationKey | None:
    return jwks_cache.find_key(issuer.host, (issuer.thumbprint,), key_id, algorithm)


def failure(jwks_cache: JwksCache, issuer: Issuer, key_id: str = "rsa") -> str:
    with pytest.raises(ProviderUnreachable) as error:
        find_key(jwks_cache, issuer, key_id)
    return str(error.value)


# Fetching and rotation.


def test_keys_are_fetched_once_for_many_tokens(jwks_cache: JwksCache, issuer: Issuer, clock: Clock) -> None:
    for _ in range(5):
        assert find_key(jwks_cache, issuer) is not None
        clock.now += 119
    assert issuer.site.requested_paths == [CONFIGURATION, "/keys"]


def test_concurrent_lookups_share_one_fetch(jwks_cache: JwksCache, issuer: Issuer) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = list(threads.map(lambda _: find_key(jwks_cache, issuer), range(64)))
    assert all(key is not None for key in keys)
    assert issuer.fetches == 1


def test_keys_are_refetched_after_ten_minutes(jwks_cache: JwksCache, issuer: Issuer, clock: Clock) -> None:
    find_key(jwks_cache, issuer)
    clock.now += 601
    find_key(jwks_cache, issuer)
    assert issuer.fetches == 2


def test_removed_key_is_rejected_after_ten_minutes(
    jwks_cache: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    find_key(jwks_cache, issuer)
    issuer.publish(public_jwk("rsa-other"))
    assert find_key(jwks_cache, issuer) is not None
    clock.now += 601
    assert find_key(jwks_cache, issuer) is None


def test_new_key_is_found_after_thirty_seconds(jwks_cache: JwksCache, issuer: Issuer, clock: Clock) -> None:
    find_key(jwks_cache, issuer)
    issuer.publish(public_jwk("rsa"), public_jwk("rsa-other"))
    assert find_key(jwks_cache, issuer, "rsa-other") is None
    clock.now += 30
    assert find_key(jwks_cache, issuer, "rsa-other") is not None
    assert find_key(jwks_cache, issuer) is not None
    assert issuer.fetches == 2


def test_unknown_keys_are_fetched_at_most_every_thirty_seconds(
    jwks_cache: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    for _ in range(3):
        for number in range(50):
            assert find_key(jwks_cache, issuer, f"unknown-{number}") is None
            assert find_key(jwks_cache, issuer, "rsa", "ES256") is None
        clock.now += 30
    assert issuer.fetches == 3


# Failing providers.


def test_failing_provider_is_not_retried_for_thirty_seconds(
    jwks_cache: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    issuer.site.pages["/keys"] = page(b"", "503 Later")
    for number in range(20):
        assert failure(jwks_cache, issuer, f"any-{number}") == "127.0.0.1 answered with status 503"
    assert issuer.fetches == 1
    issuer.publish(public_jwk("rsa"))
    clock.now += 29.9
    failure(jwks_cache, issuer)
    clock.now += 0.1
    assert find_key(jwks_cache, issuer) is not None
    assert issuer.fetches == 2


def test_cached_keys_are_used_for_an_hour_while_the_provider_fails(
    jwks_cache: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    find_key(jwks_cache, issuer)
    issuer.site.pages[CONFIGURATION] = page(b"", "500 Broken")
    for _ in range(6):
        clock.now += 600
        assert find_key(jwks_cache, issuer) is not None
    clock.now += 1
    assert failure(jwks_cache, issuer) == "127.0.0.1 answered with status 500"
    issuer.configure(jwks_uri=f"{issuer.url}/keys")
    clock.now += 30
    assert find_key(jwks_cache, issuer) is not None


def test_cached_keys_older_than_an_hour_are_not_used_when_the_provider_fails(
    jwks_cache: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    find_key(jwks_cache, issuer)
    issuer.site.pages["/keys"] = page(b"", "500 Broken")
    clock.now += 3601
    assert failure(jwks_cache, issuer) == "127.0.0.1 answered with status 500"


def test_hanging_provider_delays_only_concurrent_lookups(issuer: Issuer, clock: Clock) -> None:
    jwks_cache = JwksCache(CLIENT._replace(timeout_seconds=0.5), clock=clock)
    issuer.site.pages[CONFIGURATION] = never_responds
    with ThreadPoolExecutor(8) as threads:
        errors = set(threads.map(lambda _: failure(jwks_cache, issuer), range(8)))
    assert errors == {"127.0.0.1 did not answer within 0.5 seconds"}
    assert len(issuer.site.requested_paths) == 1
    failure(jwks_cache, issuer)
    assert len(issuer.site.requested_paths) == 1


def test_waiting_lookups_are_limited(issuer: Issuer) -> None:
    jwks_cache = JwksCache(CLIENT, max_waiting=2)
    request_started, proceed = threading.Semaphore(0), threading.Event()

    def slow(site: Any, secured: Any) -> None:
        request_started.release()
        proceed.wait()
        json_page({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"})(site, secured)

    issuer.site.pages[CONFIGURATION] = slow
    with ThreadPoolExecutor(2) as threads, serving_issuer() as other:
        first = threads.submit(find_key, jwks_cache, issuer)
        assert request_started.acquire(timeout=10)
        other.site.pages[CONFIGURATION] = slow
        second = threads.submit(find_key, jwks_cache, other)
        assert request_started.acquire(timeout=10)
        assert (
            failure(jwks_cache, issuer)
            == f"too many requests are waiting for {issuer.host} and other providers"
        )
        proceed.set()
        assert first.result(10) is not None
        with pytest.raises(ProviderUnreachable, match="another issuer"):
            second.result(10)
    assert find_key(jwks_cache, issuer) is not None


# Trust and locations.


def test_keys_are_cached_per_thumbprints(jwks_cache: JwksCache, issuer: Issuer) -> None:
    assert find_key(jwks_cache, issuer) is not None
    for thumbprints in ((), ("a" * 40,)):
        with pytest.raises(UntrustedCertificate, match=r"the certificate of 127.0.0.1 is not trusted"):
            jwks_cache.find_key(issuer.host, thumbprints, "rsa", "RS256")
        with pytest.raises(UntrustedCertificate):  # from the cached failure
            jwks_cache.find_key(issuer.host, thumbprints, "rsa", "RS256")


def test_fetch_thumbprint(jwks_cache: JwksCache, issuer: Issuer) -> None:
    assert jwks_cache.fetch_thumbprint(issuer.host) == issuer.thumbprint


@pytest.mark.parametrize("path", ["", "/", "/realms/one", "/realms/one/"])
def test_configuration_path_of_an_issuer(jwks_cache: JwksCache, path: str) -> None:
    with serving_issuer(path) as issuer:
        assert find_key(jwks_cache, issuer) is not None
        assert issuer.site.requested_paths == [f"{path.rstrip('/')}{CONFIGURATION}", "/keys"]


def test_jwks_uri_may_be_on_another_server_with_a_trusted_thumbprint(
    jwks_cache: JwksCache, issuer: Issuer
) -> None:
    with serving_issuer() as other:
        other.publish(public_jwk("rsa-other"))
        issuer.configure(jwks_uri=f"{other.url}/keys")
        assert find_key(jwks_cache, issuer, "rsa-other") is not None
        assert (issuer.fetches, other.fetches) == (0, 1)


@pytest.mark.parametrize("ending", ["/", "/path", ":443", "?"])
def test_configuration_of_another_issuer_is_rejected(
    jwks_cache: JwksCache, issuer: Issuer, ending: str
) -> None:
    issuer.configure(issuer=f"{issuer.url}{ending}", jwks_uri=f"{issuer.url}/keys")
    assert failure(jwks_cache, issuer) == f"{issuer.host} publishes the configuration of another issuer"
    assert issuer.fetches == 0


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://127.0.0.1:{port}/keys",
        "//127.0.0.1:{port}/keys",
        "/keys",
        "file:///etc/passwd",
        "ftp://127.0.0.1/keys",
        "https://user:secret@127.0.0.1:{port}/keys",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/keys",
        "https://127.0.0.2:{port}/keys",
        "https://0.0.0.0:{port}/keys",
        "https://[::1]:{port}/keys",
        "https://[::ffff:127.0.0.2]:{port}/keys",
        "https://[64:ff9b::7f00:1]:{port}/keys",
        "https://[::127.0.0.1]:{port}/keys",
        "https://2130706434:{port}/keys",
        "https://0x7f000002:{port}/keys",
        "https://0177.0.0.2:{port}/keys",
        "https://[::1:{port}/keys",
        "https://127.0.0.1:99999/keys",
        "https://127.0.0.1:{port}:{port}/keys",
        "https://127.0.0.1:{port}/a key",
        "https://a\0b/",
        "https://\ud800/",
        "",
    ],
)
def test_invalid_jwks_uri_is_not_fetched(jwks_cache: JwksCache, issuer: Issuer, jwks_uri: str) -> None:
    issuer.configure(jwks_uri=jwks_uri.format(port=issuer.site.port))
    assert failure(jwks_cache, issuer)
    assert issuer.site.requested_paths == [CONFIGURATION]


# Invalid documents.

NESTED_LISTS = b"[" * 100_000
NOT_JSON = [
    b"",
    b"{",
    b"<html>",
    b"\xff\xfe{}",
    NESTED_LISTS,
    b'{"a":' * 5000,
    b'{"keys": ' + b"9" * 5000 + b"}",
]
NOT_AN_OBJECT = [b"[]", b"null", b"7", b'"text"', b"true"]


@pytest.mark.parametrize("path", [CONFIGURATION, "/keys"])
@pytest.mark.parametrize("body", [*NOT_JSON, *NOT_AN_OBJECT], ids=lambda body: repr(body[:12]))
def test_response_that_is_not_a_json_object_is_an_error(
    jwks_cache: JwksCache, issuer: Issuer, path: str, body: bytes
) -> None:
    issuer.site.pages[path] = page(body)
    kind = "JSON object" if body in NOT_AN_OBJECT else "JSON"
    ending = " a " if kind == "JSON object" else " "
    assert failure(jwks_cache, issuer) == f"the provider's response is not{ending}{kind}"


@pytest.mark.parametrize("uri", [None, 7, [], {}, ["https://127.0.0.1/keys"]])
def test_configuration_without_jwks_uri_is_an_error(jwks_cache: JwksCache, issuer: Issuer, uri: Any) -> None:
    issuer.configure(jwks_uri=uri)
    assert failure(jwks_cache, issuer) == f"{issuer.host} publishes no jwks_uri"


@pytest.mark.parametrize("keys", [None, 7, "keys", {}, {"rsa": {}}])
def test_jwks_without_a_list_of_keys_is_an_error(jwks_cache: JwksCache, issuer: Issuer, keys: Any) -> None:
    issuer.site.pages["/keys"] = json_page({"keys": keys})
    assert failure(jwks_cache, issuer) == f"{issuer.host} publishes no keys"


@pytest.mark.parametrize("keys", [[], [None, 7, "rsa"], [{}], [[public_jwk("rsa")]]])
def test_jwks_without_usable_keys_has_no_key(jwks_cache: JwksCache, issuer: Issuer, keys: Any) -> None:
    issuer.publish(*keys)
    assert find_key(jwks_cache, issuer) is None
    assert find_key(jwks_cache, issuer, None) is None


@pytest.mark.parametrize(
    "large",
    [page(b" " * 5_000_000), page(json.dumps({"keys": [public_jwk("rsa")] * 2000}).encode())],
    ids=["blanks", "keys"],
)
def test_too_large_jwks_is_an_error(jwks_cache: JwksCache, issuer: Issuer, large: Page) -> None:
    issuer.site.pages["/keys"] = large
    assert failure(jwks_cache, issuer) == "127.0.0.1 answered with more than 262144 bytes"


def test_closed_server_is_unreachable(jwks_cache: JwksCache) -> None:
    with serving(None) as site:
        closed_issuer = Issuer(site)
    assert failure(jwks_cache, closed_issuer) == "127.0.0.1 cannot be reached"
