"""Caller resolution: from a credential record to the caller and its policies, cached by account revision.

Every write to an account changes its revision, which is part of the cache key. So entries need no
invalidation and are never stale.
"""

from collections.abc import Callable
from typing import NamedTuple

from iamd.core import arns
from iamd.core.errors import InvalidClientTokenId
from iamd.core.lru import LruCache
from iamd.core.records import SessionToken, Tags
from iamd.framework.call import Caller
from iamd.gate.authenticator import INVALID_TOKEN_MESSAGE
from iamd.gate.policy_cache import PolicyDocuments
from iamd.policy import Principal, PrincipalKind
from iamd.policy.compiled import Evaluator
from iamd.store import principal_policies
from iamd.store.access_keys import CredentialRecord
from iamd.store.database import Database
from iamd.store.query import Tx

Reload = Callable[[Tx, CredentialRecord], CredentialRecord]

# Stands for the identity policies of the root user when it issues credentials for a federated user.
_ALLOW_EVERYTHING = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
_NO_DOCUMENTS = PolicyDocuments()


class AuthenticatedCaller(NamedTuple):
    """A caller with the policy documents that apply to it, and their compiled evaluator."""

    caller: Caller
    documents: PolicyDocuments
    evaluator: Evaluator

    @classmethod
    def create(cls, caller: Caller, documents: PolicyDocuments = _NO_DOCUMENTS) -> "AuthenticatedCaller":
        """Compile the documents of a caller."""
        return cls(caller, documents, documents.evaluator(caller.principal))


class CallerCache:
    """An LRU cache of resolved callers; `size` is the maximum number of entries."""

    def __init__(self, size: int = 4096) -> None:
        self._cache: LruCache[AuthenticatedCaller] = LruCache(size)

    def resolve(self, tx: Tx, record: CredentialRecord) -> AuthenticatedCaller:
        """Return the caller of a credential record; all statements of `tx` must see the same snapshot."""
        return self._find(record) or self._load_and_cache(tx, record)

    def resolve_consistently(
        self, database: Database, tx: Tx, record: CredentialRecord, reload: Reload
    ) -> AuthenticatedCaller:
        """Return the caller of a credential record; each statement of `tx` may see a different snapshot.

        If the caller is not cached, `reload` reads the record again in a snapshot, so that it is consistent
        with the policies.
        """
        authenticated_caller = self._find(record)
        if authenticated_caller is not None:
            return authenticated_caller
        with database.snapshot(tx) as snapshot_tx:
            return self._load_and_cache(snapshot_tx, reload(snapshot_tx, record))

    def _find(self, record: CredentialRecord) -> AuthenticatedCaller | None:
        authenticated_caller = self._cache.get(_cache_key(record))
        return None if authenticated_caller is None else _with_credentials(authenticated_caller, record)

    def _load_and_cache(self, tx: Tx, record: CredentialRecord) -> AuthenticatedCaller:
        authenticated_caller = _load(tx, record)
        self._cache.put(_cache_key(record), authenticated_caller)
        return _with_credentials(authenticated_caller, record)


def _cache_key(record: CredentialRecord) -> tuple[str | SessionToken, str]:
    """Return the owner (for role sessions and federated users the token) and the account's revision."""
    token = record.token
    principal_key = record.owner_id if token is None or token.kind == "user" else token
    return principal_key, record.revision


def _with_credentials(
    authenticated_caller: AuthenticatedCaller, record: CredentialRecord
) -> AuthenticatedCaller:
    """Return a cached caller with this credential's access key ID, session, token and time of MFA."""
    caller = authenticated_caller.caller
    session, token = record.session, record.token
    if caller.access_key_id == record.access_key_id and caller.session == session and caller.token is token:
        return authenticated_caller
    mfa_at = session.mfa_at if session else token.mfa_at if token else None
    return authenticated_caller._replace(
        caller=caller._replace(
            access_key_id=record.access_key_id, session=session, token=token, mfa_at=mfa_at
        )
    )


