"""Decisions for other services: whether a caller may do what is not an operation of this server.

A service or a proxy asks with an API key, a service-specific credential of an IAM user. That user needs the
permission to ask, on the service `arn:aws:iamd::ACCOUNT:service/NAME`; the resources that it asks about
belong to the user's account. No answer is cached: what was revoked is denied at the next question.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from iamd.core import clock
from iamd.core.client_addresses import address_group
from iamd.core.clock import Clock
from iamd.core.errors import (
    AccessDenied,
    ExpiredToken,
    Fault,
    InvalidApiKey,
    InvalidClientTokenId,
    SignatureDoesNotMatch,
)
from iamd.gate import decision_events, global_condition_keys
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import AuthenticatedCaller, CallerCache
from iamd.gate.credentials import Credentials
from iamd.gate.decision_events import DecisionSubject
from iamd.gate.global_condition_keys import ContextKeys
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_context import RequestContext
from iamd.gate.resource_policies import ResourcePolicy
from iamd.policy import Outcome, Request, decide, denial_message
from iamd.services.service_request import RequiredPermission
from iamd.store.access_keys import CredentialRecord
from iamd.store.database import Database
from iamd.store.query import Tx

AUTHORIZE_REQUEST = "iamd:AuthorizeRequest"
EVALUATE_ACCESS = "iamd:EvaluateAccess"
EXPLAIN_ACCESS = "iamd:ExplainAccess"
SEARCH_ACCESS = "iamd:SearchAccess"


class Answer(NamedTuple):
    """Whether a permission is given; if not, `message` says why, in AWS's words for a denial."""

    allowed: bool
    message: str = ""


_ALLOWED, _DENIED = Answer(allowed=True), Answer(allowed=False)


class Inquiry(NamedTuple):
    """The questions of a service at one time, in one transaction.

    `asker` is whom the service's API key belongs to, `account_id` the account that owns the resources.
    Decisions are recorded, unless the service asks a second time what it has asked a moment ago.
    """

    tx: Tx
    asker: AuthenticatedCaller
    service: str
    request_context: RequestContext
    now: datetime
    timestamp: str
    is_recorded: bool = True

    @property
    def account_id(self) -> str:
        return self.asker.caller.account_id

    @property
    def epoch(self) -> int:
        """The time in seconds since 1970."""
        return int(self.now.timestamp())

    def condition_keys(self, caller: AuthenticatedCaller) -> ContextKeys:
        """Return the global condition keys of a caller's request."""
        return global_condition_keys.collect(
            caller.caller,
            self.account_id,
            self.request_context.region,
            self.request_context,
            self.now,
            self.timestamp,
        )

    def subject_keys(self, caller: AuthenticatedCaller) -> ContextKeys:
        """Return the global condition keys of a subject whom the service names, but none of a request."""
        return {
            "aws:currenttime": self.timestamp,
            "aws:epochtime": str(self.epoch),
            "aws:resourceaccount": self.account_id,
            **global_condition_keys.principal_keys(caller.caller),
        }


