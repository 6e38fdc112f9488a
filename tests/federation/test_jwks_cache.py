"""Keys of providers: how often they are fetched, how long they are kept, and what is no provider."""

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
from tests.issuer import CONFIGURATION, Issuer, Page, hangs, issuing, page, public_jwk, says, serving

FETCHER = HttpsClient(parse_networks(["127.0.0.1/32"]))


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuers(clock: Clock) -> JwksCache:
    return JwksCache(FETCHER, clock=clock)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


def ask(
    issuers: JwksCache, issuer: Issuer, key_id: str | None = "rsa", algorithm: str = "RS256"
) -> VerificationKey | None:
    return issuers.find_key(issuer.host, (issuer.thumbprint,), key_id, algorithm)


def failure(issuers: JwksCache, issuer: Issuer, key_id: str = "rsa") -> str:
    with pytest.raises(ProviderUnreachable) as caught:
        ask(issuers, issuer, key_id)
    return str(caught.value)


# How often.


def test_many_tokens_are_one_fetch(issuers: JwksCache, issuer: Issuer, clock: Clock) -> None:
    for _ in range(5):
        assert ask(issuers, issuer) is not None
        clock.now += 119
    assert issuer.site.asked == [CONFIGURATION, "/keys"]


def test_who_comes_at_once_waits_for_one_fetch(issuers: JwksCache, issuer: Issuer) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: ask(issuers, issuer), range(64)))
    assert all(key is not None for key in found)
    assert issuer.fetches == 1


def test_keys_are_fetched_anew_after_ten_minutes(issuers: JwksCache, issuer: Issuer, clock: Clock) -> None:
    ask(issuers, issuer)
    clock.now += 601
    ask(issuers, issuer)
    assert issuer.fetches == 2


