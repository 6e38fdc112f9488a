"""A call of an operation, as the gate handles it."""

from datetime import datetime
from typing import NamedTuple

from iamd.domain import mfa_parameters
from iamd.framework.operation import Operation, Params
from iamd.gate.request_context import RequestContext


class Invocation(NamedTuple):
    """An operation with its parameters, request context and time."""

    operation: Operation
    params: Params
    request_context: RequestContext
    now: datetime
    timestamp: str  # the same time as ISO 8601 text

    @property
    def read_only(self) -> bool:
        """Whether the call does not write to the store; consuming an MFA code does."""
        return self.operation.read_only and not self.has_mfa_code

    @property
    def has_mfa_code(self) -> bool:
        """Whether the parameters include an MFA code, which is consumed even if the call fails."""
        return self.operation.accepts_mfa_code and mfa_parameters.has_mfa_params(self.params)

    @property
    def epoch(self) -> int:
        """The time of the call in seconds since 1970."""
        return int(self.now.timestamp())
