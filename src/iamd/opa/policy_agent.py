"""Answers policy queries: whether the subjects of an input have the permissions that it asks about."""

from typing import Any

import orjson

from iamd.core.errors import Fault, MalformedInput
from iamd.gate import bucket_policies, decision_events
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.credentials import BearerCredentials
from iamd.gate.decisions import EVALUATE_ACCESS, Answer, DecisionPoint, Inquiry, decide_permission
from iamd.gate.request_context import RequestContext
from iamd.gate.subjects import SubjectFinder, SubjectId
from iamd.opa import ceph, minio, trino
from iamd.opa.question import Question, Reader
from iamd.wire.json_body import Json

_SERVICE = "opa"
# The documents that can be queried, by what they are about. Those of `_FILTERS` have a list of indexes.
_DECISIONS: dict[str, Reader] = {
    "ceph/authz/allow": ceph.read,
    "minio/authz/allow": minio.read_minio,
    "rustfs/authz/allow": minio.read_rustfs,
    "trino/allow": trino.read,
}
_FILTERS: dict[str, Reader] = {"trino/batch": trino.read_filter}
_READERS = {**_DECISIONS, **_FILTERS}
_NO_SUBJECT = Answer(allowed=False, message="The account has no such user.")


class UndefinedDocument(Fault):
    """There is no such document."""

    code = "undefined_document"
    status = 404


class PolicyAgent:
    """Decides for stores that ask as they would ask an Open Policy Agent."""

    def __init__(self, decision_point: DecisionPoint, subject_finder: SubjectFinder) -> None:
        self._decision_point = decision_point
        self._subject_finder = subject_finder

    def check_api_key(self, api_key: BearerCredentials, peer: str) -> None:
        """Raise InvalidApiKey if a store cannot be authenticated; `peer` is its address."""
        self._decision_point.check_credentials(api_key, peer)

    def query(
        self, api_key: BearerCredentials, document: str, body: bytes, context: RequestContext
    ) -> bool | list[int]:
        """Return a document for an input: a decision, or the indexes of what a filter lets through.

        Raises InvalidApiKey or AccessDenied if the store may not ask, UndefinedDocument if there is no such
        document, MalformedInput if the input has another shape. Without an input, nothing is allowed.
        """
        with self._decision_point.inquiry(api_key, _SERVICE, EVALUATE_ACCESS, context) as inquiry:
            if document not in _READERS:
                raise UndefinedDocument("there is no such document")
            values = _read_input(body)
            questions = [] if values is None else _READERS[document](values, inquiry.account_id)
            answers = _Answers(self._subject_finder, inquiry)
            allowed = [answers.answer(question, explains=document in _DECISIONS) for question in questions]
            answers.record(self._decision_point)
        if document in _FILTERS:
            return [index for index, is_allowed in enumerate(allowed) if is_allowed]
        return bool(allowed) and all(allowed)


class _Answers:
    """The answers to the questions of one input."""

    def __init__(self, subject_finder: SubjectFinder, inquiry: Inquiry) -> None:
        self._subject_finder = subject_finder
        self._inquiry = inquiry
        self._subjects: dict[SubjectId, AuthenticatedCaller | None] = {}
        self._events: dict[tuple[SubjectId, str, bool], tuple[int, str, str]] = {}

    def answer(self, question: Question, *, explains: bool) -> bool:
        """Decide a question, and count it; why it is denied is for the audit log, if it `explains`."""
        answer, action, resource_arn = self._decide(question, explains=explains)
        key = (question.subject, action, answer.allowed)
        count, first_arn, reason = self._events.get(key, (0, resource_arn, answer.message))
        self._events[key] = (count + 1, first_arn, reason)
        return answer.allowed

    def record(self, decision_point: DecisionPoint) -> None:
        """Queue the audit events, which are the store's."""
        inquiry = self._inquiry
        for (subject, action, is_allowed), (count, resource_arn, reason) in self._events.items():
            caller = self._find(subject)
            event = decision_events.evaluation(
                inquiry.account_id,
                subject,
                action,
                allowed=is_allowed,
                subject_arn="" if caller is None else caller.caller.principal.arn,
                resource_arn=resource_arn,
                reason=reason,
                times=count,
            )
            decision_point.record(inquiry, inquiry.asker, event, None)

    def _decide(self, question: Question, *, explains: bool) -> tuple[Answer, str, str]:
        """Return an answer with the action and the resource that it is about: what is denied, if anything."""
        if question.refusal or not question.permissions:
            return Answer(allowed=False, message=question.refusal), "", ""
        caller = self._find(question.subject)
        answer, permission = _NO_SUBJECT, question.permissions[0]
        if caller is not None:
            keys = self._inquiry.subject_keys(caller)
            for permission in question.permissions:
                required = permission._replace(context={**permission.context, **keys})
                policy = bucket_policies.find_for(self._inquiry, permission.resource_arn)
                answer = decide_permission(self._inquiry, caller, required, policy, explains=explains)
                if not answer.allowed:
                    break
        return answer, permission.action, permission.resource_arn

    def _find(self, subject: SubjectId) -> AuthenticatedCaller | None:
        if subject not in self._subjects:
            inquiry = self._inquiry
            self._subjects[subject] = self._subject_finder.find(
                inquiry.tx, inquiry.account_id, subject, inquiry.epoch
            )
        return self._subjects[subject]


def _read_input(body: bytes) -> Json | None:
    """Return the input of a query; None without one, as when a store tries whether the agent is there."""
    if not body.strip():
        return None
    try:
        request: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedInput("body contains malformed input document: it is not valid JSON") from error
    if not isinstance(request, dict):
        raise MalformedInput("body contains malformed input document: it must be an object")
    values = request.get("input")
    if values is not None and not isinstance(values, dict):
        raise MalformedInput("input must be an object.")
    return values
