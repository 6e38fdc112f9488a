"""A software passkey: responds to WebAuthn options as an authenticator would, or with chosen deviations."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Passkey:
    """A credential of one relying party; `flags` are those of the authenticator data."""

    origin: str
    rp_id: str
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str) -> str:
        """Respond to `navigator.credentials.create`."""
        parsed_options = json.loads(options)
        data = self._authenticator_data(self.flags | ATTESTED, self._attested_credential_data())
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            clientDataJSON=encoded(self._client_data("webauthn.create", parsed_options["challenge"])),
            attestationObject=encoded(attestation),
        )

    def get(self, options: str) -> str:
        """Respond to `navigator.credentials.get`."""
        parsed_options = json.loads(options)
        self.counter += 1
        client_data, authenticator_data = (
            self._client_data("webauthn.get", parsed_options["challenge"]),
            self._authenticator_data(self.flags),
        )
        signed_data = authenticator_data + hashlib.sha256(client_data).digest()
        return self._credential(
            clientDataJSON=encoded(client_data),
            authenticatorData=encoded(authenticator_data),
            signature=encoded(self.key.sign(signed_data, ec.ECDSA(hashes.SHA256()))),
        )

    def _credential(self, **response: str) -> str:
        credential_id = encoded(self.credential_id)
        return json.dumps(
            {"id": credential_id, "rawId": credential_id, "type": "public-key", "response": response}
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        client_data: dict[str, Any] = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(client_data | {"crossOrigin": False}).encode()

    def _authenticator_data(self, flags: int, attested_data: bytes = b"") -> bytes:
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + bytes([flags]) + self.counter.to_bytes(4, "big") + attested_data

    def _attested_credential_data(self) -> bytes:
        public_numbers = self.key.public_key().public_numbers()
        point = {-2: public_numbers.x.to_bytes(32, "big"), -3: public_numbers.y.to_bytes(32, "big")}
        length = len(self.credential_id).to_bytes(2, "big")
        return bytes(16) + length + self.credential_id + cbor2.dumps({1: 2, 3: -7, -1: 1, **point})
