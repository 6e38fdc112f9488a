"""Links that work once: to set a new account up, and to choose a new root password."""

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
_MAX_MAILS = 5  # to one root user in an hour, and asked for from one address
_HOUR_SECONDS = 3600


class LinkTarget(NamedTuple):
    """What a link leads to."""

    account: Account
    link: OneTimeLink


def create(tx: Tx, account_id: str, purpose: str, epoch: int) -> str:
    """Make a link's token; earlier links of the account go on until one is used."""
    token = new_token()
    one_time_links.add(
        tx, OneTimeLink(hash_token(token), account_id, purpose, epoch + _LIFETIME_SECONDS[purpose])
    )
    return token


def create_setup_token(tx: Tx, account_id: str, epoch: int) -> str | None:
    """Make a set-up link's token; None once the account has its root user, who has a password."""
    if login_profiles.find(tx, account_id, account_id) is not None:
        return None
    return create(tx, account_id, SETUP, epoch)


def create_reset_token(tx: Tx, account_id: str, epoch: int) -> str | None:
    """Make a link's token to choose a new root password with; None before there is one."""
    if login_profiles.find(tx, account_id, account_id) is None:
        return None
    return create(tx, account_id, RESET, epoch)


def resolve(tx: Tx, token: str, purpose: str, epoch: int) -> LinkTarget | None:
    """Return what a link leads to; None when it was used, is over, or never was."""
    link = one_time_links.find(tx, hash_token(token))
    if link is None or link.purpose != purpose or epoch >= link.expires_at:
        return None
    account = accounts.find(tx, link.account_id)
    has_root = login_profiles.find(tx, link.account_id, link.account_id) is not None
    if account is None or has_root != (purpose == RESET):
        return None
    return LinkTarget(account, link)


def find_account(services: SignInServices, token: str, purpose: str) -> Account | None:
    """Look at a link without using it."""
    with services.dependencies.database.read() as tx:
        link_target = resolve(tx, token, purpose, services.epoch())
    return link_target.account if link_target else None


def mail_reset_link(services: SignInServices, email: str, base_url: str, client: Client) -> None:
    """Mail a link to choose a new password, if there is such a root user; nobody is told whether there is."""
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
Somebody, probably you, asked for a new root user password of account {account_id}.

Open this link within an hour to choose one. It works once:

    {url}

If it was not you, do nothing: the password stays as it is.
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
