"""A sign-in under way: the session that waits for a step, and who it is of, read under the account's lock."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from iamd.core.records import MfaDevice, Session
from iamd.signin import identity as identities
from iamd.signin.identity import SignInIdentity
from iamd.signin.services import SignInServices
from iamd.store import accounts, mfa_devices, sessions
from iamd.store.query import Tx


class PendingSignIn(NamedTuple):
    """A step to take: in this transaction, by this person, in this session."""

    tx: Tx
    identity: SignInIdentity
    session: Session
    data_key: bytes

    @property
    def devices(self) -> list[MfaDevice]:
        """The MFA devices of whoever signs in."""
        return mfa_devices.list_for_user(self.tx, self.identity.account_id, self.identity.user_id)


@contextlib.contextmanager
def lock(
    services: SignInServices, session_token: str, stages: tuple[str, ...]
) -> Iterator[PendingSignIn | None]:
    """Take a step in a transaction that commits; None when no sign-in waits there any more."""
    token_hash = sessions.hash_token(session_token)
    with services.dependencies.database.write() as tx:
        session = sessions.find(tx, token_hash)
        if session is not None:
            accounts.lock(tx, session.account_id)
            session = sessions.find(tx, token_hash)  # as it is under the lock
        yield _load(tx, services, session, stages)


def find(
    tx: Tx, services: SignInServices, session_token: str, stages: tuple[str, ...]
) -> PendingSignIn | None:
    """Look at a step without taking it."""
    return _load(tx, services, sessions.find(tx, sessions.hash_token(session_token)), stages)


def peek(services: SignInServices, session_token: str, stages: tuple[str, ...]) -> PendingSignIn | None:
    """Look at a step without taking it; its transaction is over."""
    with services.dependencies.database.read() as tx:
        return find(tx, services, session_token, stages)


def _load(
    tx: Tx, services: SignInServices, session: Session | None, stages: tuple[str, ...]
) -> PendingSignIn | None:
    if (
        session is None
        or session.stage not in stages
        or not services.session_limits.allow(session, services.epoch())
    ):
        return None
    identity = identities.find_by_user_id(tx, session.account_id, session.user_id)
    if identity is None or identity.account is None:
        return None
    return PendingSignIn(tx, identity, session, services.data_key(identity.account))
