"""The second step: a code, a recovery code or a passkey, of whoever proved a password; or a passkey alone."""

import base64
import json
from collections.abc import Callable
from typing import NamedTuple

from iamd.api.sessions import MFA
from iamd.api.signin import pending, record, throttle
from iamd.api.signin import who as look
from iamd.api.signin.advance import advance, begin
from iamd.api.signin.desk import GONE, REFUSED, Desk, Outcome, Visitor
from iamd.api.signin.pending import Pending
from iamd.core.errors import InvalidAuthenticationCode
from iamd.core.records import MfaDevice
from iamd.keys import passkeys, seal
from iamd.keys.passkeys import Assertion, BadPasskey, Site
from iamd.keys.seal import BrokenSealError
from iamd.ops import mfa, recovery
from iamd.ops.mfa import TooManyCodes
from iamd.store import accounts, attempts, audit, mfa_devices, sessions
from iamd.store.query import Tx

_PLACE = "passkey challenge"
_ALONE_SECONDS = 300
_MOST_ALONE = 50  # by one address in a quarter of an hour

Proves = Callable[[Pending], bool | None]


class Shown(NamedTuple):
    """What the page of the second step shows: whose it is, and the devices to choose from."""

    name: str
    root: bool
    devices: tuple[MfaDevice, ...]


def shown(desk: Desk, token: str, stages: tuple[str, ...] = (MFA,)) -> Shown | None:
    """Say who is asked for a second factor, and for which; None when nobody is."""
    with pending.taken(desk, token, stages) as step:
        return step and Shown(step.who.name, step.who.root, tuple(step.devices))


def by_code(desk: Desk, token: str, serial_number: str, code: str, visitor: Visitor) -> Outcome:
    """Go on with a code of one of the devices."""
    return _go_on(desk, token, visitor, lambda step: proves_code(desk, step, serial_number, code))


def by_recovery_code(desk: Desk, token: str, code: str, visitor: Visitor) -> Outcome:
    """Go on with a recovery code, which serves once."""
    return _go_on(desk, token, visitor, lambda step: proves_recovery(desk, step, code))


def by_passkey(desk: Desk, token: str, answer: str, visitor: Visitor) -> Outcome:
    """Go on with a passkey that signed the session's challenge."""
    site = Site(visitor.around.origin)
    return _go_on(desk, token, visitor, lambda step: proves_passkey(step, site, answer))


def _go_on(desk: Desk, token: str, visitor: Visitor, proves: Proves) -> Outcome:
    with pending.taken(desk, token, (MFA,)) as step:
        if step is None:
            return GONE
        right = proves(step)
        note(step, desk, visitor, "CheckMfa", right)
        if not right:
            return REFUSED
        return advance(step.tx, desk, visitor, step.who, step.session._replace(mfa_at=desk.now()))


def note(step: Pending, desk: Desk, visitor: Visitor, name: str, right: bool | None) -> None:
    """Record what came of a proof; what was not looked at (None) leaves nothing, or it could fill the log."""
    if right is not None:
        failed = None if right else "Failed authentication"
        audit.add(step.tx, [record.event(step.who, name, visitor.around, desk.at(), failed=failed)])


# What proves a second factor; a wrong one is counted in the same transaction, which commits. None says that
# too many were wrong lately, so that none is looked at.


def proves_code(desk: Desk, step: Pending, serial_number: str, code: str) -> bool | None:
    """Say whether a code is right, and use it up."""
    device = next((held for held in step.devices if held.serial_number == serial_number), None)
    if device is None or device.kind == "passkey":
        return False
    try:
        mfa.use_code(step.tx, step.who.account_id, step.data_key, device, code, desk.now())
    except TooManyCodes:
        return None
    except InvalidAuthenticationCode:
        return False
    return True


def proves_recovery(desk: Desk, step: Pending, code: str) -> bool | None:
    """Say whether a recovery code is right, and use it up."""
    return recovery.use(step.tx, step.who.account_id, step.data_key, step.who.user_id, code, desk.now())


