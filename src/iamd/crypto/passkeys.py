"""Passkeys (WebAuthn): registration and authentication ceremonies, with py_webauthn.

py_webauthn is imported late because the import is slow.
"""

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from iamd.crypto.seal import new_key

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

RP_NAME = "iamd"
_TIMEOUT_MS = 120_000
_CREDENTIAL_ID = re.compile(r"[A-Za-z0-9_-]{1,1400}")  # base64url of WebAuthn's maximum, 1,023 bytes
# Exceptions that py_webauthn does not catch when it parses a malformed response.
_PARSE_ERRORS = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError)


class InvalidPasskey(Exception):
    """A browser's response failed verification; the message says why."""


class RelyingParty(NamedTuple):
    """The WebAuthn relying party: this server's public origin, such as `https://iam.example.com`."""

    origin: str

    @property
    def rp_id(self) -> str:
        """The relying party ID that passkeys are bound to: the origin's host without the port."""
        host = self.origin.partition("://")[2]
        return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


class Passkey(NamedTuple):
    """A passkey as stored; `credential_id` and `public_key` are base64url."""

    credential_id: str
    public_key: str
    sign_count: int


class Assertion(NamedTuple):
    """A WebAuthn assertion: the credential ID in it, and the browser's complete response as JSON text."""

    credential_id: str
    response: str


def new_challenge() -> str:
    """Return a challenge: 32 random bytes as base64url."""
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(new_key())


def creation_options(
    relying_party: RelyingParty,
    challenge: str,
    user_id: str,
    user_name: str,
    exclude_credential_ids: list[str],
) -> str:
    """Return the options of `navigator.credentials.create` as JSON text.

    `exclude_credential_ids` are the user's existing passkeys, which must not be registered again.
    """
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
    """Return the options of `navigator.credentials.get` as JSON text.

    An empty `allow_credential_ids` allows any passkey of this relying party.
    """
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
    """Verify a registration response (JSON text) and return the new passkey.

    Raises InvalidPasskey if it is malformed, is for another relying party or challenge, or if the
    authenticator did not verify the user.
    """
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
    """Read the credential ID from an authentication response (JSON text), without verifying the response.

    Raises InvalidPasskey if the response is malformed.
    """
    try:
        credential_id = json.loads(response)["id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidPasskey("the response is not a credential") from error
    if not isinstance(credential_id, str) or not _CREDENTIAL_ID.fullmatch(credential_id):
        raise InvalidPasskey("the response has no valid credential ID")
    return Assertion(credential_id, response)


def verify_assertion(
    relying_party: RelyingParty, challenge: str, assertion: Assertion, passkey: Passkey
) -> int:
    """Verify an assertion with the passkey that it refers to; return the new signature counter.

    Raises InvalidPasskey if the verification fails, or if the counter did not increase: the passkey may have
    been cloned.
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
