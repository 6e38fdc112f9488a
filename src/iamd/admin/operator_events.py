"""Audit events of what the server's operator does on the host."""

from typing import Any

from iamd.core.records import Account
from iamd.gate.request_context import RequestContext
from iamd.signin import identity, sign_in_events
from iamd.store import audit
from iamd.store.query import Tx

OPERATOR_CONTEXT = RequestContext("", "", "iamd on the host", "", True, "us-east-1")


def record(
    tx: Tx, account: Account, name: str, timestamp: str, source: str = "iamd.amazonaws.com", **data: Any
) -> None:
    """Write an audit event as the account's root user; `data` becomes its `additionalEventData`.

    `timestamp` is ISO 8601 text, `source` the event source.
    """
    root = identity.root_of_account(tx, account)
    event = sign_in_events.event(root, name, OPERATOR_CONTEXT, timestamp, source=source, **data)
    audit.add(tx, [event])
