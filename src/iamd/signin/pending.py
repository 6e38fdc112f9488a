"""Pending sign-ins: the session at a step, its user and its account's data key."""

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
    """A session at a step of signing in, in a transaction; `data_key` is the account's."""

    tx: Tx
    identity: SignInIdentity
    session: Session
    data_key: bytes

    @property
    def devices(self) -> list[MfaDevice]:
        """The user's MFA devices."""
        return mfa_devices.list_for_user(self.tx, self.identity.account_id, self.identity.user_id)


@contextlib.contextmanager
def lock(
    services: SignInServices, session_token: str, stages: tuple[str, ...]
) -> Iterator[PendingSignIn | None]:
    """Lock the account, and yield the sign-in in a write transaction.

    None if the session has ended, has expired, or is not at one of `stages`.
    """
    token_hash = sessions.hash_token(session_token)
    with services.dependencies.database.write() as tx:
        session = sessions.find(tx, token_hash)
        if session is not None:
            accounts.lock(tx, session.account_id)
            session = sessions.find(tx, token_hash)  # again, under the lock
        yield _load(tx, services, session, stages)


def find(
    tx: Tx, services: SignInServices, session_token: str, stages: tuple[str, ...]
) -> PendingSignIn | None:
    """Return the sign-in if its session is at one of `stages`, without locking; otherwise None."""
    return _load(tx, services, sessions.find(tx, sessions.hash_token(session_token)), stages)


def peek(services: SignInServices, session_token: str, stages: tuple[str, ...]) -> PendingSignIn | None:
    """Return the sign-in as `find` does; its transaction has ended, so `tx` and `devices` cannot be used."""
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
