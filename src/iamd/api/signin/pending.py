"""A sign-in under way: the session that waits for a step, and who it is of, read under the account's lock."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from iamd.api.signin import who as look
from iamd.api.signin.desk import Desk
from iamd.api.signin.who import Who
from iamd.core.records import MfaDevice, Session
from iamd.store import accounts, mfa_devices, sessions
from iamd.store.query import Tx


class Pending(NamedTuple):
    """A step to take: in this transaction, by this person, in this session."""

    tx: Tx
    who: Who
    session: Session
    data_key: bytes

    @property
    def devices(self) -> list[MfaDevice]:
        """The MFA devices of whoever signs in."""
        return mfa_devices.of(self.tx, self.who.account_id, self.who.user_id)


@contextlib.contextmanager
def taken(desk: Desk, token: str, stages: tuple[str, ...]) -> Iterator[Pending | None]:
    """Take a step in a transaction that commits; None when no sign-in waits there any more."""
    token_hash = sessions.hashed(token)
    with desk.means.database.write() as tx:
        held = sessions.find(tx, token_hash)
        if held is not None:
            accounts.lock(tx, held.account_id)
            held = sessions.find(tx, token_hash)  # as it is under the lock
        yield _pending(tx, desk, held, stages)


def look_at(tx: Tx, desk: Desk, token: str, stages: tuple[str, ...]) -> Pending | None:
    """Look at a step without taking it."""
    return _pending(tx, desk, sessions.find(tx, sessions.hashed(token)), stages)


def seen(desk: Desk, token: str, stages: tuple[str, ...]) -> Pending | None:
    """Look at a step without taking it; its transaction is over."""
    with desk.means.database.read() as tx:
        return look_at(tx, desk, token, stages)


def _pending(tx: Tx, desk: Desk, held: Session | None, stages: tuple[str, ...]) -> Pending | None:
    if held is None or held.stage not in stages or not desk.limits.hold(held, desk.now()):
        return None
    who = look.of_session(tx, held.account_id, held.user_id)
    if who is None or who.account is None:
        return None
    return Pending(tx, who, held, desk.data_key(who.account))
