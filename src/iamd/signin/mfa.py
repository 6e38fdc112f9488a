"""MFA at sign-in: TOTP codes, recovery codes and passkeys; and sign-in with a passkey alone."""

import base64
import json
from collections.abc import Callable
from typing import NamedTuple

from iamd.core.errors import InvalidAuthenticationCode
from iamd.core.records import MfaDevice
from iamd.core.session_stages import MFA
from iamd.crypto import passkeys, seal
from iamd.crypto.passkeys import Assertion, InvalidPasskey, RelyingParty
from iamd.crypto.seal import UnsealError
from iamd.domain import mfa_codes, recovery_codes
from iamd.domain.mfa_codes import TooManyCodes
from iamd.signin import identity as identities
from iamd.signin import pending, sign_in_events, throttle
from iamd.signin.next_step import advance, begin_session
from iamd.signin.pending import PendingSignIn
from iamd.signin.services import GONE, REFUSED, Client, SignInResult, SignInServices
from iamd.store import accounts, attempt_counters, audit, mfa_devices, sessions
from iamd.store.query import Tx

_ASSOCIATED_DATA = "passkey challenge"
_CHALLENGE_SECONDS = 300
_MAX_PASSKEY_ATTEMPTS = 50  # per client address in 15 minutes

# Verifies a factor: whether it is correct, or None if it was not verified because of too many wrong attempts.
FactorCheck = Callable[[PendingSignIn], bool | None]


class MfaPrompt(NamedTuple):
    """The content of the MFA page: the user and their MFA devices."""

    name: str
    is_root: bool
    devices: tuple[MfaDevice, ...]


def prompt(
    services: SignInServices, session_token: str, stages: tuple[str, ...] = (MFA,)
) -> MfaPrompt | None:
    """Return the user to authenticate and their MFA devices; None if no session is at one of `stages`."""
    with pending.lock(services, session_token, stages) as pending_sign_in:
        return pending_sign_in and MfaPrompt(
            pending_sign_in.identity.name, pending_sign_in.identity.is_root, tuple(pending_sign_in.devices)
        )


def submit_code(
    services: SignInServices, session_token: str, serial_number: str, code: str, client: Client
) -> SignInResult:
    """Continue a sign-in with a code of an MFA device."""
    return _submit(
        services,
        session_token,
        client,
        lambda pending_sign_in: check_code(services, pending_sign_in, serial_number, code),
    )


def submit_recovery_code(
    services: SignInServices, session_token: str, code: str, client: Client
) -> SignInResult:
    """Continue a sign-in with a recovery code, which works once."""
    return _submit(
        services,
        session_token,
        client,
        lambda pending_sign_in: check_recovery_code(services, pending_sign_in, code),
    )


def submit_passkey(
    services: SignInServices, session_token: str, response: str, client: Client
) -> SignInResult:
    """Continue a sign-in with a passkey assertion (JSON) for the session's challenge."""
    relying_party = RelyingParty(client.request_context.origin)
    return _submit(
        services,
        session_token,
        client,
        lambda pending_sign_in: check_passkey(pending_sign_in, relying_party, response),
    )


def _submit(
    services: SignInServices, session_token: str, client: Client, check_factor: FactorCheck
) -> SignInResult:
    with pending.lock(services, session_token, (MFA,)) as pending_sign_in:
        if pending_sign_in is None:
            return GONE
        is_correct = check_factor(pending_sign_in)
        record_result(pending_sign_in, services, client, "CheckMfa", is_correct)
        if not is_correct:
            return REFUSED
        return advance(
            pending_sign_in.tx,
            services,
            client,
            pending_sign_in.identity,
            pending_sign_in.session._replace(mfa_at=services.epoch()),
        )


def record_result(
    pending_sign_in: PendingSignIn,
    services: SignInServices,
    client: Client,
    name: str,
    is_correct: bool | None,
) -> None:
    """Write the audit event of a factor check; none for None: blocked attempts must not fill the log."""
    if is_correct is not None:
        failure = None if is_correct else "Failed authentication"
        audit.add(
            pending_sign_in.tx,
            [
                sign_in_events.event(
                    pending_sign_in.identity,
                    name,
                    client.request_context,
                    services.timestamp(),
                    failure=failure,
                )
            ],
        )


# Factor checks. A wrong factor is counted in the transaction of the step, which must commit. None means that
# there were too many wrong ones recently, so the factor was not verified.


def check_code(
    services: SignInServices, pending_sign_in: PendingSignIn, serial_number: str, code: str
) -> bool | None:
    """Verify an MFA code and consume it."""
    device = next(
        (candidate for candidate in pending_sign_in.devices if candidate.serial_number == serial_number), None
    )
    if device is None or device.kind == "passkey":
        return False
    try:
        mfa_codes.consume_code(
            pending_sign_in.tx,
            pending_sign_in.identity.account_id,
            pending_sign_in.data_key,
            device,
            code,
            services.epoch(),
        )
    except TooManyCodes:
        return None
    except InvalidAuthenticationCode:
        return False
    return True


def check_recovery_code(services: SignInServices, pending_sign_in: PendingSignIn, code: str) -> bool | None:
    """Verify a recovery code and consume it."""
    return recovery_codes.consume(
        pending_sign_in.tx,
        pending_sign_in.identity.account_id,
        pending_sign_in.data_key,
        pending_sign_in.identity.user_id,
        code,
        services.epoch(),
    )


