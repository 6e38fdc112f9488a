"""Who somebody says they are. Whatever is typed, the same statements run: nothing tells what exists."""

import re
from typing import NamedTuple

from iamd.core import arns
from iamd.core.records import Account, LoginProfile, PasswordPolicy, SecuritySettings, User
from iamd.ops.throttle_names import root_subject, user_subject
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts, login_profiles, security
from iamd.store.audit import NOBODYS
from iamd.store.named import USERS
from iamd.store.query import Tx

_ID = re.compile(r"[0-9]{12}", re.ASCII)


class Who(NamedTuple):
    """Somebody as they typed themselves; what is None is not there. Failures are counted by `subject`."""

    root: bool
    subject: str
    typed_name: str
    account: Account | None
    user: User | None
    profile: LoginProfile | None
    policy: PasswordPolicy | None
    settings: SecuritySettings

    @property
    def account_id(self) -> str:
        """The account's ID, or nobody's."""
        return self.account.account_id if self.account else NOBODYS

    @property
    def user_id(self) -> str:
        """The unique ID that sessions and devices hang on: a root user's is the account's."""
        return self.user.user_id if self.user else self.account_id

    @property
    def name(self) -> str:
        """What somebody goes by on a page."""
        return self.user.user_name if self.user else self.typed_name

    @property
    def principal(self) -> Principal:
        """The principal that audit events name."""
        if self.user is None:
            root = arns.root(self.account_id)
            return Principal(PrincipalKind.ROOT, root, self.account_id, self.account_id)
        return Principal(PrincipalKind.USER, self.user.arn, self.account_id, self.user.user_id)

    @property
    def names(self) -> tuple[str, ...]:
        """What a password must not be made of."""
        own = (self.user.user_name,) if self.user else ()
        return (*own, self.account.name, self.account.root_email) if self.account else own


def root(tx: Tx, email: str) -> Who:
    """Look for a root user by email address."""
    account = accounts.find_by_email(tx, email)
    return _who(tx, root_subject(email), email, account, None, is_root=True)


def user(tx: Tx, account_text: str, user_name: str) -> Who:
    """Look for an IAM user by its account's ID or alias and its name."""
    typed = account_text.strip()
    owner = accounts.owner_of_alias(tx, typed.lower())
    # Twelve digits are an ID, whatever alias somebody took.
    account_id = typed if owner is None or _ID.fullmatch(typed) else owner
    account = accounts.find(tx, account_id)
    found = USERS.find(tx, account_id, user_name.strip())
    subject = user_subject(account_id.lower(), user_name.strip().lower())
    return _who(tx, subject, user_name, account, found, is_root=False)


def of_root(tx: Tx, account: Account) -> Who:
    """Return an account's root user, under the names that the account is given here."""
    email = account.root_email
    return _who(tx, root_subject(email), email, account, None, is_root=True)


def of_session(tx: Tx, account_id: str, user_id: str) -> Who | None:
    """Look somebody up again who proved a password before; None when they may not sign in any more."""
    account = accounts.find(tx, account_id)
    if account is None:
        return None
    found = USERS.by_id(tx, account_id, user_id)
    is_root = user_id == account_id
    if found is None and not is_root:
        return None
    subject = root_subject(account.root_email) if is_root else user_subject(account_id, found_name(found))
    who = _who(tx, subject, account.root_email, account, found, is_root=is_root)
    return who if who.profile is not None else None


def found_name(user: User | None) -> str:
    """Return a user's name in the form that failures are counted by."""
    return user.user_name.lower() if user else ""


def _who(
    tx: Tx, subject: str, typed: str, account: Account | None, found: User | None, *, is_root: bool
) -> Who:
    account_id = account.account_id if account else NOBODYS
    user_id = (account.account_id if account else "") if is_root else (found.user_id if found else "")
    return Who(
        is_root,
        subject,
        typed,
        account,
        found,
        login_profiles.find(tx, account_id, user_id),
        security.password_policy(tx, account_id),
        security.settings(tx, account_id),
    )
