"""A batch: the evaluations of one AuthZEN request, decided in one transaction."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from iamd.authzen.condition_keys import ContextKeys
from iamd.authzen.evaluation_request import Evaluation, EvaluationReader, Semantic
from iamd.core.errors import MalformedInput
from iamd.gate import bucket_policies, global_condition_keys, resource_policies
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.decisions import Answer, Inquiry, decide_permission
from iamd.gate.resource_policies import ResourcePolicy
from iamd.gate.subjects import SubjectFinder, SubjectId
from iamd.services.service_request import RequiredPermission
from iamd.wire.json_body import Json

Decision = dict[str, Any]

_NO_SUBJECT = Answer(allowed=False, message="The account has no such subject, or its session has ended.")


class _Subject(NamedTuple):
    """A subject with the condition keys of all of its requests."""

    caller: AuthenticatedCaller
    keys: ContextKeys


# Decisions that are one audit event: their subject, their action, and whether they allow it.
DecisionKind = tuple[SubjectId, str, bool]
_BUCKETS = bucket_policies.bucket_arn("")


@dataclass(slots=True)
class Summary:
    """The decisions of a kind: their number, and the first one's resource and reason.

    The ARN of a subject that the account does not have is empty.
    """

    subject_arn: str
    resource_arn: str
    reason: str
    count: int = 0


# How many characters of policies may be compared with how many of condition keys, to tell reasons: that takes
# seconds, while a thousand denials of usual policies stay below it.
_MAX_EXPLAINED_COMPARISONS = 2_000_000_000
_PERMIT: Decision = {"decision": True}
_DENY: Decision = {"decision": False}


class Batch:
    """The evaluations of one request; `summaries` counts them by kind."""

    def __init__(
        self, subject_finder: SubjectFinder, inquiry: Inquiry, request: Json, *, explains: bool
    ) -> None:
        self._subject_finder = subject_finder
        self._inquiry = inquiry
        self._reader = EvaluationReader(request, inquiry.account_id)
        self._explains = explains
        self._comparisons = 0
        self._subjects: dict[SubjectId, _Subject | None] = {}
        self._bucket_policies: dict[str, ResourcePolicy | None] = {}
        self._read_policies: dict[str, ResourcePolicy] = {}
        self.summaries: dict[DecisionKind, Summary] = {}

    @property
    def account_id(self) -> str:
        """The account whose subjects and resources the questions are about."""
        return self._inquiry.account_id

    def decide_all(self, evaluations: list[Json], semantic: Semantic) -> list[Decision]:
        """Decide evaluations in order until the batch ends; one that is not valid is denied."""
        decisions: list[Decision] = []
        last_decision = semantic.last_decision
        for evaluation in evaluations:
            try:
                decision = self.decide(evaluation)
            except MalformedInput as fault:
                error = {"status": fault.status, "message": fault.message}
                decision = {"decision": False, "context": {"error": error}}
            decisions.append(decision)
            if decision["decision"] is last_decision:
                break
        return decisions

    def decide(self, request: Json) -> Decision:
        """Decide an evaluation, with the reason of a denial if the service may see it.

        Raises MalformedInput if it is not valid.
        """
        evaluation = self._reader.read(request)
        answer = self._answer(evaluation)
        self._count(evaluation, answer)
        if answer.allowed:
            return _PERMIT
        if not (self._explains and answer.message):
            return _DENY
        return {"decision": False, "context": {"reason": answer.message}}

    def is_allowed(self, request: Json) -> bool:
        """Decide an evaluation without counting it, for a search; MalformedInput if it is not valid.

        The request is not the one of the batch, whose objects the batch's reader remembers.
        """
        return self._answer(EvaluationReader(request, self.account_id).read(request)).allowed

    def find_caller(self, subject_id: SubjectId) -> AuthenticatedCaller | None:
        """Return a subject with its policies; None if the account has none of this ID."""
        subject = self._find_subject(subject_id)
        return subject and subject.caller

    def _answer(self, evaluation: Evaluation) -> Answer:
        subject = self._find_subject(evaluation.subject)
        if subject is None:
            return _NO_SUBJECT
        context = {**evaluation.context, **subject.keys} if evaluation.context else subject.keys
        permission = RequiredPermission(evaluation.action, evaluation.resource_arn, context)
        policy = self._resource_policy(evaluation.resource_arn, evaluation.resource_policy)
        explains = self._explains and self._comparisons < _MAX_EXPLAINED_COMPARISONS
        answer = decide_permission(self._inquiry, subject.caller, permission, policy, explains=explains)
        if explains and not answer.allowed:
            length = subject.caller.documents.length + len(evaluation.resource_policy or "")
            self._comparisons += length * _length(context)
        return answer

    def _resource_policy(self, resource_arn: str, document: str | None) -> ResourcePolicy | None:
        """Return the policy of a resource: of its bucket, or the `document` that comes with the question.

        Raises MalformedInput if there are both, or if the latter is not valid.
        """
        bucket_policy = self._bucket_policy(resource_arn) if resource_arn.startswith(_BUCKETS) else None
        if document is None:
            return bucket_policy
        if bucket_policy is not None:
            raise MalformedInput("The bucket has a policy that this server keeps: none can be given.")
        if document not in self._read_policies:
            self._read_policies[document] = resource_policies.read_policy(document)
        return self._read_policies[document]

    def _bucket_policy(self, resource_arn: str) -> ResourcePolicy | None:
        arn = resource_arn.partition("/")[0]
        if arn not in self._bucket_policies:
            self._bucket_policies[arn] = bucket_policies.find_for(self._inquiry, arn)
        return self._bucket_policies[arn]

    def _find_subject(self, subject_id: SubjectId) -> _Subject | None:
        if subject_id not in self._subjects:
            self._subjects[subject_id] = self._load_subject(subject_id)
        return self._subjects[subject_id]

    def _load_subject(self, subject_id: SubjectId) -> _Subject | None:
        inquiry = self._inquiry
        caller = self._subject_finder.find(inquiry.tx, inquiry.account_id, subject_id, inquiry.epoch)
        if caller is None:
            return None
        keys = inquiry.subject_keys(caller)
        if caller.caller.token is not None and subject_id.type == "session":
            keys.update(global_condition_keys.session_keys(caller.caller, inquiry.epoch))
        return _Subject(caller, keys)

    def _count(self, evaluation: Evaluation, answer: Answer) -> None:
        kind = (evaluation.subject, evaluation.action, answer.allowed)
        summary = self.summaries.get(kind)
        if summary is None:
            subject = self._find_subject(evaluation.subject)
            arn = "" if subject is None else subject.caller.caller.principal.arn
            summary = self.summaries[kind] = Summary(arn, evaluation.resource_arn, answer.message)
        summary.count += 1


def _length(context: ContextKeys) -> int:
    return sum(len(value) if isinstance(value, str) else sum(map(len, value)) for value in context.values())