def check_passkey(pending_sign_in: PendingSignIn, relying_party: RelyingParty, response: str) -> bool:
    """Verify an assertion of one of the user's passkeys; consumes the session's challenge in any case."""
    challenge = pending_sign_in.session.challenge
    sessions.set_challenge(pending_sign_in.tx, pending_sign_in.session.token_hash, None)
    if challenge is None:
        return False
    try:
        assertion = passkeys.parse_assertion(response)
        device = next(
            (
                candidate
                for candidate in pending_sign_in.devices
                if candidate.credential_id == assertion.credential_id
            ),
            None,
        )
        return device is not None and _verify_assertion(
            pending_sign_in, relying_party, challenge, assertion, device
        )
    except InvalidPasskey:
        return False


def _verify_assertion(
    pending_sign_in: PendingSignIn,
    relying_party: RelyingParty,
    challenge: str,
    assertion: Assertion,
    device: MfaDevice,
) -> bool:
    account_id = pending_sign_in.identity.account_id
    passkey = mfa_codes.unseal_passkey(pending_sign_in.data_key, account_id, device)
    counter = passkeys.verify_assertion(relying_party, challenge, assertion, passkey)
    mfa_devices.update(pending_sign_in.tx, account_id, device._replace(counter=counter))
    return True


def passkey_request_options(
    services: SignInServices, session_token: str, origin: str, stages: tuple[str, ...] = (MFA,)
) -> str | None:
    """Return WebAuthn request options for the user's passkeys as JSON; None if they have none.

    The challenge is stored in the session.
    """
    with pending.lock(services, session_token, stages) as pending_sign_in:
        credential_ids = (
            [device.credential_id for device in pending_sign_in.devices if device.credential_id]
            if pending_sign_in
            else []
        )
        if pending_sign_in is None or not credential_ids:
            return None
        challenge = passkeys.new_challenge()
        sessions.set_challenge(pending_sign_in.tx, pending_sign_in.session.token_hash, challenge)
        return passkeys.request_options(RelyingParty(origin), challenge, credential_ids)


# Sign-in with a passkey alone: there is no session yet, so the challenge is encrypted in a form field.


class PasskeyPrompt(NamedTuple):
    """WebAuthn request options for any discoverable passkey (JSON), and the encrypted challenge."""

    options: str
    sealed: str


def begin_passkey_sign_in(services: SignInServices, origin: str) -> PasskeyPrompt:
    """Create a challenge, which is valid once and for five minutes."""
    challenge = passkeys.new_challenge()
    payload = json.dumps({"challenge": challenge, "until": services.epoch() + _CHALLENGE_SECONDS})
    sealed = base64.urlsafe_b64encode(
        seal.seal(services.sealing_key, payload.encode(), _ASSOCIATED_DATA)
    ).decode()
    return PasskeyPrompt(passkeys.request_options(RelyingParty(origin), challenge, []), sealed)


def sign_in_with_passkey(
    services: SignInServices, sealed: str, response: str, client: Client
) -> SignInResult:
    """Sign in with a passkey alone, which counts as both factors.

    A required password change or an expired password is still enforced.
    """
    relying_party = RelyingParty(client.request_context.origin)
    with services.dependencies.database.write() as tx:
        if not throttle.allow(
            tx, "passkey", client.request_context.source_ip, services.epoch(), _MAX_PASSKEY_ATTEMPTS
        ):
            return REFUSED
        challenge = _consume_challenge(tx, services, sealed)
        match = _find_passkey(tx, response) if challenge else None
        if challenge is None or match is None:
            return REFUSED
        account_id, device = match
        accounts.lock(tx, account_id)
        pending_sign_in = _begin_passkey_sign_in(tx, services, account_id, device, client, challenge)
        if pending_sign_in is None or not check_passkey(pending_sign_in, relying_party, response):
            return REFUSED
        return advance(
            tx,
            services,
            client,
            pending_sign_in.identity,
            pending_sign_in.session._replace(mfa_at=services.epoch()),
        )


def _begin_passkey_sign_in(
    tx: Tx, services: SignInServices, account_id: str, device: MfaDevice, client: Client, challenge: str
) -> PendingSignIn | None:
    identity = identities.find_by_user_id(tx, account_id, device.user_id or "")
    if identity is None or identity.account is None:
        return None
    session = begin_session(client, identity, services.epoch())._replace(challenge=challenge)
    return PendingSignIn(tx, identity, session, services.data_key(identity.account))


def _find_passkey(tx: Tx, response: str) -> tuple[str, MfaDevice] | None:
    try:
        return mfa_devices.find_by_credential_id(tx, passkeys.parse_assertion(response).credential_id)
    except InvalidPasskey:
        return None


def _consume_challenge(tx: Tx, services: SignInServices, sealed: str) -> str | None:
    try:
        payload = json.loads(
            seal.unseal(services.sealing_key, base64.urlsafe_b64decode(sealed), _ASSOCIATED_DATA)
        )
    except (UnsealError, ValueError):
        return None
    challenge = str(payload["challenge"])
    challenge_key = attempt_counters.counter_key("challenge", challenge)
    is_first_use = (
        attempt_counters.increment(tx, challenge_key, services.epoch(), _CHALLENGE_SECONDS).tries == 1
    )
    return challenge if is_first_use and services.epoch() < payload["until"] else None
