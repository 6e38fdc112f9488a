"""New passwords at sign-in: required changes, root password reset by link, and account setup."""

import re
from collections.abc import Callable
from typing import NamedTuple

from iamd.core import ids
from iamd.core.errors import (
    AccessDenied,
    EntityTemporarilyUnmodifiable,
    PasswordPolicyViolation,
    Throttling,
)
from iamd.core.records import Account, LoginProfile
from iamd.core.session_stages import PASSWORD
from iamd.domain import passwords, root_emails
from iamd.domain.password_rules import PasswordRules
from iamd.domain.root_emails import EmailInUse
from iamd.signin import device_cookies, links, pending, sign_in_events
from iamd.signin import identity as identities
from iamd.signin.identity import SignInIdentity
from iamd.signin.links import RESET, SETUP
from iamd.signin.next_step import advance, begin_session
from iamd.signin.services import GONE, Client, SignInResult, SignInServices, Step
from iamd.store import accounts, audit, login_profiles, sessions
from iamd.store import one_time_links as link_store
from iamd.store.query import Tx

WRONG_OLD_PASSWORD = "The old password is incorrect."  # noqa: S105 - a message
_EMAIL_PATTERN = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")
_ACCOUNT_NAME_PATTERN = re.compile(r"[^\x00-\x1f<>\x7f]{1,50}")


class NewPasswordPrompt(NamedTuple):
    """The content of the page of a required password change: the user, and the rules for the new password."""

    name: str
    is_root: bool
    rules: PasswordRules


class AccountSetup(NamedTuple):
    """The form of account setup."""

    account_name: str
    root_email: str
    password: str


def prompt(services: SignInServices, session_token: str) -> NewPasswordPrompt | None:
    """Return the user who must change their password, and the rules; None if not at that step."""
    with services.dependencies.database.read() as tx:
        pending_sign_in = pending.find(tx, services, session_token, (PASSWORD,))
        if pending_sign_in is None:
            return None
        rules = passwords.get_rules(tx, pending_sign_in.identity.account_id, pending_sign_in.identity.user_id)
    return NewPasswordPrompt(pending_sign_in.identity.name, pending_sign_in.identity.is_root, rules)


def root_password_rules(services: SignInServices, account: Account) -> PasswordRules:
    """Return the rules for the root user's next password."""
    with services.dependencies.database.read() as tx:
        return passwords.get_rules(tx, account.account_id, account.account_id)


# Required password change: the old password again, and a new one.


def change_password(
    services: SignInServices, session_token: str, old_password: str, new_password: str, client: Client
) -> SignInResult:
    """Change a password that must be changed, and continue the sign-in.

    Step.REFUSED with `errors` if the old password is wrong or the new one violates a rule.
    """
    pending_sign_in = pending.peek(services, session_token, (PASSWORD,))
    if pending_sign_in is None or pending_sign_in.identity.login_profile is None:
        return GONE
    try:
        current_profile = passwords.verify_current(
            services.dependencies.database,
            services.dependencies.hasher,
            pending_sign_in.identity.account_id,
            pending_sign_in.identity.login_profile,
            old_password,
            services.epoch(),
        )
        password_hash = _hash_valid_password(
            services, pending_sign_in.identity, new_password, current_profile.hash
        )
    except AccessDenied:
        return SignInResult(Step.REFUSED, errors=(WRONG_OLD_PASSWORD,))
    except (PasswordPolicyViolation, EntityTemporarilyUnmodifiable) as error:
        return SignInResult(Step.REFUSED, errors=tuple(error.message.split(", ")))
    with pending.lock(services, session_token, (PASSWORD,)) as locked_sign_in:
        if (
            locked_sign_in is None
            or locked_sign_in.identity.login_profile is None
            or locked_sign_in.identity.login_profile.hash != current_profile.hash
        ):
            return GONE
        identity = _set_password(
            locked_sign_in.tx,
            services,
            locked_sign_in.identity,
            password_hash,
            client,
            keep_token_hash=locked_sign_in.session.token_hash,
        )
        return advance(locked_sign_in.tx, services, client, identity, locked_sign_in.session)


def _hash_valid_password(
    services: SignInServices, identity: SignInIdentity, password: str, current_hash: str | None
) -> str:
    """Return the hash of a new password; PasswordPolicyViolation if it violates a rule."""
    dependencies = services.dependencies
    with dependencies.database.read() as tx:
        passwords.enforce(
            tx,
            identity.account_id,
            identity.personal_names,
            password,
            dependencies.blocklist,
            dependencies.hasher,
            identity.user_id,
            current_hash=current_hash,
        )
    return dependencies.hasher.hash(password)