class DecisionPoint:
    """Authenticates who asks and about whom, and decides by the policies of the latter."""

    def __init__(
        self,
        database: Database,
        authenticator: Authenticator,
        audit_queue: AuditQueue,
        rate_limiter: RateLimiter,
        caller_cache: CallerCache,
        time: Clock = clock.now,
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._audit_queue = audit_queue
        self._rate_limiter = rate_limiter
        self._time = time
        self._caller_cache = caller_cache

    @contextlib.contextmanager
    def inquiry(
        self,
        credentials: Credentials,
        service: str,
        action: str,
        request_context: RequestContext,
        *,
        writes: bool = False,
        is_recorded: bool = True,
    ) -> Iterator[Inquiry]:
        """Authenticate a service, which must be allowed to ask; questions are answered in the block.

        `action` is the permission to ask. If `writes`, the transaction may write. Raises InvalidApiKey if the
        service cannot be authenticated, and AccessDenied if it may not ask.
        """
        with self.identification(credentials, service, request_context, writes=writes) as identified:
            inquiry = identified._replace(is_recorded=is_recorded)
            answer = self.may_ask(inquiry, action)
            if not answer.allowed:
                fault = AccessDenied(answer.message)
                self.record(
                    inquiry,
                    inquiry.asker,
                    decision_events.question(inquiry.account_id, service, action),
                    fault,
                )
                raise fault
            yield inquiry

    @contextlib.contextmanager
    def identification(
        self, credentials: Credentials, service: str, request_context: RequestContext, *, writes: bool = False
    ) -> Iterator[Inquiry]:
        """Authenticate a service, whatever it may ask; InvalidApiKey if that fails."""
        now = self._time()
        with self._database.write() if writes else self._database.read() as tx:
            asker = self._authenticate_asker(tx, credentials, request_context.peer, now)
            yield Inquiry(tx, asker, service, request_context, now, clock.iso(now))

    def may_ask(self, inquiry: Inquiry, action: str) -> Answer:
        """Return whether the service has a permission such as `iamd:AuthorizeRequest`, on itself."""
        arn = f"arn:aws:iamd::{inquiry.account_id}:service/{inquiry.service}"
        keys = inquiry.condition_keys(inquiry.asker)
        return decide_permission(inquiry, inquiry.asker, RequiredPermission(action, arn, keys))

    def check_credentials(self, credentials: Credentials, peer: str) -> None:
        """Raise InvalidApiKey if a service cannot be authenticated, before much is read of what it sends."""
        with self._database.read() as tx:
            self._authenticate_asker(tx, credentials, peer, self._time())

    def _authenticate_asker(
        self, tx: Tx, credentials: Credentials, peer: str, now: datetime
    ) -> AuthenticatedCaller:
        """Authenticate a service, which counts for the rate limit of its own address if that fails.

        It does not count otherwise: it asks for its clients, who are limited each for themselves.
        """
        try:
            return self._load(tx, self._find_record(tx, credentials, peer, now), now)
        except (InvalidClientTokenId, ExpiredToken, SignatureDoesNotMatch) as fault:
            raise InvalidApiKey("The API key is not valid, or no longer.") from fault

    def authenticate(
        self, tx: Tx, credentials: Credentials, source_ip: str, now: datetime
    ) -> AuthenticatedCaller:
        """Authenticate a caller and count it for its rate limit, a failure for that of the client address."""
        record = self._find_record(tx, credentials, source_ip, now)
        self._rate_limiter.consume(record.owner_id)
        return self._load(tx, record, now)

    def count_failure(self, source_ip: str) -> None:
        """Count a request without valid credentials for the rate limit of the client address."""
        self._rate_limiter.consume(address_group(source_ip))

    def _find_record(self, tx: Tx, credentials: Credentials, address: str, now: datetime) -> CredentialRecord:
        try:
            return self._authenticator.authenticate(tx, credentials, int(now.timestamp()))
        except Fault:
            self.count_failure(address)
            raise

    def _load(self, tx: Tx, record: CredentialRecord, now: datetime) -> AuthenticatedCaller:
        epoch = int(now.timestamp())

        def reload(snapshot_tx: Tx, stale_record: CredentialRecord) -> CredentialRecord:
            return self._authenticator.reload(snapshot_tx, stale_record, epoch)

        return self._caller_cache.resolve_consistently(self._database, tx, record, reload)

    @contextlib.contextmanager
    def change(self, inquiry: Inquiry) -> Iterator[Inquiry]:
        """Yield the inquiry in a transaction that writes, for a change that has been authorized already."""
        with self._database.write() as tx:
            yield inquiry._replace(tx=tx)

    def record(
        self,
        inquiry: Inquiry,
        caller: AuthenticatedCaller,
        subject: DecisionSubject,
        fault: Fault | None,
    ) -> None:
        """Queue the audit event of a decision; ServiceUnavailable if the queue is full."""
        if not inquiry.is_recorded:
            return
        build_entry = partial(
            decision_events.audit_entry,
            inquiry.asker.caller,
            caller.caller,
            subject,
            fault,
            inquiry.request_context,
            inquiry.timestamp,
        )
        if fault is None and subject.folds:
            kind = decision_events.kind(caller.caller, subject)
            self._audit_queue.put_data_event(kind, build_entry, subject.times)
        else:
            self._audit_queue.put(build_entry())


def decide_permission(
    inquiry: Inquiry,
    caller: AuthenticatedCaller,
    permission: RequiredPermission,
    resource_policy: ResourcePolicy | None = None,
    *,
    explains: bool = True,
) -> Answer:
    """Decide whether a caller has a permission on a resource of the inquiry's account.

    `resource_policy` is the resource's own policy. The permission's context has all condition
    keys, the global ones too. A denial has a message if `explains`, which takes ten times as long.
    """
    request = Request(
        caller.caller.principal,
        permission.action,
        permission.resource_arn,
        resource_account=inquiry.account_id,
        context=permission.context,
    )
    compiled = None if resource_policy is None else resource_policy.compiled
    if caller.evaluator.outcome(request, compiled) is Outcome.ALLOWED:
        return _ALLOWED
    if not explains:
        return _DENIED
    layers = caller.documents.layers()
    if resource_policy is not None:
        layers = replace(layers, resource=resource_policy.parsed)
    return Answer(allowed=False, message=denial_message(request, decide(request, layers)))


def require_permissions(
    inquiry: Inquiry,
    caller: AuthenticatedCaller,
    permissions: Iterable[RequiredPermission],
    find_policy: Callable[[str], ResourcePolicy | None] = lambda _: None,
) -> None:
    """Raise AccessDenied if a permission that a caller's request needs is missing.

    The global condition keys of the request are added. `find_policy` gets an ARN, and returns the
    resource's own policy.
    """
    keys = inquiry.condition_keys(caller)
    for required in permissions:
        permission = required._replace(context={**keys, **required.context})
        answer = decide_permission(inquiry, caller, permission, find_policy(required.resource_arn))
        if not answer.allowed:
            raise AccessDenied(answer.message)
