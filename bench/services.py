"""Benchmark of decisions for other services: forward authorization, AuthZEN, and a store behind nginx.

    python -m bench.services [--seconds 4] [--cerbos PROGRAM] [--write docs/performance.md]

A signed GetUser runs beside them in the same run. Decisions per CPU second are those of the worker process.
"""

import argparse
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests import servers
from tests.forward_auth import conftest as gateways
from tests.forward_auth import proxies, seaweedfs
from tests.servers import Account, Server, allow

from bench import cerbos, load
from bench.http import replace_section
from bench.load import Key, LoadResult

BATCH = 1_000
_ACCOUNT_ID = "123456789012"
_SECTION = "<!-- services -->"
_ASK = (
    allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3"),
    allow("iamd:EvaluateAccess", resource="arn:aws:iamd::*:service/authzen"),
)
_PLAIN = """
upstream store {{ server {store}; keepalive 32; }}
server {{
  listen 127.0.0.1:{port}; proxy_buffer_size 16k; proxy_buffers 16 128k; proxy_busy_buffers_size 512k;
  location / {{
    proxy_pass http://store; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host {store}; proxy_max_temp_file_size 0;
  }}
}}
"""
_OBJECTS = {"4 KiB": 4 * 1024, "1 MiB": 1024 * 1024}


class Row(NamedTuple):
    """A line of the table."""

    name: str
    result: LoadResult
    note: str = ""


def sign_get(url: str, key: Key, path: str) -> bytes:
    """Return the bytes of a signed GET request to an S3 endpoint."""
    request = AWSRequest("GET", f"{url}{path}")
    S3SigV4Auth(Credentials(*key), "s3", "us-east-1").add_auth(request)
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def forward_auth_request(iamd_url: str, signed: bytes, api_key: str) -> bytes:
    """Return nginx's question about a signed request."""
    head = signed.decode().removesuffix("\r\n\r\n").split("\r\n")
    target = head[0].split(" ")[1]
    host = next(line.partition(": ")[2] for line in head if line.startswith("Host: "))
    lines = [
        "GET /auth-request/s3 HTTP/1.1",
        f"Host: {urlsplit(iamd_url).netloc}",
        *(line for line in head[1:] if not line.startswith("Host: ")),
        f"X-Iamd-Api-Key: {api_key}",
        "X-Forwarded-Method: GET",
        f"X-Forwarded-Uri: {target}",
        f"X-Forwarded-Host: {host}",
        "X-Forwarded-Proto: http",
        "X-Forwarded-For: 127.0.0.1",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def authzen_request(iamd_url: str, path: str, api_key: str, request: object) -> bytes:
    """Return the bytes of an AuthZEN request."""
    body = json.dumps(request).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(iamd_url).netloc}",
        f"Authorization: Bearer {api_key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def worker_id(server: Server) -> int:
    """Return the process ID of a server's only worker."""
    process_id = server.process.pid
    return int(Path(f"/proc/{process_id}/task/{process_id}/children").read_text())


