"""The latency of a caller that does nothing wrong while others attack, measured in a process of its own."""

import contextlib
import http.client
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import NamedTuple
from urllib.parse import urlsplit

from iamd.wire.request import Request
from tests.http_server import raw
from tests.servers import Account

SOURCE_ADDRESS = "127.0.0.9"  # the attackers are other clients
_CALLER_IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"
_PAUSE_SECONDS = 0.002


class Latency(NamedTuple):
    """Percentiles in milliseconds, and the number of calls."""

    p50: float
    p99: float
    max: float
    calls: int


@contextlib.contextmanager
def measured(account: Account) -> Iterator[list[Latency]]:
    """Call GetCallerIdentity again and again during the block; afterwards the list has the result."""
    results: list[Latency] = []
    here, there = multiprocessing.Pipe()
    request = raw.post(account, _CALLER_IDENTITY, service="sts")
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(account.server.url, request, there)
    )
    process.start()
    assert here.recv() == "started"
    try:
        yield results
    finally:
        here.send("stop")
        results.append(_percentiles(here.recv()))
        process.join()


def _percentiles(seconds: Sequence[float]) -> Latency:
    ordered = sorted(round(1000 * value, 2) for value in seconds)
    return Latency(ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1], len(ordered))


def _run(url: str, request: Request, pipe: Connection) -> None:
    seconds = []
    with contextlib.closing(_connect(url)) as connection:
        _call(connection, request)  # not counted: the caller's policies are being read
        pipe.send("started")
        while not pipe.poll(_PAUSE_SECONDS):
            seconds.append(_call(connection, request))
    pipe.send(seconds)


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=60, source_address=(SOURCE_ADDRESS, 0)
    )


def _call(connection: http.client.HTTPConnection, request: Request) -> float:
    start = time.monotonic()
    connection.request("POST", "/", request.body, request.headers)
    response = connection.getresponse()
    document = response.read()
    assert response.status == 200, document
    return time.monotonic() - start
