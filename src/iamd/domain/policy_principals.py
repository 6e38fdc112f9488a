"""Principals of resource policies: conversion between ARNs and the unique IDs that are stored.

Unique IDs are stored so that a user or role created later with the same name does not inherit the grant.
When a policy is read, IDs of existing entities become ARNs again, and others stay IDs, as on AWS. A role
session is stored by its role's ID and its name, `AROA…:session`, the form that `aws:userid` has. A federated
user has no unique ID and stays an ARN: whoever may issue the name is that user. Principals may be in any
account of this store.
"""

import json
import re
from collections.abc import Callable

from iamd.core import arns, ids
from iamd.core.errors import MalformedPolicyDocument
from iamd.core.records import Role, User
from iamd.store import accounts
from iamd.store.entities import ROLES, USERS
from iamd.store.query import Tx

_ENTITY_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):(user|role)/(?:.*/)?([^/]+)")
_SESSION_ARN = re.compile(r"arn:aws:sts::([0-9]{12}):assumed-role/([^/]+)/([^/]+)")
_ACCOUNT_PRINCIPAL = re.compile(r"(?:arn:aws:(?:iam|sts)::)?([0-9]{12})(?::.*)?")


def to_unique_ids(tx: Tx, document: str) -> str:
    """Return a valid policy with principals as unique IDs.

    Raises MalformedPolicyDocument, with AWS's sentence, if a principal does not exist.
    """
    return _map_principals(document, lambda name: _to_unique_id(tx, name))


def to_arns(tx: Tx, stored_document: str) -> str:
    """Return a stored policy with the ARNs of the principals that exist."""
    return _map_principals(stored_document, lambda name: _find_arn(tx, name))


def _map_principals(document: str, convert: Callable[[str], str]) -> str:
    # Numbers keep their spelling: policies treat them as strings, and 1.10 is not 1.1.
    policy = json.loads(document, parse_int=str, parse_float=str)
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if isinstance(principal, dict) and "AWS" in principal:
            principals = principal["AWS"]
            is_list = isinstance(principals, list)
            principal["AWS"] = [convert(name) for name in principals] if is_list else convert(principals)
    return json.dumps(policy, separators=(",", ":"))


def _to_unique_id(tx: Tx, name: str) -> str:
    stored_name = "*" if name == "*" else _find_unique_id(tx, name) or _account_principal(tx, name)
    if stored_name is None:
        raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{name}"')
    return stored_name


def _find_unique_id(tx: Tx, name: str) -> str | None:
    """Return the unique ID for the exact ARN or the unique ID of a user, a role or a session of a role.

    None if there is no such user or role; sessions need not exist.
    """
    if name.startswith((ids.USER, ids.ROLE)):
        return name if _find_entity(tx, name) is not None else None
    if session := _SESSION_ARN.fullmatch(name):
        return _find_session_id(tx, *session.groups())
    match = _ENTITY_ARN.fullmatch(name)
    if match is None:
        return None
    account_id, kind, entity_name = match.groups()
    if kind == "user":
        user = USERS.find(tx, account_id, entity_name)
        return user.user_id if user is not None and user.arn == name else None
    role = ROLES.find(tx, account_id, entity_name)
    return role.role_id if role is not None and role.arn == name else None


def _find_session_id(tx: Tx, account_id: str, role_name: str, session_name: str) -> str | None:
    """Return the stored form of a role session, whose ARN has the role's name but not its path."""
    role = ROLES.find(tx, account_id, role_name)
    return f"{role.role_id}:{session_name}" if role is not None and role.role_name == role_name else None


def _account_principal(tx: Tx, name: str) -> str | None:
    """Return the stored form of an account ID, root ARN or federated user; None without such an account."""
    match = _ACCOUNT_PRINCIPAL.fullmatch(name)
    if match is None or _ENTITY_ARN.fullmatch(name) or _SESSION_ARN.fullmatch(name):
        return None
    if accounts.find(tx, match[1]) is None:
        return None
    return arns.root(name) if name == match[1] else name


def _find_entity(tx: Tx, stored_name: str) -> User | Role | None:
    """Return the user or role of a unique ID, or the role of a session's stored form."""
    unique_id = stored_name.partition(":")[0]
    if unique_id.startswith(ids.USER):
        return USERS.find_in_any_account(tx, unique_id)
    return ROLES.find_in_any_account(tx, unique_id)


def _find_arn(tx: Tx, stored_name: str) -> str:
    if not stored_name.startswith((ids.USER, ids.ROLE)):
        return stored_name
    entity = _find_entity(tx, stored_name)
    if entity is None:
        return stored_name
    session_name = stored_name.partition(":")[2]
    if isinstance(entity, Role) and session_name:
        return arns.assumed_role(arns.parse_account_id(entity.arn), entity.role_name, session_name)
    return entity.arn
