"""The one gate: find, authorize, run, record. Both doors lead here, and nothing leads round it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from iamd.api import authorize, context, events, sessions
from iamd.api.callers import Callers, Known
from iamd.api.limits import Limits
from iamd.api.proof import Circumstances, Proof, SessionProof
from iamd.api.prover import Prover
from iamd.api.recorder import Note, Recorder
from iamd.core import clock, ids
from iamd.core.clock import Clock
from iamd.core.errors import AccessDenied, Fault, MissingAuthenticationToken
from iamd.ops import second_factor
from iamd.ops.call import Call, Caller, Means
from iamd.ops.operation import Operation, Reply, Target, Unvouched, Vouch
from iamd.store import accounts, audit
from iamd.store.access_keys import Credential, Use
from iamd.store.audit import Event
from iamd.store.query import Tx
from iamd.store.roles import RoleUse

Params = Mapping[str, Any]
AnyProof = Proof | SessionProof


class _Asked(NamedTuple):
    """One call on its way through the gate."""

    operation: Operation
    params: Params
    around: Circumstances
    now: datetime
    at: str  # the same moment, as the wire writes it

    @property
    def only_reads(self) -> bool:
        """Whether the call leaves the store as it is; a code of an MFA device is used up."""
        return self.operation.reads and not self.shows_code

    @property
    def shows_code(self) -> bool:
        """Whether a code of an MFA device comes along, which is used up whatever becomes of the call."""
        return self.operation.second_factor and second_factor.is_shown(self.params)

    @property
    def seconds(self) -> int:
        """The same moment, in seconds since 1970."""
        return int(self.now.timestamp())


class Gate:
    """Lets proved callers do what their policies allow."""

    def __init__(
        self,
        means: Means,
        prover: Prover,
        recorder: Recorder,
        limits: Limits,
        time: Clock = clock.now,
    ) -> None:
        self._means = means
        self._database = means.database
        self._prover = prover
        self._recorder = recorder
        self._limits = limits
        self._time = time
        self._callers = Callers()

    def now(self) -> datetime:
        """Return the moment that calls and signatures are judged by."""
        return self._time()

    def call(
        self, operation: Operation, proof: AnyProof | None, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        """Prove the caller, read its parameters, and do what it asks; a Fault when any of it fails.

        `read` is called once the caller is proved: nobody else is told what is wrong with a request. There is
        no proof where the operation itself finds out who calls.
        """
        if operation.vouch is not None:
            return self._vouched(operation, operation.vouch, read(), around)
        if proof is None:
            raise MissingAuthenticationToken("Request is missing Authentication Token")
        # The signature is checked before the writers' queue is joined, and the key read again within it.
        with self._database.read() as tx:
            credential = self._prove(tx, proof)
            self._limits.admit(credential.owner_id)
            asked = self._asked(operation, read(), around)
            if asked.only_reads:
                return self._read(tx, self._know(tx, credential, asked), credential.data_key, asked)
            asked = self._prepared(tx, credential, asked)
        return self._write(proof, credential, asked)

    def _prove(self, tx: Tx, proof: AnyProof) -> Credential:
        return self._prover.prove(tx, proof, int(self._time().timestamp()))

    def _asked(self, operation: Operation, params: Params, around: Circumstances) -> _Asked:
        now = self._time()
        return _Asked(operation, params, around, now, clock.iso(now))

    def _know(self, tx: Tx, credential: Credential, asked: _Asked) -> Known:
        """Know the caller in a read, whose statements may each see another state."""

        def again(still: Tx, held: Credential) -> Credential:
            return self._prover.again(still, held, asked.seconds)

        return self._callers.know_by(self._database, tx, credential, again)

    def _vouched(self, operation: Operation, vouch: Vouch, params: Params, around: Circumstances) -> Reply:
        """Answer whom another server vouches for, which is asked while no transaction is open."""
        self._limits.admit(around.source_ip)
        asked = self._asked(operation, params, around)
        try:
            caller = vouch(self._means, params, asked.seconds)
        except Unvouched as refused:
            self._refused(Known.of(refused.caller), asked, refused.fault)
            raise refused.fault from refused
        with self._database.read() as tx, self._database.steady(tx) as still:
            account = accounts.find(still, caller.account_id)
            data_key = account.data_key if account else b""
            return self._read(still, Known.of(caller), data_key, asked)

    def _read(self, tx: Tx, known: Known, data_key: bytes, asked: _Asked) -> Reply:
        operation = asked.operation
        try:
            call, target = self._allowed(tx, known, data_key, asked)
            reply = operation.perform(call, target, asked.params)
        except Fault as fault:
            self._refused(known, asked, fault)
            raise
        for event in _events(known.caller, target, asked, reply):
            self._recorder.note(_note(event, (event.event_id,), known, asked))
        return reply

    def _write(self, proof: AnyProof, credential: Credential, asked: _Asked) -> Reply:
        known: Known | None = None
        try:
            with self._database.write() as tx:
                accounts.lock(tx, credential.account_id)
                credential = self._prove(tx, proof)
                known = self._callers.know(tx, credential)
                reply = self._changed(tx, known, credential, asked)
        except Fault as fault:
            if known is not None:
                self._refused(known, asked, fault)
            raise
        if isinstance(reply, Fault):
            self._refused(known, asked, reply)
            raise reply
        self._recorder.note(_note(None, None, known, asked))
        return reply

    def _prepared(self, tx: Tx, credential: Credential, asked: _Asked) -> _Asked:
        """Do an operation's slow work before anybody is held up by it; only for who may do the rest."""
        prepare = asked.operation.prepare
        if prepare is None:
            return asked
        known = self._know(tx, credential, asked)
        try:
            call, target = self._allowed(tx, known, credential.data_key, asked)
            return asked._replace(params=prepare(self._means, call, target.record, asked.params))
        except Fault as fault:
            self._refused(known, asked, fault)
            raise

    def _changed(self, tx: Tx, known: Known, credential: Credential, asked: _Asked) -> Reply | Fault:
        """Make a change with its event; a fault that keeps what was counted is returned: it commits."""
        operation = asked.operation
        try:
            call, target = self._allowed(tx, known, credential.data_key, asked)
            reply = operation.perform(call, target, asked.params)
        except Fault as fault:
            if fault.keeps or asked.shows_code:
                return fault
            raise
        audit.add(tx, list(_events(known.caller, target, asked, reply)))
        accounts.touch(tx, credential.account_id, ids.revision())
        return reply

    def _allowed(self, tx: Tx, known: Known, data_key: bytes, asked: _Asked) -> tuple[Call, Target]:
        """Find what a call acts on and ask whether it may; a Fault when not, or when nothing is there."""
        call, operation = self._call(tx, known, data_key, asked), asked.operation
        if asked.shows_code:
            call = second_factor.use(call, asked.params)
        target = operation.on.find(call, asked.params)
        around = context.context(call.caller, operation, target, asked.around, asked.now, asked.at)
        authorize.authorize(known, operation, call, target, asked.params, around)
        if operation.confirm:
            sessions.require_confirmed(known.caller.session, asked.seconds)
        if target.missing is not None:
            raise target.missing
        return call, target

    def _call(self, tx: Tx, known: Known, sealed: bytes, asked: _Asked) -> Call:
        vault = self._prover.vault
        data_key = vault.data_key(known.caller.account_id, sealed) if sealed else b""
        origin = asked.around.origin
        return Call(tx, known.caller, data_key, asked.at, asked.seconds, origin, vault.token_key)

    def _refused(self, known: Known, asked: _Asked, fault: Fault) -> None:
        event = events.event(asked.operation, known.caller, asked.params, fault, asked.around, asked.at)
        caller = known.caller
        fold = None
        if caller.web_identity is not None:  # anybody can be refused so, in words of their own choosing
            fold = (caller.account_id, asked.operation.action, fault.code)
        elif isinstance(fault, AccessDenied):
            fold = (caller.unique_id, asked.operation.action, fault.message)
        self._recorder.note(_note(event, fold, known, asked))


