"""Account creation by the server's operator, optionally with an administrator (made by IAM operations)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from iamd.admin.operator_events import OPERATOR_CONTEXT
from iamd.core import arns, clock, ids
from iamd.core.records import Account
from iamd.crypto import seal
from iamd.framework.call import Call, Caller
from iamd.gate import audit_events
from iamd.gate.vault import Vault
from iamd.operations import iam
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts, audit
from iamd.store.database import Database
from iamd.store.query import Tx

ADMIN_GROUP = "Administrators"
ADMIN_POLICY = arns.policy("aws", "/", "AdministratorAccess")
_USER_NAME_PATTERN = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_EMAIL_PATTERN = re.compile(r"[^@\s]+@[^@\s]+")


class AccountCreationError(Exception):
    """The account cannot be created; the message gives the reason in one line."""


class AccountSpec(NamedTuple):
    """The account to create.

    Defaults: a random `account_id`, the account ID as `name`, `root@<account ID>.example` as `root_email`. An
    IAM user is only created if `admin_name` is set.
    """

    account_id: str | None
    name: str | None
    root_email: str | None
    admin_name: str | None


class NewAccount(NamedTuple):
    """The created account, with the administrator's access key; the secret cannot be retrieved again."""

    account: Account
    admin_name: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


def create(database: Database, vault: Vault, spec: AccountSpec, now: datetime) -> NewAccount:
    """Create an account and, if `spec.admin_name` is set, an administrator with an access key.

    Raises AccountCreationError, without any change, if a value is invalid or the account ID or root email is
    taken.
    """
    account_id = spec.account_id or ids.account()
    email = (spec.root_email or f"root@{account_id}.example").strip()
    _validate(account_id, email, spec.admin_name)
    data_key = seal.new_key()
    account = Account(
        account_id,
        spec.name or account_id,
        email,
        clock.iso(now),
        ids.revision(),
        vault.seal_data_key(account_id, data_key),
        0,
        0,
        0,
    )
    with database.exclusive_lock(), database.write() as tx:
        _require_unused(tx, account)
        accounts.add(tx, account)
        if spec.admin_name is None:
            return NewAccount(account)
        return _create_admin(tx, account, data_key, spec.admin_name, now)


def _validate(account_id: str, email: str, admin_name: str | None) -> None:
    if not re.fullmatch(r"[0-9]{12}", account_id, re.ASCII) or account_id == audit.NO_ACCOUNT_ID:
        raise AccountCreationError(f"an account ID must have 12 digits, not {account_id!r}")
    if not _EMAIL_PATTERN.fullmatch(email):
        raise AccountCreationError(f"{email!r} is not a valid email address")
    if admin_name is not None and not _USER_NAME_PATTERN.fullmatch(admin_name):
        raise AccountCreationError(
            f"a user name must have 1 to 64 letters, digits or +=,.@_-, not {admin_name!r}"
        )


def _require_unused(tx: Tx, account: Account) -> None:
    if accounts.find(tx, account.account_id):
        raise AccountCreationError(f"account {account.account_id} already exists")
    if accounts.find_by_email(tx, account.root_email):
        raise AccountCreationError(f"another account already has the root email {account.root_email}")


def _create_admin(tx: Tx, account: Account, data_key: bytes, admin_name: str, now: datetime) -> NewAccount:
    account_id = account.account_id
    root = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    call = Call(tx, Caller(root, account_id, account_id, "", None, ()), data_key, clock.iso(now))
    _invoke(call, "CreateGroup", {"group_name": ADMIN_GROUP})
    _invoke(call, "AttachGroupPolicy", {"group_name": ADMIN_GROUP, "policy_arn": ADMIN_POLICY})
    _invoke(call, "CreateUser", {"user_name": admin_name})
    _invoke(call, "AddUserToGroup", {"group_name": ADMIN_GROUP, "user_name": admin_name})
    access_key = _invoke(call, "CreateAccessKey", {"user_name": admin_name})["AccessKey"]
    return NewAccount(account, admin_name, access_key["AccessKeyId"], access_key["SecretAccessKey"])


def _invoke(call: Call, name: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run an operation as the root user, without authorization, and write its audit event."""
    operation = iam.OPERATIONS[name]
    target = operation.target_finder.find(call, params)
    reply = operation.invoke(call, target, params)
    audit.add(
        call.tx,
        [audit_events.event(operation, call.caller, params, reply, OPERATOR_CONTEXT, call.timestamp)],
    )
    return reply or {}
