"""One-time links: account setup links and root password reset links, which can be sent by mail."""

from typing import NamedTuple

from iamd.core.records import Account
from iamd.signin import throttle
from iamd.signin.identity import SignInIdentity, find_root
from iamd.signin.mail import Mail
from iamd.signin.services import Client, SignInServices, new_token
from iamd.store import accounts, attempt_counters, login_profiles, one_time_links
from iamd.store.one_time_links import OneTimeLink
from iamd.store.query import Tx
from iamd.store.sessions import hash_token

SETUP, RESET = "setup", "reset-password"
_LIFETIME_SECONDS = {SETUP: 24 * 3600, RESET: 3600}
_MAX_MAILS = 5  # to a root user in an hour, and by a client address in 15 minutes
_HOUR_SECONDS = 3600


class LinkTarget(NamedTuple):
    """A valid link and its account."""

    account: Account
    link: OneTimeLink


def create(tx: Tx, account_id: str, purpose: str, epoch: int) -> str:
    """Create a link and return its token; earlier links of the account stay valid until one is used."""
    token = new_token()
    one_time_links.add(
        tx, OneTimeLink(hash_token(token), account_id, purpose, epoch + _LIFETIME_SECONDS[purpose])
    )
    return token


def create_setup_token(tx: Tx, account_id: str, epoch: int) -> str | None:
    """Create a setup link and return its token; None if the root user already has a password."""
    if login_profiles.find(tx, account_id, account_id) is not None:
        return None
    return create(tx, account_id, SETUP, epoch)


def create_reset_token(tx: Tx, account_id: str, epoch: int) -> str | None:
    """Create a password reset link and return its token; None if the root user has no password yet."""
    if login_profiles.find(tx, account_id, account_id) is None:
        return None
    return create(tx, account_id, RESET, epoch)


def resolve(services: SignInServices, tx: Tx, token: str, purpose: str) -> LinkTarget | None:
    """Return a link and its account; None if the link is unknown, used, expired or of another purpose."""
    link = one_time_links.find(tx, hash_token(token))
    if link is None or link.purpose != purpose or services.epoch() >= link.expires_at:
        return None
    created_at = link.expires_at - _LIFETIME_SECONDS[purpose]
    if services.dependencies.clock_steps.had_ended(created_at, link.expires_at):
        return None
    account = accounts.find(tx, link.account_id)
    has_root = login_profiles.find(tx, link.account_id, link.account_id) is not None
    if account is None or has_root != (purpose == RESET):
        return None
    return LinkTarget(account, link)


def find_account(services: SignInServices, token: str, purpose: str) -> Account | None:
    """Return the account of a valid link without using the link; otherwise None."""
    with services.dependencies.database.read() as tx:
        link_target = resolve(services, tx, token, purpose)
    return link_target.account if link_target else None


def mail_reset_link(services: SignInServices, email: str, base_url: str, client: Client) -> None:
    """Mail a password reset link if there is a root user with this email address.

    Works in the background, so that neither result nor timing reveals whether there is.
    """
    if services.mailer is None:
        return

    def compose() -> Mail | None:
        with services.dependencies.database.write() as tx:
            identity = find_root(tx, email)
            token = _throttled_reset_token(tx, identity, client, services.epoch())
        if token is None or identity.account is None:
            return None
        text = _RESET_MAIL.format(url=f"{base_url}/signin/reset/{token}", account_id=identity.account_id)
        return Mail(identity.account.root_email, "Choose a new root user password", text)

    services.mailer.enqueue(compose)


_RESET_MAIL = """\
A password reset was requested for the root user of account {account_id}.

Use this link within an hour to choose a new password. It works once:

    {url}

If you did not request this, ignore this message. Your password stays unchanged.
"""


def _throttled_reset_token(tx: Tx, identity: SignInIdentity, client: Client, epoch: int) -> str | None:
    if (
        not throttle.allow(tx, "mails", client.request_context.source_ip, epoch, _MAX_MAILS)
        or identity.login_profile is None
    ):
        return None
    tries = attempt_counters.increment(
        tx, attempt_counters.counter_key("mail", identity.throttle_key), epoch, _HOUR_SECONDS, _MAX_MAILS
    ).tries
    return create(tx, identity.account_id, RESET, epoch) if tries <= _MAX_MAILS else None
