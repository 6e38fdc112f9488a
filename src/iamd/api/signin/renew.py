"""New passwords: forced or expired ones, by a mailed link, and the first of a root user (setting up)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from iamd.api.sessions import PASSWORD
from iamd.api.signin import links, pending, record
from iamd.api.signin import who as look
from iamd.api.signin.advance import advance, begin
from iamd.api.signin.desk import GONE, Desk, Outcome, Step, Visitor
from iamd.api.signin.links import RESET, SETUP
from iamd.api.signin.who import Who
from iamd.core import ids
from iamd.core.errors import AccessDenied, EntityTemporarilyUnmodifiable, PasswordPolicyViolation
from iamd.core.password_rules import PasswordRules
from iamd.core.records import Account, LoginProfile
from iamd.ops import passwords
from iamd.store import accounts, audit, login_profiles, sessions
from iamd.store import links as link_store
from iamd.store.query import Tx

WRONG_OLD = "The old password is incorrect."
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")
_NAME = re.compile(r"[^\x00-\x1f<>\x7f]{1,50}")


class Renewing(NamedTuple):
    """What the page of a forced change shows: whose password it is, and the rules of the next one."""

    name: str
    root: bool
    rules: PasswordRules


class Wanted(NamedTuple):
    """What an account is set up with."""

    account_name: str
    root_email: str
    password: str


def shown(desk: Desk, token: str) -> Renewing | None:
    """Say whose password must be changed; None when nobody's."""
    with desk.means.database.read() as tx:
        step = pending.look_at(tx, desk, token, (PASSWORD,))
        if step is None:
            return None
        rules = passwords.rules(tx, step.who.account_id, step.who.user_id)
    return Renewing(step.who.name, step.who.root, rules)


def rules_of_root(desk: Desk, account: Account) -> PasswordRules:
    """Return the rules that a root user's next password must follow."""
    with desk.means.database.read() as tx:
        return passwords.rules(tx, account.account_id, account.account_id)


# A forced or an expired password: the old one once more, and a new one.


def choose(desk: Desk, token: str, old: str, new: str, visitor: Visitor) -> Outcome:
    """Change the password that has to be changed, and go on."""
    step = pending.seen(desk, token, (PASSWORD,))
    if step is None or step.who.profile is None:
        return GONE
    try:
        proved = passwords.prove_old(
            desk.means.database, desk.means.hasher, step.who.account_id, step.who.profile, old, desk.now()
        )
        hashed = _checked(desk, step.who, new, proved.hash)
    except AccessDenied:
        return Outcome(Step.REFUSED, wrong=(WRONG_OLD,))
    except (PasswordPolicyViolation, EntityTemporarilyUnmodifiable) as wrong:
        return Outcome(Step.REFUSED, wrong=tuple(wrong.message.split(", ")))
    with pending.taken(desk, token, (PASSWORD,)) as again:
        if again is None or again.who.profile is None or again.who.profile.hash != proved.hash:
            return GONE
        who = _replaced(again.tx, desk, again.who, hashed, visitor, kept=again.session.token_hash)
        return advance(again.tx, desk, visitor, who, again.session)


def _checked(desk: Desk, who: Who, password: str, current: str | None) -> str:
    """Return the hash of a new password; PasswordPolicyViolation when it breaks a rule."""
    means = desk.means
    with means.database.read() as tx:
        passwords.check(
            tx,
            who.account_id,
            who.names,
            password,
            means.blocklist,
            means.hasher,
            who.user_id,
            current=current,
        )
    return means.hasher.hash(password)


def _replaced(tx: Tx, desk: Desk, who: Who, hashed: str, visitor: Visitor, kept: str = "") -> Who:
    """Put a new password in force; sessions begun with the old one end, but the one that is `kept`."""
    now = desk.at()
    profile = LoginProfile(who.user_id, hashed, now, now, password_reset_required=False)
    if who.profile is None:
        login_profiles.add(tx, who.account_id, profile)
    else:
        profile = profile._replace(create_date=who.profile.create_date)
        login_profiles.change(tx, who.account_id, profile)
    sessions.remove_all(tx, who.account_id, who.user_id, kept)
    audit.add(tx, [record.event(who, "PasswordUpdated", visitor.around, now)])
    accounts.touch(tx, who.account_id, ids.revision())
    return who._replace(profile=profile)


# A root user's password by a link: a new one, or the first.


def reset(desk: Desk, link: str, password: str, visitor: Visitor) -> Outcome:
    """Put a new root password in force; whoever has MFA must still show it when signing in."""

    def nothing_more(_tx: Tx, _account: Account) -> str | None:
        return None

    account = links.look(desk, link, RESET)
    if account is None:
        return GONE
    return _by_link(desk, link, RESET, account, password, visitor, nothing_more)


def set_up(desk: Desk, link: str, wanted: Wanted, visitor: Visitor) -> Outcome:
    """Give an account its name, its root user's email address and password, and sign that user in."""
    account = links.look(desk, link, SETUP)
    if account is None:
        return GONE
    renamed = account._replace(name=wanted.account_name.strip(), root_email=wanted.root_email.strip())
    wrong = _wrong_names(renamed)
    if wrong:
        return Outcome(Step.REFUSED, wrong=tuple(wrong))

    def rename(tx: Tx, held: Account) -> str | None:
        other = accounts.find_by_email(tx, renamed.root_email)
        if other is not None and other.account_id != held.account_id:
            return "This email address belongs to the root user of another account."
        accounts.rename(tx, held.account_id, renamed.name, renamed.root_email)
        return None

    return _by_link(desk, link, SETUP, renamed, wanted.password, visitor, rename)


def _wrong_names(account: Account) -> list[str]:
    wrong = []
    if not _NAME.fullmatch(account.name):
        wrong.append("The account name has 1 to 50 characters, without < and >.")
    if not _EMAIL.fullmatch(account.root_email):
        wrong.append("The root user email address is no email address.")
    return wrong


def _by_link(
    desk: Desk,
    link: str,
    purpose: str,
    account: Account,
    password: str,
    visitor: Visitor,
    first: Callable[[Tx, Account], str | None],
) -> Outcome:
    try:
        hashed = _checked(desk, _root_of(desk, account), password, None)
    except PasswordPolicyViolation as wrong:
        return Outcome(Step.REFUSED, wrong=tuple(wrong.message.split(", ")))
    with desk.means.database.write() as tx:
        accounts.lock(tx, account.account_id)
        linked = links.followed(tx, link, purpose, desk.now())
        if linked is None:
            return GONE
        refusal = first(tx, linked.account)
        if refusal is not None:
            return Outcome(Step.REFUSED, wrong=(refusal,))
        link_store.drop(tx, account.account_id)
        who = _replaced(tx, desk, look.root(tx, account.root_email), hashed, visitor)
        if purpose == RESET:
            return Outcome(Step.DONE)
        return advance(tx, desk, visitor, who, begin(visitor, who, desk.now()))


def _root_of(desk: Desk, account: Account) -> Who:
    """Return a root user under the names that it is about to have."""
    with desk.means.database.read() as tx:
        return look.of_root(tx, account)