def _load(tx: Tx, record: CredentialRecord) -> AuthenticatedCaller:
    token = record.token
    if token is not None and token.kind == "role":
        return _role_session(tx, record, token)
    is_root = record.owner_id == record.account_id
    owner = _root_user(record) if is_root else _user(tx, record)
    if token is not None and token.kind == "federated":
        return _federated_user(tx, owner, token)
    return owner


def _root_user(record: CredentialRecord) -> AuthenticatedCaller:
    account_id = record.account_id
    principal = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    return AuthenticatedCaller.create(
        Caller(principal, account_id, account_id, record.access_key_id, None, ())
    )


def _user(tx: Tx, record: CredentialRecord) -> AuthenticatedCaller:
    user = record.user
    if user is None or user.user_id != record.owner_id:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
    account_id = record.account_id
    principal = Principal(PrincipalKind.USER, user.arn, account_id, user.user_id)
    user_policies = principal_policies.load(tx, account_id, user.user_id, user.boundary_arn)
    caller = Caller(principal, account_id, user.user_id, record.access_key_id, user, user_policies.tags)
    return AuthenticatedCaller.create(caller, _policy_documents(user_policies))


def _role_session(tx: Tx, record: CredentialRecord, token: SessionToken) -> AuthenticatedCaller:
    role = record.role
    if role is None or role.role_id != token.owner_id:
        raise InvalidClientTokenId(INVALID_TOKEN_MESSAGE)
    account_id = token.account_id
    arn = arns.assumed_role(account_id, role.role_name, token.name)
    principal = Principal(PrincipalKind.ROLE_SESSION, arn, account_id, role.role_id, role_arn=role.arn)
    role_policies = principal_policies.load(tx, account_id, role.role_id, role.boundary_arn)
    caller = Caller(
        principal,
        account_id,
        f"{role.role_id}:{token.name}",
        record.access_key_id,
        None,
        _merge_tags(role_policies.tags, token.tags),
        role=role,
    )
    return AuthenticatedCaller.create(
        caller, _with_session_policies(tx, _policy_documents(role_policies), token)
    )


def _federated_user(tx: Tx, owner: AuthenticatedCaller, token: SessionToken) -> AuthenticatedCaller:
    """Return a federated user: the issuing user's permissions, limited by the session policies."""
    issuing_caller = owner.caller
    account_id = token.account_id
    principal = Principal(
        PrincipalKind.FEDERATED_USER,
        arns.federated_user(account_id, token.name),
        account_id,
        issuing_caller.principal.unique_id,
        user_arn=issuing_caller.principal.arn,
    )
    caller = issuing_caller._replace(
        principal=principal,
        unique_id=f"{account_id}:{token.name}",
        user=None,
        tags=_merge_tags(issuing_caller.tags, token.tags),
    )
    documents = PolicyDocuments((_ALLOW_EVERYTHING,)) if issuing_caller.is_root else owner.documents
    return AuthenticatedCaller.create(caller, _with_session_policies(tx, documents, token, required=True))


def _policy_documents(policies: principal_policies.PrincipalPolicies) -> PolicyDocuments:
    return PolicyDocuments(policies.identity_policies, policies.permissions_boundary)


def _with_session_policies(
    tx: Tx, documents: PolicyDocuments, token: SessionToken, *, required: bool = False
) -> PolicyDocuments:
    """Add a token's session policies; a managed policy that has been deleted allows nothing."""
    if not (token.has_session_policies or required):
        return documents
    managed_policies = [
        principal_policies.find_default_document(tx, token.account_id, arn) for arn in token.policy_arns or ()
    ]
    session_policies = tuple(
        document for document in (token.policy, *managed_policies) if document is not None
    )
    return documents._replace(session=session_policies)


def _merge_tags(owner_tags: Tags, session_tags: Tags) -> Tags:
    """Merge the owner's tags with session tags, which take precedence; keys are case-insensitive."""
    session_tag_keys = {tag.key.lower() for tag in session_tags}
    return (*session_tags, *(tag for tag in owner_tags if tag.key.lower() not in session_tag_keys))
