"""Who somebody says they are. Whatever is typed, the same statements run: nothing tells what exists."""

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
    """Somebody as they typed themselves; what is None is not there. Failures are counted by `subject`."""

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
        """The account's ID, or nobody's."""
        return self.account.account_id if self.account else NO_ACCOUNT_ID

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
            root_arn = arns.root(self.account_id)
            return Principal(PrincipalKind.ROOT, root_arn, self.account_id, self.account_id)
        return Principal(PrincipalKind.USER, self.user.arn, self.account_id, self.user.user_id)

    @property
    def personal_names(self) -> tuple[str, ...]:
        """What a password must not be made of."""
        user_names = (self.user.user_name,) if self.user else ()
        return (*user_names, self.account.name, self.account.root_email) if self.account else user_names


def find_root(tx: Tx, email: str) -> SignInIdentity:
    """Look for a root user by email address."""
    account = accounts.find_by_email(tx, email)
    return _load(tx, root_counter_key(email), email, account, None, is_root=True)


def find_user(tx: Tx, account_text: str, user_name: str) -> SignInIdentity:
    """Look for an IAM user by its account's ID or alias and its name."""
    id_or_alias = account_text.strip()
    alias_owner = accounts.find_account_id_by_alias(tx, id_or_alias.lower())
    # Twelve digits are an ID, whatever alias somebody took.
    account_id = (
        id_or_alias if alias_owner is None or _ACCOUNT_ID_PATTERN.fullmatch(id_or_alias) else alias_owner
    )
    account = accounts.find(tx, account_id)
    iam_user = USERS.find(tx, account_id, user_name.strip())
    throttle_key = user_counter_key(account_id.lower(), user_name.strip().lower())
    return _load(tx, throttle_key, user_name, account, iam_user, is_root=False)


def root_of_account(tx: Tx, account: Account) -> SignInIdentity:
    """Return an account's root user, under the names that the account is given here."""
    email = account.root_email
    return _load(tx, root_counter_key(email), email, account, None, is_root=True)


def find_by_user_id(tx: Tx, account_id: str, user_id: str) -> SignInIdentity | None:
    """Look somebody up again who proved a password before; None when they may not sign in any more."""
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
    """Return a user's name in the form that failures are counted by."""
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
