"""The gate: every API call is authenticated, rate limited, authorized, invoked and audited here."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from iamd.core import clock, ids
from iamd.core.client_addresses import address_group
from iamd.core.clock import Clock
from iamd.core.errors import AccessDenied, Fault, MissingAuthenticationToken
from iamd.domain import mfa_parameters
from iamd.framework.call import Call, Caller, Dependencies
from iamd.framework.operation import CallerResolver, Operation, Params, Reply, Target, UnresolvedCaller
from iamd.gate import audit_events, authorization, console_sessions, global_condition_keys
from iamd.gate.audit_entries import audit_entry
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import AuthenticatedCaller, CallerCache
from iamd.gate.concurrency_limits import ConcurrencyLimiter, ConcurrencyPermit
from iamd.gate.credentials import Credentials
from iamd.gate.invocation import Invocation
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_context import RequestContext
from iamd.store import accounts, audit
from iamd.store.access_keys import CredentialRecord
from iamd.store.audit import AuditEvent
from iamd.store.query import Tx

Invoke = Callable[[Params], Reply]

# IAM is a global service: aws:RequestedRegion is us-east-1 whatever Region the client signs for.
_GLOBAL_REGION = "us-east-1"


class Gate:
    """Authenticates callers and invokes the operations that their policies allow."""

    def __init__(
        self,
        dependencies: Dependencies,
        authenticator: Authenticator,
        audit_queue: AuditQueue,
        rate_limiter: RateLimiter,
        concurrency_limiter: ConcurrencyLimiter,
        caller_cache: CallerCache,
        time: Clock = clock.now,
    ) -> None:
        self._dependencies = dependencies
        self._database = dependencies.database
        self._authenticator = authenticator
        self._audit_queue = audit_queue
        self._rate_limiter = rate_limiter
        self._concurrency_limiter = concurrency_limiter
        self._time = time
        self._caller_cache = caller_cache

    def now(self) -> datetime:
        """Return the time by which calls and signatures are evaluated."""
        return self._time()

    @contextlib.contextmanager
    def authenticate(
        self, operation: Operation, credentials: Credentials | None, request_context: RequestContext
    ) -> Iterator[Invoke]:
        """Authenticate the caller, and yield the function that invokes the operation with its parameters.

        The parameters are decoded inside the block, so an unauthenticated client learns nothing about what is
        wrong with them. A read authenticates and runs in one transaction. Raises the Fault of whatever fails.
        """
        if operation.resolve_caller is not None:
            yield partial(self._invoke_unsigned, operation, operation.resolve_caller, request_context)
            return
        if credentials is None:
            raise MissingAuthenticationToken("Request is missing Authentication Token")
        with contextlib.ExitStack() as transaction:
            tx, record, permit = self._begin(transaction, credentials, request_context.source_ip)

            def invoke(params: Params) -> Reply:
                invocation = self._build_invocation(operation, params, request_context)
                if invocation.read_only:
                    caller = self._load_caller(tx, record, invocation)
                    return self._invoke_read(tx, caller, record.data_key, invocation)
                prepared = self._prepare(tx, record, invocation)
                transaction.close()  # waiting for other writers must not keep a read open
                return self._invoke_write(credentials, record, prepared)

            try:
                yield invoke
            finally:
                permit.end()

    def _begin(
        self, transaction: contextlib.ExitStack, credentials: Credentials, source_ip: str
    ) -> tuple[Tx, CredentialRecord, ConcurrencyPermit]:
        """Begin a read transaction and authenticate the caller, whose request then counts as being executed.

        If too many of the caller's requests are, wait outside the transaction and authenticate again.
        """
        tx = transaction.enter_context(self._database.read())
        record = self._authenticate_limited(tx, credentials, source_ip)
        permit = self._concurrency_limiter.try_acquire(record.owner_id)
        if permit is not None:
            return tx, record, permit
        transaction.close()
        permit = self._concurrency_limiter.wait(record.owner_id)
        try:
            tx = transaction.enter_context(self._database.read())
            return tx, self._authenticate(tx, credentials), permit
        except BaseException:
            permit.end()
            raise

    def _authenticate_limited(self, tx: Tx, credentials: Credentials, source_ip: str) -> CredentialRecord:
        """Authenticate the caller and count the call for its limit; a failure counts for the client address.

        A failure does not count for the owner of an access key: whoever knows its ID could block the owner.
        """
        try:
            record = self._authenticate(tx, credentials)
        except Fault:
            self._rate_limiter.consume(address_group(source_ip))
            raise
        self._rate_limiter.consume(record.owner_id)
        return record

    def _authenticate(self, tx: Tx, credentials: Credentials) -> CredentialRecord:
        return self._authenticator.authenticate(tx, credentials, int(self._time().timestamp()))

    def _build_invocation(
        self, operation: Operation, params: Params, request_context: RequestContext
    ) -> Invocation:
        now = self._time()
        return Invocation(operation, params, request_context, now, clock.iso(now))

    def _load_caller(self, tx: Tx, record: CredentialRecord, invocation: Invocation) -> AuthenticatedCaller:
        """Resolve the caller in a read transaction whose statements may each see a different snapshot."""

        def reload(snapshot_tx: Tx, stale_record: CredentialRecord) -> CredentialRecord:
            return self._authenticator.reload(snapshot_tx, stale_record, invocation.epoch)

        return self._caller_cache.resolve_consistently(self._database, tx, record, reload)

    def _invoke_unsigned(
        self,
        operation: Operation,
        resolve_caller: CallerResolver,
        request_context: RequestContext,
        params: Params,
    ) -> Reply:
        """Invoke an unsigned call, whose caller an identity provider authenticates.

        The provider may be contacted, so that happens outside a transaction.
        """
        self._rate_limiter.consume(address_group(request_context.source_ip))
        invocation = self._build_invocation(operation, params, request_context)
        self._dependencies.clock_steps.observe(invocation.epoch)
        try:
            caller = resolve_caller(self._dependencies, params, invocation.epoch)
        except UnresolvedCaller as error:
            self._record_refusal(AuthenticatedCaller.create(error.caller), invocation, error.fault)
            raise error.fault from error
        with self._database.read() as tx, self._database.snapshot(tx) as snapshot_tx:
            account = accounts.find(snapshot_tx, caller.account_id)
            data_key = account.data_key if account else b""
            return self._invoke_read(snapshot_tx, AuthenticatedCaller.create(caller), data_key, invocation)

    def _invoke_read(
        self, tx: Tx, authenticated_caller: AuthenticatedCaller, data_key: bytes, invocation: Invocation
    ) -> Reply:
        operation = invocation.operation
        try:
            call, target = self._authorize(tx, authenticated_caller, data_key, invocation)
            params = invocation.params
            if operation.prepare is not None:
                params = operation.prepare(self._dependencies, call, target.record, params)
            reply = operation.invoke(call, target, params)
        except Fault as fault:
            self._record_refusal(authenticated_caller, invocation, fault)
            raise
        for event in _build_events(authenticated_caller.caller, target, invocation, reply):
            self._audit_queue.put(audit_entry(event, None, authenticated_caller, invocation))
        return reply

    def _invoke_write(
        self, credentials: Credentials, record: CredentialRecord, invocation: Invocation
    ) -> Reply:
        authenticated_caller: AuthenticatedCaller | None = None
        try:
            with self._database.write() as tx:
                accounts.lock(tx, record.account_id)
                record = self._authenticate(tx, credentials)
                authenticated_caller = self._caller_cache.resolve(tx, record)
                reply = self._apply_change(tx, authenticated_caller, record, invocation)
        except Fault as fault:
            if authenticated_caller is not None:
                self._record_refusal(authenticated_caller, invocation, fault)
            raise
        if isinstance(reply, Fault):
            self._record_refusal(authenticated_caller, invocation, reply)
            raise reply
        self._audit_queue.put(audit_entry(None, None, authenticated_caller, invocation))
        return reply

    def _prepare(self, tx: Tx, record: CredentialRecord, invocation: Invocation) -> Invocation:
        """Run an operation's `prepare` step, for authorized callers only; return the updated invocation.

        The step does slow work before the write transaction, which would block other writers.
        """
        prepare = invocation.operation.prepare
        if prepare is None:
            return invocation
        authenticated_caller = self._load_caller(tx, record, invocation)
        try:
            call, target = self._authorize(tx, authenticated_caller, record.data_key, invocation)
            return invocation._replace(
                params=prepare(self._dependencies, call, target.record, invocation.params)
            )
        except Fault as fault:
            self._record_refusal(authenticated_caller, invocation, fault)
            raise

    def _apply_change(
        self,
        tx: Tx,
        authenticated_caller: AuthenticatedCaller,
        record: CredentialRecord,
        invocation: Invocation,
    ) -> Reply | Fault:
        """Run a write operation and add its audit event in the same transaction.

        A fault whose effects must be committed, such as attempt counters or a consumed MFA code, is returned
        instead of raised.
        """
        operation = invocation.operation
        try:
            call, target = self._authorize(tx, authenticated_caller, record.data_key, invocation)
            reply = operation.invoke(call, target, invocation.params)
        except Fault as fault:
            if fault.commits or invocation.has_mfa_code:
                return fault
            raise
        audit.add(tx, list(_build_events(authenticated_caller.caller, target, invocation, reply)))
        accounts.set_revision(tx, record.account_id, ids.revision())
        return reply

    def _authorize(
        self, tx: Tx, authenticated_caller: AuthenticatedCaller, data_key: bytes, invocation: Invocation
    ) -> tuple[Call, Target]:
        """Find the target of a call and authorize it, after consuming the MFA code if there is one.

        Raises a Fault if the call is denied, needs confirmation, or its target does not exist; the last only
        for authorized callers.
        """
        call, operation = (
            self._build_call(tx, authenticated_caller, data_key, invocation),
            invocation.operation,
        )
        if invocation.has_mfa_code:
            call = mfa_parameters.consume_mfa_code(call, invocation.params)
        target = operation.target_finder.find(call, invocation.params)
        global_keys = global_condition_keys.collect(
            call.caller,
            target.account_id or call.account_id,
            _GLOBAL_REGION if operation.model.service == "iam" else invocation.request_context.region,
            invocation.request_context,
            invocation.now,
            invocation.timestamp,
        )
        authorization.authorize(authenticated_caller, operation, call, target, invocation.params, global_keys)
        if operation.requires_confirmation:
            console_sessions.require_confirmed(
                authenticated_caller.caller.session, self._authenticator.session_limits, invocation.epoch
            )
        if target.not_found is not None:
            raise target.not_found
        return call, target

    def _build_call(
        self,
        tx: Tx,
        authenticated_caller: AuthenticatedCaller,
        sealed_data_key: bytes,
        invocation: Invocation,
    ) -> Call:
        vault, context = self._authenticator.vault, invocation.request_context
        account_id = authenticated_caller.caller.account_id
        data_key = vault.data_key(account_id, sealed_data_key) if sealed_data_key else b""
        return Call(
            tx,
            authenticated_caller.caller,
            data_key,
            invocation.timestamp,
            invocation.epoch,
            context.origin,
            vault.token_key,
            context.region,
            self._dependencies.base_url,
        )

    def _record_refusal(
        self, authenticated_caller: AuthenticatedCaller, invocation: Invocation, fault: Fault
    ) -> None:
        event = audit_events.event(
            invocation.operation,
            authenticated_caller.caller,
            invocation.params,
            fault,
            invocation.request_context,
            invocation.timestamp,
        )
        caller = authenticated_caller.caller
        coalesce_key: tuple[str, ...] | None = None
        if caller.web_identity is not None:  # a stranger: anyone can have a token, of GitHub for example
            provider, subject = caller.web_identity.provider_arn, caller.web_identity.subject
            coalesce_key = (caller.account_id, invocation.operation.action, fault.code, provider, subject)
        elif isinstance(fault, AccessDenied):
            coalesce_key = (caller.unique_id, invocation.operation.action, fault.message)
        self._audit_queue.put(audit_entry(event, coalesce_key, authenticated_caller, invocation))


def _build_events(
    caller: Caller, target: Target, invocation: Invocation, reply: Reply
) -> Iterator[AuditEvent]:
    """Yield the event of a successful call, and one for the role's account if that is another account."""
    event = audit_events.event(
        invocation.operation,
        caller,
        invocation.params,
        reply,
        invocation.request_context,
        invocation.timestamp,
    )
    yield event
    if invocation.operation.issues_credentials and target.account_id not in (None, caller.account_id):
        yield audit_events.cross_account_event(event, caller, target.account_id or "")