def proves_passkey(step: Pending, site: Site, answer: str) -> bool:
    """Say whether one of somebody's passkeys signed the session's challenge, which ends with that."""
    challenge = step.session.challenge
    sessions.challenge(step.tx, step.session.token_hash, None)
    if challenge is None:
        return False
    try:
        assertion = passkeys.read_assertion(answer)
        device = next((held for held in step.devices if held.credential_id == assertion.credential_id), None)
        return device is not None and _signed(step, site, challenge, assertion, device)
    except BadPasskey:
        return False


def _signed(step: Pending, site: Site, challenge: str, assertion: Assertion, device: MfaDevice) -> bool:
    account_id = step.who.account_id
    held = mfa.passkey(step.data_key, account_id, device)
    counter = passkeys.verify(site, challenge, assertion, held)
    mfa_devices.update(step.tx, account_id, device._replace(counter=counter))
    return True


def options(desk: Desk, token: str, origin: str, stages: tuple[str, ...] = (MFA,)) -> str | None:
    """Return what a browser needs to ask for one of somebody's passkeys, as JSON; None when there is none."""
    with pending.taken(desk, token, stages) as step:
        held = [device.credential_id for device in step.devices if device.credential_id] if step else []
        if step is None or not held:
            return None
        challenge = passkeys.new_challenge()
        sessions.challenge(step.tx, step.session.token_hash, challenge)
        return passkeys.request_options(Site(origin), challenge, held)


# A passkey alone: nothing is known of whoever asks, so the challenge travels with the form, sealed.


class Invitation(NamedTuple):
    """What the sign-in page needs to ask for any passkey: the browser's options, and the sealed challenge."""

    options: str
    sealed: str


def invite(desk: Desk, origin: str) -> Invitation:
    """Make a challenge that serves once, for five minutes."""
    challenge = passkeys.new_challenge()
    inside = json.dumps({"challenge": challenge, "until": desk.now() + _ALONE_SECONDS})
    sealed = base64.urlsafe_b64encode(seal.seal(desk.key, inside.encode(), _PLACE)).decode()
    return Invitation(passkeys.request_options(Site(origin), challenge, []), sealed)


def alone(desk: Desk, sealed: str, answer: str, visitor: Visitor) -> Outcome:
    """Sign in by a passkey; it is both factors, and skips neither a forced nor an expired password."""
    site = Site(visitor.around.origin)
    with desk.means.database.write() as tx:
        if not throttle.admit(tx, "passkey", visitor.around.source_ip, desk.now(), _MOST_ALONE):
            return REFUSED
        challenge = _unspent(tx, desk, sealed)
        found = _named(tx, answer) if challenge else None
        if challenge is None or found is None:
            return REFUSED
        account_id, device = found
        accounts.lock(tx, account_id)
        step = _step(tx, desk, account_id, device, visitor, challenge)
        if step is None or not proves_passkey(step, site, answer):
            return REFUSED
        return advance(tx, desk, visitor, step.who, step.session._replace(mfa_at=desk.now()))


def _step(
    tx: Tx, desk: Desk, account_id: str, device: MfaDevice, visitor: Visitor, challenge: str
) -> Pending | None:
    who = look.of_session(tx, account_id, device.user_id or "")
    if who is None or who.account is None:
        return None
    session = begin(visitor, who, desk.now())._replace(challenge=challenge)
    return Pending(tx, who, session, desk.data_key(who.account))


def _named(tx: Tx, answer: str) -> tuple[str, MfaDevice] | None:
    try:
        return mfa_devices.by_credential(tx, passkeys.read_assertion(answer).credential_id)
    except BadPasskey:
        return None


def _unspent(tx: Tx, desk: Desk, sealed: str) -> str | None:
    try:
        inside = json.loads(seal.unseal(desk.key, base64.urlsafe_b64decode(sealed), _PLACE))
    except (BrokenSealError, ValueError):
        return None
    challenge = str(inside["challenge"])
    spent = attempts.subject("challenge", challenge)
    fresh = attempts.count(tx, spent, desk.now(), _ALONE_SECONDS).tries == 1
    return challenge if fresh and desk.now() < inside["until"] else None
