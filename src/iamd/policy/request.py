"""Requests: who wants to do what to which resource, and the policies that have a say in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from iamd.policy.document import Policy
from iamd.policy.principals import Principal, is_account_id

_ARN_FIELDS = 6
_ACCOUNT = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource; evaluate each resource of a call by itself, all must be allowed.

    `resource` is an ARN, or `*` for actions that have none. Keys of `context` are lower-case.
    `resource_account` is needed where the ARN names no account (S3) and the owner is not the caller.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str | None = None
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def owner(self) -> str | None:
        """The account that owns the resource: as given, else from the ARN, else the caller's."""
        if self.resource_account is not None:
            return self.resource_account
        fields = self.resource.split(":", _ARN_FIELDS - 1)
        if len(fields) == _ARN_FIELDS and is_account_id(fields[_ACCOUNT]):
            return fields[_ACCOUNT]
        return self.principal.account


@dataclass(frozen=True, slots=True)
class Layers:
    """The policies that have a say in one request. Nothing here is fetched: give what applies.

    `session`: None is no session policies at all, an empty sequence a session that may do nothing (a
    federation token without policies). `must_grant`: the resource policy is a role's trust policy or a KMS
    key policy, without whose word nothing happens. `scps` of the caller's and `rcps` of the resource's
    account: policies per level, the root first; None where there is no organization or the account is its
    management account.
    """

    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    session: Sequence[Policy] | None = None
    resource: Policy | None = None
    must_grant: bool = False
    scps: Sequence[Sequence[Policy]] | None = None
    rcps: Sequence[Sequence[Policy]] | None = None
