"""The one gate: find, authorize, run, record. Both doors lead here, and nothing leads round it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from iamd.api import authorize, callers, events
from iamd.api.callers import Callers, Known, Vault
from iamd.api.limits import Limits
from iamd.api.proof import Circumstances, Proof
from iamd.api.recorder import Note, Recorder
from iamd.core import clock, ids
from iamd.core.clock import Clock
from iamd.core.errors import AccessDenied, Fault
from iamd.ops.call import Call
from iamd.ops.operation import Operation, Reply
from iamd.store import accounts, audit
from iamd.store.access_keys import Credential, Use
from iamd.store.database import Database
from iamd.store.query import Tx

Params = Mapping[str, Any]


class _Asked(NamedTuple):
    """One call on its way through the gate."""

    operation: Operation
    params: Params
    around: Circumstances
    now: datetime
    at: str  # the same moment, as the wire writes it


class Gate:
    """Lets proved callers do what their policies allow."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        recorder: Recorder,
        limits: Limits,
        time: Clock = clock.now,
    ) -> None:
        self._database = database
        self._vault = vault
        self._recorder = recorder
        self._limits = limits
        self._time = time
        self._callers = Callers()

    def now(self) -> datetime:
        """Return the moment that calls and signatures are judged by."""
        return self._time()

    def call(
        self, operation: Operation, proof: Proof, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        """Prove the caller, read its parameters, and do what it asks; a Fault when any of it fails.

        `read` is called once the caller is proved: nobody else is told what is wrong with a request.
        """
        if operation.reads:
            return self._read(operation, proof, read, around)
        return self._write(operation, proof, read, around)

    def _asked(self, operation: Operation, params: Params, around: Circumstances) -> _Asked:
        now = self._time()
        return _Asked(operation, params, around, now, clock.iso(now))

    def _read(
        self, operation: Operation, proof: Proof, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        with self._database.read() as tx:
            credential = callers.prove(tx, self._vault, proof)
            self._limits.admit(credential.owner_id)
            asked = self._asked(operation, read(), around)
            known = self._callers.know(self._database, tx, credential, steady=False)
            try:
                reply = self._perform(tx, known, credential, asked)
            except Fault as fault:
                self._refused(known, asked, fault)
                raise
        event = events.event(operation, known.caller, asked.params, None, around, asked.at)
        self._recorder.note(Note(event, (event.event_id,), _use(known, asked)))
        return reply

    def _write(
        self, operation: Operation, proof: Proof, read: Callable[[], Params], around: Circumstances
    ) -> Reply:
        # The signature is checked before the writers' queue is joined, and the key read again within it.
        with self._database.read() as tx:
            credential = callers.prove(tx, self._vault, proof)
        self._limits.admit(credential.owner_id)
        account_id = credential.account_id
        asked = self._asked(operation, read(), around)
        known: Known | None = None
        try:
            with self._database.write() as tx:
                accounts.lock(tx, account_id)
                credential = callers.prove(tx, self._vault, proof)
                known = self._callers.know(self._database, tx, credential, steady=True)
                reply = self._perform(tx, known, credential, asked)
                event = events.event(operation, known.caller, asked.params, reply, around, asked.at)
                audit.add(tx, [event])
                accounts.touch(tx, account_id, ids.revision())
        except Fault as fault:
            if known is not None:
                self._refused(known, asked, fault)
            raise
        self._recorder.note(Note(None, None, _use(known, asked)))
        return reply

    def _perform(self, tx: Tx, known: Known, credential: Credential, asked: _Asked) -> Reply:
        data_key = self._vault.data_key(credential.account_id, credential.data_key)
        call = Call(tx, known.caller, data_key, asked.at)
        target = asked.operation.on.find(call, asked.params)
        around = authorize.context(known, asked.operation, asked.around, asked.now, asked.at)
        authorize.authorize(known, asked.operation, call, target, asked.params, around)
        if target.missing is not None:
            raise target.missing
        return asked.operation.perform(call, target, asked.params)

    def _refused(self, known: Known, asked: _Asked, fault: Fault) -> None:
        event = events.event(asked.operation, known.caller, asked.params, fault, asked.around, asked.at)
        kind = (known.caller.unique_id, asked.operation.action, fault.message)
        fold = kind if isinstance(fault, AccessDenied) else None
        self._recorder.note(Note(event, fold, _use(known, asked)))


def _use(known: Known, asked: _Asked) -> Use:
    model = asked.operation.model
    return Use(
        known.caller.account_id,
        known.caller.access_key_id,
        asked.at,
        model.service,
        asked.around.region,
    )
