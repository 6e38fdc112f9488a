"""Signing keys are replaced every 90 days, and verifiers that cache the published keys notice nothing."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from iamd.core.records import SigningKey
from iamd.datastore import Store
from iamd.domain import signing_keys as rules
from iamd.gate.issuers import IssuerDirectory
from iamd.store import issuers, signing_keys
from tests.api.web_identity import VerifiedToken, verify_with
from tests.gate.process import BASE_URL, HOUR, Process, running

DAY = 24 * HOUR
ALGORITHMS = ("RS256", "ES384")


@pytest.fixture
def process(store: Store) -> Iterator[Process]:
    with running(store) as process:
        process.call("iam", "EnableOutboundWebIdentityFederation", process.access_key)
        yield process


def request_token(process: Process, algorithm: str = "ES384", seconds: int = 300) -> str:
    params = {"audience": ["a"], "signing_algorithm": algorithm, "duration_seconds": seconds}
    return str(process.call("sts", "GetWebIdentityToken", process.access_key, **params)["WebIdentityToken"])


def directory(process: Process) -> IssuerDirectory:
    return IssuerDirectory(process.store.database, BASE_URL, process.clock)


def issuer_id(process: Process) -> str:
    with process.store.database.read() as tx:
        issuer = issuers.find(tx, process.account_id)
    assert issuer is not None
    return issuer.issuer_id


def published(process: Process) -> Any:
    """Return the JWK set that a verifier fetches now."""
    return json.loads(json.dumps(directory(process).find_keys(issuer_id(process))))


def key_ids(process: Process, algorithm: str = "ES384") -> list[str]:
    """Return the IDs of the published keys of an algorithm."""
    return [key["kid"] for key in published(process)["keys"] if key["alg"] == algorithm]


def signed_by(process: Process, algorithm: str = "ES384") -> str:
    """Request a token that the published keys verify; return the ID of its key."""
    return key_id(verify_with(request_token(process, algorithm), published(process)))


def key_id(token: VerifiedToken) -> str:
    return str(token.header["kid"])


@pytest.mark.both_databases
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_life_of_a_key(process: Process, algorithm: str) -> None:
    first = signed_by(process, algorithm)
    process.clock.move(89 * DAY - HOUR)
    assert (signed_by(process, algorithm), key_ids(process, algorithm)) == (first, [first])

    process.clock.move(HOUR)  # the next key is published, and does not sign yet
    assert signed_by(process, algorithm) == first
    assert key_ids(process, algorithm)[0] == first
    second = key_ids(process, algorithm)[1]
    process.clock.move(DAY - 1)
    assert signed_by(process, algorithm) == first

    process.clock.move(1)  # it signs, and the first is still published
    assert (signed_by(process, algorithm), key_ids(process, algorithm)) == (second, [first, second])
    process.clock.move(2 * HOUR - 1)
    assert key_ids(process, algorithm) == [first, second]
    process.clock.move(1)
    assert (signed_by(process, algorithm), key_ids(process, algorithm)) == (second, [second])


def test_a_verifier_that_caches_keys_for_a_day_accepts_every_token(process: Process) -> None:
    cached = [published(process)] * 2  # fetched 24 and 12 hours ago
    ids = []
    for _ in range(0, 200 * DAY, DAY // 2):
        token = request_token(process, seconds=HOUR)
        ids.append(key_id(verify_with(token, cached[0])))
        cached = [cached[1], published(process)]
        process.clock.move(HOUR)
        verify_with(token, published(process))  # at its end
        process.clock.move(DAY // 2 - HOUR)
    replacements = [later for earlier, later in pairwise(ids) if later != earlier]
    assert len(set(replacements)) == len(replacements) == 2


def test_nobody_asked_for_a_token_for_long(process: Process) -> None:
    first = signed_by(process)
    process.clock.move(300 * DAY)
    assert signed_by(process) == first  # verifiers have only this one
    process.clock.move(DAY)
    assert signed_by(process) != first


def test_replaced_keys_are_deleted_with_the_next_one(process: Process) -> None:
    for _ in range(4):
        for algorithm in ALGORITHMS:
            signed_by(process, algorithm)
        process.clock.move(90 * DAY)
    request_token(process)
    keys = stored_keys(process)
    assert [key.algorithm for key in keys].count("RS256") <= 2
    assert [key.algorithm for key in keys].count("ES384") <= 2


def stored_keys(process: Process) -> list[SigningKey]:
    with process.store.database.read() as tx:
        return signing_keys.list_all(tx, process.account_id)


@pytest.mark.both_databases
def test_concurrent_requests_create_one_key(process: Process) -> None:
    process.clock.move(89 * DAY)
    with ThreadPoolExecutor(4) as threads:
        tokens = list(threads.map(lambda _: request_token(process), range(4)))
    assert len({key_id(verify_with(token, published(process))) for token in tokens}) == 1
    assert (len(key_ids(process, "RS256")), len(key_ids(process, "ES384"))) == (2, 2)


def test_clock_set_back_before_the_first_key(process: Process) -> None:
    first = signed_by(process)
    process.clock.move(-30 * DAY)
    assert signed_by(process) == first


def test_disabled_issuers_are_published_until_their_tokens_have_expired(process: Process) -> None:
    token = request_token(process, seconds=HOUR)
    process.clock.move(60)
    process.call("iam", "DisableOutboundWebIdentityFederation", process.access_key)
    process.clock.move(2 * HOUR - 1)
    verify_with(token, published(process))
    process.clock.move(1)
    documents = directory(process)
    assert documents.find_keys(issuer_id(process)) is None
    assert documents.find_configuration(issuer_id(process)) is None

    process.call("iam", "EnableOutboundWebIdentityFederation", process.access_key)
    verify_with(token, published(process))


def test_a_disabled_account_gets_no_new_keys(process: Process) -> None:
    process.call("iam", "DisableOutboundWebIdentityFederation", process.access_key)
    process.clock.move(100 * DAY)
    before = stored_keys(process)
    with pytest.raises(Exception, match="not enabled"):
        request_token(process)
    assert stored_keys(process) == before


def key(name: str, active_at: int, algorithm: str = "ES384") -> SigningKey:
    return SigningKey(name, algorithm, "{}", b"", active_at)


def test_algorithms_have_keys_of_their_own() -> None:
    keys = [key("rsa", 0, "RS256"), key("ec", 0), key("next ec", 90 * DAY)]
    assert rules.due_algorithms(keys, 89 * DAY) == ["RS256"]
    assert rules.select_signer(keys, "RS256", 91 * DAY).key_id == "rsa"
    assert [item.key_id for item in rules.select_published(keys, 91 * DAY)] == ["rsa", "next ec"]
