"""Authorization requests: caller, action, resource and context, and the policies that apply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from iamd.policy.document import Policy
from iamd.policy.principals import Principal, is_account_id

_ARN_FIELDS = 6
_ACCOUNT_FIELD = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource; each resource of a call is evaluated by itself, and all must be allowed.

    `resource` is an ARN, or `*` for actions without resources. Keys of `context` are lower-case.
    `resource_account` is needed where the ARN names no account (S3) and the owner is not the caller.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str | None = None
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def resource_owner(self) -> str | None:
        """The account that owns the resource: as given, else from the ARN, else the caller's."""
        if self.resource_account is not None:
            return self.resource_account
        fields = self.resource.split(":", _ARN_FIELDS - 1)
        if len(fields) == _ARN_FIELDS and is_account_id(fields[_ACCOUNT_FIELD]):
            return fields[_ACCOUNT_FIELD]
        return self.principal.account


@dataclass(frozen=True, slots=True)
class PolicyLayers:
    """The policies that apply to one request. The caller supplies all of them; nothing is fetched.

    `session`: None if the session has no session policies; an empty sequence allows nothing (a federation
    token without policies). `requires_grant`: the resource policy is a trust policy or a KMS key policy,
    which must itself allow the request. `scps` of the caller's account and `rcps` of the resource's account:
    policies per level, the root first; None without an organization, or for its management account.
    """

    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    session: Sequence[Policy] | None = None
    resource: Policy | None = None
    requires_grant: bool = False
    scps: Sequence[Sequence[Policy]] | None = None
    rcps: Sequence[Sequence[Policy]] | None = None
