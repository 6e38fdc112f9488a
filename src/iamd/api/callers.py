"""From a credential to a caller, and to the policies that bear on it.

What is kept between requests cannot change: what is known of an owner by its account's revision, which every
write to the account renews. So nothing is ever invalidated, and nothing is ever stale.
"""

from collections.abc import Callable
from typing import NamedTuple

from iamd.api.documents import Documents
from iamd.api.prover import INVALID
from iamd.core import arns
from iamd.core.errors import InvalidClientTokenId
from iamd.core.lru import Lru
from iamd.core.records import Tags, Token
from iamd.ops.call import Caller
from iamd.policy import Principal, PrincipalKind
from iamd.policy.compiled import Evaluator
from iamd.store import permissions
from iamd.store.access_keys import Credential
from iamd.store.database import Database
from iamd.store.query import Tx

Again = Callable[[Tx, Credential], Credential]

# What identity policies come to for a root user, told to those whom it lets act in its name.
_EVERYTHING = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
_NONE = Documents()


class Known(NamedTuple):
    """A caller, the documents that bear on it, and what answers for it."""

    caller: Caller
    documents: Documents
    evaluator: Evaluator

    @classmethod
    def of(cls, caller: Caller, documents: Documents = _NONE) -> "Known":
        """Return a caller with its documents compiled."""
        return cls(caller, documents, documents.evaluator(caller.principal))


class Callers:
    """Knows callers by their revision."""

    def __init__(self, size: int = 4096) -> None:
        self._known: Lru[Known] = Lru(size)

    def know(self, tx: Tx, credential: Credential) -> Known:
        """Return the caller of a credential with its policies; all statements of `tx` must see one state."""
        return self._remembered(credential) or self._learn(tx, credential)

    def know_by(self, database: Database, tx: Tx, credential: Credential, again: Again) -> Known:
        """Return the caller with its policies, where each statement of `tx` may see another state.

        `again` reads the credential once more where they must be looked up.
        """
        known = self._remembered(credential)
        if known is not None:
            return known
        with database.steady(tx) as still:
            return self._learn(still, again(still, credential))

    def _remembered(self, credential: Credential) -> Known | None:
        known = self._known.get(_revision(credential))
        return None if known is None else _by(known, credential)

    def _learn(self, tx: Tx, credential: Credential) -> Known:
        known = _learned(tx, credential)
        self._known.put(_revision(credential), known)
        return _by(known, credential)


def _revision(credential: Credential) -> tuple[str | Token, str]:
    """Return what a caller is known by: the owner, or the session where it is somebody of its own."""
    token = credential.token
    known_by = credential.owner_id if token is None or token.kind == "user" else token
    return known_by, credential.revision


def _by(known: Known, credential: Credential) -> Known:
    """Return what is known of somebody, calling with this credential."""
    caller = known.caller
    session, token = credential.session, credential.token
    if (
        caller.access_key_id == credential.access_key_id
        and caller.session == session
        and caller.token is token
    ):
        return known
    mfa_at = session.mfa_at if session else token.mfa_at if token else None
    return known._replace(
        caller=caller._replace(
            access_key_id=credential.access_key_id, session=session, token=token, mfa_at=mfa_at
        )
    )


def _learned(tx: Tx, credential: Credential) -> Known:
    token = credential.token
    if token is not None and token.kind == "role":
        return _role_session(tx, credential, token)
    is_root = credential.owner_id == credential.account_id
    owner = _root(credential) if is_root else _user(tx, credential)
    if token is not None and token.kind == "federated":
        return _federated(tx, owner, token)
    return owner


def _root(credential: Credential) -> Known:
    account_id = credential.account_id
    principal = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    return Known.of(Caller(principal, account_id, account_id, credential.access_key_id, None, ()))


def _user(tx: Tx, credential: Credential) -> Known:
    user = credential.user
    if user is None or user.user_id != credential.owner_id:
        raise InvalidClientTokenId(INVALID)
    account_id = credential.account_id
    principal = Principal(PrincipalKind.USER, user.arn, account_id, user.user_id)
    held = permissions.of(tx, account_id, user.user_id, user.boundary_arn)
    caller = Caller(principal, account_id, user.user_id, credential.access_key_id, user, held.tags)
    return Known.of(caller, _documents(held))


def _role_session(tx: Tx, credential: Credential, token: Token) -> Known:
    role = credential.role
    if role is None or role.role_id != token.owner_id:
        raise InvalidClientTokenId(INVALID)
    account_id = token.account_id
    arn = arns.assumed_role(account_id, role.role_name, token.name)
    principal = Principal(PrincipalKind.ROLE_SESSION, arn, account_id, role.role_id, role_arn=role.arn)
    held = permissions.of(tx, account_id, role.role_id, role.boundary_arn)
    caller = Caller(
        principal,
        account_id,
        f"{role.role_id}:{token.name}",
        credential.access_key_id,
        None,
        _overlaid(held.tags, token.tags),
        role=role,
    )
    return Known.of(caller, _bounded(tx, _documents(held), token))


def _federated(tx: Tx, owner: Known, token: Token) -> Known:
    """Return a federated user: the user behind it, cut down to what the session policies allow."""
    behind = owner.caller
    account_id = token.account_id
    principal = Principal(
        PrincipalKind.FEDERATED_USER,
        arns.federated_user(account_id, token.name),
        account_id,
        behind.principal.unique_id,
        user_arn=behind.principal.arn,
    )
    caller = behind._replace(
        principal=principal,
        unique_id=f"{account_id}:{token.name}",
        user=None,
        tags=_overlaid(behind.tags, token.tags),
    )
    documents = Documents((_EVERYTHING,)) if behind.is_root else owner.documents
    return Known.of(caller, _bounded(tx, documents, token, always=True))


def _documents(held: permissions.Permissions) -> Documents:
    return Documents(held.identity, held.boundary)


def _bounded(tx: Tx, held: Documents, token: Token, *, always: bool = False) -> Documents:
    """Add a token's session policies; a managed one that is there no more allows nothing."""
    if not (token.is_bounded or always):
        return held
    managed = [permissions.default_document(tx, token.account_id, arn) for arn in token.policy_arns or ()]
    session = tuple(document for document in (token.policy, *managed) if document is not None)
    return held._replace(session=session)


def _overlaid(held: Tags, passed: Tags) -> Tags:
    """Return tags, those that were passed to the session before those that its owner has."""
    names = {tag.key.lower() for tag in passed}
    return (*passed, *(tag for tag in held if tag.key.lower() not in names))
