"""Links that work once: to set a new account up, and to choose a new root password."""

from typing import NamedTuple

from iamd.api.mail import Mail
from iamd.api.signin import throttle
from iamd.api.signin.desk import Desk, Visitor, new_token
from iamd.api.signin.who import Who, root
from iamd.core.records import Account
from iamd.store import accounts, attempts, links, login_profiles
from iamd.store.links import Link
from iamd.store.query import Tx
from iamd.store.sessions import hashed

SETUP, RESET = "setup", "reset-password"
_SECONDS = {SETUP: 24 * 3600, RESET: 3600}
_MOST_MAILS = 5  # to one root user in an hour, and asked for from one address
_HOUR = 3600


class Linked(NamedTuple):
    """What a link leads to."""

    account: Account
    link: Link


def make(tx: Tx, account_id: str, purpose: str, now: int) -> str:
    """Make a link's token; earlier links of the account go on until one is used."""
    token = new_token()
    links.add(tx, Link(hashed(token), account_id, purpose, now + _SECONDS[purpose]))
    return token


def setup_token(tx: Tx, account_id: str, now: int) -> str | None:
    """Make a set-up link's token; None once the account has its root user, who has a password."""
    if login_profiles.find(tx, account_id, account_id) is not None:
        return None
    return make(tx, account_id, SETUP, now)


def reset_token(tx: Tx, account_id: str, now: int) -> str | None:
    """Make a link's token to choose a new root password with; None before there is one."""
    if login_profiles.find(tx, account_id, account_id) is None:
        return None
    return make(tx, account_id, RESET, now)


def followed(tx: Tx, token: str, purpose: str, now: int) -> Linked | None:
    """Return what a link leads to; None when it was used, is over, or never was."""
    link = links.find(tx, hashed(token))
    if link is None or link.purpose != purpose or now >= link.expires_at:
        return None
    account = accounts.find(tx, link.account_id)
    has_root = login_profiles.find(tx, link.account_id, link.account_id) is not None
    if account is None or has_root != (purpose == RESET):
        return None
    return Linked(account, link)


def look(desk: Desk, token: str, purpose: str) -> Account | None:
    """Look at a link without using it."""
    with desk.means.database.read() as tx:
        linked = followed(tx, token, purpose, desk.now())
    return linked.account if linked else None


def mail_reset(desk: Desk, email: str, base_url: str, visitor: Visitor) -> None:
    """Mail a link to choose a new password, if there is such a root user; nobody is told whether there is."""
    if desk.mailer is None:
        return

    def write() -> Mail | None:
        with desk.means.database.write() as tx:
            who = root(tx, email)
            token = _reset_token(tx, who, visitor, desk.now())
        if token is None or who.account is None:
            return None
        text = _TEXT.format(url=f"{base_url}/signin/reset/{token}", account_id=who.account_id)
        return Mail(who.account.root_email, "Choose a new root user password", text)

    desk.mailer.later(write)


_TEXT = """\
Somebody, probably you, asked for a new root user password of account {account_id}.

Open this link within an hour to choose one. It works once:

    {url}

If it was not you, do nothing: the password stays as it is.
"""


def _reset_token(tx: Tx, who: Who, visitor: Visitor, now: int) -> str | None:
    if not throttle.admit(tx, "mails", visitor.around.source_ip, now, _MOST_MAILS) or who.profile is None:
        return None
    tries = attempts.count(tx, attempts.subject("mail", who.subject), now, _HOUR, _MOST_MAILS).tries
    return make(tx, who.account_id, RESET, now) if tries <= _MOST_MAILS else None
