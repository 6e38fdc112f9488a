"""Benchmark of the steps of a GetUser request, each measured separately, in this process, on SQLite.

python -m bench.steps [--write docs/performance.md]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests import servers

from bench import load
from bench.http import replace_section
from iamd import datastore, operations
from iamd.config import Settings
from iamd.core import clock
from iamd.core.clock_steps import ClockSteps
from iamd.framework.call import Call
from iamd.gate import audit_events, authorization, global_condition_keys
from iamd.gate.audit_queue import AuditEntry, AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import CallerCache
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.credentials import AccessKeyCredentials
from iamd.gate.request_context import RequestContext
from iamd.store.audit import AuditEvent
from iamd.wire import constraints, query_request, sigv4, xml_response
from iamd.wire.request import Request

_REPEATS = 3_000
_URL = "http://127.0.0.1:8470"
_PARAMS = {"Action": "GetUser", "Version": "2010-05-08", "UserName": "admin"}


def _microseconds(step: Callable[[], object]) -> float:
    step()
    start = time.perf_counter()
    for _ in range(_REPEATS):
        step()
    return (time.perf_counter() - start) / _REPEATS * 1e6


def _request(key: load.Key) -> Request:
    head, _, body = load.sign_request(_URL, "iam", key, _PARAMS).partition(b"\r\n\r\n")
    lines = [line.decode().partition(": ") for line in head.split(b"\r\n")[1:]]
    headers = {name.lower(): value for name, _, value in lines} | {"host": urlsplit(_URL).netloc}
    return Request("POST", "/", "", headers, body, "127.0.0.1", secure=False)


def measure(folder: Path) -> dict[str, float]:
    """Return each step's time in microseconds; the store is created in `folder`."""
    store = datastore.open_store(Settings(data=folder / "data"))
    account = servers.create_account_in_store(store)
    request = _request((account.access_key_id or "", account.secret_access_key or ""))
    operation = operations.OPERATIONS["iam"]["GetUser"]
    model, database, now = operation.model, store.database, clock.now()
    content_type = request.headers["content-type"]
    form = query_request.parse_form("", request.body, content_type)
    signature = sigv4.parse_signature(request, now)
    credentials = AccessKeyCredentials(
        signature.access_key_id, None, lambda secret: sigv4.verify(signature, secret)
    )
    request_context = RequestContext("id", "127.0.0.1", "agent", "", secure=False, region="us-east-1")
    caller_cache = CallerCache()
    authenticator = Authenticator(store.vault, SessionLimits(3600, 43_200, ClockSteps()))
    audit_queue = AuditQueue(database, timedelta(days=1))

    def empty_transaction() -> None:
        with database.read():
            pass

    def params() -> dict[str, Any]:
        params_read = query_request.decoder(model.input)(form)
        constraints.validator(model.input)(params_read)
        return params_read

    with database.read() as tx:
        record = authenticator.authenticate(tx, credentials, 0)
        authenticated_caller = caller_cache.resolve(tx, record)
        call = Call(tx, authenticated_caller.caller, b"", clock.iso(now))
        target = operation.target_finder.find(call, params())

        def authorize() -> None:
            keys = global_condition_keys.collect(
                call.caller, call.account_id, "us-east-1", request_context, now, call.timestamp
            )
            authorization.authorize(authenticated_caller, operation, call, target, params(), keys)

        def event() -> AuditEvent:
            return audit_events.event(
                operation, authenticated_caller.caller, params(), None, request_context, call.timestamp
            )

        reply = operation.invoke(call, target, params())
        audit_event = event()
        results = {
            "form": _microseconds(lambda: query_request.parse_form("", request.body, content_type)),
            "signature, up to the string to sign": _microseconds(lambda: sigv4.parse_signature(request, now)),
            "authentication: one select, unsealing, signature check": _microseconds(
                lambda: authenticator.authenticate(tx, credentials, 0)
            ),
            "parameters, decoded and validated": _microseconds(params),
            "target: two selects": _microseconds(lambda: operation.target_finder.find(call, params())),
            "authorization, with its condition keys": _microseconds(authorize),
            "operation: one select": _microseconds(lambda: operation.invoke(call, target, params())),
            "audit event": _microseconds(event),
            "rendering": _microseconds(lambda: xml_response.renderer(model)(reply, "id")),
        }
    results["begin and commit"] = _microseconds(empty_transaction)
    results["audit queue"] = _microseconds(lambda: audit_queue.put(AuditEntry(None, None)))
    assert audit_event.event_name == "GetUser"
    audit_queue.close()
    database.close()
    return results


def main() -> None:
    """Measure, print the results, and write them to the page if `--write` is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder))
    lines = ["| step of a GetUser | µs |", "|---|---:|"]
    lines += [f"| {name} | {microseconds:.0f} |" for name, microseconds in results.items()]
    table = "\n".join(lines)
    print(table)
    if arguments.write:
        replace_section(arguments.write, "<!-- steps -->", table)


if __name__ == "__main__":
    main()
