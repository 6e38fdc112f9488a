"""New accounts: made by the operator of the host, through the same operations that the wire serves."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from iamd.api import events
from iamd.api.proof import Circumstances
from iamd.api.vault import Vault
from iamd.core import arns, clock, ids
from iamd.core.records import Account
from iamd.keys import seal
from iamd.ops import iam
from iamd.ops.call import Call, Caller
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts, audit
from iamd.store.database import Database
from iamd.store.query import Tx

ADMIN_GROUP = "Administrators"
ADMIN_POLICY = arns.policy("aws", "/", "AdministratorAccess")
_HOST = Circumstances("", "", "iamd on the host", "", True, "us-east-1")
_USER_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class FoundingError(Exception):
    """The account cannot be made as asked; the message says why in one line."""


class Wanted(NamedTuple):
    """An account to make; without an ID a random one, without an `admin` no user."""

    account_id: str | None
    name: str | None
    root_email: str | None
    admin: str | None


class Founded(NamedTuple):
    """An account that was made; the admin's key is told here and never again."""

    account: Account
    admin: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


def found(database: Database, vault: Vault, wanted: Wanted, now: datetime) -> Founded:
    """Make an account and, if wanted, its administrator; FoundingError, and no change, when it cannot be."""
    account_id = wanted.account_id or ids.account()
    email = (wanted.root_email or f"root@{account_id}.example").strip()
    _check(account_id, email, wanted.admin)
    data_key = seal.new_key()
    account = Account(
        account_id,
        wanted.name or account_id,
        email,
        clock.iso(now),
        ids.revision(),
        vault.seal_data_key(account_id, data_key),
        0,
        0,
        0,
    )
    with database.exclusive(), database.write() as tx:
        _refuse_taken(tx, account)
        accounts.add(tx, account)
        if wanted.admin is None:
            return Founded(account)
        return _with_admin(tx, account, data_key, wanted.admin, now)


def _check(account_id: str, email: str, admin: str | None) -> None:
    if not re.fullmatch(r"[0-9]{12}", account_id, re.ASCII) or account_id == audit.NOBODYS:
        raise FoundingError(f"an account ID has 12 digits, not {account_id!r}")
    if not _EMAIL.fullmatch(email):
        raise FoundingError(f"{email!r} is no email address")
    if admin is not None and not _USER_NAME.fullmatch(admin):
        raise FoundingError(f"a user name has 1 to 64 letters, digits and +=,.@_-, not {admin!r}")


def _refuse_taken(tx: Tx, account: Account) -> None:
    if accounts.find(tx, account.account_id):
        raise FoundingError(f"account {account.account_id} exists already")
    if accounts.find_by_email(tx, account.root_email):
        raise FoundingError(f"another account has the root email {account.root_email} already")


def _with_admin(tx: Tx, account: Account, data_key: bytes, admin: str, now: datetime) -> Founded:
    account_id = account.account_id
    root = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    call = Call(tx, Caller(root, account_id, account_id, "", None, ()), data_key, clock.iso(now))
    _run(call, "CreateGroup", {"group_name": ADMIN_GROUP})
    _run(call, "AttachGroupPolicy", {"group_name": ADMIN_GROUP, "policy_arn": ADMIN_POLICY})
    _run(call, "CreateUser", {"user_name": admin})
    _run(call, "AddUserToGroup", {"group_name": ADMIN_GROUP, "user_name": admin})
    made = _run(call, "CreateAccessKey", {"user_name": admin})["AccessKey"]
    return Founded(account, admin, made["AccessKeyId"], made["SecretAccessKey"])


def _run(call: Call, name: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run an operation as the root user, whom no policy binds here, and record it."""
    operation = iam.SERVED[name]
    target = operation.on.find(call, params)
    reply = operation.perform(call, target, params)
    audit.add(call.tx, [events.event(operation, call.caller, params, reply, _HOST, call.now)])
    return reply or {}
