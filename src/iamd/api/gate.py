"""The one gate: find, authorize, run, record. Both doors lead here, and nothing leads round it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from iamd.api import authorize, events, sessions
from iamd.api.callers import Callers, Known, Prover
from iamd.api.limits import Limits
from iamd.api.proof import Circumstances, Proof, SessionProof
from iamd.api.recorder import Note, Recorder
from iamd.core import clock, ids
from iamd.core.clock import Clock
from iamd.core.errors import AccessDenied, Fault
from iamd.ops.call import Call, Means
from iamd.ops.operation import Operation, Reply, Target
from iamd.store import accounts, audit
from iamd.store.access_keys import Credential, Use
from iamd.store.audit import Event
from iamd.store.query import Tx

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
        self, operation: Operation, proof: AnyProof, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        """Prove the caller, read its parameters, and do what it asks; a Fault when any of it fails.

        `read` is called once the caller is proved: nobody else is told what is wrong with a request.
        """
        if operation.reads:
            return self._read(operation, proof, read, around)
        return self._write(operation, proof, read, around)

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

    def _read(
        self, operation: Operation, proof: AnyProof, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        with self._database.read() as tx:
            credential = self._prove(tx, proof)
            self._limits.admit(credential.owner_id)
            asked = self._asked(operation, read(), around)
            known = self._know(tx, credential, asked)
            try:
                call, target = self._allowed(tx, known, credential, asked)
                reply = operation.perform(call, target, asked.params)
            except Fault as fault:
                self._refused(known, asked, fault)
                raise
        event = events.event(operation, known.caller, asked.params, None, around, asked.at)
        self._recorder.note(_note(event, (event.event_id,), known, asked))
        return reply

    def _write(
        self, operation: Operation, proof: AnyProof, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        # The signature is checked before the writers' queue is joined, and the key read again within it.
        with self._database.read() as tx:
            credential = self._prove(tx, proof)
            self._limits.admit(credential.owner_id)
            asked = self._prepared(tx, credential, self._asked(operation, read(), around))
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
            call, target = self._allowed(tx, known, credential, asked)
            return asked._replace(params=prepare(self._means, call, target.record, asked.params))
        except Fault as fault:
            self._refused(known, asked, fault)
            raise

    def _changed(self, tx: Tx, known: Known, credential: Credential, asked: _Asked) -> Reply | Fault:
        """Make a change with its event; a fault that keeps what was counted is returned: it commits."""
        operation = asked.operation
        try:
            call, target = self._allowed(tx, known, credential, asked)
            reply = operation.perform(call, target, asked.params)
        except Fault as fault:
            if fault.keeps:
                return fault
            raise
        event = events.event(operation, known.caller, asked.params, reply, asked.around, asked.at)
        audit.add(tx, [event])
        accounts.touch(tx, credential.account_id, ids.revision())
        return reply

    def _allowed(self, tx: Tx, known: Known, credential: Credential, asked: _Asked) -> tuple[Call, Target]:
        """Find what a call acts on and ask whether it may; a Fault when not, or when nothing is there."""
        data_key = self._prover.vault.data_key(credential.account_id, credential.data_key)
        call = Call(tx, known.caller, data_key, asked.at, asked.seconds, asked.around.origin)
        target = asked.operation.on.find(call, asked.params)
        around = authorize.context(known, asked.operation, asked.around, asked.now, asked.at)
        authorize.authorize(known, asked.operation, call, target, asked.params, around)
        if asked.operation.confirm:
            sessions.require_confirmed(known.caller.session, asked.seconds)
        if target.missing is not None:
            raise target.missing
        return call, target

    def _refused(self, known: Known, asked: _Asked, fault: Fault) -> None:
        event = events.event(asked.operation, known.caller, asked.params, fault, asked.around, asked.at)
        kind = (known.caller.unique_id, asked.operation.action, fault.message)
        fold = kind if isinstance(fault, AccessDenied) else None
        self._recorder.note(_note(event, fold, known, asked))


def _note(event: Event | None, fold: tuple[str, ...] | None, known: Known, asked: _Asked) -> Note:
    """Return what a call leaves behind: its event, and that its key or its session was used."""
    session = known.caller.session
    if session is None:
        return Note(event, fold, _use(known, asked))
    stale = sessions.is_stale(session, asked.seconds)
    return Note(event, fold, None, (session.token_hash, asked.seconds) if stale else None)


def _use(known: Known, asked: _Asked) -> Use:
    model = asked.operation.model
    return Use(
        known.caller.account_id,
        known.caller.access_key_id,
        asked.at,
        model.service,
        asked.around.region,
    )
