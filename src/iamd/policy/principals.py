"""Principals: the caller of a request, and how a Principal element matches it.

How a statement names the caller determines the effect of the grant (see `decide`), so a match has a kind: the
caller itself is named, or its role, the user behind it, or only its account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

from iamd.policy.document import PrincipalName, Statement

_ARN_FIELDS = 6
_ACCOUNT_DIGITS = 12


class PrincipalKind(Enum):
    """The kind of a caller. Any role session is ROLE_SESSION once it has credentials, however it began."""

    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "role session"
    FEDERATED_USER = "federated user"
    WEB_IDENTITY = "web identity"
    SAML = "SAML"
    SERVICE = "service"
    ANONYMOUS = "anonymous"

    @property
    def has_identity_side(self) -> bool:
        """Whether identity policies, a boundary, session policies and SCPs can apply at all."""
        return self in _KINDS_WITH_IDENTITY_SIDE


_KINDS_WITH_IDENTITY_SIDE = frozenset(
    {PrincipalKind.ROOT, PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER}
)


class MatchKind(IntEnum):
    """How a Principal entry matches the caller, the weakest grant first."""

    ACCOUNT = 1
    USER = 2
    ROLE = 3
    FEDERATED = 4
    SERVICE = 5
    SELF = 6
    STAR = 7


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a request.

    `arn` is what AWS prints: the session's ARN for sessions, the name for services, the provider for web
    identity and SAML, empty if anonymous. `unique_id` is the user's AIDA… ID (of a federated user: that of
    the user behind it) or the role's AROA… ID without the session name. Without `role_arn` a session is
    matched to its role by account and name, since session ARNs lack the role's path.
    """

    kind: PrincipalKind
    arn: str
    account: str | None
    unique_id: str | None = None
    role_arn: str | None = None
    user_arn: str | None = None

    @property
    def assumed_role_id(self) -> str | None:
        """The ID of a role session, `AROA…:session`, as in `aws:userid`; None for others and if unknown.

        A trust policy that names a session stores this, so that a role made anew under the same name does
        not inherit the trust.
        """
        if self.unique_id is None or self.kind is not PrincipalKind.ROLE_SESSION:
            return None
        _, is_session, name = self.arn.partition(":assumed-role/")
        return f"{self.unique_id}:{name.rpartition('/')[2]}" if is_session else None

    @property
    def is_signed(self) -> bool:
        """Whether the request is signed with credentials, that is, not anonymous."""
        return self.kind is not PrincipalKind.ANONYMOUS

    @property
    def is_service_linked(self) -> bool:
        """Whether this is a session of a service-linked role, to which SCPs and RCPs do not apply.

        If the role's ARN is unknown, the role's name decides, whose prefix AWS reserves.
        """
        if self.role_arn is None:
            return self.kind is PrincipalKind.ROLE_SESSION and ":assumed-role/AWSServiceRoleFor" in self.arn
        return ":role/aws-service-role/" in self.role_arn


def principal_from_arn(arn: str, principal_type: str = "AWS") -> Principal:
    """Build a caller from an ARN or a service name; ValueError if it is not a principal's.

    `principal_type` is "AWS", "Service", "Federated" or "Anonymous". A role's ARN stands for a session of the
    role, an account ID for the account's root user.
    """
    if principal_type == "Anonymous" or not arn:
        return Principal(PrincipalKind.ANONYMOUS, "", None)
    if principal_type == "Service":
        return Principal(PrincipalKind.SERVICE, arn, None)
    if principal_type == "Federated":
        is_saml = ":saml-provider/" in arn
        return Principal(PrincipalKind.SAML if is_saml else PrincipalKind.WEB_IDENTITY, arn, None)
    return _parse_aws_principal(arn)


def _parse_aws_principal(arn: str) -> Principal:
    if is_account_id(arn):
        return Principal(PrincipalKind.ROOT, f"arn:aws:iam::{arn}:root", arn)
    fields = arn.split(":", _ARN_FIELDS - 1)
    if len(fields) != _ARN_FIELDS or not is_account_id(fields[4]):
        raise ValueError(f"not the ARN of a principal: {arn}")
    service, account, resource = fields[2], fields[4], fields[5]
    kind = _KINDS_BY_ARN.get((service, "root" if resource == "root" else resource.partition("/")[0]))
    if kind is None:
        raise ValueError(f"not the ARN of a principal: {arn}")
    return Principal(kind, arn, account, role_arn=arn if resource.startswith("role/") else None)


_KINDS_BY_ARN = {
    ("iam", "root"): PrincipalKind.ROOT,
    ("iam", "user"): PrincipalKind.USER,
    ("iam", "role"): PrincipalKind.ROLE_SESSION,
    ("sts", "assumed-role"): PrincipalKind.ROLE_SESSION,
    ("sts", "federated-user"): PrincipalKind.FEDERATED_USER,
}


