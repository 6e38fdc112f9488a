"""What ListServiceDecisions lists, once the audit queue has written it."""

import time
from typing import Any

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
