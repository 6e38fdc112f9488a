"""An authenticator app: the codes of a virtual MFA device, whenever they are wanted."""

import time
from typing import Any, NamedTuple

import pyotp

STEP = 30  # seconds


class Authenticator(NamedTuple):
    """A virtual MFA device with its seed."""

    serial: str
    seed: str

    @classmethod
    def make(cls, iam: Any, name: str, **more: Any) -> "Authenticator":
        """Make a device that is nobody's yet."""
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, **more)["VirtualMFADevice"]
        return cls(made["SerialNumber"], made["Base32StringSeed"].decode())

    def code(self, ahead: int = 0) -> str:
        """Return the code of some steps from now."""
        return pyotp.TOTP(self.seed).at(int(time.time()) + ahead * STEP)

    def codes(self, ahead: int = 0) -> dict[str, str]:
        """Return two codes in a row, the second of which is of some steps from now."""
        return {"AuthenticationCode1": self.code(ahead - 1), "AuthenticationCode2": self.code(ahead)}

    def enable(self, iam: Any, user_name: str, ahead: int = 0) -> "Authenticator":
        """Assign the device to a user; its codes up to then are used up."""
        iam.enable_mfa_device(UserName=user_name, SerialNumber=self.serial, **self.codes(ahead))
        return self