def cpu_seconds(process_id: int) -> float:
    """Return the CPU time of a process."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_decisions(account: Account, api_key: str, seconds: float) -> Iterator[Row]:
    """Measure single and many decisions of iamd itself."""
    url, key = account.server.url, (account.access_key_id, account.secret_access_key)
    get_user = load.sign_request(
        url, "iam", key, {"Action": "GetUser", "Version": "2010-05-08", "UserName": "admin"}
    )
    signed = sign_get("http://127.0.0.1:8080", key, "/bucket/some/key")
    single = {
        "subject": {"type": "user", "id": "admin"},
        "action": {"name": "s3:GetObject"},
        "resource": {"type": "s3", "id": "arn:aws:s3:::bucket/some/key"},
    }
    resources = [
        {"resource": {"type": "s3", "id": f"arn:aws:s3:::bucket/key-{number}"}} for number in range(BATCH)
    ]
    requests = {
        "GetUser, signed": get_user,
        "forward authorization of GetObject": forward_auth_request(url, signed, api_key),
        "AuthZEN, one evaluation": authzen_request(url, "/access/v1/evaluation", api_key, single),
        f"AuthZEN, {BATCH} evaluations": authzen_request(
            url, "/access/v1/evaluations", api_key, {**single, "evaluations": resources}
        ),
    }
    for name, request in requests.items():
        load.run_load(url, itertools.repeat(request, 50), 1.0)
        count = BATCH if str(BATCH) in name else 1
        yield _measured(name, url, request, worker_id(account.server), count, seconds)


def measure_cerbos(program: Path, folder: Path, seconds: float) -> Iterator[Row]:
    """Measure single and many decisions of Cerbos."""
    with cerbos.running(program, folder) as (url, process):
        for count, name in ((1, "one resource"), (cerbos.MAX_RESOURCES, f"{cerbos.MAX_RESOURCES} resources")):
            request = cerbos.check_request(url, count)
            load.run_load(url, itertools.repeat(request, 50), 1.0)
            yield _measured(f"Cerbos, {name}", url, request, process.pid, count, seconds)


def _measured(name: str, url: str, request: bytes, process_id: int, count: int, seconds: float) -> Row:
    """Measure a request for `count` decisions."""
    before = cpu_seconds(process_id)
    result = load.run_load(url, itertools.repeat(request), seconds)
    decisions = result.per_second * seconds * count
    return Row(name, result, f"{decisions / (cpu_seconds(process_id) - before):,.0f} per CPU second")


def measure_gateway(
    account: Account, api_key: str, store: seaweedfs.ObjectStore, seconds: float
) -> Iterator[Row]:
    """Measure GETs of a store's objects: directly, through nginx alone, and with iamd."""
    store_key = (seaweedfs.ACCESS_KEY, seaweedfs.SECRET_KEY)
    key = (account.access_key_id, account.secret_access_key)
    store_url = f"http://{store.host}"
    client = gateways.s3_client(store_url, store_key)
    client.create_bucket(Bucket="bench")
    port = servers.free_port()
    with (
        tempfile.TemporaryDirectory() as plain_folder,
        tempfile.TemporaryDirectory() as folder,
        proxies.started(
            "nginx", Path(plain_folder), _PLAIN.format(port=port, store=store.host), port
        ) as plain_url,
        gateways.running_nginx(Path(folder), account.server, store, api_key) as url,
    ):
        for name, size in _OBJECTS.items():
            client.put_object(Bucket="bench", Key=f"object-{size}", Body=b"x" * size)
            path = f"/bench/object-{size}"
            requests = {
                "the store alone": (store_url, sign_get(store_url, store_key, path)),
                "nginx in front": (plain_url, sign_get(store_url, store_key, path)),
                "nginx and iamd in front": (url, sign_get(url, key, path)),
            }
            first = None
            for kind, (target, request) in requests.items():
                load.run_load(target, itertools.repeat(request, 50), 1.0)
                result = load.run_load(target, itertools.repeat(request), seconds)
                first = first or result
                yield Row(f"GET of {name}, {kind}", result, f"{result.per_second / first.per_second:.0%}")


def main() -> None:
    """Measure, print the table, and write it to the page if `--write` is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--cerbos", type=Path, help="Cerbos' program, to measure it too")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        seaweedfs.running(Path(folder)) as store,
    ):
        rows = _measure(Path(folder), store, arguments.seconds)
        if arguments.cerbos:
            rows += measure_cerbos(arguments.cerbos, Path(folder), arguments.seconds)
        table = _table(rows)
    print(table)
    if arguments.write:
        replace_section(arguments.write, _SECTION, table)


def _measure(folder: Path, store: seaweedfs.ObjectStore, seconds: float) -> list[Row]:
    with servers.serving_new_store(
        folder / "iamd", IAMD_S3_STORE=store.url, IAMD_S3_ACCOUNTS=_ACCOUNT_ID
    ) as server:
        account = servers.create_account(server, _ACCOUNT_ID)
        api_key = gateways.create_api_key(account, *_ASK)
        rows = list(measure_decisions(account, api_key, seconds))
        if shutil.which("nginx") is not None:
            rows += measure_gateway(account, api_key, store, seconds)
    return rows


def _table(rows: list[Row]) -> str:
    lines = ["| request | requests/s | p50 ms | p99 ms | |", "|---|---:|---:|---:|---|"]
    for name, (per_second, p50, p99), note in rows:
        lines.append(f"| {name} | {per_second:,.0f} | {p50:.1f} | {p99:.1f} | {note} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