def _set_password(
    tx: Tx,
    services: SignInServices,
    identity: SignInIdentity,
    password_hash: str,
    client: Client,
    keep_token_hash: str = "",
) -> SignInIdentity:
    """Set a password, and end the user's sessions except that of `keep_token_hash`."""
    timestamp = services.timestamp()
    profile = LoginProfile(
        identity.user_id, password_hash, timestamp, timestamp, password_reset_required=False
    )
    if identity.login_profile is None:
        login_profiles.add(tx, identity.account_id, profile)
    else:
        profile = profile._replace(create_date=identity.login_profile.create_date)
        login_profiles.update(tx, identity.account_id, profile)
    sessions.delete_for_user(tx, identity.account_id, identity.user_id, keep_token_hash)
    audit.add(tx, [sign_in_events.event(identity, "PasswordUpdated", client.request_context, timestamp)])
    accounts.set_revision(tx, identity.account_id, ids.revision())
    return identity._replace(login_profile=profile)


# Root user password by one-time link: reset and account setup.


def reset_root_password(
    services: SignInServices, link_token: str, password: str, client: Client
) -> SignInResult:
    """Set a new root password by a reset link. The user is not signed in: MFA is still required for that.

    The device becomes a known one, so that the root user can sign in from it however many others try to. All
    others became unknown with the new password.
    """

    def change_nothing(_tx: Tx, _account: Account) -> str | None:
        return None

    account = links.find_account(services, link_token, RESET)
    if account is None:
        return GONE
    return _set_password_by_link(services, link_token, RESET, account, password, client, change_nothing)


def set_up_account(
    services: SignInServices, link_token: str, setup: AccountSetup, client: Client
) -> SignInResult:
    """Set an account's name and its root user's email address and password, and sign the root user in."""
    account = links.find_account(services, link_token, SETUP)
    if account is None:
        return GONE
    new_account = account._replace(name=setup.account_name.strip(), root_email=setup.root_email.strip())
    errors = _validate_names(new_account)
    if errors:
        return SignInResult(Step.REFUSED, errors=tuple(errors))

    def rename(tx: Tx, current_account: Account) -> str | None:
        account_id = current_account.account_id
        try:
            root_emails.require_available(tx, account_id, new_account.root_email, services.epoch())
        except (EmailInUse, Throttling) as fault:
            return fault.message
        accounts.update_name_and_email(tx, account_id, new_account.name, new_account.root_email)
        return None

    return _set_password_by_link(services, link_token, SETUP, new_account, setup.password, client, rename)


def _validate_names(account: Account) -> list[str]:
    errors = []
    if not _ACCOUNT_NAME_PATTERN.fullmatch(account.name):
        errors.append("The account name must have 1 to 50 characters, without < and >.")
    if not _EMAIL_PATTERN.fullmatch(account.root_email):
        errors.append("Enter a valid root user email address.")
    return errors


def _set_password_by_link(
    services: SignInServices,
    link_token: str,
    purpose: str,
    account: Account,
    password: str,
    client: Client,
    apply_changes: Callable[[Tx, Account], str | None],
) -> SignInResult:
    try:
        password_hash = _hash_valid_password(services, _load_root(services, account), password, None)
    except PasswordPolicyViolation as error:
        return SignInResult(Step.REFUSED, errors=tuple(error.message.split(", ")))
    with services.dependencies.database.write() as tx:
        accounts.lock(tx, account.account_id)
        link_target = links.resolve(services, tx, link_token, purpose)
        if link_target is None:
            return GONE
        refusal = apply_changes(tx, link_target.account)
        if refusal is not None:
            return SignInResult(Step.REFUSED, errors=(refusal,))
        link_store.delete_for_account(tx, account.account_id)
        identity = _set_password(
            tx, services, identities.find_root(tx, account.root_email), password_hash, client
        )
        if purpose == RESET:
            device_cookie = device_cookies.issue(services.sealing_key, identity, None, services.epoch())
            return SignInResult(Step.DONE, device_cookie=device_cookie)
        return advance(tx, services, client, identity, begin_session(client, identity, services.epoch()))


def _load_root(services: SignInServices, account: Account) -> SignInIdentity:
    """Return the root user with the names of `account`, which may not be stored yet."""
    with services.dependencies.database.read() as tx:
        return identities.root_of_account(tx, account)