def test_a_key_that_is_withdrawn_verifies_no_longer_then(
    issuers: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    ask(issuers, issuer)
    issuer.publish(public_jwk("rsa-other"))
    assert ask(issuers, issuer) is not None
    clock.now += 601
    assert ask(issuers, issuer) is None


def test_a_new_key_is_found_within_half_a_minute(issuers: JwksCache, issuer: Issuer, clock: Clock) -> None:
    ask(issuers, issuer)
    issuer.publish(public_jwk("rsa"), public_jwk("rsa-other"))
    assert ask(issuers, issuer, "rsa-other") is None
    clock.now += 30
    assert ask(issuers, issuer, "rsa-other") is not None
    assert ask(issuers, issuer) is not None
    assert issuer.fetches == 2


def test_unknown_keys_are_looked_for_once_in_half_a_minute(
    issuers: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    for _ in range(3):
        for number in range(50):
            assert ask(issuers, issuer, f"unknown-{number}") is None
            assert ask(issuers, issuer, "rsa", "ES256") is None
        clock.now += 30
    assert issuer.fetches == 3


# When there is nothing to be had.


def test_a_provider_that_fails_is_left_alone_for_half_a_minute(
    issuers: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    issuer.site.pages["/keys"] = page(b"", "503 Later")
    for number in range(20):
        assert failure(issuers, issuer, f"any-{number}") == "127.0.0.1 answered with status 503"
    assert issuer.fetches == 1
    issuer.publish(public_jwk("rsa"))
    clock.now += 29.9
    failure(issuers, issuer)
    clock.now += 0.1
    assert ask(issuers, issuer) is not None
    assert issuer.fetches == 2


def test_known_keys_serve_for_an_hour_while_their_provider_fails(
    issuers: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    ask(issuers, issuer)
    issuer.site.pages[CONFIGURATION] = page(b"", "500 Broken")
    for _ in range(6):
        clock.now += 600
        assert ask(issuers, issuer) is not None
    clock.now += 1
    assert failure(issuers, issuer) == "127.0.0.1 answered with status 500"
    issuer.configure(jwks_uri=f"{issuer.url}/keys")
    clock.now += 30
    assert ask(issuers, issuer) is not None


def test_keys_that_lay_about_for_long_do_not_serve_when_their_provider_fails(
    issuers: JwksCache, issuer: Issuer, clock: Clock
) -> None:
    ask(issuers, issuer)
    issuer.site.pages["/keys"] = page(b"", "500 Broken")
    clock.now += 3601
    assert failure(issuers, issuer) == "127.0.0.1 answered with status 500"


def test_a_provider_that_hangs_holds_up_who_waits_for_it_and_nobody_after_them(
    issuer: Issuer, clock: Clock
) -> None:
    issuers = JwksCache(FETCHER._replace(timeout_seconds=0.5), clock=clock)
    issuer.site.pages[CONFIGURATION] = hangs
    with ThreadPoolExecutor(8) as threads:
        said = set(threads.map(lambda _: failure(issuers, issuer), range(8)))
    assert said == {"127.0.0.1 did not answer within 0.5 seconds"}
    assert len(issuer.site.asked) == 1
    failure(issuers, issuer)
    assert len(issuer.site.asked) == 1


def test_no_more_wait_than_there_is_room_for(issuer: Issuer) -> None:
    issuers = JwksCache(FETCHER, max_waiting=2)
    at_work, go_on = threading.Semaphore(0), threading.Event()

    def slow(site: Any, secured: Any) -> None:
        at_work.release()
        go_on.wait()
        says({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"})(site, secured)

    issuer.site.pages[CONFIGURATION] = slow
    with ThreadPoolExecutor(2) as threads, issuing() as other:
        first = threads.submit(ask, issuers, issuer)
        assert at_work.acquire(timeout=10)
        other.site.pages[CONFIGURATION] = slow
        second = threads.submit(ask, issuers, other)
        assert at_work.acquire(timeout=10)
        assert failure(issuers, issuer) == f"too many requests wait for {issuer.host} and others"
        go_on.set()
        assert first.result(10) is not None
        with pytest.raises(ProviderUnreachable, match="another issuer"):
            second.result(10)
    assert ask(issuers, issuer) is not None


# Whom is believed what.


def test_what_one_set_of_thumbprints_fetched_serves_no_other(issuers: JwksCache, issuer: Issuer) -> None:
    assert ask(issuers, issuer) is not None
    for thumbprints in ((), ("a" * 40,)):
        with pytest.raises(UntrustedCertificate, match=r"the certificate of 127.0.0.1 is not trusted"):
            issuers.find_key(issuer.host, thumbprints, "rsa", "RS256")
        with pytest.raises(UntrustedCertificate):  # as it is remembered
            issuers.find_key(issuer.host, thumbprints, "rsa", "RS256")


def test_the_thumbprint_of_a_server_is_found_out(issuers: JwksCache, issuer: Issuer) -> None:
    assert issuers.fetch_thumbprint(issuer.host) == issuer.thumbprint


@pytest.mark.parametrize("path", ["", "/", "/realms/one", "/realms/one/"])
def test_where_an_issuer_is_described(issuers: JwksCache, path: str) -> None:
    with issuing(path) as issuer:
        assert ask(issuers, issuer) is not None
        assert issuer.site.asked == [f"{path.rstrip('/')}{CONFIGURATION}", "/keys"]


def test_keys_may_be_at_another_server_that_the_thumbprints_cover(issuers: JwksCache, issuer: Issuer) -> None:
    with issuing() as other:
        other.publish(public_jwk("rsa-other"))
        issuer.configure(jwks_uri=f"{other.url}/keys")
        assert ask(issuers, issuer, "rsa-other") is not None
        assert (issuer.fetches, other.fetches) == (0, 1)


@pytest.mark.parametrize("ending", ["/", "/path", ":443", "?"])
def test_a_configuration_of_another_issuer_is_refused(
    issuers: JwksCache, issuer: Issuer, ending: str
) -> None:
    issuer.configure(issuer=f"{issuer.url}{ending}", jwks_uri=f"{issuer.url}/keys")
    assert failure(issuers, issuer) == f"{issuer.host} publishes the configuration of another issuer"
    assert issuer.fetches == 0


@pytest.mark.parametrize(
    "where",
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
def test_keys_are_not_fetched_from_where_they_may_not_be(
    issuers: JwksCache, issuer: Issuer, where: str
) -> None:
    issuer.configure(jwks_uri=where.format(port=issuer.site.port))
    assert failure(issuers, issuer)
    assert issuer.site.asked == [CONFIGURATION]


# What is no provider.

BOMB = b"[" * 100_000
NOT_JSON = [b"", b"{", b"<html>", b"\xff\xfe{}", BOMB, b'{"a":' * 5000, b'{"keys": ' + b"9" * 5000 + b"}"]
NO_OBJECT = [b"[]", b"null", b"7", b'"text"', b"true"]


@pytest.mark.parametrize("where", [CONFIGURATION, "/keys"])
@pytest.mark.parametrize("body", [*NOT_JSON, *NO_OBJECT], ids=lambda body: repr(body[:12]))
def test_what_is_no_json_object_is_of_no_use(
    issuers: JwksCache, issuer: Issuer, where: str, body: bytes
) -> None:
    issuer.site.pages[where] = page(body)
    kind = "JSON object" if body in NO_OBJECT else "JSON"
    ending = " a " if kind == "JSON object" else " "
    assert failure(issuers, issuer) == f"the provider's answer is not{ending}{kind}"


@pytest.mark.parametrize("uri", [None, 7, [], {}, ["https://127.0.0.1/keys"]])
def test_a_configuration_that_names_no_keys_is_of_no_use(
    issuers: JwksCache, issuer: Issuer, uri: Any
) -> None:
    issuer.configure(jwks_uri=uri)
    assert failure(issuers, issuer) == f"{issuer.host} does not say where its keys are"


@pytest.mark.parametrize("keys", [None, 7, "keys", {}, {"rsa": {}}])
def test_a_list_of_keys_that_is_none_is_of_no_use(issuers: JwksCache, issuer: Issuer, keys: Any) -> None:
    issuer.site.pages["/keys"] = says({"keys": keys})
    assert failure(issuers, issuer) == f"{issuer.host} publishes no keys"


@pytest.mark.parametrize("keys", [[], [None, 7, "rsa"], [{}], [[public_jwk("rsa")]]])
def test_a_list_without_a_key_verifies_nothing(issuers: JwksCache, issuer: Issuer, keys: Any) -> None:
    issuer.publish(*keys)
    assert ask(issuers, issuer) is None
    assert ask(issuers, issuer, None) is None


@pytest.mark.parametrize(
    "large",
    [page(b" " * 5_000_000), page(json.dumps({"keys": [public_jwk("rsa")] * 2000}).encode())],
    ids=["blanks", "keys"],
)
def test_keys_of_five_megabytes_are_not_read(issuers: JwksCache, issuer: Issuer, large: Page) -> None:
    issuer.site.pages["/keys"] = large
    assert failure(issuers, issuer) == "127.0.0.1 answered with more than 262144 bytes"


def test_a_server_that_is_gone_cannot_be_reached(issuers: JwksCache) -> None:
    with serving(None) as site:
        gone = Issuer(site)
    assert failure(issuers, gone) == "127.0.0.1 cannot be reached"
