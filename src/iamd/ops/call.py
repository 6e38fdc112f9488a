"""A call in progress: who calls, when, in which transaction."""

from typing import NamedTuple

from iamd.core import arns
from iamd.core.records import Session, Tags, User
from iamd.keys.blocklist import Blocklist
from iamd.keys.passwords import Hasher
from iamd.policy import Principal
from iamd.store.database import Database
from iamd.store.query import Tx


class Caller(NamedTuple):
    """A proved caller; `user` is None for the root user. `unique_id` is AWS's `aws:userid`.

    Somebody who is signed in to the console has a `session` and no `access_key_id`.
    """

    principal: Principal
    account_id: str
    unique_id: str
    access_key_id: str
    user: User | None
    tags: Tags
    session: Session | None = None

    @property
    def has_mfa(self) -> bool:
        """Whether this caller proved itself with a second factor."""
        return self.session is not None and self.session.mfa_at is not None


class Call(NamedTuple):
    """What an operation may need besides its parameters.

    `now` is in the wire's form, `at` the same moment in seconds since 1970. `origin` is where people
    reach this server (`https://iam.example.com`), which passkeys are bound to.
    """

    tx: Tx
    caller: Caller
    data_key: bytes
    now: str
    at: int = 0
    origin: str = ""

    @property
    def account_id(self) -> str:
        """The account that is called, which is the caller's own."""
        return self.caller.account_id

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource of this account, such as `user/bob`."""
        return arns.iam(self.account_id, resource)


class Means(NamedTuple):
    """What slow work before a transaction may need: hashing a password takes a tenth of a second.

    `root_keys` says whether the operator lets root users have access keys.
    """

    database: Database
    hasher: Hasher
    blocklist: Blocklist
    root_keys: bool = False
