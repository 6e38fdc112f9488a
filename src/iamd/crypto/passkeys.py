"""Passkeys: WebAuthn's options and what a browser answers, by py_webauthn. Its import is late: it is slow."""

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from iamd.crypto.seal import new_key

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

RP_NAME = "iamd"
_TIMEOUT_MS = 120_000
_CREDENTIAL_ID = re.compile(r"[A-Za-z0-9_-]{1,1400}")  # base64url of 1,023 bytes at most, as WebAuthn has it
# What the library lets through when an answer has another form than it expects.
_PARSE_ERRORS = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError)


class InvalidPasskey(Exception):
    """What a browser sent is no answer to what was asked; the message says why."""


class RelyingParty(NamedTuple):
    """Where people reach this server, `https://iam.example.com`; passkeys are bound to its host."""

    origin: str

    @property
    def rp_id(self) -> str:
        """The host without its port, which a passkey belongs to."""
        host = self.origin.partition("://")[2]
        return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


class Passkey(NamedTuple):
    """A passkey as it is kept; `credential_id` and `public_key` are in base64url."""

    credential_id: str
    public_key: str
    sign_count: int


class Assertion(NamedTuple):
    """What a browser answered to a challenge: the credential it names, and its whole answer."""

    credential_id: str
    response: str


def new_challenge() -> str:
    """Return 32 random bytes in base64url."""
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(new_key())


def creation_options(
    relying_party: RelyingParty,
    challenge: str,
    user_id: str,
    user_name: str,
    exclude_credential_ids: list[str],
) -> str:
    """Return the options of `navigator.credentials.create` as JSON; `held` are the user's passkeys so far."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=relying_party.rp_id,
        rp_name=RP_NAME,
        user_id=user_id.encode(),
        user_name=user_name,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=_TIMEOUT_MS,
        attestation=structs.AttestationConveyancePreference.NONE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(exclude_credential_ids),
    )
    return webauthn.options_to_json(options)


def request_options(relying_party: RelyingParty, challenge: str, allow_credential_ids: list[str]) -> str:
    """Return the options of `navigator.credentials.get` as JSON; without `held` any passkey will do."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=relying_party.rp_id,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=_TIMEOUT_MS,
        allow_credentials=_descriptors(allow_credential_ids) or None,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def _descriptors(credential_ids: list[str]) -> list["PublicKeyCredentialDescriptor"]:
    import webauthn
    from webauthn.helpers import structs

    return [
        structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(credential_id))
        for credential_id in credential_ids
    ]


def verify_registration(relying_party: RelyingParty, challenge: str, response: str) -> Passkey:
    """Read what a browser created; BadPasskey when it is not for this site, challenge or a verified user."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        registration = webauthn.verify_registration_response(
            credential=response,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=relying_party.rp_id,
            expected_origin=relying_party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, *_PARSE_ERRORS) as error:
        raise InvalidPasskey(str(error)) from error
    return Passkey(
        bytes_to_base64url(registration.credential_id),
        bytes_to_base64url(registration.credential_public_key),
        registration.sign_count,
    )


def parse_assertion(response: str) -> Assertion:
    """Read which passkey a browser's answer names; BadPasskey when it is no such answer."""
    try:
        credential_id = json.loads(response)["id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidPasskey("the answer is no credential") from error
    if not isinstance(credential_id, str) or not _CREDENTIAL_ID.fullmatch(credential_id):
        raise InvalidPasskey("the answer names no credential")
    return Assertion(credential_id, response)


def verify_assertion(
    relying_party: RelyingParty, challenge: str, assertion: Assertion, passkey: Passkey
) -> int:
    """Check an answer with the passkey it names; return its new counter.

    BadPasskey when anything of it is not as asked, or when the counter went back: the key was copied.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        authentication = webauthn.verify_authentication_response(
            credential=assertion.response,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=relying_party.rp_id,
            expected_origin=relying_party.origin,
            credential_public_key=webauthn.base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *_PARSE_ERRORS) as error:
        raise InvalidPasskey(str(error)) from error
    return int(authentication.new_sign_count)
