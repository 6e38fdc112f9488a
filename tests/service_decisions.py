"""What ListServiceDecisions lists, once the audit queue has written it."""

import time
from typing import Any

from tests.in_process import root_client
from tests.servers import Account

_TIMEOUT_SECONDS = 10.0


def listed(account: Account, **params: Any) -> list[dict[str, Any]]:
    """Return the first page of an account's decisions."""
    decisions: list[dict[str, Any]] = account.iamd.list_service_decisions(**params)["Decisions"]
    return decisions


def eventually_listed(account: Account, count: int, **params: Any) -> list[dict[str, Any]]:
    """Return an account's decisions, waiting until there are as many."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while len(decisions := listed(account, **params)) < count and time.monotonic() < deadline:
        pass
    return decisions


def eventually_listed_in_process(account: Account, count: int) -> None:
    """Wait until as many decisions are listed, of an account that has no access key."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    decisions: list[Any] = []
    while len(decisions) < count and time.monotonic() < deadline:
        with root_client(account.server.store, account.account_id, "iamd") as client:
            decisions = client.list_service_decisions()["Decisions"]