def is_account_id(text: str) -> bool:
    """Return whether the text is a 12-digit account ID."""
    return len(text) == _ACCOUNT_DIGITS and text.isascii() and text.isdigit()


def match_principal(statement: Statement, caller: Principal, *, has_boundary: bool) -> MatchKind | None:
    """Return how a statement matches the caller; None if it does not, or has no principals at all.

    `has_boundary`: the caller has a permissions boundary, so a Deny with NotPrincipal does not exempt it. A
    boundary means nothing for callers without an identity side, such as services.
    """
    if statement.principals is not None:
        return strongest(match_principal_name(name, caller) for name in statement.principals)
    if statement.not_principals is None:
        return None
    kind = strongest(match_principal_name(name, caller) for name in statement.not_principals)
    if statement.effect == "Deny":
        is_exempt = (
            kind is not None
            and not (has_boundary and caller.kind.has_identity_side)
            and not _is_narrowed_by_other_entry(kind, statement.not_principals, caller)
        )
    else:
        is_exempt = kind is not None
    return None if is_exempt else MatchKind.STAR


def _is_narrowed_by_other_entry(kind: MatchKind, names: Iterable[PrincipalName], caller: Principal) -> bool:
    """Return whether an entry that covers the caller is only listed because of a narrower entry.

    To exempt a user from a Deny, AWS requires its account in the list too, and for a session its role and
    account. The account's other users and the role's other sessions are denied (IAM User Guide,
    *NotPrincipal*).
    """
    values = [name.value for name in names if name.type == "AWS"]
    sts_prefix = f"{_partition(caller)}:sts::{caller.account}:"
    if kind is MatchKind.ACCOUNT and caller.kind is not PrincipalKind.ROOT:
        return any(
            value != "*" and not _names_account(value, caller) and _may_be_in_account(value, caller)
            for value in values
        )
    if kind is MatchKind.ROLE:
        role = (caller.role_arn or caller.arn).rpartition(":")[2].split("/")
        name = role[-1] if caller.role_arn else role[1]
        session_prefixes = (f"{sts_prefix}assumed-role/{name}/", f"{caller.unique_id}:")
        return any(value.startswith(session_prefixes) for value in values)
    return kind is MatchKind.USER and any(
        value.startswith(f"{sts_prefix}federated-user/") for value in values
    )


def _may_be_in_account(value: str, caller: Principal) -> bool:
    """Return whether an entry may name a principal of the caller's account; an ID may be of any account."""
    fields = value.split(":", _ARN_FIELDS - 1)
    return len(fields) < _ARN_FIELDS or fields[4] == caller.account


def strongest(kinds: Iterable[MatchKind | None]) -> MatchKind | None:
    """Return the match that grants most, None if there is none."""
    return max((kind for kind in kinds if kind is not None), default=None)


def match_principal_name(name: PrincipalName, caller: Principal) -> MatchKind | None:
    """Match one Principal entry; names are case-sensitive, and only a plain `*` is a wildcard."""
    if name.type == "AWS":
        return _match_aws(name.value, caller)
    if caller.arn != name.value:
        return None
    if name.type == "Service" and caller.kind is PrincipalKind.SERVICE:
        return MatchKind.SERVICE
    is_federated = caller.kind in {PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML}
    return MatchKind.FEDERATED if name.type == "Federated" and is_federated else None


def _match_aws(value: str, caller: Principal) -> MatchKind | None:
    if value == "*":
        return MatchKind.STAR
    if not caller.kind.has_identity_side:
        return None
    if _names_account(value, caller):
        return MatchKind.ACCOUNT
    if caller.kind is PrincipalKind.ROLE_SESSION and _names_role(value, caller):
        return MatchKind.ROLE
    if caller.kind is PrincipalKind.FEDERATED_USER and value in {caller.user_arn, caller.unique_id}:
        return MatchKind.USER
    own_id = caller.unique_id if caller.kind is PrincipalKind.USER else caller.assumed_role_id
    return MatchKind.SELF if value in {caller.arn, own_id} else None


def _names_account(value: str, caller: Principal) -> bool:
    return caller.account is not None and value in {
        caller.account,
        f"{_partition(caller)}:iam::{caller.account}:root",
    }


def _names_role(value: str, caller: Principal) -> bool:
    if value == caller.unique_id:
        return True
    if caller.role_arn is not None:
        return value == caller.role_arn
    role = caller.arn.rpartition(":")[2].split("/")[1:2]
    prefix = f"{_partition(caller)}:iam::{caller.account}:role/"
    return value.startswith(prefix) and [value.rpartition("/")[2]] == role


def _partition(caller: Principal) -> str:
    return ":".join(caller.arn.split(":", 2)[:2])
