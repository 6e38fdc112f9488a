"""Decisions: the outcome, the layer that decided, and the statements that matched."""

from dataclasses import dataclass
from enum import Enum

from iamd.policy.document import Statement


class Outcome(Enum):
    """The three answers, in the words of AWS's simulator."""

    ALLOWED = "Allowed"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    EXPLICITLY_DENIED = "ExplicitlyDenied"


class Layer(Enum):
    """The kinds of policies, in AWS's words."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    SCP = "service control policy"
    RCP = "resource control policy"


@dataclass(frozen=True, slots=True)
class Match:
    """A statement that matched; `policy_index` counts within its layer, in SCPs and RCPs within `level`."""

    layer: Layer
    policy_index: int
    statement: Statement
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer; `layer` is the one to blame, None if allowed.

    `matches` are the statements that denied, or, where none did, those that allowed: enough of them or not.
    """

    outcome: Outcome
    layer: Layer | None
    matches: tuple[Match, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.outcome is Outcome.ALLOWED
