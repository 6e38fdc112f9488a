"""Trust policies as they are kept: users and roles by their unique IDs, so that no namesake inherits trust.

Whoever reads one is shown ARNs while there is somebody of that ID, and the bare ID once there is not, as AWS
has it. A trust policy may name users and roles of any account of this store.
"""

import json
import re
from collections.abc import Callable

from iamd.core import arns, ids
from iamd.core.errors import MalformedPolicyDocument
from iamd.core.records import Role, User
from iamd.ops.call import Call
from iamd.ops.iam import documents
from iamd.policy import PolicyKind, size
from iamd.store import accounts, quotas
from iamd.store.named import ROLES, USERS
from iamd.store.query import Tx

_ENTITY = re.compile(r"arn:aws:iam::([0-9]{12}):(user|role)/(?:.*/)?([^/]+)")
_OF_ACCOUNT = re.compile(r"(?:arn:aws:(?:iam|sts)::)?([0-9]{12})(?::.*)?")


def accept(call: Call, document: str) -> str:
    """Check a trust policy before it is saved; return it as it is kept.

    MalformedPolicyDocument with AWS's sentence, also where a principal is not there; LimitExceeded when it is
    too large.
    """
    documents.accept(document, PolicyKind.TRUST)
    quotas.enforce(call.tx, call.account_id, "ACLSizePerRole", size(document))
    return _rewritten(document, lambda name: _kept(call.tx, name))


def shown(tx: Tx, kept: str) -> str:
    """Return a trust policy as people write it: with ARNs of those who are there."""
    return _rewritten(kept, lambda name: _arn_of(tx, name))


def _rewritten(document: str, name_of: Callable[[str], str]) -> str:
    # Numbers stay as they were written: they are texts to a policy, and 1.10 is not 1.1.
    policy = json.loads(document, parse_int=str, parse_float=str)
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if isinstance(principal, dict) and "AWS" in principal:
            named = principal["AWS"]
            many = isinstance(named, list)
            principal["AWS"] = [name_of(one) for one in named] if many else name_of(named)
    return json.dumps(policy, separators=(",", ":"))


def _kept(tx: Tx, name: str) -> str:
    kept = "*" if name == "*" else _id_of(tx, name) or _account_of(tx, name)
    if kept is None:
        raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{name}"')
    return kept


def _id_of(tx: Tx, name: str) -> str | None:
    """Return the unique ID of the user or the role of an ARN, which must be exact; or of an ID itself."""
    if name.startswith((ids.USER, ids.ROLE)):
        return name if _entity(tx, name) is not None else None
    found = _ENTITY.fullmatch(name)
    if found is None:
        return None
    account_id, kind, entity_name = found.groups()
    if kind == "user":
        user = USERS.find(tx, account_id, entity_name)
        return user.user_id if user is not None and user.arn == name else None
    role = ROLES.find(tx, account_id, entity_name)
    return role.role_id if role is not None and role.arn == name else None


def _account_of(tx: Tx, name: str) -> str | None:
    """Return what names an account, or a session in it, as it is kept; None when there is no such account."""
    found = _OF_ACCOUNT.fullmatch(name)
    if found is None or _ENTITY.fullmatch(name) or accounts.find(tx, found[1]) is None:
        return None
    return arns.root(name) if name == found[1] else name


def _entity(tx: Tx, unique_id: str) -> User | Role | None:
    if unique_id.startswith(ids.USER):
        return USERS.find_in_any_account(tx, unique_id)
    return ROLES.find_in_any_account(tx, unique_id)


def _arn_of(tx: Tx, name: str) -> str:
    if not name.startswith((ids.USER, ids.ROLE)):
        return name
    entity = _entity(tx, name)
    return entity.arn if entity is not None else name
