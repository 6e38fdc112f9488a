"""Decisions for other services: what was allowed and denied, from the audit log."""

from collections.abc import Iterator
from itertools import islice

from iamd.domain import service_decisions
from iamd.domain.service_decisions import ServiceDecision
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import audit, paging
from iamd.store.audit import Period, ScannedEvent
from iamd.store.paging import Page, PageLimits

# A page ends after so many events of any kind, however few of them are decisions: no call reads a whole log.
MAX_EXAMINED = 10_000


@operation("iamd", target_finder=targets.ANY_RESOURCE)
def list_service_decisions(
    call: Call,
    service_name: str | None = None,
    outcome: str | None = None,
    start_time: str | None = None,
    end_time: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    limits = paging.page_limits(marker, max_items)
    events = audit.scan(call.tx, call.account_id, Period(start_time, end_time), limits.after)
    page = _find_page(events, service_name and service_name.lower(), outcome, limits)
    return {"Decisions": page.items, **page.truncation_members()}


def _find_page(
    events: Iterator[ScannedEvent], service_name: str | None, outcome: str | None, limits: PageLimits
) -> Page[ServiceDecision]:
    decisions: list[ServiceDecision] = []
    last_found = last_examined = ""
    for position, record in islice(events, MAX_EXAMINED):
        last_examined = position
        decision = None if record is None else service_decisions.read(record)
        if decision is None or not _matches(decision, service_name, outcome):
            continue
        if len(decisions) == limits.max_items:
            return paging.page_until(decisions, last_found)
        decisions.append(decision)
        last_found = position
    has_more = next(events, None) is not None
    return paging.page_until(decisions, last_examined if has_more else None)


def _matches(decision: ServiceDecision, service_name: str | None, outcome: str | None) -> bool:
    is_of_service = service_name is None or decision.service_name.lower() == service_name
    return is_of_service and outcome in (None, decision.outcome)