def _events(caller: Caller, target: Target, asked: _Asked, reply: Reply) -> Iterator[Event]:
    """Return the event of a call that was answered, and that of the account whose role it was about."""
    told = events.event(asked.operation, caller, asked.params, reply, asked.around, asked.at)
    yield told
    if asked.operation.issues and target.account_id not in (None, caller.account_id):
        yield events.for_owner(told, caller, target.account_id or "")


def _note(event: Event | None, fold: tuple[str, ...] | None, known: Known, asked: _Asked) -> Note:
    """Return what a call leaves behind: its event, and that its key, its session or its role was used."""
    caller = known.caller
    if caller.session is not None:
        stale = sessions.is_stale(caller.session, asked.seconds)
        return Note(event, fold, seen=(caller.session.token_hash, asked.seconds) if stale else None)
    if caller.role is not None:
        region = asked.around.region
        return Note(event, fold, role=RoleUse(caller.account_id, caller.role.role_id, asked.at, region))
    if caller.is_temporary or caller.web_identity is not None:
        return Note(event, fold)
    return Note(event, fold, use=_use(known, asked))


def _use(known: Known, asked: _Asked) -> Use:
    model = asked.operation.model
    return Use(
        known.caller.account_id,
        known.caller.access_key_id,
        asked.at,
        model.service,
        asked.around.region,
    )
