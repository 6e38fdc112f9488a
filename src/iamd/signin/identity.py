"""Sign-in identity: the root user or IAM user to sign in as, whether it exists or not.

Lookups run the same SQL statements in either case, so that timing does not reveal what exists.
"""

import re
from typing import NamedTuple

from iamd.core import arns
from iamd.core.records import Account, LoginProfile, PasswordPolicy, SecuritySettings, User
from iamd.domain.throttle_keys import root_counter_key, user_counter_key
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts, login_profiles, security_settings
from iamd.store.audit import NO_ACCOUNT_ID
from iamd.store.entities import USERS
from iamd.store.query import Tx

_ACCOUNT_ID_PATTERN = re.compile(r"[0-9]{12}", re.ASCII)


class SignInIdentity(NamedTuple):
    """A root user or IAM user as entered.

    `account`, `user` and `login_profile` are None if they do not exist; a root user has no `user`. Failed
    attempts are counted by `throttle_key`.
    """

    is_root: bool
    throttle_key: str
    typed_name: str
    account: Account | None
    user: User | None
    login_profile: LoginProfile | None
    password_policy: PasswordPolicy | None
    security_settings: SecuritySettings

    @property
    def account_id(self) -> str:
        """The account ID; `NO_ACCOUNT_ID` if the account does not exist."""
        return self.account.account_id if self.account else NO_ACCOUNT_ID

    @property
    def user_id(self) -> str:
        """The unique ID, which sessions and MFA devices refer to; for a root user the account ID."""
        return self.user.user_id if self.user else self.account_id

    @property
    def name(self) -> str:
        """The name to display: the user name, or the name or email address as entered."""
        return self.user.user_name if self.user else self.typed_name

    @property
    def principal(self) -> Principal:
        """The principal, for audit events."""
        if self.user is None:
            root_arn = arns.root(self.account_id)
            return Principal(PrincipalKind.ROOT, root_arn, self.account_id, self.account_id)
        return Principal(PrincipalKind.USER, self.user.arn, self.account_id, self.user.user_id)

    @property
    def personal_names(self) -> tuple[str, ...]:
        """The names that a password must not be based on."""
        user_names = (self.user.user_name,) if self.user else ()
        return (*user_names, self.account.name, self.account.root_email) if self.account else user_names


def find_root(tx: Tx, email: str) -> SignInIdentity:
    """Look up a root user by email address."""
    account = accounts.find_by_email(tx, email)
    return _load(tx, root_counter_key(email), email, account, None, is_root=True)


def find_user(tx: Tx, account_text: str, user_name: str) -> SignInIdentity:
    """Look up an IAM user by account ID or alias and user name."""
    id_or_alias = account_text.strip()
    alias_owner = accounts.find_account_id_by_alias(tx, id_or_alias.lower())
    # 12 digits are always an account ID, even if an account has them as its alias.
    account_id = (
        id_or_alias if alias_owner is None or _ACCOUNT_ID_PATTERN.fullmatch(id_or_alias) else alias_owner
    )
    account = accounts.find(tx, account_id)
    iam_user = USERS.find(tx, account_id, user_name.strip())
    throttle_key = user_counter_key(account_id.lower(), user_name.strip().lower())
    return _load(tx, throttle_key, user_name, account, iam_user, is_root=False)


def root_of_account(tx: Tx, account: Account) -> SignInIdentity:
    """Return the root user of `account`, with its name and email address, whether stored yet or not."""
    email = account.root_email
    return _load(tx, root_counter_key(email), email, account, None, is_root=True)


def find_by_user_id(tx: Tx, account_id: str, user_id: str) -> SignInIdentity | None:
    """Look up the user of a session or passkey; None if they were deleted or have no password any more."""
    account = accounts.find(tx, account_id)
    if account is None:
        return None
    iam_user = USERS.find_by_id(tx, account_id, user_id)
    is_root = user_id == account_id
    if iam_user is None and not is_root:
        return None
    throttle_key = (
        root_counter_key(account.root_email)
        if is_root
        else user_counter_key(account_id, throttle_name(iam_user))
    )
    identity = _load(tx, throttle_key, account.root_email, account, iam_user, is_root=is_root)
    return identity if identity.login_profile is not None else None


def throttle_name(user: User | None) -> str:
    """Return the normalized user name for the throttle key; "" without a user."""
    return user.user_name.lower() if user else ""


def _load(
    tx: Tx,
    throttle_key: str,
    typed_name: str,
    account: Account | None,
    iam_user: User | None,
    *,
    is_root: bool,
) -> SignInIdentity:
    account_id = account.account_id if account else NO_ACCOUNT_ID
    user_id = (account.account_id if account else "") if is_root else (iam_user.user_id if iam_user else "")
    return SignInIdentity(
        is_root,
        throttle_key,
        typed_name,
        account,
        iam_user,
        login_profiles.find(tx, account_id, user_id),
        security_settings.find_password_policy(tx, account_id),
        security_settings.get_settings(tx, account_id),
    )
