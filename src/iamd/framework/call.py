"""The context of an API call: the caller, the time, the transaction; the dependencies of the server."""

from typing import NamedTuple

from iamd.core import arns
from iamd.core.clock_steps import ClockSteps
from iamd.core.records import Role, Session, SessionToken, Tags, User, WebIdentity
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.crypto.passwords import Hasher
from iamd.federation.jwks_cache import JwksCache
from iamd.policy import Principal, PrincipalKind
from iamd.store.database import Database
from iamd.store.query import Tx


class Caller(NamedTuple):
    """An authenticated caller. `unique_id` is the value of `aws:userid`.

    `user` is the IAM user, whether it calls with an access key, a console session or credentials of
    GetSessionToken; `role` is the role of a role session. The root user, federated users and web identities
    have neither. A console session sets `session` and leaves `access_key_id` empty; temporary credentials set
    `token`. A `web_identity` is authenticated by a token of an identity provider instead of a signature; its
    account is that of the role to assume. `mfa_at` is the time of MFA authentication in seconds since 1970.
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
        """Whether the caller authenticated with MFA."""
        return self.mfa_at is not None

    @property
    def origin_id(self) -> str | None:
        """The unique ID of the user, or of the one with whose credentials a chain of sessions began."""
        if self.token is None or self.token.kind == "user":
            return self.unique_id
        return self.token.origin_id

    @property
    def origin_mfa(self) -> bool:
        """Whether that user authenticated with MFA."""
        if self.token is None or self.token.kind == "user":
            return self.has_mfa
        return self.token.origin_mfa

    @property
    def is_root(self) -> bool:
        """Whether the caller is the account's root user."""
        return self.principal.kind is PrincipalKind.ROOT

    @property
    def has_temporary_credentials(self) -> bool:
        """Whether the caller uses a console session or temporary credentials."""
        return self.session is not None or self.token is not None


class Call(NamedTuple):
    """What an operation may need besides its parameters.

    `timestamp` is the time of the call as ISO 8601 text, `epoch` the same time in seconds since 1970.
    `origin` is the web origin of this server (`https://iam.example.com`), which passkeys are bound to.
    `data_key` encrypts the account's secrets, `token_key` session tokens. `region` is the signed Region,
    `base_url` the server's public URL by its settings.
    """

    tx: Tx
    caller: Caller
    data_key: bytes
    timestamp: str
    epoch: int = 0
    origin: str = ""
    token_key: bytes = b""
    region: str = ""
    base_url: str = ""

    @property
    def account_id(self) -> str:
        """The ID of the caller's account, which is the account that the call is for."""
        return self.caller.account_id

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource of this account, such as `user/bob`."""
        return arns.iam(self.account_id, resource)


class Dependencies(NamedTuple):
    """What the parts of the server share; operations get it in `prepare` and `resolve_caller` only.

    `clock_steps` are those that the gate has seen. `allow_root_keys` is the operator's setting that lets root
    users have access keys. `base_url` is the server's public URL, without a slash at the end.
    """

    database: Database
    hasher: Hasher
    blocklist: PasswordBlocklist
    jwks_cache: JwksCache
    clock_steps: ClockSteps
    allow_root_keys: bool = False
    base_url: str = ""
