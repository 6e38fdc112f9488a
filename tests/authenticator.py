"""An authenticator app: generates the TOTP codes of a virtual MFA device."""

import time
from typing import Any, NamedTuple

import pyotp

STEP = 30  # seconds


class Authenticator(NamedTuple):
    """A virtual MFA device with its seed."""

    serial: str
    seed: str

    @classmethod
    def create(cls, iam: Any, name: str, **params: Any) -> "Authenticator":
        """Create a virtual MFA device that is not assigned to a user."""
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, **params)["VirtualMFADevice"]
        return cls(device["SerialNumber"], device["Base32StringSeed"].decode())

    def code(self, ahead: int = 0) -> str:
        """Return the code of the time step `ahead` steps from now."""
        return pyotp.TOTP(self.seed).at(int(time.time()) + ahead * STEP)

    def codes(self, ahead: int = 0) -> dict[str, str]:
        """Return two consecutive codes; the second is of the time step `ahead` steps from now."""
        return {"AuthenticationCode1": self.code(ahead - 1), "AuthenticationCode2": self.code(ahead)}

    def enable(self, iam: Any, user_name: str, ahead: int = 0) -> "Authenticator":
        """Assign the device to a user; codes up to that time step are used up."""
        iam.enable_mfa_device(UserName=user_name, SerialNumber=self.serial, **self.codes(ahead))
        return self
