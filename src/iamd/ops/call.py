"""A call in progress: who calls, when, in which transaction."""

from typing import NamedTuple

from iamd.core import arns
from iamd.core.records import Tags, User
from iamd.policy import Principal
from iamd.store.query import Tx


class Caller(NamedTuple):
    """A proved caller; `user` is None for the root user. `unique_id` is AWS's `aws:userid`."""

    principal: Principal
    account_id: str
    unique_id: str
    access_key_id: str
    user: User | None
    tags: Tags


class Call(NamedTuple):
    """What an operation may need besides its parameters; `now` is in the wire's form."""

    tx: Tx
    caller: Caller
    data_key: bytes
    now: str

    @property
    def account_id(self) -> str:
        """The account that is called, which is the caller's own."""
        return self.caller.account_id

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource of this account, such as `user/bob`."""
        return arns.iam(self.account_id, resource)
