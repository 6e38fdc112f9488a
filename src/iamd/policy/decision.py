"""Policy decisions: the outcome, the layer that decided, and the statements that matched."""

from dataclasses import dataclass
from enum import Enum

from iamd.policy.document import Statement


class Outcome(Enum):
    """The evaluation results, as AWS's policy simulator names them."""

    ALLOWED = "Allowed"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    EXPLICITLY_DENIED = "ExplicitlyDenied"


class Layer(Enum):
    """The policy types, as AWS's access denied messages name them."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    SCP = "service control policy"
    RCP = "resource control policy"


@dataclass(frozen=True, slots=True)
class Match:
    """A matching statement; `policy_index` counts within its layer, for SCPs and RCPs within `level`."""

    layer: Layer
    policy_index: int
    statement: Statement
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of an evaluation; `layer` is the one that caused a denial, None if allowed.

    `matches` are the statements that denied or, if none did, the Allow statements that matched, sufficient
    or not.
    """

    outcome: Outcome
    layer: Layer | None
    matches: tuple[Match, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.outcome is Outcome.ALLOWED
