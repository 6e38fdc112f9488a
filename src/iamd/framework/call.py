"""A call in progress: who calls, when, in which transaction."""

from typing import NamedTuple

from iamd.core import arns
from iamd.core.records import Role, Session, SessionToken, Tags, User, WebIdentity
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.crypto.passwords import Hasher
from iamd.federation.jwks_cache import JwksCache
from iamd.policy import Principal, PrincipalKind
from iamd.store.database import Database
from iamd.store.query import Tx


class Caller(NamedTuple):
    """A proved caller. `unique_id` is AWS's `aws:userid`.

    `user` is the IAM user that calls, whether with a key of its own, a session of the console or credentials
    of GetSessionToken; `role` is the role of a role session. The root user, federated users and who comes
    from an identity provider have neither. Somebody who is signed in to the console has a `session` and no
    `access_key_id`; temporary credentials have a `token`. A `web_identity` came with a token of an identity
    provider instead of a signature, and calls the account of the role that it asks for. `mfa_at` is when a
    second factor was shown, in seconds since 1970.
    """

    principal: Principal
    account_id: str
    unique_id: str
    access_key_id: str
    user: User | None
    tags: Tags
    session: Session | None = None
    token: SessionToken | None = None
    role: Role | None = None
    mfa_at: int | None = None
    web_identity: WebIdentity | None = None

    @property
    def has_mfa(self) -> bool:
        """Whether this caller proved itself with a second factor."""
        return self.mfa_at is not None

    @property
    def is_root(self) -> bool:
        """Whether the account's root user itself calls."""
        return self.principal.kind is PrincipalKind.ROOT

    @property
    def has_temporary_credentials(self) -> bool:
        """Whether the caller's credentials are temporary: those of a session of whichever kind."""
        return self.session is not None or self.token is not None


class Call(NamedTuple):
    """What an operation may need besides its parameters.

    `now` is in the wire's form, `at` the same moment in seconds since 1970. `origin` is where people
    reach this server (`https://iam.example.com`), which passkeys are bound to. Session tokens are sealed
    under `token_key`.
    """

    tx: Tx
    caller: Caller
    data_key: bytes
    timestamp: str
    epoch: int = 0
    origin: str = ""
    token_key: bytes = b""

    @property
    def account_id(self) -> str:
        """The account that is called, which is the caller's own."""
        return self.caller.account_id

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource of this account, such as `user/bob`."""
        return arns.iam(self.account_id, resource)


class Dependencies(NamedTuple):
    """What slow work before a transaction may need: to hash a password, to ask an identity provider.

    `root_keys` says whether the operator lets root users have access keys.
    """

    database: Database
    hasher: Hasher
    blocklist: PasswordBlocklist
    jwks_cache: JwksCache
    allow_root_keys: bool = False
