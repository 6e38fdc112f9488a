"""Subjects of decisions: users, roles and sessions whom a service names, without their credentials.

A service may name those of its own account only. What a session may do depends on its session policies and
tags, which are in its session token and nowhere else, so a session is named by its token.
"""

import contextlib
from typing import NamedTuple

from iamd.core.errors import InvalidClientTokenId
from iamd.core.records import Role, SessionToken
from iamd.gate.authenticator import INVALID_TOKEN_MESSAGE, Authenticator
from iamd.gate.callers import AuthenticatedCaller, CallerCache
from iamd.store import paging, temporary_credentials
from iamd.store.access_keys import CredentialRecord
from iamd.store.database import Database
from iamd.store.entities import ROLES, USERS, Entity, EntityStore
from iamd.store.query import Tx

# The session name of a role that is named without a session.
_ROLE_SESSION_NAME = "decision"


class SubjectId(NamedTuple):
    """What a service calls a subject: `user` or `role` with its ARN, unique ID or name, or `session`.

    The ID of a session is the access key ID of its temporary credentials, with their session token.
    """

    type: str
    id: str
    session_token: str = ""


class SubjectFinder(NamedTuple):
    """Finds the subjects of an account, with their policies as they are now."""

    database: Database
    authenticator: Authenticator
    caller_cache: CallerCache

    def find(self, tx: Tx, account_id: str, subject: SubjectId, epoch: int) -> AuthenticatedCaller | None:
        """Return a subject; None if the account has none of this ID, or if the session has ended."""
        if "\0" in subject.id:  # nothing is called so, and PostgreSQL refuses to look it up
            return None
        record = self._find_record(tx, account_id, subject, epoch)
        if record is None or record.account_id != account_id:
            return None
        with contextlib.suppress(InvalidClientTokenId):  # it has been deleted meanwhile
            return self.caller_cache.resolve_consistently(self.database, tx, record, _reload)
        return None

    def page(
        self, tx: Tx, account_id: str, subject_type: str, marker: str, limit: int
    ) -> tuple[list[str], str | None]:
        """Return names of the account's users or roles, in order, and the marker of the next page.

        Raises ValidationError for a marker that no page returned.
        """
        limits = paging.page_limits(marker or None, limit)
        if subject_type == "user":
            users = USERS.list_page(tx, account_id, "/", limits)
            return [user.user_name for user in users.items], users.marker
        roles = ROLES.list_page(tx, account_id, "/", limits)
        return [role.role_name for role in roles.items], roles.marker

    def _find_record(
        self, tx: Tx, account_id: str, subject: SubjectId, epoch: int
    ) -> CredentialRecord | None:
        if subject.type == "user":
            user = _find_entity(tx, USERS, account_id, subject.id)
            return user and temporary_credentials.find_user(tx, account_id, user.user_id)
        if subject.type == "role":
            role = _find_entity(tx, ROLES, account_id, subject.id)
            return role and temporary_credentials.find_credential(tx, "", _role_token(account_id, role))
        if subject.type == "session":
            return self.authenticator.find_session(tx, subject.id, subject.session_token, epoch)
        return None


def _reload(tx: Tx, record: CredentialRecord) -> CredentialRecord:
    fresh_record = (
        temporary_credentials.find_user(tx, record.account_id, record.owner_id)
        if record.token is None
        else temporary_credentials.find_credential(tx, record.access_key_id, record.token)
    )
    if fresh_record is None:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
    return fresh_record


def _find_entity(tx: Tx, entities: EntityStore[Entity], account_id: str, subject_id: str) -> Entity | None:
    """Find a user or role by ARN, unique ID or name; None if it is the ID of one and the name of another."""
    if subject_id.startswith("arn:"):
        entity = entities.find(tx, account_id, subject_id.rpartition("/")[2])
        return entity if entity is not None and entity.arn == subject_id else None
    by_id, by_name = (
        entities.find_by_id(tx, account_id, subject_id),
        entities.find(tx, account_id, subject_id),
    )
    if by_id is not None and by_name is not None:
        return None  # somebody chose the ID of another as a name
    return by_id or by_name


def _role_token(account_id: str, role: Role) -> SessionToken:
    return SessionToken("role", account_id, role.role_id, _ROLE_SESSION_NAME, "", 0, 0)
