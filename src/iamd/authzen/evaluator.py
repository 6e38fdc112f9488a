"""AuthZEN evaluations: the questions of a request, decided in one transaction."""

import contextlib
from collections.abc import Iterator
from typing import Any

from iamd.authzen import evaluation_request
from iamd.authzen.batch import Batch, Decision
from iamd.authzen.search import ActionSearch, ResourceSearch, SubjectSearch
from iamd.gate import decision_events
from iamd.gate.credentials import Credentials
from iamd.gate.decision_events import DecisionSubject
from iamd.gate.decisions import (
    EVALUATE_ACCESS,
    EXPLAIN_ACCESS,
    SEARCH_ACCESS,
    DecisionPoint,
    Inquiry,
)
from iamd.gate.request_context import RequestContext
from iamd.gate.subjects import SubjectFinder
from iamd.operations.service_reference import ServiceReference
from iamd.wire.json_body import Json, parse_object

_SERVICE = "authzen"
_EVENT_SERVICE = "iamd"


class AccessEvaluator:
    """Answers evaluation requests of services that may ask."""

    def __init__(
        self, decision_point: DecisionPoint, subject_finder: SubjectFinder, reference: ServiceReference
    ) -> None:
        self._decision_point = decision_point
        self._reference = reference
        self._subject_finder = subject_finder

    def check_api_key(self, credentials: Credentials, peer: str) -> None:
        """Raise InvalidApiKey if a service cannot be authenticated; `peer` is its address."""
        self._decision_point.check_credentials(credentials, peer)

    def count_failure(self, address: str) -> None:
        """Count a request without valid credentials for the rate limit of an address."""
        self._decision_point.count_failure(address)

    def evaluate(self, credentials: Credentials, body: bytes, context: RequestContext) -> Decision:
        """Return the decision of an evaluation request, which is JSON.

        Raises InvalidApiKey or AccessDenied if the service may not ask, MalformedInput if the request is not
        valid.
        """
        with self._batch(credentials, body, context) as (batch, request):
            return batch.decide(request)

    def evaluate_all(self, credentials: Credentials, body: bytes, context: RequestContext) -> Decision:
        """Return the decisions of a batch; without evaluations, that of the request itself.

        An evaluation that is not valid is denied, with an error of its own. Raises as `evaluate` does.
        """
        with self._batch(credentials, body, context) as (batch, request):
            evaluations = evaluation_request.read_evaluations(request)
            if evaluations is None:
                return batch.decide(request)
            return {"evaluations": batch.decide_all(evaluations, evaluation_request.read_semantic(request))}

    def search(
        self, kind: str, credentials: Credentials, body: bytes, context: RequestContext
    ) -> dict[str, Any]:
        """Return the subjects, actions or resources that would be allowed; `kind` is the one to find.

        Raises as `evaluate` does.
        """
        point = self._decision_point
        with point.inquiry(credentials, _SERVICE, SEARCH_ACCESS, context) as inquiry:
            request = parse_object(body)
            batch = Batch(self._subject_finder, inquiry, request, explains=False)
            if kind == "subject":
                results = SubjectSearch(self._subject_finder, inquiry, batch).run(request)
            else:
                search = ActionSearch(batch, self._reference) if kind == "action" else ResourceSearch(batch)
                results = search.run(request)
            event = DecisionSubject(inquiry.account_id, _EVENT_SERVICE, "SearchAccess", kind, {"kind": kind})
            point.record(inquiry, inquiry.asker, event, None)
        return results

    @contextlib.contextmanager
    def _batch(
        self, credentials: Credentials, body: bytes, context: RequestContext
    ) -> Iterator[tuple[Batch, Json]]:
        """Yield a batch for a service that may ask, and its request; decisions are recorded at the end."""
        point = self._decision_point
        with point.inquiry(credentials, _SERVICE, EVALUATE_ACCESS, context) as inquiry:
            explains = point.may_ask(inquiry, EXPLAIN_ACCESS).allowed
            request = parse_object(body)
            batch = Batch(self._subject_finder, inquiry, request, explains=explains)
            yield batch, request
            self._record(inquiry, batch)

    def _record(self, inquiry: Inquiry, batch: Batch) -> None:
        for (subject, action, is_allowed), summary in batch.summaries.items():
            event = decision_events.evaluation(
                inquiry.account_id,
                subject,
                action,
                allowed=is_allowed,
                subject_arn=summary.subject_arn,
                resource_arn=summary.resource_arn,
                reason=summary.reason,
                times=summary.count,
            )
            self._decision_point.record(inquiry, inquiry.asker, event, None)
